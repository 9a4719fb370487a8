"""The contact list: where the advisor's day starts."""

from types import SimpleNamespace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property

from accounts.access import staff_only
from contacts.filters import ContactFilter
from contacts.list_source import narrow_rows
from contacts.models import Contact
from contacts.querysets import ContactQuerySet, ScopedQuerySet
from contacts.registry import contact_bulk_actions
from contacts.tables import CHOICES, ContactTable, shown_columns
from contacts.views.saved_views import views_of
from core.listing.pages import ListPage

# The bar shows the first few; the rest is behind "More".
IN_BAR = 3


@staff_only
class ContactList(ListPage):
    """All contacts the user sees."""

    title = "Contacts"
    noun = "contacts"
    table_class = ContactTable
    filterset_class = ContactFilter
    template_name = "contacts/list.html"
    empty = ("No contacts yet", "Contacts are your firm’s clients, prospects and leads. Add the first one by hand.")
    empty_icon = "users"

    def rows(self) -> ContactQuerySet:
        """Only what the table shows."""
        names = [name for column in self.columns for name in CHOICES[column]]
        beside = {name.split("__")[0] for name in names if "__" in name}
        rows = Contact.objects.visible_to(self.request.user)
        return rows.select_related(*beside or [None]).only(*names)

    def narrow_rows(self, rows: ContactQuerySet, filterset: ContactFilter, order: list[str]) -> ScopedQuerySet | None:
        """Lists by experience and by campaign."""
        return narrow_rows(rows, filterset, self.request.GET, order)

    @cached_property
    def columns(self) -> list[str]:
        """The columns that the address asks for."""
        return shown_columns(self.request.GET.getlist("columns"))

    def table_options(self) -> dict:
        """Row actions depend on the user."""
        return {"user": self.request.user, "columns": self.columns}

    def extra(self) -> dict:
        """What an empty list offers, and the way to the trash."""
        if self.request.htmx:
            return {}
        tools = {"views": views_of(self.request), "column_choices": self._column_choices()}
        if not self.request.user.may_edit:
            return tools
        return tools | {
            "empty_url": reverse("contacts:add"),
            "empty_label": "Add a contact",
            "trash_url": reverse("contacts:trash"),
        }

    def _column_choices(self) -> list[tuple[str, str, bool]]:
        """Every column: key, heading, whether it is shown; the shown ones first, in their order."""
        others = [name for name in CHOICES if name not in self.columns]
        headings = {
            name: column.verbose_name or name.capitalize() for name, column in self.table_class.base_columns.items()
        }
        return [(name, headings[name], name in self.columns) for name in [*self.columns, *others] if name != "name"]

    def selection(self) -> dict:
        """Bulk actions of this room and of others, for this user."""
        offered = bulk_actions(self.request.user)
        if not offered:
            return {}
        return {
            "selection_key": "contacts",
            "selection_actions": offered[:IN_BAR],
            "selection_menu": offered[IN_BAR:],
        }


def bulk_actions(user) -> list[SimpleNamespace]:
    """The bulk actions this user may use, with their addresses."""
    found = []
    for action in contact_bulk_actions:
        if not action.allowed(user):
            continue
        try:
            url = action.url()
        except NoReverseMatch:
            continue
        found.append(SimpleNamespace(label=action.label, icon=action.icon, url=url, danger=action.danger))
    return found
