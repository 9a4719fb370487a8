"""What happens to a record when its contact goes into the trash, or comes out of it."""

import pgtrigger

from contacts.models import Contact
from core.sql import read_sql


class FollowedContact(Contact):
    """The contact, as far as its record follows it: in the trash it is "deleted here", restored it is imported again.

    By trigger, so that every way into the trash and out of it counts, bulk, undoing and restoring alike; it fires for
    statements that write `deleted_at` and no others.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="record_follows_trash",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("deleted_at"),
                condition=pgtrigger.AnyChange("deleted_at"),
                func=read_sql("crm", "record_follows_trash"),
            )
        ]
