"""The reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Queries, columns and exports."""

    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the reports in the rail, and their exports as operations."""
        from core.registry import NavItem, nav
        from reports import operations  # noqa: F401 - importing registers

        nav.register("reports", NavItem("Reports", "bar-chart-3", "reports:experience", "/reports/"), order=400)
