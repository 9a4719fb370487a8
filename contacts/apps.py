"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """The people of the firm and what they were given."""

    name = "contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what contacts bring to other rooms."""
        from contacts.domain.handing_over import BOOK
        from core.registry import staff_duties

        staff_duties.register("book", BOOK)
