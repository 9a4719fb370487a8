"""What the frame around every portal page needs."""

from types import SimpleNamespace

from django.http import HttpRequest
from django.urls import reverse

PAGES = (
    ("home", "Home", "home"),
    ("items", "To do", "list-checks"),
    ("library", "Library", "library"),
    ("profile", "Profile", "user"),
)


def frame(request: HttpRequest, current: str) -> dict:
    """`shell` with the portal's pages, and `viewing`: whose portal it is."""
    viewing = request.viewing
    nav = [
        SimpleNamespace(url=viewing.url(name), label=label, icon=icon, active=name == current)
        for name, label, icon in PAGES
    ]
    shell = SimpleNamespace(portal_nav=nav, sign_out_url=reverse("portal:sign_out"))
    return {"shell": shell, "viewing": viewing, "contact": viewing.contact}
