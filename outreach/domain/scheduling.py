"""Invitations set for a date and time: shown, changed and cancelled until they go."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format

from contacts.models import Contact
from core.domain.recording import record
from core.models import Operation
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from outreach.models import ScheduledInvitation

CHUNK = 500
# An outage, a restored backup: what is later than this is told instead of sent.
WINDOW = timedelta(hours=48)
TOO_LATE = "Could not be sent within 48 hours of its time."
NO_RIGHTS = "Whoever scheduled it may no longer change this contact."
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
    """Turn what is due into mails, a chunk at a time; run by the sweep."""
    while _send_chunk():
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
    """Invite those whom the one who scheduled it may still change."""
    allowed = set(Contact.objects.editable_by(by).filter(pk__in=ids).values_list("pk", flat=True))
    deleted = set(
        Contact.objects.known_to(by).filter(pk__in=ids, deleted_at__isnull=False).values_list("pk", flat=True)
    )
    _close(list(deleted), DELETED)
    _close([pk for pk in ids if pk not in allowed | deleted], NO_RIGHTS)
    operation = Operation.objects.filter(pk=operation_id).first() if operation_id else None
    outcome = inviting.invite(sorted(allowed), mode, by=by, operation=operation)
    rows = ScheduledInvitation.objects.filter(state=Waiting)
    rows.filter(contact__in=outcome.done).update(state=ScheduledInvitation.State.GONE)
    for pk, reason in (outcome.skipped or {}).items():
        _close([pk], reason)


def _close(ids: list[int], reason: str) -> None:
    """The waiting invitations of these contacts do not go, and the reason is kept and told."""
    if ids:
        rows = ScheduledInvitation.objects.filter(contact__in=ids, state=Waiting)
        rows.update(state=ScheduledInvitation.State.SKIPPED, reason=reason)
        record("mail_trouble", f"The scheduled invitation was not sent: {reason}", subject_ids=ids)
