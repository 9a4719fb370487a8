"""The reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Queries, columns and exports."""

    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"
