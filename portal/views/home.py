"""The contact's home: greeting, what is to do, cards, what is pinned, the latest posts, the team."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.content import cards_of, featured_of, open_assignment
from portal.feed import posts_of
from portal.frame import frame
from portal.items import done_here, waiting_items
from portal.team import team_of
from portal.tiles import tiles_of

GREETINGS = ((5, "Good evening"), (12, "Good morning"), (18, "Good afternoon"), (24, "Good evening"))
POSTS_SHOWN = 3
ITEMS_SHOWN = 3


def greeting(hour: int) -> str:
    """How to greet at this hour (0 to 23)."""
    return next(words for until, words in GREETINGS if hour < until)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything a contact finds first, in a constant number of queries."""
    viewing = request.viewing
    now = timezone.localtime()
    assignment = open_assignment(viewing.contact)
    found = posts_of(viewing.contact, POSTS_SHOWN + 1)
    items = waiting_items(viewing.contact, done_here(request), ITEMS_SHOWN + 1)
    context = frame(request, "home") | {
        "greeting": greeting(now.hour),
        "items": items[:ITEMS_SHOWN],
        "more_items": len(items) > ITEMS_SHOWN,
        "tiles": tiles_of(cards_of(assignment, now.date()), viewing, request.firm) if assignment else [],
        "featured": featured_of(assignment) if assignment else [],
        "posts": found[:POSTS_SHOWN],
        "more_posts": len(found) > POSTS_SHOWN,
        "team": team_of(viewing.contact),
        "assignment": assignment,
    }
    return render(request, "portal/home.html", context)
