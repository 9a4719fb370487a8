"""Markup as a browser takes it."""

from django.http import HttpResponse


def one_line(response: HttpResponse) -> str:
    """The page with every run of whitespace as one blank: where a template breaks its lines is nobody's business."""
    return " ".join(response.content.decode().split())
