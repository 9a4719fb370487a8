"""HubSpot's rows as our records.

From the vendor's documentation: every property is text or null, ids are text, unasked properties are absent; what is
chosen from options arrives as their stored values, several of them separated by semicolons.
Not verified: the separator of `hs_additional_emails` and of `hs_merged_object_ids` (taken as semicolons).
"""

from collections.abc import Collection, Mapping

from crm.adapters.hubspot.dates import birthday
from crm.errors import WillNotWork
from crm.reading import moment, rows, text
from crm.records import SEVERAL, Address, BadRecord, Email, Gone, Listed, Phone, RemoteContact, RemoteOwner

PROPERTIES = (
    *("salutation", "firstname", "lastname", "email", "hs_additional_emails", "phone", "mobilephone", "company"),
    *("jobtitle", "gender", "address", "city", "state", "zip", "country", "date_of_birth", "lifecyclestage"),
    *("hs_lead_status", "hubspot_owner_id", "hs_email_optout", "hs_merged_object_ids", "createdate"),
    *("lastmodifieddate", "hs_object_id"),
)


def results(answer: Mapping) -> list[dict]:
    """The rows of an answer. Raises when the answer is none of HubSpot's."""
    if not isinstance(answer.get("results"), list):
        raise WillNotWork("HubSpot answered without a list of records.")
    return rows(answer["results"])


def following(answer: Mapping) -> str:
    """Where the next page begins; "" after the last. Its `link` is not followed: the host stays ours."""
    paging = answer.get("paging")
    step = paging.get("next") if isinstance(paging, dict) else None
    return text(step.get("after")) if isinstance(step, dict) else ""


def labels(properties: Collection[Mapping]) -> dict[str, dict[str, str]]:
    """The labels of the options by property and stored value, for properties that have options."""
    named = {text(one.get("name")): rows(one.get("options")) for one in properties}
    return {
        name: {text(one.get("value")): text(one.get("label")) or text(one.get("value")) for one in options}
        for name, options in named.items()
        if name and options
    }


def shown(value: str, options: Mapping[str, str] | None) -> str:
    """A property's value as HubSpot's users see it: by the labels of its options, in the options' order."""
    if not options:
        return value
    if value in options:
        return options[value]
    place = {key: at for at, key in enumerate(options)}
    parts = dict.fromkeys(part for one in value.split(";") if (part := one.strip()))
    return SEVERAL.join(
        options.get(one, one) for one in sorted(parts, key=lambda one: (place.get(one, len(place)), one))
    )


def contact(
    row: Mapping, options: Mapping[str, Mapping[str, str]], custom: Collection[str], order: str = ""
) -> RemoteContact | BadRecord:
    """A row as a contact.

    `options`: `labels` of the properties; `custom`: the fields to bring in besides; `order`: as in `dates.birthday`.
    """
    remote_id = text(row.get("id"))
    told = row.get("properties")
    if not remote_id or not isinstance(told, dict):
        return BadRecord(remote_id, "The record has no id or no properties.")
    given = {name: text(told.get(name)) for name in PROPERTIES}
    born = birthday(given["date_of_birth"], order)
    return RemoteContact(
        remote_id=remote_id,
        prefix=given["salutation"],
        first_name=given["firstname"],
        last_name=given["lastname"],
        company=given["company"],
        job_title=given["jobtitle"],
        gender=given["gender"],
        emails=_emails(given["email"], given["hs_additional_emails"]),
        phones=_phones(given),
        addresses=_addresses(given, text(told.get("address"))),
        birth_date=born,
        status=shown(given["hs_lead_status"], options.get("hs_lead_status")),
        category=shown(given["lifecyclestage"], options.get("lifecyclestage")),
        owner_id=given["hubspot_owner_id"],
        custom={name: shown(found, options.get(name)) for name in custom if (found := text(told.get(name)))},
        do_not_contact=given["hs_email_optout"].lower() == "true",
        odd=("birth_date",) if given["date_of_birth"] and born is None else (),
        created_at=moment(given["createdate"]),
        updated_at=moment(given["lastmodifieddate"]),
    )


def listed(row: Mapping) -> Listed | None:
    """That a row is there; None for one without an id."""
    remote_id, told = text(row.get("id")), row.get("properties")
    changed = moment(told.get("lastmodifieddate")) if isinstance(told, dict) else None
    return Listed(remote_id, changed) if remote_id else None


def merged(row: Mapping) -> list[Gone]:
    """The records that were merged into this one."""
    told = row.get("properties")
    ids = text(told.get("hs_merged_object_ids"), 10_000) if isinstance(told, dict) else ""
    winner = text(row.get("id"))
    return [Gone(one.strip(), winner) for one in ids.split(";") if one.strip() and one.strip() != winner]


def owner(row: Mapping) -> RemoteOwner | None:
    """A user; None for a row without an id."""
    remote_id = text(row.get("id"))
    name = f"{text(row.get('firstName'))} {text(row.get('lastName'))}".strip()
    email = text(row.get("email"))
    return RemoteOwner(remote_id, name or email, email, not row.get("archived")) if remote_id else None


def _emails(main: str, others: str) -> tuple[Email, ...]:
    """The address, and further ones."""
    more = [one.strip() for one in others.split(";") if one.strip() and one.strip().lower() != main.lower()]
    return (*((Email(main, primary=True),) if main else ()), *(Email(one) for one in more))


def _phones(given: Mapping[str, str]) -> tuple[Phone, ...]:
    """The two numbers; the first that is there is the main one."""
    found = [(given["phone"], "Phone"), (given["mobilephone"], "Mobile")]
    found = [(number, label) for number, label in found if number]
    return tuple(Phone(number, label=label, primary=not at) for at, (number, label) in enumerate(found))


def _addresses(given: Mapping[str, str], street: str) -> tuple[Address, ...]:
    """The one address there is."""
    lines = tuple(line.strip() for line in street.splitlines() if line.strip())
    places = (given["city"], given["state"], given["zip"], given["country"])
    return (Address(lines, *places, primary=True),) if lines or any(places) else ()
