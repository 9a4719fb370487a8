"""The contact list's columns. Cells are plain `format_html` with addresses made once per page."""

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from contacts.models import Contact
from core.registry import contact_actions
from core.templatetags.ui import ago, avatar, icon, select_all_box, select_box, status_badge

NAME = ("last_name", "first_name", "pk")


class Address:
    """Addresses of one named view for many rows, made without reversing again for each."""

    def __init__(self, url_name: str) -> None:
        self.before, self.after = reverse(url_name, args=[0]).rsplit("0", 1)

    def of(self, pk: int) -> str:
        """The address for one row."""
        return f"{self.before}{pk}{self.after}"


class ContactTable(tables.Table):
    """One row a contact. `user` decides which actions are offered."""

    select = tables.Column(
        accessor="pk",
        orderable=False,
        verbose_name=select_all_box(),
        attrs={"td": {"class": "col-select"}, "th": {"class": "col-select"}},
    )
    name = tables.Column(accessor="last_name", verbose_name="Name", order_by=NAME, attrs={"td": {"class": "col-main"}})
    advisor = tables.Column(
        accessor="primary_advisor",
        verbose_name="Primary advisor",
        order_by=("primary_advisor__last_name", "primary_advisor__first_name", "primary_advisor_id", *NAME),
    )
    type = tables.Column(accessor="contact_type", order_by=("contact_type", *NAME))
    status = tables.Column(order_by=("status", *NAME))
    last_login = tables.Column(accessor="last_login_at", verbose_name="Last login", empty_values=())
    experience = tables.Column(order_by=("experience__name", "experience_id", *NAME), default="")
    actions = tables.Column(
        accessor="pk",
        orderable=False,
        verbose_name="",
        attrs={"td": {"class": "col-actions"}, "th": {"class": "col-actions"}},
    )

    caption = "Contacts"

    class Meta:
        order_by = "name"
        attrs = {"class": "table-sticky-first"}

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.detail = detail_address()
        self.offered = offered_actions(user)

    def order_last_login(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Latest first, those who never came last; the other way round when ascending."""
        login = F("last_login_at")
        if is_descending:
            return queryset.order_by(login.desc(nulls_last=True), "-pk"), True
        return queryset.order_by(login.asc(nulls_first=True), "pk"), True

    def render_select(self, record: Contact) -> SafeString:
        """The tick box."""
        return select_box(record.pk, record.name)

    def render_name(self, record: Contact) -> SafeString:
        """Face, name and email, linked to the summary page."""
        return format_html(
            '<a class="person" href="{}">{}<span class="person-text"><strong>{}</strong><small>{}</small></span></a>',
            self.detail.of(record.pk),
            avatar(record),
            record.name,
            record.email,
        )

    def render_status(self, record: Contact) -> SafeString:
        """Icon and word."""
        return status_badge(record.status)

    def render_last_login(self, record: Contact) -> SafeString:
        """How long ago."""
        return ago(record.last_login_at, "Never")

    def render_actions(self, record: Contact) -> SafeString:
        """The actions that make sense for this contact."""
        links = (
            (address.of(record.pk), action.label, record.name, action.label, icon(action.icon))
            for action, address in self.offered
            if action.applies(record)
        )
        buttons = format_html_join("", '<a class="btn-icon" href="{}" aria-label="{}: {}" title="{}">{}</a>', links)
        return format_html('<div class="row-actions">{}</div>', buttons)


class TrashTable(tables.Table):
    """One row a deleted contact."""

    select = tables.Column(
        accessor="pk",
        orderable=False,
        verbose_name=select_all_box(),
        attrs={"td": {"class": "col-select"}, "th": {"class": "col-select"}},
    )
    name = tables.Column(accessor="last_name", verbose_name="Name", order_by=NAME, attrs={"td": {"class": "col-main"}})
    advisor = tables.Column(
        accessor="primary_advisor",
        verbose_name="Primary advisor",
        order_by=("primary_advisor__last_name", "primary_advisor__first_name", *NAME),
    )
    deleted = tables.Column(accessor="deleted_at")
    by = tables.Column(
        accessor="deleted_by",
        verbose_name="Deleted by",
        order_by=("deleted_by__last_name", "deleted_by__first_name", *NAME),
        default="",
    )
    actions = tables.Column(
        accessor="pk",
        orderable=False,
        verbose_name="",
        attrs={"td": {"class": "col-actions"}, "th": {"class": "col-actions"}},
    )

    caption = "Deleted contacts"

    class Meta:
        order_by = "-deleted"
        attrs = {"class": "table-sticky-first"}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.restore = Address("contacts:restore_one")

    def render_select(self, record: Contact) -> SafeString:
        """The tick box."""
        return select_box(record.pk, record.name)

    def render_name(self, record: Contact) -> SafeString:
        """Face, name and email."""
        return format_html(
            '<span class="person">{}<span class="person-text"><strong>{}</strong><small>{}</small></span></span>',
            avatar(record),
            record.name,
            record.email,
        )

    def render_deleted(self, record: Contact) -> SafeString:
        """How long ago."""
        return ago(record.deleted_at)

    def render_actions(self, record: Contact) -> SafeString:
        """The way back."""
        return format_html(
            '<div class="row-actions"><a class="btn btn-sm" href="{}" aria-label="Restore {}">{}Restore</a></div>',
            self.restore.of(record.pk),
            record.name,
            icon("undo-2"),
        )


def detail_address() -> Address:
    """Where a name leads: the summary page, or the form where there is none."""
    try:
        return Address("contacts:detail")
    except NoReverseMatch:
        return Address("contacts:edit")


def offered_actions(user) -> list[tuple]:
    """Row actions this user may use, with their addresses; an action whose page is not there is left out."""
    found = []
    for action in contact_actions:
        if not action.allowed(user):
            continue
        try:
            found.append((action, Address(action.url_name)))
        except NoReverseMatch:
            continue
    return found
