"""Moving one of several ordered rows a place up or down."""

from django.db import transaction
from django.db.models import Max, Model, QuerySet


@transaction.atomic
def move(row: Model, siblings: QuerySet, *, up: bool) -> bool:
    """Swap `row` with its neighbour among `siblings` and number them all afresh. False at the end of the line."""
    rows = list(siblings.select_for_update(of=("self",)))
    keys = [one.pk for one in rows]
    if row.pk not in keys:
        return False
    here = keys.index(row.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return False
    rows[here], rows[there] = rows[there], rows[here]
    moved = []
    for position, one in enumerate(rows):
        if one.position != position:
            one.position = position
            moved.append(one)
    siblings.model.objects.bulk_update(moved, ["position"])
    return True


def next_position(siblings: QuerySet) -> int:
    """The place after the last."""
    last = siblings.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
