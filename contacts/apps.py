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
        from core.registry import Action, NavItem, add_menu, daily_jobs, nav

        operations.load()
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
        _offer_actions()


def _offer_actions() -> None:
    """What can be done with one contact, and with many."""
    from contacts.registry import contact_actions, contact_bulk_actions
    from core.registry import Action

    def closed(contact) -> bool:
        return contact.deactivated_at is not None

    def is_open(contact) -> bool:
        return contact.deactivated_at is None

    def has(contact) -> bool:
        return contact.experience_id is not None and is_open(contact)

    one, many = contact_actions.register, contact_bulk_actions.register
    one("edit", Action("Edit", "pencil", "contacts:edit", may_edit), order=10)
    one("assign", Action("Assign experience", "layers", "contacts:assign_one", may_edit, is_open), order=20)
    one("change_experience", Action("Change experience", "git-compare", "contacts:change_one", may_edit, has), order=30)
    one("unassign", Action("Remove experience", "circle-x", "contacts:unassign_one", may_edit, has), order=790)
    one("deactivate", Action("Deactivate", "ban", "contacts:deactivate_one", may_edit, is_open), order=800)
    one("reactivate", Action("Reactivate", "rotate-ccw", "contacts:reactivate_one", may_edit, closed), order=800)
    one("delete", Action("Delete", "trash-2", "contacts:delete_one", may_edit, danger=True), order=900)
    many("assign", Action("Assign experience", "layers", "contacts:assign", may_edit), order=10)
    many("change_experience", Action("Change experience", "git-compare", "contacts:change", may_edit), order=30)
    many("unassign", Action("Remove experience", "circle-x", "contacts:unassign", may_edit), order=790)
    many("edit", Action("Edit fields", "pencil", "contacts:bulk_edit", may_edit), order=500)
    many("export", Action("Export", "download", "contacts:export"), order=600)
    many("deactivate", Action("Deactivate", "ban", "contacts:deactivate", may_edit), order=800)
    many("reactivate", Action("Reactivate", "rotate-ccw", "contacts:reactivate", may_edit), order=810)
    many("delete", Action("Delete", "trash-2", "contacts:delete", may_edit, danger=True), order=900)
