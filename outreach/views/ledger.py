"""The mail list, what a person decides about a mail of unknown fate, and scheduled invitations."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.access import editors_only, staff_only
from contacts.models import Contact
from core.forms.conflicts import for_saving
from core.forms.presses import once
from core.listing.pages import ListPage, narrowing
from mail.models import Send
from outreach.domain import deciding, scheduling
from outreach.filters import ScheduledFilter, SendFilter
from outreach.forms import ScheduledForm
from outreach.models import BounceMailbox, ScheduledInvitation
from outreach.operations import AGAIN, SENT
from outreach.tables import ScheduledTable, SendTable

PERSON = ("contact__first_name", "contact__last_name")
LIST_TEMPLATE = "outreach/list_page.html"
UNKNOWN = Send.State.UNKNOWN


@staff_only
class SendList(ListPage):
    """Every mail to the user's contacts."""

    title = "Invitations"
    subtitle = "Every mail to a contact: what was planned, what left, and what became of it."
    noun = "mails"
    table_class = SendTable
    filterset_class = SendFilter
    template_name = LIST_TEMPLATE
    empty = (
        "No mail yet",
        "Invite contacts from the contact list. Each mail appears here with its delivery status.",
    )
    empty_icon = "send"

    def rows(self) -> QuerySet:
        """Mail to contacts the user sees."""
        return Send.objects.visible_to(self.request.user).select_related("contact", "requested_by")

    def table_options(self) -> dict:
        """Who may decide."""
        return {"user": self.request.user}

    def extra(self) -> dict:
        """How many wait for a decision, and where an empty list leads."""
        user, unknown_url = self.request.user, f"{reverse('outreach:sends')}?state=unknown"
        shown = deciding.undecided(user) if user.may_edit else Send.objects.visible_to(user).filter(state=UNKNOWN)
        mailbox = BounceMailbox.objects.first() if settings.BOUNCE_MAILBOX_URL and user.is_admin else None
        return {
            "tab": "sends",
            "bounce_trouble": mailbox.trouble if mailbox else "",
            "unknown": shown.count(),
            "unknown_url": unknown_url,
            "decide_url": f"{reverse('outreach:decide_many')}?{self._narrowing()}" if user.may_edit else "",
            "empty_url": reverse("contacts:list"),
            "empty_label": "Go to the contacts",
        }

    def _narrowing(self) -> str:
        """The filters in use: who decides for many at once decides for those that are shown."""
        return urlencode(narrowing(self.request.GET), doseq=True)


@staff_only
class ScheduledList(ListPage):
    """Invitations that wait for their hour, and what became of earlier ones."""

    title = "Invitations"
    subtitle = "Invitations set for a date and time. They can be changed or cancelled until they go."
    noun = "scheduled invitations"
    table_class = ScheduledTable
    filterset_class = ScheduledFilter
    template_name = LIST_TEMPLATE
    empty = ("Nothing scheduled", "When you invite contacts, choose “At a date and time” to see them here.")
    empty_icon = "calendar-clock"

    def rows(self) -> QuerySet:
        """Those of contacts the user sees."""
        return ScheduledInvitation.objects.visible_to(self.request.user).select_related("contact", "created_by")

    def table_options(self) -> dict:
        """Who may change them."""
        return {"user": self.request.user}

    def extra(self) -> dict:
        """The tab."""
        return {"tab": "scheduled"}


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether one mail of unknown fate counts as sent, or is sent again."""
    mine = Contact.objects.editable_by(request.user)
    send = get_object_or_404(Send.objects.select_related("contact").filter(contact__in=mine), pk=pk)
    decision = request.POST.get("decision")
    if decision in (SENT, AGAIN):  # a form that says neither decides nothing
        if decision == AGAIN:
            done = deciding.send_again([send.pk], by=request.user)
            words = f"The mail to {send.recipient} is sent again."
        else:
            done = deciding.count_as_sent([send.pk], by=request.user)
            words = f"The mail to {send.recipient} counts as sent."
        if done:
            messages.success(request, words)
        else:
            messages.info(request, "This had been decided already.")
        return redirect("outreach:sends")
    if send.state != Send.State.UNKNOWN:
        messages.info(request, "This had been decided already.")
        return redirect("outreach:sends")
    return render(request, "outreach/decide.html", {"send": send})


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def scheduled_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time for a scheduled invitation."""
    with transaction.atomic():
        scheduled = _waiting(request, pk)
        form = ScheduledForm(request.POST if request.method == "POST" else None, scheduled=scheduled)
        if request.method == "POST" and form.is_valid():
            at = form.cleaned_data["at"]
            if scheduling.move(scheduled, at, by=request.user):
                words = f"The invitation of {scheduled.contact.name} goes at {scheduling.words(at)}."
                messages.success(request, " ".join([words, *form.kept]))
            else:
                messages.warning(request, "It has gone or was cancelled meanwhile.")
            return redirect("outreach:scheduled")
    context = {
        "form": form,
        "title": f"When to invite {scheduled.contact.name}",
        "submit_label": "Change the time",
        "cancel_url": reverse("outreach:scheduled"),
    }
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def scheduled_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a scheduled invitation."""
    scheduled = _waiting(request, pk)
    if request.method == "POST":
        if scheduling.cancel(scheduled, by=request.user):
            messages.success(request, f"The invitation of {scheduled.contact.name} was cancelled.")
        else:
            messages.warning(request, "It has gone or was cancelled meanwhile.")
        return redirect("outreach:scheduled")
    context = {
        "title": f"Cancel the invitation of {scheduled.contact.name}?",
        "text": f"It was to go at {scheduling.words(scheduled.at)}. It will not be sent.",
        "submit_label": "Cancel the invitation",
        "cancel_url": reverse("outreach:scheduled"),
    }
    return render(request, "core/confirm.html", context)


def _waiting(request: HttpRequest, pk: int) -> ScheduledInvitation:
    """A scheduled invitation of a contact that the user may change."""
    mine = Contact.objects.editable_by(request.user)
    rows = ScheduledInvitation.objects.select_related("contact").filter(contact__in=mine)
    return get_object_or_404(for_saving(rows, request), pk=pk)
