"""All posts that a contact has received."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.keys import read_key
from portal.feed import posts_of
from portal.frame import frame

AT_ONCE = 20


@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """The posts, the newest first, twenty a page."""
    found = posts_of(request.viewing.contact, AT_ONCE + 1, read_key(request.GET.get("before", "")))
    context = frame(request, "home") | {
        "posts": found[:AT_ONCE],
        "older": found[AT_ONCE - 1].key if len(found) > AT_ONCE else None,
    }
    return render(request, "portal/posts.html", context)
