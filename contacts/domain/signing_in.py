"""A contact's way into the portal: who may enter, the password, and what a sign-in sets off."""

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils import timezone

from accounts.models import Firm, Role, User
from contacts.models import Assignment, Contact, PortalSignIn
from core.history.recording import record

# A form sent twice is one sign-in.
SAME_SIGN_IN = timedelta(seconds=5)


class MayNotEnter(Exception):
    """The contact was closed, deleted or never assigned; the portal stays shut."""


def portal_contact(user: User) -> Contact | None:
    """The contact behind a portal user, with advisor and team, if the portal is open to them now."""
    return Contact.objects.portal_of(user).select_related("primary_advisor", "team").first()


def contact_to_enter(email: str) -> Contact | None:
    """The contact with this address, in any case, if the portal is open to them now."""
    return Contact.objects.open_to_portal().with_email(email).first()


def zone_of(contact: Contact, firm: Firm) -> ZoneInfo:
    """The contact's time zone, else the firm's."""
    for name in (contact.time_zone, firm.time_zone):
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo("UTC")


@transaction.atomic
def give_password(contact: Contact, password: str) -> User:
    """Set the contact's portal password, which ends their other sessions; the first one makes the account.

    Raises MayNotEnter when the portal is closed to them.
    """
    contact = _locked(contact)
    left_over = User.objects.clients().with_email(contact.email).filter(contact=None)
    user = contact.user or left_over.first() or User(role=Role.CONTACT, email=contact.email)
    user.first_name, user.last_name, user.is_active = contact.first_name, contact.last_name, True
    user.set_password(password)
    user.save()
    if contact.user_id is None:
        Contact.objects.filter(pk=contact.pk).update(user=user)
    return user


@transaction.atomic
def end_access(contact: Contact, *, by: User) -> bool:
    """Sign the contact out everywhere and make their password useless; False when they never chose one.

    For an account that somebody else has come into, as by a mistyped address. The contact chooses a new password with
    a link that is mailed to the present address.
    """
    contact = _locked(contact)
    if contact.user is None or not contact.user.has_usable_password():
        return False
    contact.user.set_unusable_password()  # sessions carry a mark that is made from the password
    contact.user.save(update_fields=["password"])
    record("access_ended", "Signed out everywhere, the password no longer works", subject_ids=[contact.pk], actor=by)
    return True


@transaction.atomic
def record_sign_in(contact: Contact) -> bool:
    """Note that the contact signed in, and tell whether it was the first time.

    The first sign-in stamps the start date, which makes the contact Active, and starts their campaign: its day 1
    is today where they live. Two at once are one. Raises MayNotEnter when the portal is closed to them.
    """
    contact = _locked(contact)
    now = timezone.now()
    if contact.last_login_at and now - contact.last_login_at < SAME_SIGN_IN:
        return False
    PortalSignIn.objects.create(contact=contact, at=now)
    first = contact.start_at is None
    Contact.objects.filter(pk=contact.pk).update(last_login_at=now, **({"start_at": now} if first else {}))
    if first:
        today = timezone.localdate(now, zone_of(contact, Firm.get()))
        Assignment.objects.filter(
            contact=contact, ended_at=None, campaign__isnull=False, campaign_started_on=None
        ).update(campaign_started_on=today)
        record("signed_in", "Signed in for the first time", subject_ids=[contact.pk], actor=contact.user)
    return first


def _locked(contact: Contact) -> Contact:
    """The contact as it is now, held until the caller's transaction ends."""
    held = Contact.objects.open_to_portal().select_for_update(of=("self",), no_key=True)
    found = held.select_related("user").filter(pk=contact.pk).first()
    if found is None:
        raise MayNotEnter
    return found
