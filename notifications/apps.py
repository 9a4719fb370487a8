"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Who is told of what, by mail or web push."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Bring the summary into the mail ledger, sweep and clean up, and offer the pages in the frame."""
        from core.registry import MailLedger, NavItem, daily_jobs, mail_ledgers, person_menu, sweepers
        from mail.registry import purposes
        from notifications import checks  # noqa: F401 - registers itself
        from notifications.domain import sweeping
        from notifications.domain.digests import make_due_digests
        from notifications.domain.purposes import DigestMail
        from notifications.domain.subscribing import clear_subscriptions

        purposes.register(DigestMail.key, DigestMail())
        sweepers.register("pushes", sweeping.sweep_pushes, order=35)
        sweepers.register("digests", make_due_digests, order=25)
        mail_ledgers.register("pushes", MailLedger(sweeping.waiting, sweeping.doubt))
        daily_jobs.register("pushes", sweeping.clear_pushes)
        daily_jobs.register("push_subscriptions", clear_subscriptions)
        own = NavItem("Notifications", "bell", "notifications:own", "/notifications/")
        person_menu.register("notifications", own, order=15)
