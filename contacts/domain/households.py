"""Joining and leaving a household."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import F

from contacts.models import Contact, Household
from core.history.recording import record


def folded(names: Iterable[str]) -> dict[str, str]:
    """Each name in lower case as PostgreSQL writes it, to be compared with its `lower()`: Python's differs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, lower(name) FROM unnest(%s::text[]) AS given (name)", [list(names)])
        return dict(cursor.fetchall())


def join_named(contact: Contact, name: str, *, by) -> None:
    """Put the contact into the household of this name; an empty name takes them out of theirs.

    Only a household with a member whom `by` sees is joined; otherwise one of that name is made, so that
    nobody gets into a family they only guessed the name of.
    """
    current = contact.household
    if (current.name if current else "").lower() == name.lower():
        return
    found = None
    if name:
        theirs = Contact.objects.visible_to(by).exclude(household=None).values("household")
        found = Household.objects.filter(name__iexact=name, pk__in=theirs).order_by("pk").first()
        found = found or Household.objects.create(name=name)
    contact.household = found
    contact.save(update_fields=["household", "updated_at"])
    leave_heads([contact.pk])


def leave_heads(ids: list[int]) -> None:
    """After these contacts may have moved: nobody heads a household that they are not in. Writes no other household."""
    Household.objects.filter(head__among=ids).exclude(pk=F("head__household")).update(head=None)


@transaction.atomic
def make_head(contact: Contact, *, by) -> None:
    """Make the contact the head of the household they are in, and of no other; it has one head at most."""
    leave_heads([contact.pk])
    Household.objects.filter(pk=contact.household_id).update(head=contact)
    record("edited", f"Made head of the household {contact.household.name}", subject_ids=[contact.pk], actor=by)
