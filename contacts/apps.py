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
        from accounts.registry import staff_actions, staff_duties
        from contacts import operations
        from contacts.domain import template_reach
        from contacts.domain.clearing_imports import clear_old_imports
        from contacts.domain.handing_over import BOOK
        from contacts.domain.purging import purge_trash
        from contacts.operations.undoing import undo_offer
        from contacts.registry import contact_actions, contact_bulk_actions
        from core.registry import Action, NavItem, add_menu, daily_jobs, nav, undo_offers

        operations.load()
        undo_offers.register("contacts", undo_offer)
        nav.register("contacts", NavItem("Contacts", "users", "contacts:list", "/contacts/"), order=10)
        add_menu.register(
            "contact", NavItem("Contact by hand", "user-plus", "contacts:add", "/contacts/add/", may_edit)
        )
        add_menu.register("file", NavItem("Import file", "upload", "contacts:import", "/contacts/import/", may_edit))
        staff_duties.register("book", BOOK)
        hand_over = Action("Hand over contacts", "arrow-right", "contacts:hand_over_begin", applies=BOOK.count)
        staff_actions.register("book", hand_over)
        daily_jobs.register("old_imports", clear_old_imports)
        daily_jobs.register("trash", purge_trash)
        template_reach.register()
        contact_actions.register("edit", Action("Edit", "pencil", "contacts:edit", may_edit), order=10)
        contact_bulk_actions.register("export", Action("Export", "download", "contacts:export"), order=600)
