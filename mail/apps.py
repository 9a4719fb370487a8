"""The mail app."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """The ledger of all mail that leaves."""

    name = "mail"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sweep what workers left, and doubt what waits when the database turns out to be a restored backup."""
        from core.registry import MailLedger, mail_ledgers, sweepers
        from mail.domain import restoring
        from mail.domain.sweeping import sweep_mail

        sweepers.register("mail", sweep_mail, order=30)
        mail_ledgers.register("mail", MailLedger(restoring.waiting, restoring.doubt))
