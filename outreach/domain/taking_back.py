"""Undoing an operation that also invited: mails that wait are stopped, and invitations that came of it are closed."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone

from contacts.models import ImportedContact
from contacts.querysets import ContactQuerySet
from core.history.recording import record
from core.models import Operation
from core.words import counted
from mail.models import Send
from mail.models.send import LEFT, OPEN
from outreach.domain import links
from outreach.models import Invitation, Purpose

UNDONE = "The assigning was undone."
STOPPED = "Put back; the invitation was stopped before it left."
GONE = "Put back; the invitation had left already."
PERHAPS = "Put back; the invitation may have left already."
REDO_INVITES_NOBODY = (
    "Redoing invites nobody: mails that were stopped stay stopped, closed invitations stay closed. Invite afterwards."
)
WAITING = [Send.State.PLANNED, Send.State.CLAIMED]
DOUBTFUL = [Send.State.HANDED_OVER, Send.State.UNKNOWN]  # of those that left


def take_back(operation: Operation, ids: list[int], undoing: Operation) -> dict[int, str]:
    """Stop the operation's mails to these contacts that have not left, and close the invitations that it made.

    Runs in the transaction that puts the contacts back, which holds them. A worker hands a mail over only while it is
    claimed, so what is stopped here cannot leave any more, and what has left is seen. Returns what became of the
    mails, in words by contact.
    """
    if not operation.params.get("invite"):
        return {}
    mails = Send.objects.filter(operation=operation, contact__among=ids).order_by("pk")
    # In the order of their keys, as the worker that prepares a batch: no two ways of locking.
    columns = ("pk", "contact_id", "state", "sent_at")
    held = list(mails.select_for_update(of=("self",), no_key=True).values_list(*columns))
    stopped = {pk: contact for pk, contact, state, _ in held if state in WAITING}
    gone = {contact: PERHAPS if state in DOUBTFUL else GONE for _, contact, state, at in held if state in LEFT or at}
    if stopped:
        _stop(stopped, undoing)
    if held:
        _close(operation, ids, undoing)
    return dict.fromkeys(stopped.values(), STOPPED) | gone


def _stop(sends: dict[int, int], undoing: Operation) -> None:
    """These mails, which are held, do not leave; their contacts' timelines say so."""
    Send.objects.filter(pk__among=sends).update(
        state=Send.State.SUPPRESSED, reason=UNDONE, settled_at=timezone.now(), lease_until=None
    )
    words = f"Invitation not sent: {UNDONE}"
    record("mail_trouble", words, subject_ids=sends.values(), actor=undoing.owner, operation=undoing)


def _close(operation: Operation, ids: Sequence[int], undoing: Operation) -> None:
    """Revoke the open invitations that the operation mailed, but for those that somebody has mailed otherwise."""
    theirs = Send.objects.filter(operation=operation, contact__among=ids, purpose=Purpose.INVITATION)
    mailed = Send.objects.filter(purpose=Purpose.INVITATION, subject_id=OuterRef("pk"), state__in={*OPEN, *LEFT})
    found = Invitation.objects.filter(~Exists(mailed.exclude(operation=operation)), pk__in=theirs.values("subject_id"))
    contacts = links.revoke_invitations(found, UNDONE)
    record("revoked", f"Invitation closed: {UNDONE}", subject_ids=contacts, actor=undoing.owner, operation=undoing)


def words_for_undoing(operation: Operation, contacts: ContactQuerySet, *, redo: bool) -> list[str]:
    """What becomes of the mails of an operation that is undone, or done again, for `contacts`, who are put back."""
    if redo:
        return [REDO_INVITES_NOBODY] if Send.objects.filter(operation=operation).exists() else []
    return [*_left(operation), *_waiting(operation, contacts)]


def _left(operation: Operation) -> list[str]:
    """What cannot be taken back: mails that have been handed over, or may have been.

    An import sends none itself: what counts is what has gone to its contacts since.
    """
    left = Send.objects.left()
    theirs = ImportedContact.objects.filter(operation=operation)
    since = left.filter(contact__in=theirs.values("subject_id"), created_at__gte=operation.created_at)
    own = left.filter(operation=operation).count()
    count = own + since.exclude(operation=operation).count()
    if not count:
        return []
    to = "" if not theirs.exists() else " to a contact of this import" if count == 1 else " to contacts of this import"
    links_close = " Links in them stop working for whoever is put back." if own else ""
    have = "has" if count == 1 else "have"
    perhaps = ", or may have," if left.filter(operation=operation, state__in=DOUBTFUL).exists() else ""
    return [f"{counted(count, 'mail')} {have} left already{to}{perhaps} and cannot be taken back.{links_close}"]


def _waiting(operation: Operation, contacts: ContactQuerySet) -> list[str]:
    """What has not left: it is stopped for those who are put back, and for nobody else."""
    waiting = list(Send.objects.filter(operation=operation, state__in=WAITING).values_list("contact_id", flat=True))
    if not waiting:
        return []
    put_back = set(contacts.filter(pk__among=waiting).values_list("pk", flat=True))
    stopped = sum(contact in put_back for contact in waiting)
    fates = [
        (stopped, "will not be sent"),
        (len(waiting) - stopped, "will be sent, to contacts who are left alone"),
    ]
    return [f"{counted(n, 'mail')} still {'waits' if n == 1 else 'wait'} and {fate}." for n, fate in fates if n]
