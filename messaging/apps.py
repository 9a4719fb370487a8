"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Threads between clients and their advisors or teams."""

    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what messaging brings to other rooms."""
        from contacts.registry import contact_actions, contact_sections, contact_traces, timeline_sources
        from core.registry import NavItem, nav
        from mail.registry import purposes
        from messaging import archive, on_contacts, operations  # noqa: F401 - its operation types register themselves
        from messaging.domain.purposes import ClientHasWritten, StaffNotice, unanswered_line
        from messaging.domain.traces import TRACES
        from messaging.inbox import waiting_count
        from notifications.registry import digest_lines, notification_types

        item = NavItem("Messages", "message-circle", "messaging:inbox", "/messages/", count=waiting_count)
        nav.register("messages", item, order=15)
        contact_actions.register("message", on_contacts.WRITE, order=28)
        contact_sections.register("messages", on_contacts.section, order=5)
        contact_traces.register("messages", TRACES)
        purposes.register(StaffNotice.key, StaffNotice())
        notification_types.register(ClientHasWritten.key, ClientHasWritten(), order=10)
        digest_lines.register("messages", unanswered_line, order=10)
        timeline_sources.register("messages", on_contacts.entries)
