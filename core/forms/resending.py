"""What was typed into a form that could not be taken, so that it need not be typed again.

A post is refused before its view runs when the session has ended, or when the form belongs to an earlier session.
The answering page shows what it held, in a form that sends the same again. That is only for posts that a page of ours
made (the caller makes sure): another site must not put words into a form of ours for somebody to confirm. Passwords,
credentials and files are never sent back to the browser.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from core.view_decorators import for_views

TOKEN_FIELD = "csrfmiddlewaretoken"  # noqa: S105 - the name of a form field
SECRET = re.compile(r"passw|passphrase|secret|token|credential|^current$|(^|_)key$|^code$|^otp", re.IGNORECASE)
# Fields that no person fills in: sent again, but not shown.
TECHNICAL = frozenset(
    {TOKEN_FIELD, "next", "ids", "all", "without", "query", "draft", "confirm", "signs_out", "step", "alert"}
)
LONGEST = 100_000  # characters


@dataclass(frozen=True)
class Typed:
    """A form that was posted: where to, every field as (name, value), and those a person filled in as (label, value).

    `complete` is false when files came with it, which cannot be sent again.
    """

    action: str
    fields: tuple[tuple[str, str], ...]
    shown: tuple[tuple[str, str], ...]
    complete: bool


@for_views
def never_resent(view: Callable) -> Callable:
    """Mark a view whose form holds secrets under names that cannot be known, such as a CRM's credentials."""
    view.never_resent = True
    return view


def typed_into(request: HttpRequest) -> Typed | None:
    """What the posted form held; None when there is nothing to keep, or something that must not be shown again."""
    fields = tuple((name, value) for name, values in request.POST.lists() for value in values if name != TOKEN_FIELD)
    shown = tuple(
        (name.replace("_", " ").strip().capitalize(), value)
        for name, value in fields
        if value.strip() and name not in TECHNICAL and not name.startswith("seen")
    )
    match = request.resolver_match
    secret = getattr(match.func, "never_resent", False) if match else True
    if not shown or secret or any(SECRET.search(name) for name, _ in fields if name != TOKEN_FIELD):
        return None
    if sum(len(value) for _, value in fields) > LONGEST:
        return None
    return Typed(request.get_full_path(), fields, shown, complete=not request.FILES)


def page_before(request: HttpRequest, otherwise: str) -> str:
    """The page of ours from which the request came, as a path; `otherwise` when that is not known."""
    referer = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours and referer else otherwise
