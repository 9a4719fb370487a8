"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """What contacts see."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
