"""What the contact list can be narrowed by. Every parameter is one field of the URL and one chip."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import django_filters
from django import forms
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Role, User
from contacts.models import Contact, ContactType, Household, Status, Tag
from contacts.models.contact import CRMMark
from contacts.querysets import fold
from contacts.registry import contact_groups
from core.keys import read_key
from core.listing.pages import ListFilter
from core.listing.searching import narrow
from experiences.models import Campaign, Experience, Team

# More are no choice any more: they take long to load and longer to read. A name is typed instead.
ADVISORS_AT_MOST = 200

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
DATE = {"widget": forms.DateInput(attrs={"type": "date"})}
YES_NO = [("yes", "Yes"), ("no", "No")]
NONE, ANY = "none", "any"  # of an experience, a campaign, a team: without one, and with whichever


class TickFilter(django_filters.MultipleChoiceFilter):
    """Several choices to tick: in a list box one would have to know which key to hold."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, widget=forms.CheckboxSelectMultiple, **kwargs)


class KeyFilter(TickFilter):
    """Any of several values of a column, compared as they are, without a join. NONE and ANY stand for nulls."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        """Rows whose column holds one of the values; all rows when none is given."""
        if not value:
            return qs
        condition = Q(**{f"{self.field_name}__in": [key for key in value if key not in {NONE, ANY}]})
        for key in value:
            if key in {NONE, ANY}:
                condition |= Q(**{f"{self.field_name}__isnull": key == NONE})
        return qs.filter(condition)


class TagFilter(TickFilter):
    """Contacts that carry every one of the tags, each by EXISTS: no row appears twice."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        """Narrow by each tag in turn."""
        through = Contact.tags.through.objects
        for tag in value:
            qs = qs.filter(Exists(through.filter(contact=OuterRef("pk"), tag=tag)))
        return qs


class GroupField(forms.CharField):
    """The name of a group of contacts that another room knows. It comes with links, and is not typed."""

    widget = forms.HiddenInput

    def clean(self, value):
        """The keys of the contacts, as a subquery; None when no group is asked for."""
        text = super().clean(value)
        if not text:
            return None
        key, _, which = text.partition(".")
        group = contact_groups.get(key)
        ids = group.ids(which) if group else None
        if ids is None:
            raise forms.ValidationError("This group of contacts is not known any more.")
        return ids

    def describe(self, value: str) -> str:
        """Who is in the group, for a chip."""
        key, _, which = value.partition(".")
        group = contact_groups.get(key)
        return group.label(which) if group else "unknown"


class GroupFilter(django_filters.Filter):
    """Contacts of a group that another room knows, such as all for whom a step of a campaign was done."""

    field_class = GroupField

    def filter(self, qs: QuerySet, value: QuerySet | None) -> QuerySet:
        """Those in the group; all when none is asked for."""
        return qs if value is None else qs.filter(pk__in=value)


def beginning_of(day: date) -> datetime:
    """The moment a day begins in the viewer's zone."""
    try:
        return timezone.make_aware(datetime.combine(day, time.min)).astimezone(UTC)
    except OverflowError:  # the first day there is begins before all time where the sun rises early
        return FIRST


def end_of(day: date) -> datetime:
    """The moment a day is over in the viewer's zone."""
    return beginning_of(day + timedelta(days=1)) if day < date.max else LAST


class DayFilter(django_filters.DateFilter):
    """A bound of a moment by whole days in the viewer's zone; the last day counts in full."""

    def filter(self, qs: QuerySet, value) -> QuerySet:
        """From the day's beginning, or up to its end."""
        if value is None:
            return qs
        moment = end_of(value) if self.lookup_expr == "lt" else beginning_of(value)
        return qs.filter(**{f"{self.field_name}__{self.lookup_expr}": moment})


class ContactFilter(ListFilter):
    """The filters of the contact list, and so the meaning of "all that match"."""

    q = django_filters.CharFilter(method="search", label="Search")
    name = django_filters.CharFilter(method="by_name", label="Name begins with")
    advisor = KeyFilter(field_name="primary_advisor", label="Primary advisor")
    advisor_name = django_filters.CharFilter(method="by_advisor_name", label="Advisor’s name contains")
    type = KeyFilter(field_name="contact_type", choices=ContactType.choices, label="Type")
    status = KeyFilter(choices=Status.choices, label="Status")
    experience = KeyFilter(label="Experience")
    campaign = KeyFilter(label="Campaign")
    team = KeyFilter(label="Team")
    tag = TagFilter(label="Tag")
    crm = KeyFilter(field_name="crm_mark", choices=CRMMark.choices, label="CRM")
    do_not_contact = django_filters.ChoiceFilter(
        choices=YES_NO, method="by_do_not_contact", label="Do not contact", empty_label="Any"
    )
    deceased = django_filters.ChoiceFilter(choices=YES_NO, method="by_deceased", label="Deceased", empty_label="Any")
    household = django_filters.CharFilter(method="by_household", label="Household contains")
    has_login = django_filters.ChoiceFilter(
        choices=[("yes", "Has signed in"), ("no", "Never signed in")],
        method="by_login",
        label="Sign-in",
        empty_label="Any",
    )
    login_from = DayFilter(field_name="last_login_at", lookup_expr="gte", label="Last login from", **DATE)
    login_to = DayFilter(field_name="last_login_at", lookup_expr="lt", label="Last login to", **DATE)
    created_from = DayFilter(field_name="created_at", lookup_expr="gte", label="Created from", **DATE)
    created_to = DayFilter(field_name="created_at", lookup_expr="lt", label="Created to", **DATE)
    group = GroupFilter(label="Group")

    class Meta:
        model = Contact
        fields: list[str] = []

    def __init__(self, data=None, *args, **kwargs) -> None:
        super().__init__(data, *args, **kwargs)
        given = cache(given_choices)
        for name in ("experience", "campaign", "team"):
            self.filters[name].extra["choices"] = lambda name=name: [
                (NONE, f"No {name}"),
                (ANY, f"Any {name}"),
                *given()[name],
            ]
        self.filters["tag"].extra["choices"] = lambda: given()["tag"]
        typed = map(read_key, self.data.getlist("advisor") if self.data else ())
        picked = [key for key in typed if key is not None]
        self.filters["advisor"].extra["choices"] = cache(lambda: advisor_choices(picked))

    def panel_form(self) -> forms.Form:
        """The form as people see it: a part of an advisor's name is typed only where not all can be listed."""
        short = len(list(self.form.fields["advisor"].choices)) < ADVISORS_AT_MOST
        if short and not self.data.get("advisor_name"):
            del self.form.fields["advisor_name"]
        return self.form

    def search(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Name, email, phone."""
        return qs.search(value)

    def by_name(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """The beginning of the last or the first name, case and accents aside."""
        begins = fold(value)
        return qs.filter(Q(sort_name__startswith=begins) | Q(search_text__startswith=begins))

    def by_advisor_name(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Contacts of every advisor whose name has all the words."""
        advisors = narrow(
            User.objects.staff(), value, lambda word: Q(first_name__icontains=word) | Q(last_name__icontains=word)
        )
        return qs.filter(primary_advisor__in=advisors.values("pk"))

    def by_household(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Contacts in a household so named."""
        return qs.filter(household__in=Household.objects.filter(name__icontains=value).values("pk"))

    def by_do_not_contact(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Whether they are not to be contacted."""
        return qs.filter(do_not_contact_since__isnull=value == "no")

    def by_deceased(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Whether they have died."""
        return qs.filter(deceased=value == "yes")

    def by_login(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Whether they ever signed in."""
        return qs.filter(last_login_at__isnull=value == "no")


class TrashFilter(ListFilter):
    """What the trash can be narrowed by."""

    q = django_filters.CharFilter(method="search", label="Search")
    deleted_from = DayFilter(field_name="deleted_at", lookup_expr="gte", label="Deleted from", **DATE)
    deleted_to = DayFilter(field_name="deleted_at", lookup_expr="lt", label="Deleted to", **DATE)

    class Meta:
        model = Contact
        fields: list[str] = []

    def search(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Name, email, phone."""
        return qs.search(value)


def given_choices() -> dict[str, list[tuple[str, str]]]:
    """The choices of experience, campaign, team and tag, read in one query; archived ones may still be in use."""
    kinds = {"experience": Experience, "campaign": Campaign, "team": Team, "tag": Tag}
    parts = [
        model.objects.order_by().annotate(kind=Value(kind)).values_list("kind", "pk", "name")
        for kind, model in kinds.items()
    ]
    choices: dict[str, list[tuple[str, str]]] = {kind: [] for kind in kinds}
    for kind, key, name in parts[0].union(*parts[1:], all=True):
        choices[kind].append((str(key), name))
    return {kind: sorted(found, key=lambda pair: pair[1].lower()) for kind, found in choices.items()}


def advisor_choices(picked: list[int]) -> list[tuple[str, str]]:
    """Those already picked and the first `ADVISORS_AT_MOST` by name."""
    advisors = User.objects.filter(role__in=[Role.ADMIN, Role.ADVISOR])
    first = Case(When(pk__in=picked, then=0), default=1) if picked else Value(0)
    rows = advisors.order_by(first, Lower("last_name"), Lower("first_name"), "pk")[: ADVISORS_AT_MOST + len(picked)]
    names = rows.values_list("pk", "first_name", "last_name", "email")
    return [(str(pk), f"{first_name} {last_name}".strip() or email) for pk, first_name, last_name, email in names]
