"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """The people of the firm and what they were given."""

    name = "contacts"
    default_auto_field = "django.db.models.BigAutoField"
