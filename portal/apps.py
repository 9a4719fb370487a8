"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """What contacts see."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the preview wherever a contact is shown to staff; tell clients of messages."""
        from contacts.registry import contact_actions
        from core.registry import Action
        from mail.registry import purposes
        from notifications.registry import notification_types
        from portal.notices import MessageForClient, MessageNotice

        contact_actions.register("preview", Action("Preview the portal", "eye", "portal:preview"), order=60)
        purposes.register(MessageNotice.key, MessageNotice())
        notification_types.register(MessageForClient.key, MessageForClient(), order=10)
