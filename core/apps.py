"""The core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the core app."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the operations, and clean up after them."""
        from core import checks  # noqa: F401 - registers them
        from core.files.references import remove_strays
        from core.forms.presses import clear_presses
        from core.limits import clear_tallies
        from core.listing import lookups  # noqa: F401 - registers them
        from core.listing.changes import clear_changes
        from core.mailing.server_status import call_if_silent
        from core.operations.drafts import drop_stale_drafts
        from core.registry import NavItem, daily_jobs, nav, sweepers
        from core.spreadsheets.retention import clear_old_exports

        nav.register("operations", NavItem("Operations", "list-checks", "core:operations", "/operations/"), order=800)
        sweepers.register("mail_server", call_if_silent, order=40)
        sweepers.register("stale_drafts", drop_stale_drafts)
        sweepers.register("old_exports", clear_old_exports)
        sweepers.register("tallies", clear_tallies)
        daily_jobs.register("changes", clear_changes)
        daily_jobs.register("presses", clear_presses)
        daily_jobs.register("stray_files", remove_strays, order=900)
