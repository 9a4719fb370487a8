"""Contacts by what became of a step of a campaign: numbers of its report lead to them in the contact list."""

from django.db.models import Exists, F, OuterRef, QuerySet

from contacts.models.engagement import ResourceView
from contacts.registry import ContactGroup
from core.keys import read_key
from experiences.models import Touchpoint
from messaging.models import Message
from outreach.models import StepRun
from todos.models import ActionItem, Reminder

DUE, DONE, SKIPPED, OPENED, FINISHED = "due", "done", "skipped", "opened", "finished"
LABELS = {what: what for what in (DUE, DONE, SKIPPED, OPENED, FINISHED)} | {
    reason.value: f"skipped ({reason.label.lower()})" for reason in StepRun.Reason
}


def runs_of(what: str, runs: QuerySet) -> QuerySet:
    """Of these step runs those that are meant by a word of LABELS."""
    if what == OPENED:
        return opened(runs)
    if what == FINISHED:
        return finished(runs)
    if what in {DONE, SKIPPED}:
        return runs.filter(state=what)
    return runs if what == DUE else runs.filter(reason=what)


def opened(runs: QuerySet) -> QuerySet:
    """Those done whose resource the contact has opened since, and messages that they have read."""
    views = ResourceView.objects.filter(
        contact=OuterRef("contact"), resource=OuterRef("resource"), at__gte=OuterRef("at")
    )
    read = Message.objects.filter(
        step_run=OuterRef("pk"), thread__readings__user=None, thread__readings__message__gte=F("pk")
    )
    return runs.filter(Exists(views) | Exists(read), state=StepRun.State.DONE)


def finished(runs: QuerySet) -> QuerySet:
    """Those whose action item, or whose reminder, was done."""
    items = ActionItem.objects.filter(step_run=OuterRef("pk"), done_at__isnull=False)
    reminders = Reminder.objects.filter(step_run=OuterRef("pk"), done_at__isnull=False)
    return runs.filter(Exists(items) | Exists(reminders), state=StepRun.State.DONE)


def group_value(step: int, what: str) -> str:
    """The value of the contact list's filter `group`."""
    return f"step.{step}.{what}"


def _ids(which: str) -> QuerySet | None:
    step, _, what = which.partition(".")
    key = read_key(step)
    if key is None or what not in LABELS:
        return None
    return runs_of(what, StepRun.objects.filter(touchpoint=key)).values(pk=F("contact_id"))


def _label(which: str) -> str:
    step, _, what = which.partition(".")
    key = read_key(step)
    found = Touchpoint.with_removed.filter(pk=key).first() if key is not None else None
    return f"step “{found.title}” {LABELS[what]}" if found and what in LABELS else "unknown"


STEP_GROUP = ContactGroup(_ids, _label)
