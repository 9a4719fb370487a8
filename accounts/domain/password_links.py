"""The links with which the staff choose a password: asked for, mailed at a pace, and what became of each.

Rows in the database say what is to be mailed; the queue only says "look". A row is marked as handed over before its
mail leaves, and settled after: what a worker left between the two is unknown.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Firm, PasswordMail, User
from core.domain import mail_flow, mail_mark, mail_server
from core.domain.asking import next_mail_at
from core.domain.calling import call_worker
from core.domain.mail_server import MailServer, Verdict, new_headers
from core.domain.recording import record

logger = logging.getLogger(__name__)
State = PasswordMail.State

# A link to a forgotten password is of no use tomorrow; a new colleague's may wait for a mail server to be mended.
LATEST, LATEST_WELCOME = timedelta(hours=2), timedelta(days=7)
LEASE = timedelta(seconds=60)
PAUSE = timedelta(minutes=1)  # before the next try, when the mail server asks for one
KEPT = timedelta(days=30)
CUT_OFF = "The worker stopped between handing the mail over and noting the answer."
STATES = {
    mail_server.ACCEPTED: State.ACCEPTED,
    mail_server.TEMPORARY: State.WAITING,
    mail_server.PERMANENT: State.FAILED,
    mail_server.UNKNOWN: State.UNKNOWN,
}


def link_for(user: User) -> str:
    """A link that works once, for PASSWORD_RESET_TIMEOUT seconds, built from the configured base URL."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    path = reverse("accounts:password_reset_confirm", kwargs={"uidb64": uid, "token": f"{token}/"})
    return settings.BASE_URL + path


@transaction.atomic
def request_link(email: str) -> None:
    """Note that somebody forgot the password of this address.

    Nothing is looked up here: known and unknown addresses get the same answer in the same time. The worker decides.
    """
    PasswordMail.objects.create(email=email.strip()[:254], created_at=timezone.now())
    look_soon()


@transaction.atomic
def send_link(user: User, *, by: User) -> None:
    """Plan the mail with which `user` chooses a password, for an admin: it leaves at once.

    One that is on its way already is enough; one that waits for its turn need not wait any more.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    record(
        "password_link",
        "A link to choose a password was sent for",
        subject_ids=[user.pk],
        subject_type="user",
        actor=by,
    )
    if user.password_mails.open().exists():
        user.password_mails.filter(state=State.WAITING).update(not_before=None)
    else:
        welcome = not user.has_usable_password()
        PasswordMail.objects.create(email=user.email, user=user, welcome=welcome, requested_by=by)
    look_soon()


def look_soon() -> None:
    """Tell a worker that there are links to mail."""
    from accounts.tasks import mail_password_links

    call_worker(mail_password_links)


def mail_links() -> None:
    """Mail what is due, one after the other. Safe to run twice at once; never inside a transaction.

    Links leave also while sending is held after a restored backup: what waited in it is due no more, see `doubt`.
    """
    if not PasswordMail.objects.due().exists():
        return
    mail_mark.raise_mark()
    try:
        with MailServer() as server:
            while PasswordMail.objects.due().exists() and _mail_next(server):
                pass
    finally:
        mail_mark.raise_mark()


def _mail_next(server: MailServer) -> bool:
    """Mail the next link. False when the rest must wait, or another worker has it."""
    if not mail_flow.may_try(1):
        return False
    if failure := server.open():
        logger.warning("Password links wait: %s", failure.reason)
        mail_flow.note(failure)
        return False
    mail = _take()
    if mail is None:
        return False
    if mail.state == State.HANDED_OVER:
        verdict = server.hand_over(_message(mail))
        _settle(mail, verdict)
        return mail_flow.note(verdict)
    return True


def waiting() -> bool:
    """Whether a link waits to be mailed."""
    return PasswordMail.objects.open().exists()


def doubt(state_at: datetime) -> None:
    """The database is a restored backup: what waited in it may have left. What was asked for since is new."""
    waited = PasswordMail.objects.open().filter(created_at__lte=state_at)
    waited.update(state=State.UNKNOWN, reason=mail_mark.MAY_HAVE_LEFT, lease_until=None)


def sweep_links() -> None:
    """Call unknown what a worker left while handing it over; wake a worker when something is due."""
    left = PasswordMail.objects.filter(state=State.HANDED_OVER, lease_until__lt=timezone.now())
    left.update(state=State.UNKNOWN, reason=CUT_OFF, lease_until=None)
    if PasswordMail.objects.due().exists():
        look_soon()


def clear_old_password_mails() -> None:
    """Forget what was asked for long ago. Run once a day."""
    PasswordMail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


@transaction.atomic
def _take() -> PasswordMail | None:
    """The next mail, claimed as handed over if it may leave, else settled or, where it is nobody's, forgotten."""
    rows = PasswordMail.objects.due().select_for_update(skip_locked=True, of=("self",))
    mail = rows.order_by("pk").first()
    if mail is None:
        return None
    receiver = _receiver(mail)
    refusal = _why_not(mail, receiver)
    turn = None if refusal else _turn(mail, receiver)
    if refusal and mail.user_id is None:
        mail.delete()
    elif turn:
        mail.user, mail.not_before = receiver, turn
        mail.save(update_fields=["user", "not_before"])
    elif refusal:
        mail.state, mail.reason = State.FAILED, refusal
        mail.save(update_fields=["state", "reason"])
    else:
        now = timezone.now()
        mail.user, mail.state, mail.attempts = receiver, State.HANDED_OVER, mail.attempts + 1
        mail.handed_over_at, mail.lease_until = now, now + LEASE
        mail.save()
    return mail


def _receiver(mail: PasswordMail) -> User | None:
    """Whose mail it is, held until the transaction ends, if they may sign in."""
    staff = User.objects.staff().filter(is_active=True).select_for_update(no_key=True)
    return (staff.filter(pk=mail.user_id) if mail.user_id else staff.with_email(mail.email)).first()


def _why_not(mail: PasswordMail, receiver: User | None) -> str:
    """Why a mail must not leave; empty when it may."""
    if receiver is None:
        return "Nobody who may sign in has this address."
    if timezone.now() - mail.created_at > (LATEST_WELCOME if mail.welcome else LATEST):
        return "It waited too long to be sent."
    others = receiver.password_mails.exclude(pk=mail.pk)
    if others.open().exists():
        return "Another one is waiting to be sent."
    sent = _sent(receiver)
    return (
        "A mail that has left since answers it." if mail.user_id is None and sent and mail.created_at <= sent[0] else ""
    )


def _turn(mail: PasswordMail, receiver: User) -> datetime | None:
    """When the mail may leave, if not now; see `core.domain.asking`. An admin, and a second try, need not wait."""
    now = timezone.now()
    turn = now if mail.user_id else next_mail_at(_sent(receiver), now)
    return turn if turn > now else None


def _sent(receiver: User) -> list[datetime]:
    """When mails with links left for this user, or may have, the newest first; as many as make a difference."""
    gone = receiver.password_mails.filter(state__in=[State.ACCEPTED, State.UNKNOWN], handed_over_at__isnull=False)
    return list(gone.order_by("-handed_over_at").values_list("handed_over_at", flat=True)[:20])


def _message(mail: PasswordMail) -> EmailMessage:
    """The mail as it leaves, with a link made for it."""
    context = {"user": mail.user, "firm": Firm.get(), "link": link_for(mail.user), "welcome": mail.welcome}
    return EmailMessage(
        subject=render_to_string("accounts/password_mail_subject.txt", context).strip(),
        body=render_to_string("accounts/password_mail.txt", context),
        to=[mail.user.email],
        headers=new_headers(),
    )


def _settle(mail: PasswordMail, verdict: Verdict) -> None:
    """Note what became of a mail. A late answer is the truth also for a row that was called unknown meanwhile.

    But such a row does not wait for another try any more: somebody may have asked for another mail since.
    """
    again = timezone.now() + PAUSE if verdict.outcome == mail_server.TEMPORARY else None
    found = {"reason": verdict.reason, "lease_until": None}
    held = PasswordMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    if not held.filter(state=State.HANDED_OVER).update(state=STATES[verdict.outcome], not_before=again, **found):
        late = State.FAILED if again else STATES[verdict.outcome]
        held.filter(state=State.UNKNOWN).update(state=late, **found)
