"""The CRM app."""

from django.apps import AppConfig


class CRMConfig(AppConfig):
    """Connections to the firm's CRMs."""

    name = "crm"
    verbose_name = "CRM"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the CRM room brings to other rooms."""
        from contacts.registry import contact_integrations, contact_next_steps, contact_traces
        from core.registry import NavItem, add_menu, nav, sweepers
        from crm import on_contacts, operations  # noqa: F401 - its operation types register themselves
        from crm.domain.comparing import compare_due
        from crm.domain.traces import TRACES

        def may_edit(user) -> bool:
            return user.may_edit

        nav.register("crm", NavItem("CRM", "plug", "crm:connections", "/crm/"), order=60)
        add_menu.register("crm", NavItem("Import from CRM", "plug", "crm:ready", "/crm/records/", may_edit), order=30)
        contact_integrations.register("crm", on_contacts.integrations)
        contact_next_steps.register("crm", on_contacts.next_step, order=50)
        contact_traces.register("crm", TRACES)
        sweepers.register("crm_comparisons", compare_due, order=50)
