"""Links with which contacts help themselves: a forgotten password, or a new link for one that has expired."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from contacts.domain.signing_in import contact_to_enter
from contacts.models import Contact
from core.domain.asking import next_mail_at
from core.domain.recording import record
from outreach.domain.ledger import look_soon, plan_one
from outreach.domain.suppressing import WHY
from outreach.models import Invitation, Link, LinkRequest, Send, Suppression

KNOWN_MAILS = 20  # as many as make a difference to when the next may leave


class NotSent(Exception):
    """The contact gets no link; the message says why, for the member of the staff who asked."""


@transaction.atomic
def send_password_link(contact: Contact, by=None, not_before: datetime | None = None) -> Send:
    """Plan the mail with which the contact chooses a new password; one that waits already is enough.

    For a member of the staff (`by`) it leaves at once, but not to whom is not to be contacted, nor to an address that
    gets no mail: the contact may ask for one by themselves. Raises NotSent then, and when the portal is closed to them.
    """
    held = _held(contact.pk)
    if held is None:
        why = "they are deceased" if contact.deceased else "they are deactivated or have no experience yet"
        raise NotSent(f"{contact.name} cannot sign in, because {why}.")
    if by is not None and held.do_not_contact_since:
        raise NotSent(f"{contact.name} is not to be contacted. They can ask for a link themselves at the sign-in page.")
    listed = Suppression.objects.with_email(held.email).first() if by is not None else None
    if listed:
        raise NotSent(f"{WHY[listed.kind]} Allow mail to {held.email} first, or let {held.name} ask for a link.")
    waiting = Send.objects.open().filter(contact=held, purpose=Send.Purpose.PASSWORD)
    if send := waiting.first():
        if by is not None:
            waiting.filter(state=Send.State.PLANNED).update(not_before=None)
            look_soon()
        elif send.requested_by_id:  # it is the contact's own wish by now
            waiting.filter(pk=send.pk).update(requested_by=None)
        return send
    send = plan_one(Send.Purpose.PASSWORD, held, held.pk, by=by, not_before=not_before)
    if by is not None:
        record("password_link", "A link to choose a new password was requested", subject_ids=[held.pk], actor=by)
    return send


@transaction.atomic
def tell_of_new_password(contact: Contact) -> Send:
    """Plan the mail that tells the contact that their password was changed, in the transaction that changes it."""
    held = Contact.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.pk)
    return plan_one(Send.Purpose.SECURITY, held, held.pk)


def request_password_link(email: str) -> None:
    """Note that somebody forgot the password of this address.

    Nothing is looked up here: known and unknown addresses get the same answer in the same time. The worker
    decides, see `answer_requests`.
    """
    with transaction.atomic():
        LinkRequest.objects.create(email=email.strip()[:254], created_at=timezone.now())
        look_soon()


def answer_requests() -> None:
    """Turn what was asked for into mails to contacts who may enter, and forget it. Safe to run twice at once."""
    while True:
        with transaction.atomic():
            asked = LinkRequest.objects.select_for_update(skip_locked=True).order_by("pk").first()
            if asked is None:
                return
            contact = contact_to_enter(asked.email)
            if contact:
                _mail_in_turn(contact, asked.created_at)
            asked.delete()


@transaction.atomic
def mail_new_link(link: Link) -> None:
    """Mail a fresh link in place of an expired one, to the address on file. Does nothing when that is not due.

    Who has signed in before, or was to choose a new password, gets a password link; others one to their invitation.
    """
    contact = _held(link.contact_id)
    if contact is None or link.state != Link.State.EXPIRED:
        return
    _mail_in_turn(contact, timezone.now(), link)


def _mail_in_turn(contact: Contact, asked_at: datetime, link: Link | None = None) -> None:
    """Plan the link that was asked for at that moment, no sooner than its turn; see `core.domain.asking`.

    Nothing is planned when a mail has left since, or waits to leave: it answers this request as well.
    """
    mails = Send.objects.filter(contact=contact, purpose__in=[Send.Purpose.NEW_LINK, Send.Purpose.PASSWORD])
    gone = mails.exclude(state__in=[Send.State.FAILED, Send.State.SUPPRESSED]).annotate(
        at=Coalesce("sent_at", "created_at")
    )
    sent = list(gone.order_by("-at").values_list("at", flat=True)[:KNOWN_MAILS])
    if mails.open().update(requested_by=None) or (sent and asked_at <= sent[0]):  # what waits is their own wish by now
        return
    now = timezone.now()
    turn = next_mail_at(sent, now)
    not_before = turn if turn > now else None
    invitation = Invitation.objects.filter(contact=contact, accepted_at=None, revoked_at=None).first()
    if link and link.purpose == Link.Purpose.INVITATION and contact.start_at is None and invitation:
        plan_one(Send.Purpose.NEW_LINK, contact, invitation.pk, not_before=not_before)
    else:
        send_password_link(contact, not_before=not_before)


def _held(contact_id: int) -> Contact | None:
    """The contact, held until the transaction ends, if the portal is open to them."""
    rows = Contact.objects.open_to_portal().select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=contact_id).first()
