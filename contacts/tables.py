"""The contact list's columns. Cells are plain `format_html` with addresses made once per page."""

from datetime import datetime

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.urls import NoReverseMatch, reverse
from django.utils.dateformat import format as date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from accounts.models import User
from contacts.models import Contact
from contacts.registry import contact_actions
from contacts.templatetags.contact_ui import status_badge
from core.listing.columns import SelectColumn, person_cell
from core.listing.paging import Grouping
from core.markup import escaped, markup
from core.registry import operation_types
from core.templatetags.ui import ago, badge, icon
from experiences.models import Campaign, Experience, Team

NAME = ("sort_name", "pk")


def advisors_in_order() -> list[int]:
    """The keys of everybody who may be somebody's primary advisor, by name."""
    staff = User.objects.staff().order_by(Lower("last_name"), Lower("first_name"), "pk")
    return list(staff.values_list("pk", flat=True))


def named_in_order(model) -> list[int | None]:
    """The keys of all of a kind of template by name, and at last that of having none."""
    return [*model.objects.order_by(Lower("name"), "pk").values_list("pk", flat=True), None]


def by_advisor(queryset: QuerySet, is_descending: bool) -> QuerySet:
    """By the primary advisor's name, and under each advisor by the contact's."""
    names = [Lower("primary_advisor__last_name"), Lower("primary_advisor__first_name")]
    return directed(queryset, is_descending, names, "primary_advisor_id", *NAME)


def by_experience(queryset: QuerySet, is_descending: bool) -> QuerySet:
    """By the experience's name, and within each experience by the contact's; those without one at last."""
    return directed(queryset, is_descending, [Lower("experience__name")], "experience_id", *NAME)


def directed(queryset: QuerySet, is_descending: bool, first: list, *names: str) -> QuerySet:
    """In the order of some expressions and then of fields, all upwards or all downwards."""
    if is_descending:
        return queryset.order_by(*(one.desc() for one in first), *(f"-{name}" for name in names))
    return queryset.order_by(*(one.asc() for one in first), *names)


# How the contact list and the report page through what is sorted by these columns.
GROUPINGS = {
    "team": Grouping("team", lambda: named_in_order(Team), NAME),
    "campaign": Grouping("campaign", lambda: named_in_order(Campaign), NAME),
    "advisor": Grouping("primary_advisor", advisors_in_order, NAME),
    "experience": Grouping("experience", lambda: named_in_order(Experience), NAME),
}


class Address:
    """Addresses of one page for many rows, made without reversing again for each.

    The page is a named view that takes the row's key, or is given by its address for the row 0.
    """

    def __init__(self, url_name: str = "", *, url: str = "") -> None:
        before, after = (url or reverse(url_name, args=[0])).split("/0/", 1)
        self.before, self.after = f"{before}/", f"/{after}"

    def of(self, pk: int) -> str:
        """The address for one row."""
        return f"{self.before}{pk}{self.after}"


def by_moment(queryset: QuerySet, name: str, is_descending: bool) -> QuerySet:
    """By a moment, latest first when descending; those without one count as earlier than any."""
    if is_descending:
        return queryset.order_by(F(name).desc(nulls_last=True), "-pk")
    return queryset.order_by(F(name).asc(nulls_first=True), "pk")


def day(moment: datetime | None, never: str) -> SafeString:
    """The day of a moment, where the viewer is."""
    if moment is None:
        return markup('<span class="muted">{}</span>', never)
    return markup('<span class="nowrap">{}</span>', date_format(localtime(moment), "j M Y"))


def shown_columns(wanted: list[str]) -> list[str]:
    """The wanted columns that there are, once each and in their order, the name first; the usual ones for none."""
    known = [name for name in dict.fromkeys(wanted) if name in CHOICES and name != "name"]
    return ["name", *known] if known or wanted else list(USUAL)


# Columns that can be chosen, with what each needs to have been read, and those shown unless others are.
CHOICES: dict[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name", "email"),
    "advisor": ("primary_advisor__first_name", "primary_advisor__last_name", "primary_advisor__email"),
    "type": ("contact_type",),
    "status": ("status", "crm_mark", "deceased", "do_not_contact_since"),
    "last_login": ("last_login_at",),
    "experience": ("experience__name",),
    "email": ("email",),
    "phone": ("phone",),
    "household": ("household__name",),
    "team": ("team__name",),
    "campaign": ("campaign__name",),
    "start": ("start_at",),
    "created": ("created_at",),
}
CRM_MARKS = {
    "newer": ("Newer in the CRM", "info", "refresh-cw"),
    "gone": ("Gone from the CRM", "warning", "alert-triangle"),
}
DECEASED, DO_NOT_CONTACT = ("Deceased", "neutral", "circle-x"), ("Do not contact", "warning", "ban")
USUAL = ("name", "advisor", "type", "status", "last_login", "experience")


class ContactTable(tables.Table):
    """One row a contact. `user` decides which actions are offered."""

    select = SelectColumn()
    name = tables.Column(accessor="last_name", verbose_name="Name", order_by=NAME, attrs={"td": {"class": "col-main"}})
    advisor = tables.Column(accessor="primary_advisor", verbose_name="Primary advisor")
    type = tables.Column(accessor="contact_type", order_by=("contact_type", *NAME))
    status = tables.Column(order_by=("status", *NAME))
    last_login = tables.Column(accessor="last_login_at", verbose_name="Last login", empty_values=())
    experience = tables.Column(default="")
    email = tables.Column()
    phone = tables.Column(orderable=False)
    household = tables.Column(orderable=False, default="")
    team = tables.Column(default="")
    campaign = tables.Column(default="")
    start = tables.Column(accessor="start_at", verbose_name="Start date", empty_values=())
    created = tables.Column(accessor="created_at", order_by=("created_at", "pk"))
    actions = tables.Column(
        accessor="pk",
        orderable=False,
        verbose_name="",
        attrs={"td": {"class": "col-actions"}, "th": {"class": "col-actions"}},
    )

    caption = "Contacts"
    groupings = GROUPINGS

    class Meta:
        order_by = "name"
        attrs = {"class": "table-sticky-first"}

    def __init__(self, *args, user, columns: list[str] | None = None, **kwargs) -> None:
        shown = shown_columns(columns or [])
        left = [name for name in self.base_columns if name in CHOICES and name not in shown]
        super().__init__(*args, sequence=["select", *shown, "actions"], exclude=left, **kwargs)
        self.user = user
        self.detail = detail_address()
        self.menu = row_menu_pieces() if any(action.allowed(user) for action in contact_actions) else None

    def order_advisor(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the advisor's name."""
        return by_advisor(queryset, is_descending), True

    def order_experience(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the experience's name."""
        return by_experience(queryset, is_descending), True

    def order_email(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the address, whatever its case."""
        return directed(queryset, is_descending, [Lower("email")], "pk"), True

    def order_team(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the team's name."""
        return directed(queryset, is_descending, [Lower("team__name")], "team_id", *NAME), True

    def order_campaign(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the campaign's name."""
        return directed(queryset, is_descending, [Lower("campaign__name")], "campaign_id", *NAME), True

    def order_start(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Latest first, those who have not begun last; the other way round when ascending."""
        return by_moment(queryset, "start_at", is_descending), True

    def order_last_login(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Latest first, those who never came last; the other way round when ascending."""
        return by_moment(queryset, "last_login_at", is_descending), True

    def render_name(self, record: Contact) -> SafeString:
        """Face, name and email, linked to the summary page."""
        return person_cell(record, self.detail.of(record.pk))

    def render_status(self, record: Contact) -> SafeString:
        """Icon and word, with a mark for whom nothing is sent, and where the CRM says something new."""
        marks = [*no_contact_badges(record), CRM_MARKS.get(record.crm_mark)]
        badges = markup("{}" * len(marks), *(badge(*mark) if mark else "" for mark in marks))
        word = status_badge(record.status)
        return markup('<span class="row">{}{}</span>', word, badges) if badges else word

    def render_last_login(self, record: Contact) -> SafeString:
        """How long ago."""
        return ago(record.last_login_at, "Never")

    def render_start(self, record: Contact) -> SafeString:
        """The day of the first sign-in, where the viewer is."""
        return day(record.start_at, "Not yet")

    def render_created(self, record: Contact) -> SafeString:
        """The day on which the contact was added."""
        return day(record.created_at, "")

    def render_actions(self, record: Contact) -> SafeString | str:
        """The menu of what can be done with this contact; it is filled when it is opened."""
        if self.menu is None:
            return ""
        before, between, after = self.menu
        return SafeString(f"{before}{record.pk}{between}{escaped(record.name)}{after}")


def no_contact_badges(contact: Contact) -> list[tuple[str, str, str]]:
    """Label, tone and icon of the badges that say why nothing is sent to a contact."""
    shown = [(contact.deceased, DECEASED), (contact.do_not_contact_since is not None, DO_NOT_CONTACT)]
    return [one for holds, one in shown if holds]


class TrashTable(tables.Table):
    """One row a deleted contact."""

    select = SelectColumn()
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
        self.restore = Address(url=operation_types["contacts.restore"].url(0))

    def render_name(self, record: Contact) -> SafeString:
        """Face, name and email."""
        return person_cell(record)

    def render_deleted(self, record: Contact) -> SafeString:
        """How long ago."""
        return ago(record.deleted_at)

    def render_actions(self, record: Contact) -> SafeString:
        """The way back."""
        return markup(
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


def row_menu_pieces() -> tuple[str, str, str]:
    """What stands in a row's menu before the contact's key, between it and the name, and after that.

    Its entries are fetched when it is opened: as links in every row they were most of the page.
    """
    address = Address("contacts:row_menu")
    before = f'<details class="menu" data-menu data-fill="{escaped(address.before)}'
    between = f'{escaped(address.after)}"><summary class="btn btn-sm" aria-label="Actions: '
    after = '">Actions</summary><div class="menu-panel menu-right"></div></details>'
    return before, between, after
