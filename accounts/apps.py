"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, firm settings and staff sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
