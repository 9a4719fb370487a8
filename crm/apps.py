"""The CRM app."""

from django.apps import AppConfig


class CRMConfig(AppConfig):
    """Connections to the firm's CRMs."""

    name = "crm"
    verbose_name = "CRM"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the CRM room brings to other rooms."""
        from core.registry import NavItem, add_menu, contact_traces, nav
        from crm import operations  # noqa: F401 - its kinds register themselves
        from crm.domain.traces import TRACES

        nav.register("crm", NavItem("CRM", "refresh-cw", "crm:connections", "/crm/"), order=60)
        may_import = NavItem("Import from CRM", "refresh-cw", "crm:connections", "/crm/", lambda user: user.may_edit)
        add_menu.register("crm_import", may_import, order=30)
        contact_traces.register("crm", TRACES)
