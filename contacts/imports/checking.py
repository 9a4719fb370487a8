"""The dry run: every row in exactly one of create, update, unchanged, cannot be imported, with its reasons."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Max, Min
from django.db.models import Lookup as DatabaseLookup
from django.db.models.functions import Lower

from accounts.models import Firm, Role, User
from accounts.models.firm import time_zones
from contacts.domain.phone import region_for
from contacts.domain.tagging import known_tags
from contacts.imports.fields import BY_NAME, REQUIRED, Bad, PhoneRegion, extension_beside
from contacts.models import Contact, FileImport, ImportRow
from experiences.models import Team, TeamMember

Verdict = ImportRow.Verdict
COLUMNS = [name for name, one in BY_NAME.items() if one.is_column]

# Why what was chosen for new contacts cannot be given to them any more.
NO_ADVISOR = "The advisor chosen for new contacts can no longer have contacts."
NO_TEAM = "The team chosen for new contacts was archived or deleted. Choose the columns again, or import the file anew."

CREATE, UPDATE, UNCHANGED, CANNOT = Verdict.CREATE, Verdict.UPDATE, Verdict.UNCHANGED, Verdict.CANNOT
COMPARED = ["id", "email", "primary_advisor_id", "locked_fields", "household_id", *COLUMNS]


class AnyOf(DatabaseLookup):
    """Whether an expression is one of many texts: as `IN`, but the texts travel as one array."""

    prepare_rhs = False

    def as_sql(self, compiler, connection):
        """`expression = ANY(texts)`."""
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*params, list(self.rhs)]


@dataclass(slots=True)
class Plan:
    """What becomes of one row: verdict, reasons, cleaned values, the contact it matches and what changes there.

    `contact_id` is the contact's key, also that of one which has just been created.
    """

    row: ImportRow
    clean: dict[str, Any] = field(default_factory=dict)
    reasons: list[dict] = field(default_factory=list)
    contact: Contact | None = None
    contact_id: int | None = None
    changes: dict[str, list] = field(default_factory=dict)

    def refuse(self, name: str, code: str, message: str) -> None:
        """Add a reason against the row."""
        self.reasons.append({"field": name, "code": code, "message": message})

    @property
    def verdict(self) -> str:
        """Exactly one."""
        if self.reasons:
            return CANNOT
        if self.contact is None:
            return CREATE
        return UPDATE if self.changes else UNCHANGED


class Lookup:
    """What cells are read against, fetched once per chunk: advisors by name and email, time zones, the firm."""

    def __init__(self, file_import: FileImport) -> None:
        self.file_import, self.user = file_import, file_import.owner
        self.country = Firm.get().default_country
        self.zones = time_zones()
        self.options = file_import.options
        self.advisors: dict[str, int] = {}
        self.possible: set[int] = set()
        for advisor in User.objects.possible_advisors().only("first_name", "last_name", "email"):
            self.possible.add(advisor.pk)
            self.advisors[advisor.email.lower()] = advisor.pk
            for name in (advisor.name, f"{advisor.last_name}, {advisor.first_name}"):
                key = " ".join(name.lower().split())
                self.advisors[key] = 0 if self.advisors.get(key, advisor.pk) != advisor.pk else advisor.pk
        team = self.options.get("team")
        self.team_is_there = team is None or Team.objects.usable().filter(pk=team).exists()
        self.own_teams = set(TeamMember.objects.filter(user=self.user).values_list("team_id", flat=True))
        # As far as the rows name any: the keys of tags by name, and each contact's tags by key.
        self.tags: dict[str, int] = {}
        self.worn: dict[int, dict[int, str]] = {}


def plan(file_import: FileImport, rows: list[ImportRow], *, lock: bool = False) -> list[Plan]:
    """What would become of these rows now, in a constant number of queries. With `lock` the contacts are held."""
    lookup = Lookup(file_import)
    plans = [_cleaned(row, lookup) for row in rows]
    emails = {one.clean["email"] for one in plans if "email" in one.clean}
    first = _first_lines(file_import, emails)
    mine, others, trashed = _matches(emails, lookup.user, lock)
    if tags := {tag for one in plans for tag in one.clean.get("tags", [])}:
        lookup.tags, lookup.worn = known_tags(tags), _tags_of([contact.pk for contact in mine.values()])
    for one in plans:
        email = one.clean.get("email")
        _read_phone(one, lookup, mine.get(email))
        if not lookup.user.may_edit:  # deactivated, or given another role since the upload
            one.refuse("", "rights", "Whoever uploaded the file may not change contacts any more.")
        elif email is None:
            _complete(one, lookup)
        elif first.get(email, one.row.number) < one.row.number:
            one.refuse("email", "duplicate", f"Line {first[email]} of the file has the same email address.")
        elif email in mine:
            _compare(one, mine[email], lookup)
        elif email in others:
            one.refuse("email", "colleague", "A contact of a colleague has this email address. Ask an admin about it.")
        elif email in trashed:
            one.refuse("email", "deleted", "This contact was deleted here. Restore them from the trash first.")
        else:
            _complete(one, lookup)
    return plans


def _cleaned(row: ImportRow, lookup: Lookup) -> Plan:
    """The cells read, each on its own; the phone, which is not, comes later."""
    one = Plan(row)
    for name, text in row.values.items():
        if name in BY_NAME and name != "phone" and text != "":
            _read_cell(one, name, text, lookup)
    return one


def _read_cell(one: Plan, name: str, text: str, lookup) -> None:
    """Keep the value of a cell, or say why it is none."""
    spec = BY_NAME[name]
    try:
        value = spec.read(text, lookup) if spec.read else text
    except Bad as bad:
        one.refuse(name, "malformed", str(bad))
        return
    if isinstance(value, str) and spec.length and len(value) > spec.length:
        one.refuse(name, "too_long", f"{spec.label} is longer than {spec.length} characters.")
        return
    one.clean[name] = value


def _read_phone(one: Plan, lookup: Lookup, contact: Contact | None) -> None:
    """The phone with its extension, as of the country in the row, else of the contact here, else of the firm."""
    text = one.row.values.get("phone", "")
    if not text:
        return
    country = one.row.values.get("country") or (contact.country if contact else "")
    where = PhoneRegion(region_for(country, lookup.country))
    _read_cell(one, "phone", text, where)
    if "phone" in one.clean and (extension := extension_beside(text, where)):
        one.clean.setdefault("phone_extension", extension)


def _first_lines(file_import: FileImport, emails: set[str]) -> dict[str, int]:
    """The first line of the file with each address."""
    rows = ImportRow.objects.filter(AnyOf(F("key"), emails), file_import=file_import).order_by()
    return dict(rows.values_list("key").annotate(first=Min("number")))


def _matches(emails: set[str], user: User, lock: bool) -> tuple[dict[str, Contact], set[str], set[str]]:
    """Contacts with these addresses that the user may change, addresses of colleagues' contacts, those in the trash."""
    found = Contact.objects.editable_by(user).filter(AnyOf(Lower("email"), emails))
    found = found.select_related("household").only(*COMPARED, "household__name")
    if lock:
        found = found.order_by("pk").select_for_update(of=("self",), no_key=True)
    mine = {contact.email.lower(): contact for contact in found}
    missing = emails - mine.keys()
    others = Contact.objects.addresses_in_use(missing) if missing else set()
    trash = Contact.objects.trash_of(user).filter(AnyOf(Lower("email"), missing - others))
    return mine, others, {email.lower() for email in trash.values_list("email", flat=True)}


def _tags_of(contact_ids: list[int]) -> dict[int, dict[int, str]]:
    """The contacts' tags by key, each with its name in lower case."""
    found: dict[int, dict[int, str]] = {}
    carried = Contact.tags.through.objects.filter(contact__in=contact_ids)
    for contact_id, tag_id, name in carried.values_list("contact_id", "tag_id", Lower("tag__name")):
        found.setdefault(contact_id, {})[tag_id] = name
    return found


def _compare(one: Plan, contact: Contact, lookup: Lookup) -> None:
    """What the row would change. An empty cell clears nothing, a locked field stays, tags are only added."""
    one.contact, one.contact_id = contact, contact.pk
    for name, value in one.clean.items():
        if name in contact.locked_fields:
            continue
        if name == "tags":
            worn = lookup.worn.get(contact.pk, {})
            if new := [tag for tag in value if lookup.tags.get(tag) not in worn]:
                one.changes[name] = [sorted(worn.values()), new]
        elif name == "household":
            present = contact.household.name if contact.household else ""
            if present.lower() != value.lower():
                one.changes[name] = [present, value]
        else:
            present = contact.primary_advisor_id if name == "primary_advisor" else getattr(contact, name)
            present = present.isoformat() if hasattr(present, "isoformat") else present
            if name == "email":
                continue  # the same but for its case: it is what they were found by
            if present != value:
                one.changes[name] = [present, value]
    if (
        "phone" in one.changes
        and contact.phone_extension
        and not {"phone_extension"} & {*one.clean, *contact.locked_fields}
    ):
        one.changes["phone_extension"] = [contact.phone_extension, ""]  # it belonged to the former number
    if "primary_advisor" in one.changes and not lookup.user.sees_everything:
        one.refuse("primary_advisor", "advisor", "Only an admin gives contacts to another advisor by import.")


def _complete(one: Plan, lookup: Lookup) -> None:
    """A new contact: defaults for what the file lacks, then everything required, and whether its owner will see it."""
    _fill_in(one, lookup)
    refused = {reason["field"] for reason in one.reasons}
    for name in REQUIRED:
        if name not in one.clean and name not in refused:
            one.refuse(name, "missing", f"{BY_NAME[name].label} is missing.")
    if one.reasons:
        return
    user, team = lookup.user, lookup.options.get("team")
    if user.sees_everything or team in lookup.own_teams:
        return
    if user.role != Role.ADVISOR or one.clean["primary_advisor"] != user.pk:
        one.refuse("primary_advisor", "advisor", "You would not see this contact: import your own, or choose a team.")


def _fill_in(one: Plan, lookup: Lookup) -> None:
    """What was chosen for new contacts, as far as it can be given to them now: time has passed since it was chosen."""
    for name in ("primary_advisor", "contact_type"):
        chosen = lookup.options.get(name)
        if one.row.values.get(name) or not chosen:
            continue
        if name == "primary_advisor" and chosen not in lookup.possible:
            one.refuse(name, "gone", NO_ADVISOR)
        else:
            one.clean[name] = chosen
    if not lookup.team_is_there:
        one.refuse("", "team", NO_TEAM)


def totals(file_import: FileImport) -> dict[str, int]:
    """Rows by verdict; they add up to the rows of the file."""
    counted = dict(file_import.rows.order_by().values_list("verdict").annotate(count=Count("pk")))
    return {verdict: counted.get(verdict, 0) for verdict in Verdict.values}


def last_line(file_import: FileImport) -> int:
    """The highest line number."""
    return file_import.rows.aggregate(last=Max("number"))["last"] or 0
