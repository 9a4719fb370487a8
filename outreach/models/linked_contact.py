"""What happens to links and invitations when their contact can no longer use them."""

import pgtrigger

from contacts.models import Contact
from core.sql import read_sql

ENDED = """
    lower(OLD.email) <> lower(NEW.email)
    OR (OLD.deactivated_at IS NULL AND NEW.deactivated_at IS NOT NULL)
    OR (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
    OR (NOT OLD.deceased AND NEW.deceased)
"""


class LinkedContact(Contact):
    """The contact, as far as its links follow it: a mailed link ends with the address, the person or the account.

    By trigger, so that every way of changing counts, bulk, undoing and imports alike; it fires for statements that
    write one of its columns and no others.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="links_follow_contact",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("email", "deactivated_at", "deleted_at", "deceased"),
                condition=pgtrigger.Condition(ENDED),
                func=read_sql("outreach", "links_follow_contact"),
            )
        ]
