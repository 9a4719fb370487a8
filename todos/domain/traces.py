"""What the room holds of contacts, when they are purged: rows and their history go, nothing keeps a contact."""

from contacts.registry import Traces
from todos.domain.files import remove_files
from todos.models import ActionItem, Reminder


def remove(ids: list[int]) -> None:
    """The action items and reminders of these contacts, also of those whose nameless row stays."""
    remove_files(ids)
    ActionItem.objects.filter(contact__in=ids).delete()
    Reminder.objects.filter(contact__in=ids).delete()


TRACES = Traces(lambda ids: set(), remove, {"todos.ActionItemEvent": "contact_id", "todos.ReminderEvent": "contact_id"})
