"""The audit trail: who signed in and from where, what changed about users and the firm, and who took what away.

It is read from the same record as the contacts' timelines (`core.models.Activity`): all of it that is about no contact.
"""

import django_filters
import django_tables2 as tables
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Firm, User
from core.listing.pages import ListFilter, filtered, ordered_table
from core.listing.searching import narrow
from core.models import Activity, Operation
from core.operations.types import register
from core.spreadsheets.exports import ExportType, Source
from core.spreadsheets.writing import Column
from core.templatetags.ui import exact
from core.words import counted

# What the filter offers -> the verbs that are meant.
GROUPS = {
    "sign_ins": ("Sign-ins", ["signed_in", "signed_out"]),
    "failures": ("Failed sign-ins", ["sign_in_failed"]),
    "passwords": ("Passwords and sessions", ["password_link", "password_changed", "sessions_ended"]),
    "access": (
        "Users and roles",
        ["invited", "role_changed", "email_changed", "photo_changed", "deactivated", "reactivated"],
    ),
    "exports": ("Exports", ["exported"]),
    "alerts": ("Alerts", ["guessing", "limit_reached"]),
}
COLUMNS = [
    Column("When", "at"),
    Column("By", "by", width=26),
    Column("Email", "actor__email", width=30),
    Column("What", "sentence", width=60),
    Column("About", "about", width=26),
    Column("Address", "address"),
    Column("Browser", "browser", width=40),
]


def audited() -> QuerySet:
    """All entries, with `by` and `about` (users in words), and `address` and `browser` where they are known."""
    subject = User.objects.filter(pk=OuterRef("subject_id")).order_by().annotate(words=_words(""))
    return (
        Activity.objects.exclude(subject_type="contact")
        .select_related("actor")
        .annotate(
            by=Coalesce(_words("actor__"), Value(""), output_field=CharField()),
            about=Case(
                When(
                    subject_type="user",
                    then=Coalesce(Subquery(subject.values("words")), Value(""), output_field=CharField()),
                ),
                default=Value(""),
                output_field=CharField(),
            ),
            address=Coalesce(KT("data__address"), Value(""), output_field=TextField()),
            browser=Coalesce(KT("data__browser"), Value(""), output_field=TextField()),
        )
    )


def _words(prefix: str) -> Coalesce:
    """A user's name in SQL, else the email; null without a user."""
    name = Trim(Concat(f"{prefix}first_name", Value(" "), f"{prefix}last_name"))
    return Coalesce(NullIf(name, Value("")), F(f"{prefix}email"), output_field=CharField())


def _told_with(word: str) -> Q:
    """Whether an entry says a word, is about or by somebody of that name or email, or came from that address."""
    named = Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
    staff = User.objects.staff().filter(named).order_by().values("pk")
    about = Q(subject_type="user", subject_id__in=staff)
    return Q(sentence__icontains=word) | Q(actor__in=staff) | about | Q(data__address__startswith=word)


class AuditFilter(ListFilter):
    """Words, kind and days."""

    q = django_filters.CharFilter(method="search", label="Search")
    what = django_filters.ChoiceFilter(
        choices=[(key, label) for key, (label, _) in GROUPS.items()], method="by_group", label="What"
    )
    since = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label="From")
    until = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label="To")

    class Meta:
        model = Activity
        fields = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Every word is found in the sentence, in a name or email of whom it is about or by, or in the address."""
        return narrow(queryset, value, _told_with)

    def by_group(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Entries of one kind."""
        return queryset.filter(verb__in=GROUPS[value][1])


class AuditTable(tables.Table):
    """One row an entry."""

    at = tables.Column(verbose_name="When", order_by=("at", "pk"))
    by = tables.Column(verbose_name="By", order_by=("by",), empty_values=())
    sentence = tables.Column(verbose_name="What", orderable=False, attrs={"td": {"class": "col-main col-wrap"}})
    about = tables.Column(verbose_name="About", order_by=("about",), default="")
    address = tables.Column(verbose_name="From", order_by=("address",), default="", empty_values=())

    caption = "Audit trail"

    class Meta:
        order_by = "-at"

    def render_at(self, value) -> str:
        """In the viewer's zone, to the minute."""
        return exact(value)

    def render_by(self, value: str) -> str:
        """Who did it; nobody who is known, or the system."""
        return value or "–"

    def render_address(self, record: Activity) -> SafeString | str:
        """The address, and what kind of browser it was."""
        if not record.browser:
            return record.address
        return format_html("{}<br><small>{}</small>", record.address, record.browser)


def audit_rows(query: QueryDict, rows: QuerySet) -> QuerySet:
    """The entries that match, in the order of the page."""
    return ordered_table(AuditTable, filtered(AuditFilter, query, rows, None)[1], query).data.data


@register
class AuditExport(ExportType):
    """`params["query"]`: the page's filters and order. For those who see everything."""

    key = "accounts.audit_export"
    label = "Export the audit trail"

    def describe(self, count: int) -> str:
        """So many entries."""
        return f"{counted(count, 'row')} of the audit trail"

    def source(self, operation: Operation) -> Source:
        """The entries; none for an owner who has lost the right meanwhile."""
        user = operation.owner
        zone = user.zone(Firm.get())
        with timezone.override(zone):  # where "from" and "to" a day begin
            rows = audited() if user.is_active and user.sees_everything else audited().none()
            table = audit_rows(QueryDict(operation.params["query"]), rows)
        return Source("audit-trail", COLUMNS, table, zone)
