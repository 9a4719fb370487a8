"""Giving one advisor's book to another, as an operation: it has a report, and can be undone."""

from accounts.models import User
from contacts.models import Contact
from core.domain import running, selecting
from core.models import Operation
from core.registry import Duty

KEY = "contacts.hand_over"


class NotHandedOver(Exception):
    """The contacts could not be given away, so what depends on it must not happen either."""


def book_size(user: User) -> int:
    """How many contacts have `user` as primary advisor, those in the trash included."""
    return Contact.objects.advised_by(user).count()


def words(user: User, to: User) -> str:
    """What is done, for people."""
    return f"Hand over from {user.name} to {to.name}"


def draft(user: User, by: User, to: User | None = None) -> Operation:
    """A handing over of all that `user` has now; to whom may be chosen later."""
    operation = Operation.objects.create(
        kind=KEY,
        title=(words(user, to) if to else f"Hand over from {user.name}")[:200],
        owner=by,
        params={"from": user.pk} | ({"to": to.pk} if to else {}),
        selection=f"All contacts of {user.name}, those in the trash included",
    )
    selecting.freeze(operation, Contact.objects.advised_by(user).values_list("pk", flat=True))
    return operation


def hand_over_book(user: User, to: User, by: User) -> None:
    """Give all of `user`'s contacts to `to`, in the caller's transaction: many are left to the worker. May raise."""
    operation = draft(user, by, to)
    if not operation.total:
        operation.delete()
    elif running.start(operation).state == Operation.State.FAILED:
        raise NotHandedOver(operation.error)


BOOK = Duty("contacts as primary advisor", book_size, hand_over_book)
