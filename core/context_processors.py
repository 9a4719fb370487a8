"""What the frame around every page needs."""

from types import SimpleNamespace

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from core.registry import nav


def shell(request: HttpRequest) -> dict:
    """`shell`: rail entries for this user and where the search box leads. Built only when a page asks."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> SimpleNamespace:
    user = request.user
    if not user.is_authenticated:
        return SimpleNamespace(nav=[], search_url="")
    items = [
        SimpleNamespace(
            url=reverse(item.url_name),
            label=item.label,
            icon=item.icon,
            active=request.path.startswith(item.prefix),
        )
        for item in nav
        if item.allowed(user)
    ]
    try:
        search_url = reverse("contacts:list")
    except NoReverseMatch:
        search_url = ""
    return SimpleNamespace(nav=items, search_url=search_url)
