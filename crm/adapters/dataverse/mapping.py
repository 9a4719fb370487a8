"""Dataverse's rows as our records.

From the vendor's documentation: choices are numbers whose words come as annotations, in the language of the
application user; a lookup `_x_value` names its table in another annotation; unasked columns are absent, empty ones
null; a deleted row is `{"id", "reason"}` with a context that ends in `$deletedEntity`; a contact merged into another is
inactive, `merged`, and points to it by `_masterid_value`. Inactive contacts count as gone.
`governmentid` (a standard column for an SSN), incomes and credit columns are never asked for.
"""

from collections.abc import Iterable, Iterator, Mapping

from crm.adapters.dataverse.client import FORMATTED, LOOKUP
from crm.reading import day, moment, text
from crm.records import Address, BadRecord, Email, Gone, Listed, Phone, RemoteContact, RemoteOwner

STANDARD = (
    *("contactid", "salutation", "firstname", "middlename", "lastname", "suffix", "nickname", "fullname", "jobtitle"),
    *("gendercode", "emailaddress1", "emailaddress2", "emailaddress3", "telephone1", "mobilephone", "telephone2"),
    *("birthdate", "statecode", "statuscode", "merged", "donotemail", "donotbulkemail", "createdon", "modifiedon"),
    *("_ownerid_value", "_parentcustomerid_value", "_masterid_value"),
    *("address1_line1", "address1_line2", "address1_line3", "address1_city", "address1_stateorprovince"),
    *("address1_postalcode", "address1_country", "address2_line1", "address2_line2", "address2_line3"),
    *("address2_city", "address2_stateorprovince", "address2_postalcode", "address2_country"),
)
EMAILS = ("emailaddress1", "emailaddress2", "emailaddress3")
PHONES = (("telephone1", "Business"), ("mobilephone", "Mobile"), ("telephone2", "Home"))
INACTIVE = "1"


def contact(
    row: Mapping, category: str, custom: Mapping[str, bool], site: str = ""
) -> RemoteContact | Gone | BadRecord:
    """A row as a contact.

    `category`: the column of our `category`. `custom`: columns to bring in besides, and whether their words count
    instead of their numbers. `site`: where the CRM's own pages are.
    """
    if "contactid" not in row and is_deleted(row):
        return Gone(text(row["id"]))
    remote_id = text(row.get("contactid"))
    if not remote_id:
        return BadRecord("", "The record has no id.")
    if row.get("merged") is True or text(row.get("statecode")) == INACTIVE:
        return Gone(remote_id, text(row.get("_masterid_value")))
    return _read(row, remote_id, category, custom, site)


def listed(found: Iterable[Mapping]) -> Iterator[Listed]:
    """That rows are there."""
    for row in found:
        if remote_id := text(row.get("contactid")):
            yield Listed(remote_id, moment(text(row.get("modifiedon"))))


def _read(row: Mapping, remote_id: str, category: str, custom: Mapping[str, bool], site: str) -> RemoteContact:
    """The columns of a row that is there."""
    given = {name: text(row.get(name)) for name in STANDARD}
    born = day(given["birthdate"])
    company = worded(row, "_parentcustomerid_value")
    return RemoteContact(
        remote_id=remote_id,
        prefix=given["salutation"],
        first_name=given["firstname"],
        middle_name=given["middlename"],
        last_name=given["lastname"],
        suffix=given["suffix"],
        nickname=given["nickname"],
        full_name=given["fullname"],
        company=company if row.get(f"_parentcustomerid_value@{LOOKUP}") == "account" else "",
        job_title=given["jobtitle"],
        gender=text(row.get(f"gendercode@{FORMATTED}")),
        emails=_emails(given),
        phones=_phones(given),
        addresses=_addresses(given),
        birth_date=born,
        status=worded(row, "statuscode"),
        category=worded(row, category),
        owner_id=given["_ownerid_value"],
        custom={name: value for name, words in custom.items() if (value := _custom(row, name, words)) != ""},
        do_not_contact=row.get("donotemail") is True or row.get("donotbulkemail") is True,
        odd=("birth_date",) if given["birthdate"] and born is None else (),
        created_at=moment(given["createdon"]),
        updated_at=moment(given["modifiedon"]),
        url=f"{site}/main.aspx?pagetype=entityrecord&etn=contact&id={remote_id}" if site else "",
    )


def is_deleted(row: Mapping) -> bool:
    """Whether a row of a delta says that its record is no more."""
    context = text(row.get("@odata.context")) or text(row.get("@context"))
    return bool(text(row.get("id"))) and (context.endswith("$deletedEntity") or "reason" in row)


def worded(row: Mapping, name: str) -> str:
    """The words of a choice or a lookup, else the value itself."""
    return text(row.get(f"{name}@{FORMATTED}")) or text(row.get(name))


def user(row: Mapping) -> RemoteOwner | None:
    """A user; None for a row without an id."""
    remote_id, email = text(row.get("systemuserid")), text(row.get("internalemailaddress"))
    return (
        RemoteOwner(remote_id, text(row.get("fullname")) or email, email, not row.get("isdisabled"))
        if remote_id
        else None
    )


def team(row: Mapping) -> RemoteOwner | None:
    """A team, which can own contacts too."""
    remote_id = text(row.get("teamid"))
    return RemoteOwner(remote_id, text(row.get("name"))) if remote_id else None


def _custom(row: Mapping, name: str, words: bool) -> str | int | float | bool:
    """The value of a custom column."""
    value = row.get(name)
    if words:
        return worded(row, name)
    return value if isinstance(value, bool | int | float) else text(value)


def _emails(given: Mapping[str, str]) -> tuple[Email, ...]:
    """The addresses, each once; the first is the main one."""
    found = dict.fromkeys(given[name] for name in EMAILS if given[name])
    return tuple(Email(value, primary=not at) for at, value in enumerate(found))


def _phones(given: Mapping[str, str]) -> tuple[Phone, ...]:
    """The numbers; the first that is there is the main one."""
    found = [(given[name], label) for name, label in PHONES if given[name]]
    return tuple(Phone(number, label=label, primary=not at) for at, (number, label) in enumerate(found))


def _addresses(given: Mapping[str, str]) -> tuple[Address, ...]:
    """The two addresses, as far as there is anything in them."""
    found: list[Address] = []
    for prefix in ("address1", "address2"):
        lines = tuple(filter(None, (given[f"{prefix}_line{at}"] for at in (1, 2, 3))))
        city, region, code, country = (
            given[f"{prefix}_{name}"] for name in ("city", "stateorprovince", "postalcode", "country")
        )
        if lines or city or region or code or country:
            found.append(Address(lines, city, region, code, country, primary=not found))
    return tuple(found)
