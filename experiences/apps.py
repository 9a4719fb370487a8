"""The experiences app."""

from django.apps import AppConfig


class ExperiencesConfig(AppConfig):
    """What can be given to a contact: cards, resources, teams, campaigns, experiences."""

    name = "experiences"
    default_auto_field = "django.db.models.BigAutoField"
