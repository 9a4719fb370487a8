"""Putting contacts into the trash. What goes with it (portal, CRM record, mail) follows from `deleted_at`."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact


def put_into_trash(ids: list[int], by: User) -> None:
    """Delete these contacts: they cannot sign in and get nothing, and can be restored for 30 days."""
    now = timezone.now()
    Contact.objects.filter(Q(deleted_at=None), pk__among=ids).update(deleted_at=now, deleted_by=by, updated_at=now)
