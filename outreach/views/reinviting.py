"""Automatic re-invites: the settings, and whom they would reach."""

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from accounts.access import admins_only
from accounts.models import Firm
from contacts.models import Contact
from contacts.tables import detail_address
from core.listing.pages import ListFilter, ListPage
from core.templatetags.ui import ago, badge
from outreach.domain import counting, reinviting
from outreach.forms import ReinviteForm
from outreach.tables import MAIN, person


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def reinvites(request: HttpRequest) -> HttpResponse:
    """On or off, the days, and how many would get one now by the settings that are saved."""
    with transaction.atomic():
        rows = Firm.objects.select_for_update() if request.method == "POST" else Firm.objects
        form = ReinviteForm(request.POST if request.method == "POST" else None, instance=rows.get(pk=1))
        if request.method == "POST" and form.is_valid():
            firm = form.save()
            for sentence in form.kept:
                messages.warning(request, sentence)
            words = "on" if firm.auto_reinvite else "off"
            messages.success(request, f"Saved. Automatic re-invites are {words}.")
            return redirect("outreach:reinvites")
    firm = Firm.get()
    counts = reinviting.summary(Contact.objects.visible_to(request.user), firm)
    context = {
        "form": form,
        "tab": "reinvites",
        "saved": firm,
        "would": dict(counts).get("", 0),
        "reasons": [(reason, number, urlencode({"refusal": reason})) for reason, number in counts if reason],
        "total": sum(number for _, number in counts),
    }
    return render(request, "outreach/reinvites.html", context, status=422 if form.errors else 200)


class DryRunTable(tables.Table):
    """One row an invited contact."""

    name = tables.Column(accessor="last_name", verbose_name="Name", order_by=("sort_name",), attrs=MAIN)
    counted_from = tables.Column(verbose_name="First invited")
    last_invited_at = tables.Column(verbose_name="Last invited")
    mails = tables.Column(verbose_name="Invitations", orderable=False)
    refusal = tables.Column(verbose_name="Now", empty_values=())

    caption = "Who would be re-invited now"

    class Meta:
        order_by = "name"

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.detail = detail_address()

    def order_counted_from(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the moment; it is always there."""
        moment = F("counted_from")
        return queryset.order_by(moment.desc() if is_descending else moment.asc(), "pk"), True

    def render_name(self, record: Contact) -> SafeString:
        """Name and address."""
        return person(record.name, record.email, self.detail.of(record.pk))

    def render_counted_from(self, value) -> SafeString:
        """How long ago."""
        return ago(value)

    def render_last_invited_at(self, value) -> SafeString:
        """How long ago."""
        return ago(value)

    def render_refusal(self, record: Contact) -> SafeString | str:
        """Gets one, or why not."""
        return record.refusal or badge("Would get one", "success", "send")


class DryRunFilter(ListFilter):
    """Who would get one, or one reason."""

    would = django_filters.ChoiceFilter(choices=[("yes", "Yes"), ("no", "No")], method="by_would", label="Gets one")
    refusal = django_filters.CharFilter(lookup_expr="exact", label="Reason")

    class Meta:
        model = Contact
        fields = []

    def by_would(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those who would get one, or all others."""
        return queryset.filter(refusal="") if value == "yes" else queryset.exclude(refusal="")


@admins_only
class DryRun(ListPage):
    """Everybody who was invited and never came: who would get a mail at this moment, and who not and why."""

    title = "Re-invites: dry run"
    subtitle = "By the settings that are saved, whether re-invites are on or off. Nothing is sent from here."
    noun = "contacts"
    table_class = DryRunTable
    filterset_class = DryRunFilter
    template_name = "outreach/list_page.html"
    empty = ("Nobody to re-invite", "Everybody who was invited has come, or nobody was invited yet.")
    empty_icon = "users"

    def rows(self) -> QuerySet:
        """Invited contacts with what would happen to them."""
        return reinviting.judged(Contact.objects.visible_to(self.request.user), Firm.get())

    def shown(self, matching: QuerySet) -> QuerySet:
        """With how many invitations of each can still work."""
        return matching.annotate(mails=counting.number())

    def extra(self) -> dict:
        """The tab."""
        return {"tab": "reinvites"}
