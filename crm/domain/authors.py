"""Who gave a contact the values it has, as the history knows: a person, or an import alone."""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import User
from core.models import Operation
from crm.domain import no_contact

IMPORT = "contacts.import_apply"
EMPTY = ("", None, False)


def columns_of(field: str) -> tuple[str, ...]:
    """The columns of a contact that hold a field of the comparison. Tags have none, so no history either."""
    if field in no_contact.COLUMNS:
        return tuple(no_contact.COLUMNS[field])
    return {
        "tags": (),
        "phone": ("phone", "phone_extension"),
        "primary_advisor": ("primary_advisor_id",),
        "household": ("household_id", "household_role"),
    }.get(field, (field,))


def last_changes(contact_id: int, fields: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """Who changed each of these fields last, and when. The name is empty for the system, and for who is gone."""
    columns = {field: columns_of(field) for field in fields if columns_of(field)}
    rows = list(_history([contact_id], {name for names in columns.values() for name in names}))
    found: dict[str, tuple[int | None, datetime]] = {}
    for older, newer in pairwise([None, *rows]):
        for field, names in columns.items():
            if older is None or any(older[name] != newer[name] for name in names):
                found[field] = (newer["pgh_context__metadata__user"], newer["pgh_created_at"])
    people = User.objects.filter(pk__in={who for who, _ in found.values() if who})
    names = {user.pk: user.name for user in people}
    return {field: (names.get(who, ""), at) for field, (who, at) in found.items()}


def written_by_imports(wanted: Mapping[int, Collection[str]]) -> dict[int, set[str]]:
    """Of these fields, by contact, those whose present value an import of a file wrote and nobody after it.

    Undoing and redoing restore a value: its author stays the one who wrote it first.
    """
    events = _events().filter(pgh_obj_id__in=wanted.keys())
    imports, undoings = _operations(events)
    if not imports:
        return {}
    touched = [pk for pk, operation in events.values_list(*KEYS).distinct() if operation in imports]
    names = {name for pk in touched for field in wanted[pk] for name in columns_of(field)}
    found: dict[int, set[str]] = {}
    for pk, rows in groupby(_history(touched, names), key=itemgetter("pgh_obj_id")):
        by_import = _imported_columns(list(rows), names, imports, undoings)
        found[pk] = {field for field in wanted[pk] if (columns := columns_of(field)) and by_import.issuperset(columns)}
    return found


KEYS = ("pgh_obj_id", "pgh_context__metadata__operation")


def _operations(events: QuerySet) -> tuple[set[int], set[int]]:
    """The keys of imports, and of undoing and redoing, among the operations that made these entries."""
    keys = set(events.values_list(KEYS[1], flat=True).distinct()) - {None}
    rows = Operation.objects.filter(pk__in=keys).values_list("pk", "kind", "undoes")
    found = [(pk, kind, undoes) for pk, kind, undoes in rows if kind == IMPORT or undoes]
    return {pk for pk, _, undoes in found if not undoes}, {pk for pk, _, undoes in found if undoes}


def _imported_columns(rows: list[dict], names: set[str], imports: set[int], undoings: set[int]) -> set[str]:
    """The columns whose present value an import wrote, or that are empty as nobody ever filled them in."""
    wrote: dict[str, dict[Any, bool]] = {name: {} for name in names}  # by column and value: whether it was an import
    for older, newer in pairwise([None, *rows]):
        operation = newer[KEYS[1]]
        for name in names:
            value = newer[name]
            if (older is None or older[name] != value) and not (operation in undoings and value in wrote[name]):
                wrote[name][value] = operation in imports or (older is None and value in EMPTY)
    return {name for name in names if wrote[name][rows[-1][name]]}


def _events() -> QuerySet:
    return apps.get_model("contacts", "ContactEvent").objects.order_by()


def _history(contact_ids: Collection[int], columns: Collection[str]) -> QuerySet:
    """What the columns held, contact by contact, oldest first, with who wrote it."""
    rows = _events().filter(pgh_obj_id__in=contact_ids).order_by("pgh_obj_id", "pgh_id")
    return rows.values("pgh_created_at", "pgh_context__metadata__user", *KEYS, *columns).iterator(chunk_size=2000)
