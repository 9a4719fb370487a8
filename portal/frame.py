"""What the frame around every portal page needs."""

from types import SimpleNamespace

from django.db.models import Sum
from django.http import HttpRequest
from django.urls import reverse

from messaging.models import Thread

MESSAGES = "messages"
PAGES = (
    ("home", "Home", "home"),
    (MESSAGES, "Messages", "message-circle"),
    ("items", "To do", "list-checks"),
    ("library", "Library", "library"),
    ("profile", "Profile", "user"),
)


def frame(request: HttpRequest, current: str, *, reading: int = 0) -> dict:
    """`shell` with the portal's pages and the number of unread messages, and `viewing`: whose portal it is.

    `reading`: so many of the unread ones are on this very page.
    """
    viewing = request.viewing
    unread = Thread.objects.of_portal(viewing.contact).aggregate(number=Sum("client_unread"))["number"] or 0
    nav = [
        SimpleNamespace(
            url=viewing.url(name),
            label=label,
            icon=icon,
            active=name == current,
            unread=unread - reading if name == MESSAGES else 0,
        )
        for name, label, icon in PAGES
    ]
    shell = SimpleNamespace(portal_nav=nav, sign_out_url=reverse("portal:sign_out"))
    return {"shell": shell, "viewing": viewing, "contact": viewing.contact}
