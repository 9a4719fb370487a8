"""Drift: contacts frozen by "all that match" who match no more when they are about to be changed.

Nobody guesses what was meant: the preview says how many they are and asks whether to change them too or to leave
them out. The answer is good for exactly those contacts; when others join them, the question comes again. Once the
operation has begun there is nobody to ask: who leaves the filter before it is their turn is skipped and told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Sum
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from core.listing.pages import ListFilter, chips, filtered
from core.listing.planning import expecting
from core.models import KeptRows, Operation, OperationLine
from core.operations import selecting

LEFT_OUT = "No longer matches the filter."
LEFT = "No longer in the filter they were chosen by: "
NAMES_SHOWN = 5
WORDS_AT_MOST = 240
KEPT_WORDS = re.compile(r" \([\d,]+ of them no longer match\)$")


@dataclass(frozen=True)
class Drift:
    """Those who match no more: how many, some names, and a sign by which the same contacts are known again."""

    contacts: ContactQuerySet | None = None
    number: int = 0
    sign: str = ""
    total: int = 0  # how many were chosen

    def asks(self, draft: Operation) -> bool:
        """Whether somebody has to say what becomes of them."""
        return bool(self.number) and self.sign != draft.drift_accepted

    @property
    def names(self) -> list[str]:
        """A few of them."""
        with expecting(self.total, Contact):
            first = self.contacts.order_by("sort_name", "pk").only("first_name", "last_name")[:NAMES_SHOWN]
            return [contact.name for contact in first]

    def keys(self) -> list[int]:
        """The keys of all of them."""
        with expecting(self.total, Contact):
            return list(self.contacts.values_list("pk", flat=True))


def drift_of(
    draft: Operation, scope: ContactQuerySet, filterset_class: type[ListFilter], request: HttpRequest
) -> Drift:
    """What has drifted of a draft's selection by now, among the contacts of `scope` and still to be changed."""
    matching = filtered(filterset_class, QueryDict(draft.query), scope, request)[1].order_by()
    still = Exists(matching.filter(pk=OuterRef("pk")))
    mismatches = scope.filter(~still, pk__in=draft.planned()).order_by()
    with expecting(draft.total, Contact):
        found = mismatches.aggregate(number=Count("pk"), last=Max("pk"), sum=Sum("pk"))
    return Drift(mismatches, found["number"], f"{found['number']}.{found['last']}.{found['sum']}", draft.total)


@transaction.atomic
def settle(draft: Operation, drift: Drift, *, leave_out: bool) -> None:
    """Keep the answer on the draft: they are changed like the others, or their lines are skipped, with the reason."""
    locked = Operation.objects.select_for_update().filter(pk=draft.pk, state=Operation.State.DRAFT).first()
    if locked is None:
        return
    locked.selection = KEPT_WORDS.sub("", locked.selection)
    if leave_out:
        KeptRows.objects.filter(operation=locked).delete()
        selecting.leave_out(locked, drift.keys(), LEFT_OUT)
        locked.skipped = locked.lines.filter(state=OperationLine.State.SKIPPED).count()
    else:
        KeptRows.objects.update_or_create(operation=locked, defaults={"subject_ids": drift.keys()})
        locked.drift_accepted = drift.sign
        locked.selection += f" ({drift.number:,} of them no longer match)"
    locked.save(update_fields=["selection", "skipped", "drift_accepted"])


@dataclass(frozen=True)
class Watch:
    """The filter by which a running operation's contacts were chosen, as its owner sees it: made once for a run."""

    matching: ContactQuerySet
    kept: frozenset[int]
    reason: str

    @classmethod
    def over(cls, operation: Operation, scope: ContactQuerySet, filterset_class: type[ListFilter]) -> "Watch":
        """That of an operation; nobody but its owner's rows, `scope`, is looked at."""
        query = QueryDict(operation.query)
        with timezone.override(operation.owner.zone(Firm.get())):  # where "from" and "to" a day begin
            filterset, matching = filtered(filterset_class, query, scope.order_by(), None)
        words = "; ".join(chip.label for chip in chips(filterset, query, ""))
        kept = KeptRows.objects.filter(operation=operation).values_list("subject_ids", flat=True).first()
        return cls(matching, frozenset(kept or ()), f"{LEFT}{words[:WORDS_AT_MOST]}.")

    def mismatches(self, ids: Sequence[int]) -> dict[int, str]:
        """Those of a chunk who match no more, with the reason to skip them; not those who are to be changed even so."""
        still = set(self.matching.filter(pk__among=ids).values_list("pk", flat=True))
        return {pk: self.reason for pk in ids if pk not in still and pk not in self.kept}
