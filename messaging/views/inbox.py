"""The staff's inbox."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.access import staff_only
from core.keys import read_key
from core.limits import take
from core.listing.pages import SEARCHES
from messaging.inbox import TABS, WAITING, page_of, rows_of, tabs_for


@staff_only
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Threads by tab, found by a search, thirty a page. A tab that is none of theirs is their first one."""
    user, tabs = request.user, tabs_for(request.user)
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else next(iter(tabs))
    query = request.GET.get("q", "").strip()[:200]
    if query:
        take(SEARCHES, user.pk)
    unanswered = tab != WAITING and request.GET.get("unanswered") == "1"
    rows = rows_of(tab, user, query=query, unanswered=unanswered)
    page = page_of(rows, tab, user, read_key(request.GET.get("after", "")))
    state = {"tab": tab, "q": query, "unanswered": "1" if unanswered else ""}
    context = {
        "page": page,
        "tab": tab,
        "tabs": [(key, label, _address({"tab": key, "q": query})) for key, label in tabs.items()],
        "title": TABS[tab],
        "query": query,
        "unanswered": unanswered,
        "toggle_url": _address(state | {"unanswered": "" if unanswered else "1"}),
        "older_url": _address(state | {"after": page.older}) if page.older else "",
        "all_url": _address({"tab": tab}),
    }
    return render(request, "messaging/inbox.html", context)


def _address(state: dict) -> str:
    """The inbox in a state, without what is empty."""
    return "?" + urlencode({name: value for name, value in state.items() if value})
