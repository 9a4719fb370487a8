"""The firm in every template."""

from django.http import HttpRequest

from accounts.models import Firm


def firm(request: HttpRequest) -> dict:
    """`firm`: the firm's settings (name, brand_css, logo)."""
    return {"firm": getattr(request, "firm", None) or Firm.get()}
