"""The contacts app."""

from django.apps import AppConfig


def may_edit(user) -> bool:
    """Whether a user changes contacts at all."""
    return user.may_edit


class ContactsConfig(AppConfig):
    """The people of the firm and what they were given."""

    name = "contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what contacts bring to other rooms."""
        from contacts import operations_assign  # noqa: F401 - its kinds register themselves
        from contacts.domain import template_reach
        from contacts.domain.handing_over import BOOK
        from core.registry import Action, NavItem, add_menu, contact_actions, nav, staff_duties

        nav.register("contacts", NavItem("Contacts", "users", "contacts:list", "/contacts/"), order=10)
        add_menu.register(
            "contact", NavItem("Contact by hand", "user-plus", "contacts:add", "/contacts/add/", may_edit)
        )
        edit = Action("Edit", "pencil", "contacts:edit", allowed=may_edit)
        contact_actions.register("edit", edit, order=10)
        staff_duties.register("book", BOOK)
        template_reach.register()
