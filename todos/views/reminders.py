"""Reminders: adding, changing, doing, putting off."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import editors_only
from contacts.models import Contact
from core.forms.conflicts import for_saving
from core.forms.pages import FormPage
from core.forms.presses import once
from core.forms.resending import page_before
from core.limits import take
from core.listing.pages import SEARCHES
from todos.domain import reminders
from todos.domain.telling import tell
from todos.forms import ReminderForm, SnoozeForm
from todos.models import Reminder
from todos.views.tasks import JUST_DONE

FOUND_AT_MOST = 20
SOON = {"tomorrow": reminders.tomorrow, "next_week": reminders.next_week}


@editors_only
@require_GET
def pick(request: HttpRequest) -> HttpResponse:
    """Look for the contact whom a new reminder is about; a fragment for htmx, as one types."""
    query = request.GET.get("find", "").strip()[:200]
    if query:
        take(SEARCHES, request.user.pk)
    found = Contact.objects.editable_by(request.user).filter(deactivated_at=None).search(query)
    contacts = list(found.order_by("sort_name", "pk")[:FOUND_AT_MOST])
    part = "#found" if request.htmx else ""
    context = {"query": query, "contacts": contacts, "at_most": FOUND_AT_MOST}
    return render(request, f"todos/pick.html{part}", context)


@editors_only
@once
class ReminderAdd(FormPage):
    """A new reminder about a contact."""

    submit_label = "Add the reminder"
    saved_message = "The reminder has been added."

    def load(self, pk: int) -> None:
        """The contact."""
        mine = Contact.objects.editable_by(self.request.user).select_related("team")
        self.contact = get_object_or_404(mine, pk=pk)
        self.title = f"Reminder about {self.contact.name}"

    def make_form(self, data: QueryDict | None) -> ReminderForm:
        """For a new reminder."""
        return ReminderForm(data, instance=Reminder(contact=self.contact))

    def save(self, form: ReminderForm) -> None:
        """Create it by its rules."""
        form.save(commit=False)
        reminders.create([form.instance], by=self.request.user)

    def back_url(self) -> str:
        """The contact's reminders."""
        return f"{reverse('contacts:detail', args=[self.contact.pk])}#reminders"


@editors_only
class ReminderEdit(FormPage):
    """Change an open reminder."""

    saved_message = "The reminder has been saved."

    def load(self, pk: int) -> None:
        """The reminder, while it is open."""
        open_ones = _editable(self.request).open().select_related("contact__team")
        self.reminder = get_object_or_404(for_saving(open_ones, self.request), pk=pk)
        self.title = f"Reminder about {self.reminder.contact.name}"

    def make_form(self, data: QueryDict | None) -> ReminderForm:
        """For the reminder."""
        return ReminderForm(data, instance=self.reminder)

    def save(self, form: ReminderForm) -> None:
        """Save and record it."""
        form.save()
        tell("reminder_changed", "Reminder changed", [self.reminder], actor=self.request.user)

    def back_url(self) -> str:
        """The Tasks page."""
        return reverse("todos:tasks")


@editors_only
@once
@require_POST
def reminder_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it as done; the Tasks page offers to undo that."""
    if reminders.complete(_one(request, pk), by=request.user):
        request.session[JUST_DONE] = pk
    else:
        messages.info(request, "It was done already.")
    return _back(request)


@editors_only
@once
@require_POST
def reminder_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it open again."""
    if reminders.reopen(_one(request, pk), by=request.user):
        messages.success(request, "The reminder is open again.")
    else:
        messages.info(request, "It is open already.")
    return _back(request)


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it off: until tomorrow, until next week, or until a day that is chosen on a page of its own."""
    rows = _one(request, pk)
    soon = SOON.get(request.POST.get("until", ""))
    form = SnoozeForm(request.POST if request.method == "POST" else None)
    if soon is None and not form.is_valid():
        reminder = get_object_or_404(rows.open())
        return _form_page(request, form, f"Snooze “{reminder.title}”", "Snooze", reverse("todos:tasks"))
    until = soon() if soon else reminders.morning_of(form.cleaned_data["day"])
    if reminders.snooze(rows, until, by=request.user):
        messages.success(request, f"Snoozed until {until:%B %-d}.")
    else:
        messages.info(request, "It was done or snoozed already.")
    return _back(request) if soon else redirect("todos:tasks")


def _editable(request: HttpRequest) -> QuerySet:
    """Reminders that the user may change."""
    return Reminder.objects.editable_by(request.user)


def _one(request: HttpRequest, pk: int) -> QuerySet:
    """A set of one reminder that the user may change; 404 when there is none."""
    rows = _editable(request).filter(pk=pk)
    get_object_or_404(rows)
    return rows


def _back(request: HttpRequest) -> HttpResponse:
    """To the page where the button was pressed."""
    return redirect(page_before(request, reverse("todos:tasks")))


def _form_page(request: HttpRequest, form, title: str, submit_label: str, cancel_url: str) -> HttpResponse:
    """A form as a page of its own."""
    context = {"form": form, "title": title, "submit_label": submit_label, "cancel_url": cancel_url}
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)
