"""The links that are mailed: made, looked up, spent and revoked. Only the SHA-256 of a token is ever stored.

A changed email address, deactivation and deletion kill all links by a trigger on the contact (a migration makes
it), whoever changes the contact and however many at once.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from outreach.domain import suppressing
from outreach.models import Invitation, Link

# Where the portal receives each kind of link; the addresses are fixed, because they stand in mails.
PATHS = {Link.Purpose.INVITATION: "/portal/invitation/{}/", Link.Purpose.PASSWORD: "/portal/new-password/{}/"}
TOKEN_BYTES = 32
TOKEN_LENGTH = 43  # characters of so many bytes in base64 without padding


class NotUsable(Exception):
    """The link was spent, revoked or has expired meanwhile. `state` says which."""

    def __init__(self, state: str) -> None:
        super().__init__(f"The link is {state}.")
        self.state = state


def issue(contact: Contact, purpose: str, invitation: Invitation | None = None) -> str:
    """Make a link and return its token: 256 random bits, told here and never again.

    An invitation link belongs to the contact's open invitation, which is made when there is none and lasts as
    long as the firm says; a password link lasts PASSWORD_RESET_TIMEOUT seconds.
    """
    if purpose == Link.Purpose.INVITATION and invitation is None:
        invitation, _ = Invitation.objects.get_or_create(contact=contact, accepted_at=None, revoked_at=None)
    token, link = make(contact.pk, purpose, invitation.pk if invitation else None, Firm.get())
    link.save(force_insert=True)
    return token


def make(contact_id: int, purpose: str, invitation_id: int | None, firm: Firm) -> tuple[str, Link]:
    """A token and its link, not yet stored: for those who store many at once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    if purpose == Link.Purpose.INVITATION:
        lasts = timedelta(days=firm.invitation_link_days)
    else:
        lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    link = Link(
        purpose=purpose,
        contact_id=contact_id,
        invitation_id=invitation_id,
        token_hash=_hash(token),
        expires_at=timezone.now() + lasts,
    )
    return token, link


def url_for(token: str, purpose: str = Link.Purpose.INVITATION) -> str:
    """The address that goes into the mail, built from the configured base URL."""
    return settings.BASE_URL + PATHS[Link.Purpose(purpose)].format(token)


def find(token: str) -> Link | None:
    """The link with its contact and its `state`, or None when there never was such a link. Changes nothing."""
    return Link.objects.select_related("contact", "invitation").filter(token_hash=_hash(token)).first()


def has_newer(link: Link) -> bool:
    """Whether the contact was sent another link after this one that still works."""
    return _open_links([link.contact_id]).filter(pk__gt=link.pk, expires_at__gt=timezone.now()).exists()


def spend(link: Link) -> None:
    """Use the link up, once: its contact's invitation is accepted, and all their other links die.

    For the transaction in which the password is set. Raises NotUsable when somebody was faster.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A link is spent in the transaction that uses it.")
    # The contact first, as everything that changes contacts does it: no two ways of locking.
    Contact.objects.select_for_update(of=("self",), no_key=True).get(pk=link.contact_id)
    link = Link.objects.select_for_update().get(pk=link.pk)
    if link.state != Link.State.USABLE:
        raise NotUsable(link.state)
    now = timezone.now()
    suppressing.note_arrival(Contact.objects.values_list("email", flat=True).get(pk=link.contact_id), was_read=True)
    Link.objects.filter(pk=link.pk).update(spent_at=now)
    _open_links([link.contact_id]).update(revoked_at=now)
    _open_invitations([link.contact_id]).update(accepted_at=now)


def revoke_all(contacts: Iterable[int], why: str) -> int:
    """Kill every open link and invitation of these contacts (keys); returns how many invitations that ended."""
    ids, now = list(contacts), timezone.now()
    with transaction.atomic():
        _open_links(ids).update(revoked_at=now)
        return _open_invitations(ids).update(revoked_at=now, revoked_why=why[:100])


def revoke_invitations(invitations: QuerySet, why: str) -> list[int]:
    """Kill those of these invitations that are open, with their links; returns the keys of their contacts."""
    open_ones = invitations.filter(accepted_at=None, revoked_at=None).order_by("contact")
    found, now = dict(open_ones.values_list("pk", "contact_id")), timezone.now()
    with transaction.atomic():
        Link.objects.filter(invitation__in=found, spent_at=None, revoked_at=None).update(revoked_at=now)
        still = Invitation.objects.filter(pk__in=found, accepted_at=None, revoked_at=None)
        still.update(revoked_at=now, revoked_why=why[:100])
    return list(found.values())


def _open_links(contact_ids: list[int]):
    """Links that have been neither spent nor revoked."""
    return Link.objects.filter(contact__in=contact_ids, spent_at=None, revoked_at=None)


def _open_invitations(contact_ids: list[int]):
    """Invitations neither accepted nor revoked."""
    return Invitation.objects.filter(contact__in=contact_ids, accepted_at=None, revoked_at=None)


def _hash(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()
