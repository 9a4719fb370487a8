"""What contacts' pages show of outreach: a section, the next step, and inviting after assigning."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from accounts.models import Firm
from contacts.models import Contact, Status
from contacts.timeline import Entry, newest_before
from core.mailing import server_status
from core.registry import operation_types
from mail.models import Send
from outreach.domain import counting, inviting, scheduling, suppressing
from outreach.domain.inviting import Mode
from outreach.models import Bounce, Invitation, ScheduledInvitation, Suppression

SENDS_SHOWN = 6


def section(contact: Contact, request: HttpRequest) -> str:
    """The section Invitations of the summary page."""
    from outreach.tables import state_badge

    sends = list(Send.objects.filter(contact=contact).order_by("-pk")[:SENDS_SHOWN])
    context = {
        "contact": contact,
        "may_edit": request.user.may_edit,
        "sends": [(send, state_badge(send)) for send in sends],
        "invitation": Invitation.objects.filter(contact=contact, accepted_at=None, revoked_at=None).first(),
        "counted": counting.number_of(contact),
        "scheduled": _waiting(contact),
        "suppression": Suppression.objects.with_email(contact.email).first(),
        "bounces": _bounces(contact, sends),
        "bounces_at_most": suppressing.BOUNCES_AT_MOST,
        "at_most": Firm.get().invitations_at_most,
        "obstacle": server_status.obstacle() if any(send.state == Send.State.PLANNED for send in sends) else None,
    }
    return render_to_string("outreach/section.html", context, request)


def _bounces(contact: Contact, sends: list[Send]) -> list[Bounce]:
    """What came back of late, the newest first; nothing is looked up where none of the mails shown has come back."""
    came_back = [Send.State.BOUNCED, Send.State.PLANNED]
    if not any(send.sent_at and send.state in came_back for send in sends):
        return []
    return list(Bounce.objects.to_address(contact.email).filter(at__gt=timezone.now() - suppressing.WITHIN))


def next_step(contact: Contact, user) -> tuple[str, str, str] | None:
    """What a member of the staff would do next about the invitation: sentence, address, label."""
    if not user.may_edit or contact.status not in {Status.ASSIGNED, Status.INVITED}:
        return None
    doubtful = Send.objects.filter(contact=contact, state=Send.State.UNKNOWN).first()
    if doubtful:
        return "It is not known whether the last mail left.", reverse("outreach:decide", args=[doubtful.pk]), "Decide"
    if scheduled := _waiting(contact):
        url = reverse("outreach:scheduled_move", args=[scheduled.pk])
        return f"The invitation goes at {scheduling.words(scheduled.at)}.", url, "Change the time"
    if contact.status == Status.ASSIGNED:
        if reason := inviting.refusal_of(contact, Mode.FIRST):
            return f"Not invited yet. {reason}", "", ""
        return "Has an experience, not invited yet.", operation_types["outreach.invite"].url(contact.pk), "Invite"
    since = _since(contact.last_invited_at)
    if not Invitation.objects.filter(contact=contact, accepted_at=None, revoked_at=None).exists():
        url = operation_types["outreach.reinvite"].url(contact.pk)
        return f"Invited {since}; the links no longer work.", url, "Re-invite"
    if inviting.refusal_of(contact, Mode.AGAIN):
        return f"Invited {since}, not seen yet.", "", ""
    url = operation_types["outreach.reinvite"].url(contact.pk)
    return f"Invited {since}, not seen yet.", url, "Re-invite"


def _since(moment) -> str:
    """How long ago, in one unit."""
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, timezone.now(), depth=1)} ago"


def invite_after_assigning(contact_ids: list[int], by, operation) -> dict[int, str]:
    """Invite those who were just assigned; whoever cannot be is left out, with the reason, as the preview said."""
    return inviting.invite(contact_ids, Mode.FIRST, by=by, operation=operation).skipped or {}


def left_out(contacts) -> dict[str, int]:
    """How many of these contacts would be assigned but not invited, by reason."""
    reasons = inviting.skip_reasons(Mode.FIRST, Firm.get(), will_have_experience=True)
    found = inviting.judged(contacts, reasons).exclude(refusal="").order_by()
    return dict(found.values_list("refusal").annotate(number=Count("pk")))


def _waiting(contact: Contact) -> ScheduledInvitation | None:
    """The contact's invitation that waits for its hour."""
    return ScheduledInvitation.objects.filter(contact=contact, state=ScheduledInvitation.State.WAITING).first()


def mails(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """The mails of the ledger, for the timeline: when they were planned, and what became of them."""
    rows = newest_before(Send.objects.filter(contact=contact).select_related("requested_by"), "created_at", before)
    return [
        Entry(
            at=send.created_at,
            sentence=f"{send.purpose_label} to {send.recipient}: {send.get_state_display().lower()}",
            kind="mail",
            icon="mail",
            actor=send.requested_by.name if send.requested_by else "",
            operation_id=send.operation_id,
        )
        for send in rows[:limit]
    ]
