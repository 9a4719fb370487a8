"""Giving one advisor's book to another, as an operation: it has a report, and can be undone."""

from collections import Counter

from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.registry import Duty
from contacts.models import Contact
from core.models import Operation
from core.operations import running, selecting

KEY = "contacts.hand_over"


class NotHandedOver(Exception):
    """The contacts could not be given away, so what depends on it must not happen either."""


def book_size(user: User) -> int:
    """How many contacts have `user` as primary advisor, those in the trash included."""
    return Contact.objects.advised_by(user).count()


def describe(user: User, to: User) -> str:
    """What is done, for people."""
    return f"Hand over from {user.name} to {to.name}"


def draft(user: User, by: User, to: User | None = None) -> Operation:
    """A handing over of all that `user` has now; to whom may be chosen later."""
    operation = Operation.objects.create(
        kind=KEY,
        title=(describe(user, to) if to else f"Hand over from {user.name}")[:200],
        owner=by,
        params={"from": user.pk} | ({"to": to.pk} if to else {}),
        selection=f"All contacts of {user.name}, those in the trash included",
    )
    selecting.freeze(operation, Contact.objects.advised_by(user).values_list("pk", flat=True))
    return operation


def hand_over_book(user: User, to: User, by: User) -> Operation | None:
    """Give all of `user`'s contacts to `to`, in the caller's transaction: many are left to the worker. May raise.

    Returns the operation, which need not have ended; None where there was nothing to give.
    """
    operation = draft(user, by, to)
    if not operation.total:
        operation.delete()
        return None
    operation = running.start(operation)
    if operation.state == Operation.State.FAILED or operation.failed:
        raise NotHandedOver(operation.error or running.REFUSED)
    return operation


def arriving(user: User) -> QuerySet:
    """Handings over to `user` that have not ended: whose they would be if `user` left, nobody has decided."""
    return _under_way().filter(params__to=user.pk)


def leaving(user: User) -> QuerySet:
    """Handings over of what `user` has that have not ended."""
    return _under_way().filter(params__from=user.pk)


def left_behind() -> list[tuple[User, int]]:
    """Who was deactivated and is a primary advisor all the same, because a handing over ended early, and of how many.

    Counted in two halves, as in `advised_by`: without the index of each, every leaver would mean reading all contacts.
    """
    gone, held = User.objects.staff().filter(is_active=False).in_bulk(), Counter()
    for trash in (False, True):
        theirs = Contact.objects.filter(primary_advisor__in=gone, deleted_at__isnull=not trash).order_by()
        held.update(dict(theirs.values_list("primary_advisor").annotate(number=Count("pk"))))
    return [(user, held[pk]) for pk, user in gone.items() if held[pk]]


def _under_way() -> QuerySet:
    """Handings over that wait for a worker, run or rest."""
    return Operation.objects.filter(kind=KEY).exclude(state__in=[Operation.State.DRAFT, *Operation.OVER])


BOOK = Duty("contacts as primary advisor", book_size, hand_over_book, arriving, leaving, left_behind)
