"""What happens to action items: each verb is for a set, and a single one is a set of one.

A verb changes only those that it applies to, and returns their keys: done twice, it does nothing more.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from contacts.models import Contact
from todos.domain.holding import hold, update_held
from todos.domain.notifying import notify_of_done, notify_of_new_items
from todos.domain.telling import tell
from todos.models import ActionItem
from todos.querysets import ActionItemQuerySet


@transaction.atomic
def create(items: Iterable[ActionItem], *, by: User) -> list[ActionItem]:
    """Write new items, which are not saved yet."""
    made = ActionItem.objects.bulk_create(_owned(items, by))
    tell("action_item_added", "Action item added", made, actor=by)
    notify_of_new_items((item.contact_id, item.pk) for item in made)
    return made


@transaction.atomic
def complete(items: ActionItemQuerySet, *, by: User) -> list[int]:
    """Mark open items as done by one of the staff."""
    return _close(hold(items.open()), {"done_at": Now(), "done_by": by}, "action_item_done", by)


@transaction.atomic
def complete_by_client(items: ActionItemQuerySet, contact: Contact) -> list[int]:
    """Mark open items of the contact as done by themselves."""
    held = hold(items.open().filter(contact=contact))
    done = _close(held, {"done_at": Now(), "done_by_client": True}, "action_item_done", contact.user)
    notify_of_done(done, contact)
    return done


@transaction.atomic
def reopen(items: ActionItemQuerySet, *, by: User) -> list[int]:
    """Make items that were done open again; `by` is one of the staff, or the client's own account."""
    held = hold(items.done())
    update_held(held, {"done_at": None, "done_by": None, "done_by_client": False})
    tell("action_item_reopened", "Action item reopened", held, actor=by)
    return [item.pk for item in held]


@transaction.atomic
def withdraw(items: ActionItemQuerySet, *, by: User) -> list[int]:
    """Take open items back: the client sees them no more."""
    held = hold(items.open())
    update_held(held, {"withdrawn_at": Now()})
    tell("action_item_withdrawn", "Action item withdrawn", held, actor=by)
    return [item.pk for item in held]


def _close(held: list[ActionItem], values: dict, verb: str, actor) -> list[int]:
    update_held(held, values)
    tell(verb, "Action item done", held, actor=actor)
    return [item.pk for item in held]


def _owned(items: Iterable[ActionItem], by: User) -> list[ActionItem]:
    items = list(items)
    for item in items:
        item.created_by = by
    return items
