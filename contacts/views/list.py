"""The contact list: where the advisor's day starts."""

from types import SimpleNamespace

from django.urls import NoReverseMatch, reverse

from contacts.filters import ContactFilter
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from contacts.tables import ContactTable
from core.listing import ListPage
from core.registry import contact_bulk_actions

SHOWN = (
    "first_name",
    "last_name",
    "email",
    "contact_type",
    "status",
    "last_login_at",
    "deactivated_at",
    "user_id",
    "primary_advisor__first_name",
    "primary_advisor__last_name",
    "primary_advisor__email",
    "experience__name",
)
# The bar shows the first few; the rest is behind "More".
IN_BAR = 3


class ContactList(ListPage):
    """All contacts the user sees."""

    title = "Contacts"
    noun = "contacts"
    table_class = ContactTable
    filterset_class = ContactFilter
    template_name = "contacts/list.html"
    empty = ("No contacts yet", "Contacts are the people your firm serves or courts. Add the first one by hand.")
    empty_icon = "users"

    def rows(self) -> ContactQuerySet:
        """Only what the table shows."""
        rows = Contact.objects.visible_to(self.request.user)
        return rows.select_related("primary_advisor", "experience").only(*SHOWN)

    def table_options(self) -> dict:
        """Row actions depend on the user."""
        return {"user": self.request.user}

    def extra(self) -> dict:
        """What an empty list offers, and the way to the trash."""
        if not self.request.user.may_edit:
            return {}
        return {
            "empty_url": reverse("contacts:add"),
            "empty_label": "Add a contact",
            "trash_url": reverse("contacts:trash"),
        }

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
            url = reverse(action.url_name)
        except NoReverseMatch:
            continue
        found.append(SimpleNamespace(label=action.label, icon=action.icon, url=url, danger=action.danger))
    return found
