"""The outreach app."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Everything that leaves for a contact."""

    name = "outreach"
    default_auto_field = "django.db.models.BigAutoField"
