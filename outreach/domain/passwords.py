"""Links with which contacts help themselves: a forgotten password, or a new link for one that has expired."""

from django.db import transaction

from contacts.domain.signing_in import contact_to_enter
from contacts.models import Contact
from core.domain.asking import may_ask
from core.domain.recording import record
from outreach.domain.ledger import look_soon, plan_one
from outreach.domain.suppressing import WHY
from outreach.models import Invitation, Link, LinkRequest, Send, Suppression


class NotSent(Exception):
    """The contact gets no link; the message says why, for the member of the staff who asked."""


@transaction.atomic
def send_password_link(contact: Contact, by=None) -> Send:
    """Plan the mail with which the contact chooses a new password. Raises NotSent when the portal is closed to them.

    A link that somebody of the staff asks for (`by`) is not sent to whom is not to be contacted, or to an address that
    gets no mail, and says so: the contact may ask for one by themselves. NotSent as well.
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
        if by is None and send.requested_by_id:  # it is the contact's own wish by now
            waiting.filter(pk=send.pk).update(requested_by=None)
        return send
    send = plan_one(Send.Purpose.PASSWORD, held, held.pk, by=by)
    if by is not None:
        record("password_link", "A link to choose a new password was requested", subject_ids=[held.pk], actor=by)
    return send


def request_password_link(email: str) -> None:
    """Note that somebody forgot the password of this address.

    Nothing is looked up here: known and unknown addresses get the same answer in the same time. The worker
    decides, see `answer_requests`.
    """
    with transaction.atomic():
        LinkRequest.objects.create(email=email.strip()[:254])
        look_soon()


def answer_requests() -> None:
    """Turn what was asked for into mails to contacts who may enter, and forget it. Safe to run twice at once."""
    while True:
        with transaction.atomic():
            asked = LinkRequest.objects.select_for_update(skip_locked=True).order_by("pk").first()
            if asked is None:
                return
            contact = contact_to_enter(asked.email)
            if contact and _may_ask(contact):
                send_password_link(contact)
            asked.delete()


@transaction.atomic
def mail_new_link(link: Link) -> None:
    """Mail a fresh link in place of an expired one, to the address on file. Does nothing when that is not due.

    Who has signed in before, or was to choose a new password, gets a password link; others one to their invitation.
    """
    contact = _held(link.contact_id)
    if contact is None or link.state != Link.State.EXPIRED or not _may_ask(contact):
        return
    invitation = Invitation.objects.filter(contact=contact, accepted_at=None, revoked_at=None).first()
    if link.purpose == Link.Purpose.INVITATION and contact.start_at is None and invitation:
        plan_one(Send.Purpose.NEW_LINK, contact, invitation.pk)
    else:
        send_password_link(contact)


def _held(contact_id: int) -> Contact | None:
    """The contact, held until the transaction ends, if the portal is open to them."""
    rows = Contact.objects.open_to_portal().select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=contact_id).first()


def _may_ask(contact: Contact) -> bool:
    """Whether the contact has not just been mailed a link, and not too many today."""
    purposes = [Send.Purpose.NEW_LINK, Send.Purpose.PASSWORD]
    return may_ask(Send.objects.filter(contact=contact, purpose__in=purposes), "created_at")
