"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Brings the commands that load the demo firm; no models, no pages."""

    name = "demo"
