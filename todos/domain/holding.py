"""Locking the rows that a verb changes, and changing them."""

from django.db.models import QuerySet


def hold(rows: QuerySet) -> list:
    """The rows, locked until the transaction ends, in the order of their keys so that two verbs never deadlock."""
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).only("contact_id", "title"))


def update_held(held: list, values: dict) -> None:
    """Write the same values to all rows that are held."""
    if held:
        type(held[0]).objects.filter(pk__among=[one.pk for one in held]).update(**values)
