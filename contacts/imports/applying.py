"""Applying: a chunk of rows becomes contacts, planned once more against what is there now."""

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Lower
from psycopg2.errors import UniqueViolation
from psycopg2.extras import execute_values

from accounts.models import User
from contacts.domain.households import folded, leave_heads
from contacts.domain.import_snapshots import ImportSnapshot
from contacts.domain.tagging import tags_named
from contacts.domain.writing import columns, insert_contacts, update_contacts
from contacts.imports.checking import COLUMNS, NO_TEAM, Plan, Verdict, plan
from contacts.imports.storing import write_outcomes
from contacts.models import Contact, FileImport, Household, ImportRow
from contacts.models.contact import Source
from core.history.recording import record
from core.models import Operation

STALE = "stale"
CHANGED = "Changed here since the dry run; left alone. Import the file again to see the difference."


def apply_rows(file_import: FileImport, rows: list[ImportRow], operation: Operation) -> None:
    """Create and update what was found in the dry run, in the caller's transaction; the rows say what came of each.

    A row that would do something else now than was shown is left alone and told as stale.
    """
    plans = {one.row.pk: one for one in plan(file_import, rows, lock=True)}
    stale = {pk: _why_stale(one) for pk, one in plans.items() if not _as_shown(one)}
    fit = [one for pk, one in plans.items() if pk not in stale]
    new = [one for one in fit if one.verdict == Verdict.CREATE]
    changed = [one for one in fit if one.verdict == Verdict.UPDATE]
    kept, known = written_by(file_import, operation), [one.contact_id for one in changed]
    if known:
        kept.take(known)
    stale |= _create(new, file_import)
    new = [one for one in new if one.row.pk not in stale]
    _update(changed)
    _families(new + changed, file_import)
    _tags(new + changed)
    kept.keep_imported(operation, [one.contact_id for one in new], known)
    for verb, sentence, done in (("added", "Imported from", new), ("edited", "Updated from", changed)):
        record(
            verb,
            f"{sentence} {file_import.file_name}",
            subject_ids=[one.contact_id for one in done],
            actor=operation.owner,
            operation=operation,
        )
    write_outcomes({pk: STALE if pk in stale else one.row.verdict for pk, one in plans.items()}, stale)


def written_by(file_import: FileImport, operation: Operation) -> ImportSnapshot:
    """What an import may write to contacts who are here: its columns, the household, the tags."""
    fields = set(file_import.mapping.values())
    if "phone" in fields:
        fields.add("phone_extension")  # may stand beside the number
    names = [Contact._meta.get_field(name).attname for name in (*COLUMNS, "household") if name in fields]
    return ImportSnapshot(tuple(names), tags="tags" in fields, import_id=operation.pk)


def _as_shown(one: Plan) -> bool:
    """Whether the row would do exactly what the dry run showed."""
    return one.verdict == one.row.verdict and one.changes == one.row.changes


def _why_stale(one: Plan) -> str:
    """Why the row is left alone: what stops it now, else that it would do something else than was shown."""
    return " ".join(reason["message"] for reason in one.reasons) or CHANGED


def _create(plans: list[Plan], file_import: FileImport) -> dict[int, str]:
    """Insert contacts. Returns reasons for rows whose address, or whose team, went in this very moment."""
    same = {"source": Source.FILE.value, "team_id": file_import.options.get("team")}
    try:
        with transaction.atomic():
            _insert(plans, same)
    except IntegrityError:
        return _create_singly(plans, same)
    return {}


def _insert(plans: list[Plan], same: dict[str, Any]) -> None:
    """Insert contacts in one statement."""
    by_email = insert_contacts([one.clean for one in plans], COLUMNS, same)
    for one in plans:
        one.contact_id = by_email[one.clean["email"]]


def _create_singly(plans: list[Plan], same: dict[str, Any]) -> dict[int, str]:
    """The slow way, for a chunk in which an address was taken, or the team deleted, a moment ago."""
    refused = {}
    for one in plans:
        own = {columns(tuple(COLUMNS))[name][0]: value for name, value in one.clean.items() if name in COLUMNS}
        contact = Contact(**own, **same)
        try:
            with transaction.atomic():
                contact.save(force_insert=True)
        except IntegrityError as error:
            refused[one.row.pk] = CHANGED if isinstance(error.__cause__, UniqueViolation) else NO_TEAM
        one.contact_id = contact.pk
    return refused


def _update(plans: list[Plan]) -> None:
    """Write changed columns, in one statement for all rows; an import never empties one."""
    changes = {one.contact_id: {name: pair[1] for name, pair in one.changes.items()} for one in plans}
    update_contacts(changes, COLUMNS)


def _families(plans: list[Plan], file_import: FileImport) -> None:
    """Put contacts into households by name: one with a member whom the importer sees, else a new one."""
    wanted: dict[str, list[int]] = {}
    for one in plans:
        name = one.clean.get("household")
        if name and (one.row.verdict == Verdict.CREATE or "household" in one.changes):
            wanted.setdefault(name, []).append(one.contact_id)
    if not wanted:
        return
    homes = _homes(list(wanted), file_import.owner)
    moved = [(pk, homes[name]) for name, members in wanted.items() for pk in members]
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "UPDATE contacts_contact AS contact SET household_id = found.home"
            " FROM (VALUES %s) AS found (id, home) WHERE contact.id = found.id",
            moved,
            page_size=5000,
        )
    leave_heads([pk for pk, _ in moved])


def _homes(names: list[str], owner: User) -> dict[str, int]:
    """The household of each name, made where the owner sees no member of one; case does not count."""
    low = folded(names)
    theirs = Contact.objects.visible_to(owner).exclude(household=None).values("household")
    found = Household.objects.annotate(low=Lower("name")).filter(low__in=low.values(), pk__in=theirs).order_by("-pk")
    homes = dict(found.values_list("low", "pk"))
    missing = {low[name]: name for name in reversed(names) if low[name] not in homes}
    made = Household.objects.bulk_create([Household(name=name) for name in missing.values()])
    homes |= {key: home.pk for key, home in zip(missing, made, strict=True)}
    return {name: homes[low[name]] for name in names}


def _tags(plans: list[Plan]) -> None:
    """Put tags on, making those that are new."""
    wanted = {one.contact_id: one.clean.get("tags", []) for one in plans if one.clean.get("tags")}
    if not wanted:
        return
    tags = tags_named(dict.fromkeys(name for given in wanted.values() for name in given))
    through = Contact.tags.through
    through.objects.bulk_create(
        [through(contact_id=pk, tag_id=tags[name]) for pk, given in wanted.items() for name in given],
        ignore_conflicts=True,
        batch_size=5000,
    )
