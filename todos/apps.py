"""The todos app."""

from django.apps import AppConfig


class TodosConfig(AppConfig):
    """Action items for clients, and reminders for the staff."""

    name = "todos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room brings to others."""
        from contacts.apps import may_edit
        from contacts.registry import contact_groups, contact_sections, contact_traces, event_details
        from core.registry import NavItem, add_menu, nav, sweepers
        from notifications.registry import digest_lines, notification_types
        from todos import on_contacts
        from todos.domain import notifying
        from todos.domain.telling import titles_of
        from todos.domain.traces import TRACES

        contact_traces.register("todos", TRACES)
        notification_types.register(notifying.NEW_ITEM, notifying.NewActionItem(), order=15)
        notification_types.register(notifying.REMINDER_DUE, notifying.ReminderDue(), order=20)
        notification_types.register(notifying.ITEM_DONE, notifying.ItemDone(), order=30)
        sweepers.register("reminders_due", notifying.push_due_reminders, order=32)
        digest_lines.register("reminders", notifying.reminders_line, order=20)
        digest_lines.register("items", notifying.items_line, order=30)
        contact_groups.register(notifying.DONE_ITEMS, notifying.DONE_GROUP)
        event_details.register("todos", titles_of)
        nav.register("tasks", NavItem("Tasks", "circle-check", "todos:tasks", "/tasks/"), order=15)
        add_menu.register("reminder", NavItem("Reminder", "circle-check", "todos:pick", "/tasks/add/", may_edit))
        contact_sections.register("action_items", on_contacts.action_items, order=30)
        contact_sections.register("reminders", on_contacts.reminders, order=40)
