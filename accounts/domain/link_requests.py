"""How often a link to choose a password may be asked for: counted by who asks, never by whose it is.

Whose it is gets at most a few mails, see `mail.domain.asking`, but every link that its owner asks for. Only who asks
again and again is refused, in words: a browser known to the owner by itself, others by the network they come from.
"""

from django.http import HttpRequest

from accounts.client_address import client_network
from accounts.known_browsers import known_browser, knows_anybody
from accounts.models import User
from core import limits
from core.emails import canonical
from core.limits import Limit, TooOften, Use

WHAT = "requests for a link"
AGAIN = Limit("links asked for again", 1, 120, WHAT)
BY_ASKER = Limit("links asked for by one asker", 5, 3600, WHAT)
BY_NETWORK = Limit("links asked for from a network", 30, 3600, WHAT)


def may_ask(request: HttpRequest, side: str, account: str) -> bool:
    """Whether a link for this account is to be asked for; False when the same asker just has: it is on its way.

    `account` is the email that was typed, known or not, or what else names whose link it is. Raises TooOften after
    five in an hour by one asker, or thirty for any accounts from a network.
    """
    account = f"{side}:{canonical(account)}"
    browser = known_browser(request, _owner(request, side, account.partition(":")[2]))
    asker = f"{account} {browser or client_network(request)}"
    if limits.used_up([Use(AGAIN, asker)]):
        return False
    limits.take(BY_ASKER, asker)
    if not browser:
        limits.take(BY_NETWORK, client_network(request))
    try:
        limits.take(AGAIN, asker)
    except TooOften:
        return False  # pressed twice at once
    return True


def _owner(request: HttpRequest, side: str, email: str) -> User | None:
    """Whose account it is; looked up only for browsers that somebody has signed in with."""
    if not knows_anybody(request):
        return None
    users = User.objects.clients() if side == "portal" else User.objects.staff()
    return users.with_email(email).first()
