"""Invitations set for a date and time: shown, changed and cancelled until they go."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from contacts.models import Contact
from core.history.recording import record
from core.mailing import restore_guard
from core.models import Operation
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from outreach.models import ScheduledInvitation

CHUNK = 500
# An outage, a restored backup: what is later than this is told instead of sent.
WINDOW = timedelta(hours=48)
TOO_LATE = "Could not be sent within 48 hours of its time."
NO_RIGHTS = "Neither whoever scheduled it nor the advisor may change this contact any more."
DELETED = "The contact was deleted."
SCHEDULED_ALREADY = "An invitation is scheduled already."
Waiting = ScheduledInvitation.State.WAITING


def words(at: datetime) -> str:
    """A moment as people read it, in the zone of whoever looks."""
    return date_format(timezone.localtime(at), "D j M Y, H:i T")


def is_scheduled() -> Exists:
    """Whether an invitation of the contact waits for its hour."""
    return Exists(ScheduledInvitation.objects.filter(contact=OuterRef("pk"), state=Waiting))


def schedule(ids: list[int], at: datetime, mode: Mode, *, by, operation: Operation | None = None) -> None:
    """Set an invitation for each of these contacts, who are held and judged; one waiting already stays as it is."""
    rows = [
        ScheduledInvitation(contact_id=pk, at=at, again=mode == Mode.AGAIN, created_by=by, operation=operation)
        for pk in ids
    ]
    ScheduledInvitation.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    moment = f"{at.astimezone(timezone.get_default_timezone()):%Y-%m-%d %H:%M} UTC"
    record("scheduled", f"Invitation set for {moment}", subject_ids=ids, actor=by, operation=operation)


@transaction.atomic
def move(scheduled: ScheduledInvitation, at: datetime, *, by) -> bool:
    """Give a waiting invitation another time. False when it has gone or was cancelled meanwhile."""
    moved = ScheduledInvitation.objects.filter(pk=scheduled.pk, state=Waiting).update(at=at)
    if moved:
        record("rescheduled", "Invitation set for another time", subject_ids=[scheduled.contact_id], actor=by)
    return bool(moved)


@transaction.atomic
def cancel(scheduled: ScheduledInvitation, *, by) -> bool:
    """Cancel a waiting invitation. False when it has gone or was cancelled before."""
    rows = ScheduledInvitation.objects.filter(pk=scheduled.pk, state=Waiting)
    cancelled = rows.update(state=ScheduledInvitation.State.CANCELLED, reason=f"Cancelled by {by.name}.")
    if cancelled:
        record("unscheduled", "Scheduled invitation cancelled", subject_ids=[scheduled.contact_id], actor=by)
    return bool(cancelled)


def send_scheduled() -> None:
    """Turn what is due into mails, a chunk at a time, unless sending is held; run by the sweep."""
    while restore_guard.check() and _send_chunk():
        pass


@transaction.atomic
def _send_chunk() -> bool:
    """Take some due invitations; False when there are none."""
    now = timezone.now()
    due = ScheduledInvitation.objects.filter(state=Waiting, at__lte=now).order_by("at", "pk")
    rows = list(due.select_for_update(of=("self",), skip_locked=True).select_related("created_by")[:CHUNK])
    groups = defaultdict(list)
    for row in rows:
        if now - row.at > WINDOW:
            _close([row.contact_id], TOO_LATE)
        else:
            groups[row.created_by, row.again, row.operation_id].append(row.contact_id)
    for (by, again, operation_id), ids in groups.items():
        _send_group(ids, Mode.AGAIN if again else Mode.FIRST, by, operation_id)
    return bool(rows)


def _send_group(ids: list[int], mode: Mode, by, operation_id: int | None) -> None:
    """Invite these contacts for whoever scheduled it; those who have changed hands, for their advisor of today."""
    deleted = set(Contact.objects.filter(pk__in=ids, deleted_at__isnull=False).values_list("pk", flat=True))
    _close(list(deleted), DELETED)
    allowed = set(Contact.objects.editable_by(by).filter(pk__in=ids).values_list("pk", flat=True)) - deleted
    inherited = _by_advisor([pk for pk in ids if pk not in allowed | deleted])
    _close([pk for pk in ids if pk not in allowed.union(deleted, *inherited.values())], NO_RIGHTS)
    operation = Operation.objects.filter(pk=operation_id).first() if operation_id else None
    for sender, theirs in {by: sorted(allowed), **inherited}.items():
        if sender != by:
            words = f"The scheduled invitation goes out in the name of {sender.name}, whose contact it is now"
            record("rescheduled", words, subject_ids=theirs, operation=operation)
        outcome = inviting.invite(theirs, mode, by=sender, operation=operation)
        rows = ScheduledInvitation.objects.filter(state=Waiting)
        rows.filter(contact__in=outcome.done).update(state=ScheduledInvitation.State.GONE)
        for pk, reason in (outcome.skipped or {}).items():
            _close([pk], reason)


def _by_advisor(ids: list[int]) -> dict[User, list[int]]:
    """These contacts by their advisor of today, as far as that advisor works here and may change them."""
    found = defaultdict(list)
    for contact in Contact.objects.filter(pk__in=ids).select_related("primary_advisor").order_by("pk"):
        found[contact.primary_advisor].append(contact.pk)
    return {one: theirs for one, theirs in found.items() if one.is_active and one.may_edit}


def _close(ids: list[int], reason: str) -> None:
    """The waiting invitations of these contacts do not go, and the reason is kept and told."""
    if ids:
        rows = ScheduledInvitation.objects.filter(contact__in=ids, state=Waiting)
        rows.update(state=ScheduledInvitation.State.SKIPPED, reason=reason)
        record("mail_trouble", f"The scheduled invitation was not sent: {reason}", subject_ids=ids)
