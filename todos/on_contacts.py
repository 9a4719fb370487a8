"""What a contact's page shows of the room: the client's action items, and the staff's reminders."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from contacts.domain.signing_in import zone_of
from contacts.models import Contact
from todos.domain.reminders import start_of_today
from todos.models import ActionItem, Reminder
from todos.querysets import soonest_due
from todos.tables import due_words

OPEN_SHOWN = 50
DONE_SHOWN = 5


def action_items(contact: Contact, request: HttpRequest) -> str:
    """The section Action items of the summary page."""
    today = timezone.localdate(timezone=zone_of(contact, request.firm))
    rows = (
        ActionItem.objects.shown_to(contact)
        .select_related("resource", "done_by", "created_by")
        .prefetch_related("files")
    )
    waiting = rows.open().order_by(*soonest_due())[:OPEN_SHOWN]
    context = {
        "contact": contact,
        "may_edit": request.user.may_edit,
        "open_items": [(item, item.is_overdue(today)) for item in waiting],
        "done_items": list(rows.done().order_by("-done_at", "-pk")[:DONE_SHOWN]),
    }
    return render_to_string("todos/items_section.html", context, request)


def reminders(contact: Contact, request: HttpRequest) -> str:
    """The section Reminders of the summary page."""
    rows = Reminder.objects.filter(contact=contact).open().order_by("shows_at", "pk")[:OPEN_SHOWN]
    start = start_of_today()
    context = {
        "contact": contact,
        "may_edit": request.user.may_edit,
        "reminders": [(reminder, due_words(reminder, start)) for reminder in rows],
    }
    return render_to_string("todos/reminders_section.html", context, request)
