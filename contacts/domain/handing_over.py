"""Giving one advisor's book to another."""

from accounts.models import User
from contacts.models import Contact
from core.domain.recording import record
from core.registry import Duty


def book_size(user: User) -> int:
    """How many contacts have `user` as primary advisor, those in the trash included."""
    return Contact.objects.filter(primary_advisor=user).count()


def hand_over_book(user: User, to: User, by: User) -> None:
    """Make `to` the primary advisor of all of `user`'s contacts, in one statement and the caller's transaction."""
    ids = list(Contact.objects.filter(primary_advisor=user).values_list("pk", flat=True))
    Contact.objects.filter(pk__in=ids).update(primary_advisor=to)
    record("handed_over", f"Handed over from {user.name} to {to.name}", subject_ids=ids, actor=by)


BOOK = Duty("contacts as primary advisor", book_size, hand_over_book)
