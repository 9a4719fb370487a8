"""The Tasks page: what the staff have to do for the contacts they see."""

from types import SimpleNamespace

from django.db.models import QuerySet
from django.urls import reverse

from accounts.access import staff_only
from core.listing.pages import ListPage
from todos.filters import DONE, STATES, WHOSE, TaskFilter
from todos.models import Reminder
from todos.tables import TaskTable

JUST_DONE = "tasks_just_done"  # of the session: the reminder whose undoing the next page offers


@staff_only
class TaskList(ListPage):
    """Reminders about the contacts that the user sees, one's own and one's teams' first."""

    title = "Tasks"
    subtitle = "Reminders about your contacts, those for you and your teams first."
    noun = "tasks"
    table_class = TaskTable
    filterset_class = TaskFilter
    template_name = "todos/tasks.html"
    empty = ("Nothing to do", "Reminders that you or a campaign set for a contact appear here until they are done.")
    empty_icon = "circle-check"

    def rows(self) -> QuerySet:
        """About contacts the user sees, and who are not deactivated."""
        rows = Reminder.objects.on_tasks_of(self.request.user).with_others(self.request.user)
        return rows.select_related("contact__primary_advisor", "contact__team", "done_by")

    def table_options(self) -> dict:
        """Who looks, and whether at what is done."""
        return {"request": self.request, "shows_done": self.request.GET.get("state") == DONE}

    def page_actions(self) -> list:
        """A new reminder."""
        if not self.request.user.may_edit:
            return []
        return [SimpleNamespace(label="Add a reminder", url=reverse("todos:pick"), icon="plus", primary=True)]

    def extra(self) -> dict:
        """The tabs, and the reminder that was just done."""
        get = self.request.GET
        chosen = (get.get("whose", ""), get.get("state", ""))
        tabs = [("", "Open", ("", ""))]
        tabs += [(f"?whose={key}", label, (key, "")) for key, label in WHOSE]
        latest_first = {DONE: "&sort=-done"}
        tabs += [(f"?state={key}{latest_first.get(key, '')}", label, ("", key)) for key, label in STATES]
        done = self.request.session.pop(JUST_DONE, None)
        return {
            "tabs": [(reverse("todos:tasks") + query, label, means == chosen) for query, label, means in tabs],
            "just_done": Reminder.objects.editable_by(self.request.user).filter(pk=done).first() if done else None,
        }
