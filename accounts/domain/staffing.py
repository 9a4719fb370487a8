"""Inviting, changing and deactivating the firm's staff."""

from django.db import transaction
from django.db.models import F, Q

from accounts.domain.password_links import send_link
from accounts.models import Role, User
from accounts.registry import staff_duties
from core.history.recording import record
from core.models import Operation


class NotAllowed(Exception):
    """A rule of the firm forbids it; the message is for the person who asked."""


def duties_of(user: User) -> list[tuple[str, int]]:
    """What `user` holds that somebody must take over: label and number, without the zeros."""
    held = [(duty.label, duty.count(user)) for duty in staff_duties]
    return [(label, count) for label, count in held if count]


def left_behind() -> list[tuple[User, str, int]]:
    """Who can no longer sign in and holds something all the same, because its handing over ended early."""
    return [(user, duty.label, count) for duty in staff_duties for user, count in duty.left_behind()]


def leaving(user: User) -> list[Operation]:
    """Operations that hand over what `user` holds and have not ended."""
    return [operation for duty in staff_duties for operation in duty.leaving(user)]


@transaction.atomic
def invite_staff(user: User, *, by: User) -> None:
    """Add `user`, not yet saved, who gets a link to choose a password: both or neither."""
    user.set_unusable_password()
    user.save()
    record("invited", f"Invited as {user.get_role_display()}", subject_ids=[user.pk], subject_type="user", actor=by)
    send_link(user, by=by)


@transaction.atomic
def change_staff(user: User, *, by: User, role: str) -> None:
    """Give `user` another role. Raises NotAllowed for the last admin, or when contacts would lose their advisor."""
    user = hold(user)
    if user.role == role:
        return
    if user.role == Role.ADMIN:
        _keep_one_admin(user)
    if role not in {Role.ADMIN, Role.ADVISOR}:
        _keep_receivers(user)
        if duties_of(user):
            raise NotAllowed(f"{user.name} is the primary advisor of contacts. Hand them over first.")
    before, user.role = user.get_role_display(), role
    user.save(update_fields=["role"])
    end_sessions(user)
    record(
        "role_changed",
        f"Role changed from {before} to {user.get_role_display()}",
        subject_ids=[user.pk],
        subject_type="user",
        actor=by,
    )


def record_new_email(user: User, before: str, *, by: User) -> None:
    """Record, in the transaction that saves it, that `user` signs in with another address and gets links there."""
    sentence = f"Email changed from {before} to {user.email}"
    record("email_changed", sentence, subject_ids=[user.pk], subject_type="user", actor=by)


@transaction.atomic
def deactivate_staff(user: User, *, by: User, successor: User | None = None) -> list[Operation]:
    """Hand what `user` holds to `successor` and close their access at once, both or neither.

    Returns the operations that hand over. Much is left to the worker: until such an operation ends, its receiver
    cannot leave, and what stays with `user` where it ends early is told by `left_behind`. Raises NotAllowed for
    oneself, the last admin, somebody to whom others' contacts are on their way, or when there is something to hand
    over and nobody to take it.
    """
    user = hold(user, successor)
    if user == by:
        raise NotAllowed("You cannot deactivate yourself. Ask another admin.")
    if user.role == Role.ADMIN:
        _keep_one_admin(user)
    _keep_receivers(user)
    begun = []
    if duties_of(user):
        if successor is None or successor == user or not User.objects.possible_advisors().contains(successor):
            raise NotAllowed("Choose an active advisor who takes the contacts over.")
        begun = [duty.hand_over(user, successor, by) for duty in staff_duties]
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    record("deactivated", "Deactivated", subject_ids=[user.pk], subject_type="user", actor=by)
    return [operation for operation in begun if operation]


def reactivate_staff(user: User, *, by: User) -> None:
    """Open `user`'s access again."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
        record("reactivated", "Reactivated", subject_ids=[user.pk], subject_type="user", actor=by)


def end_sessions(user: User) -> None:
    """Sign `user` out everywhere: a session is good only for the generation in which it began."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)


def hold(user: User, successor: User | None = None) -> User:
    """`user` as they are now, held with `successor` and all admins until the transaction ends: not all can leave.

    Who edits one of the staff calls it first of all. All at once and in one order, for two of them may be pressing at
    the same moment.
    """
    wanted = {user.pk, successor.pk if successor else user.pk}
    rows = User.objects.select_for_update(no_key=True).filter(Q(pk__in=wanted) | Q(role=Role.ADMIN, is_active=True))
    return {one.pk: one for one in rows.order_by("pk")}[user.pk]


def _keep_receivers(user: User) -> None:
    """Raise NotAllowed while what others held is on its way to `user`."""
    for duty in staff_duties:
        for operation in duty.arriving(user):
            raise NotAllowed(
                f"“{operation.title}” has not ended yet. Wait for it or stop it, under Operations;"
                f" then hand over what {user.name} has."
            )


def _keep_one_admin(user: User) -> None:
    """Raise NotAllowed when `user` is the only active admin; they are held, see `hold`."""
    if not User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk).exists():
        raise NotAllowed("The firm needs at least one active admin.")
