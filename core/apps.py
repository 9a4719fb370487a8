"""The core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the core app."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the operations, and clean up after them."""
        from core import lookups  # noqa: F401 - registers them
        from core.domain.clearing_changes import clear_changes
        from core.domain.clearing_drafts import drop_stale_drafts
        from core.domain.clearing_exports import clear_old_exports
        from core.domain.limits import clear_tallies
        from core.domain.mail_flow import call_if_silent
        from core.domain.stored_files import remove_strays
        from core.presses import clear_presses
        from core.registry import NavItem, daily_jobs, nav, sweepers

        nav.register("operations", NavItem("Operations", "list-checks", "core:operations", "/operations/"), order=800)
        sweepers.register("mail_server", call_if_silent, order=40)
        sweepers.register("stale_drafts", drop_stale_drafts)
        sweepers.register("old_exports", clear_old_exports)
        sweepers.register("tallies", clear_tallies)
        daily_jobs.register("changes", clear_changes)
        daily_jobs.register("presses", clear_presses)
        daily_jobs.register("stray_files", remove_strays, order=900)
