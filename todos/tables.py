"""Columns of the Tasks page."""

import django_tables2 as tables
from django.middleware.csrf import get_token
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime

from contacts.tables import Address, detail_address
from core.markup import markup
from core.templatetags.ui import ago, badge, icon
from todos.domain.reminders import start_of_today
from todos.models import Reminder

MAIN = {"td": {"class": "col-main"}}
ACTIONS = {"td": {"class": "col-actions"}, "th": {"class": "col-actions"}}
SHORT = 90
# One form a row; the buttons say where it goes.
OPEN_ROW = (
    '<form method="post" class="btn-row task-actions" data-once>{}'
    '<button class="btn btn-sm" formaction="{}" aria-label="Done: {}">{}Done</button>'
    '<details class="menu" data-menu><summary class="btn btn-sm" aria-label="Snooze: {}">{}Snooze</summary>'
    '<div class="menu-panel menu-right">'
    '<button formaction="{}" name="until" value="tomorrow">Tomorrow</button>'
    '<button formaction="{}" name="until" value="next_week">Next Monday</button>'
    '<a href="{}">Choose a date</a></div></details></form>'
)
DONE_ROW = (
    '<form method="post" class="btn-row task-actions" data-once>{}'
    '<button class="btn btn-sm" formaction="{}" aria-label="Reopen: {}">{}Reopen</button></form>'
)


def due_words(reminder: Reminder, start_of_today) -> SafeString:
    """The day on which a reminder is due where the viewer is; overdue and snoozed ones are marked."""
    shows = localtime(reminder.shows_at)
    shown = markup('<time class="nowrap" datetime="{}">{}</time>', shows.isoformat(), date_format(shows, "j M Y"))
    if reminder.done_at is None and reminder.shows_at < start_of_today:
        return markup('{} <span class="nowrap">{}</span>', shown, badge("Overdue", "danger", "alert-triangle"))
    if reminder.done_at is None and reminder.shows_at.date() == start_of_today.date():
        return markup("{} {}", shown, badge("Today", "info", "clock"))
    return markup("{} {}", shown, badge("Snoozed", "neutral", "clock")) if reminder.snoozed_until else shown


class TaskTable(tables.Table):
    """One row a reminder."""

    title = tables.Column(verbose_name="Task", order_by=("title",), attrs=MAIN)
    contact = tables.Column(order_by=("contact__sort_name",))
    whose = tables.Column(accessor="audience", verbose_name="For", order_by=("others", "shows_at"))
    due = tables.Column(accessor="shows_at", verbose_name="Due", order_by=("shows_at",))
    done = tables.Column(accessor="done_at", verbose_name="Done", order_by=("done_at",), default="")
    actions = tables.Column(accessor="pk", orderable=False, verbose_name="", attrs=ACTIONS)

    caption = "Tasks"

    class Meta:
        order_by = "whose"

    def __init__(self, *args, request, shows_done: bool, **kwargs) -> None:
        super().__init__(*args, exclude=("actions",) if not request.user.may_edit else (), **kwargs)
        if not shows_done:
            self.columns.hide("done")
        self.user, self.start = request.user, start_of_today()
        self.token = markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
        self.detail, self.edit = detail_address(), Address("todos:reminder_edit")
        names = ("done", "snooze", "reopen")
        self.to = {name: Address(f"todos:reminder_{name}") for name in names}

    def render_title(self, record: Reminder) -> SafeString:
        """What to do; whoever may change it is led there."""
        text = Truncator(record.text).chars(SHORT)
        words = markup("<strong>{}</strong><small>{}</small>", record.title, text)
        if not self.user.may_edit or record.done_at:
            return markup('<span class="person"><span class="person-text">{}</span></span>', words)
        address = self.edit.of(record.pk)
        return markup('<a class="person" href="{}"><span class="person-text">{}</span></a>', address, words)

    def render_contact(self, record: Reminder) -> SafeString:
        """The contact, linked to their page."""
        return markup('<a href="{}">{}</a>', self.detail.of(record.contact_id), record.contact.name)

    def render_whose(self, record: Reminder) -> str:
        """The team, or the advisor."""
        contact = record.contact
        if record.audience == Reminder.Audience.TEAM and contact.team:
            return f"Team {contact.team.name}"
        return "You" if contact.primary_advisor_id == self.user.pk else contact.primary_advisor.name

    def render_due(self, record: Reminder) -> SafeString:
        """The day, and whether it has passed."""
        return due_words(record, self.start)

    def render_done(self, record: Reminder) -> SafeString:
        """When, and by whom."""
        return markup("{}<br><small>{}</small>", ago(record.done_at), record.done_by.name)

    def render_actions(self, record: Reminder) -> SafeString:
        """Done and snooze, or the way back."""
        key, name = record.pk, record.title
        if record.done_at:
            return markup(DONE_ROW, self.token, self.to["reopen"].of(key), name, icon("undo-2"))
        snooze = self.to["snooze"].of(key)
        return markup(
            OPEN_ROW, self.token, self.to["done"].of(key), name, icon("check"), name, icon("clock"), *[snooze] * 3
        )
