"""The experiences app."""

from django.apps import AppConfig


class ExperiencesConfig(AppConfig):
    """What can be given to a contact: cards, resources, teams, campaigns, experiences."""

    name = "experiences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room in the rail."""
        from core.registry import NavItem, nav

        nav.register(
            "experiences", NavItem("Experiences", "layers", "experiences:experiences", "/experiences/"), order=20
        )
        nav.register("campaigns", NavItem("Campaigns", "megaphone", "experiences:campaigns", "/campaigns/"), order=30)
