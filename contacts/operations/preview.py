"""The preview of a bulk action: what would happen now to a frozen selection."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Count
from django.db.models.expressions import Expression

from contacts.querysets import ContactQuerySet
from core.models import Operation, OperationLine

GONE = "Deleted meanwhile, or no longer yours to change."
NAMES_SHOWN = 5
LOOKED_THROUGH = 500


@dataclass(frozen=True)
class Preview:
    """What an operation would do now: how many of `total` change, who for example, and who is skipped why.

    `words` say more where there is more than one thing that happens.
    """

    total: int
    will: int
    names: list[str]
    skipped: list[tuple[str, int]]
    words: list[str] = field(default_factory=list)


def preview_of(
    operation: Operation,
    judged: ContactQuerySet,
    group_by: Expression,
    describe_groups: Callable[[Operation, dict[str, int]], list[str]],
) -> Preview:
    """Count those of the selection who change, by group, and those who do not, by reason.

    `judged` are the contacts that the owner may do it to, with `why`: the reason to skip them, or empty.
    """
    rows = judged.filter(pk__in=operation.planned()).annotate(group=group_by).values_list("why", "group")
    counts: dict[str, int] = {}
    groups: dict[str, int] = {}
    for why, group, number in rows.annotate(number=Count("pk")):
        counts[why] = counts.get(why, 0) + number
        if not why:
            groups[group] = number
    will = counts.pop("", 0)
    gone = operation.total - operation.skipped - will - sum(counts.values())
    if gone:
        counts[GONE] = gone
    if operation.skipped:
        left_out = operation.lines.filter(state=OperationLine.State.SKIPPED)
        counts |= dict(left_out.values_list("reason").annotate(number=Count("pk")))
    skipped = sorted(counts.items(), key=lambda pair: -pair[1])
    names = _names(operation, judged.filter(why=""), min(will, NAMES_SHOWN))
    return Preview(operation.total, will, names, skipped, describe_groups(operation, groups))


def _names(operation: Operation, changing: ContactQuerySet, number: int) -> list[str]:
    """Names of so many of those who will change, the first by name.

    Of a large selection only its first rows are looked through, unless that is not enough: to find the very first by
    name means judging everybody once more.
    """
    planned, named = operation.planned(), changing.order_by("sort_name", "pk").only("first_name", "last_name")
    if operation.total > LOOKED_THROUGH:
        near = named.filter(pk__among=list(planned[:LOOKED_THROUGH]))
        names = [contact.name for contact in near[:number]]
        if len(names) == number:
            return names
    return [contact.name for contact in named.filter(pk__in=planned)[:number]]
