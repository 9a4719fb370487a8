"""The outreach app."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Everything that leaves for a contact."""

    name = "outreach"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what outreach brings to other rooms."""
        from core.registry import sweepers
        from outreach.domain.sweeping import sweep_mail

        sweepers.register("mail", sweep_mail)
