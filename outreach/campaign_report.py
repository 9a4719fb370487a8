"""The numbers of a campaign's report: what became of each step, for the contacts that somebody may see."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from contacts.querysets import ContactQuerySet
from experiences.models import Campaign, Touchpoint
from outreach.models import StepRun
from outreach.step_groups import DONE, DUE, FINISHED, OPENED, SKIPPED, finished, group_value, opened

TASKS = [Touchpoint.Kind.ACTION_ITEM, Touchpoint.Kind.REMINDER]


@dataclass(frozen=True)
class Number:
    """A count of contacts, and the address that opens them in the contact list."""

    what: str
    value: int
    url: str


@dataclass(frozen=True)
class StepReport:
    """What became of one step. `opened` and `finished` are None for a step that has nothing to open or to finish."""

    step: Touchpoint
    due: Number
    done: Number
    skipped: Number
    reasons: list[Number]
    opened: Number | None
    finished: Number | None

    @property
    def percent(self) -> int:
        """The share of those due for whom it was done, rounded down."""
        return self.done.value * 100 // self.due.value if self.due.value else 0


def report(campaign: Campaign, contacts: ContactQuerySet) -> list[StepReport]:
    """All steps of a campaign in their order, counted among `contacts`; removed ones if they were due for somebody."""
    runs = StepRun.objects.filter(touchpoint__campaign=campaign, contact__in=contacts.order_by().values("pk"))
    # Contacts are counted, not runs: somebody who started over had a step twice.
    counts = {DUE: Q(), DONE: Q(state=DONE), SKIPPED: Q(state=SKIPPED)} | {why: Q(reason=why) for why in StepRun.Reason}
    people = {what: Count("contact", distinct=True, filter=which) for what, which in counts.items()}
    found = {row.pop("touchpoint"): Counter(row) for row in runs.order_by().values("touchpoint").annotate(**people)}
    for what, rows in (
        (OPENED, opened(runs.exclude(kind__in=TASKS, resource=None))),
        (FINISHED, finished(runs.filter(kind__in=TASKS))),
    ):
        for step, number in rows.order_by().values_list("touchpoint").annotate(number=Count("contact", distinct=True)):
            found[step][what] = number
    steps = Touchpoint.with_removed.filter(Q(removed_at=None) | Q(pk__in=found), campaign=campaign)
    return [_of_step(step, found.get(step.pk, Counter())) for step in steps]


def _of_step(step: Touchpoint, counts: Counter) -> StepReport:
    def number(what: str, label: str, value: int) -> Number:
        query = urlencode({"group": group_value(step.pk, what)})
        return Number(label, value, f"{reverse('contacts:list')}?{query}")

    reasons = [number(one.value, one.label, counts[one.value]) for one in StepRun.Reason if counts[one.value]]
    return StepReport(
        step,
        number(DUE, "Due", counts[DUE]),
        number(DONE, "Done", counts[DONE]),
        number(SKIPPED, "Skipped", counts[SKIPPED]),
        reasons,
        number(OPENED, "Opened", counts[OPENED]) if step.resource_id or step.kind == Touchpoint.Kind.MESSAGE else None,
        number(FINISHED, "Finished", counts[FINISHED]) if step.kind in TASKS else None,
    )
