"""Which mailed links were followed in a browser, so that each form is about the link that it was drawn for.

Two links opened in two tabs share one session. Each gets a reference of its own, random and known to this session
alone, which stands in the address of its pages in place of the token: a token there would stay in histories and on
screens, and a single "current link" in the session would let the form of one tab act on the link of another.
"""

import secrets

from django.http import HttpRequest

SESSION_KEY = "followed_links"
KEPT_AT_MOST = 20  # links a session remembers; the oldest is forgotten first


def follow_link(request: HttpRequest, side: str, link: str | int) -> str:
    """Remember that a link of this side ("portal", "staff") was followed, and return the reference for its pages.

    `link` is what the side finds its link by, as JSON keeps it. The same link followed again keeps its reference.
    """
    entry = [side, link]
    followed: dict[str, list] = request.session.get(SESSION_KEY, {})
    reference = next((known for known, kept in followed.items() if kept == entry), None)
    if reference is None:
        reference = secrets.token_urlsafe(12)
        newest = list(followed.items())[1 - KEPT_AT_MOST :]
        request.session[SESSION_KEY] = dict([*newest, (reference, entry)])
    return reference


def followed_link(request: HttpRequest, side: str, reference: str) -> str | int | None:
    """What `follow_link` was given for this reference; None when this session does not know it."""
    kept_side, link = request.session.get(SESSION_KEY, {}).get(reference, (None, None))
    return link if kept_side == side else None


def forget_link(request: HttpRequest, reference: str) -> None:
    """Forget a link that has served its purpose."""
    followed = request.session.get(SESSION_KEY, {})
    if followed.pop(reference, None):
        request.session[SESSION_KEY] = followed
