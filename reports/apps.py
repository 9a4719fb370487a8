"""The reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Queries, columns and exports."""

    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the reports in the rail."""
        from core.registry import NavItem, nav

        nav.register("reports", NavItem("Reports", "bar-chart-3", "reports:experience", "/reports/"), order=400)
