"""Guessed passwords: how many, counted by browser, network, account and firm.

Strangers are counted four ways, so that neither one person's password can be tried from many places nor many people's
from one. What they use up closes sign-in by password to browsers that nobody has signed in with; a known browser
(`accounts.known_browsers`) is counted by itself, and a mailed link works always and makes a browser known. So whatever
strangers do, the owner of an account gets in. Admins are told.

A guess is counted before the password is looked at, and given back when it was right: a hundred at once are a hundred.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.client_address import client_network
from accounts.domain.alerts import alert_admins
from accounts.domain.signing_in import record_failure
from accounts.known_browsers import known_browser, knows_anybody
from accounts.models import User
from core import limits
from core.emails import canonical
from core.limits import Count, Limit, TooOften, Use

WHAT = "wrong passwords"
BY_BROWSER = Limit("guesses by a known browser", 10, 900, WHAT)
BY_PAIR = Limit("guesses at an account from a network", 10, 900, WHAT)
BY_NETWORK = Limit("guesses from a network", 50, 3600, WHAT)
BY_ACCOUNT = Limit("guesses at an account", 30, 3600, WHAT)
BY_FIRM = Limit("guesses at the firm", settings.WRONG_PASSWORDS_PER_HOUR, 3600, WHAT)
OWN_PASSWORD = Limit("guesses at one's own password", 10, 900, WHAT)


class GuessingClosed(TooOften):
    """No more passwords are looked at for now; `kind` is the limit that is used up."""


@dataclass(frozen=True)
class Attempt:
    """Somebody gives an email and a password on one side ("staff" or "portal"), from somewhere."""

    request: HttpRequest
    email: str
    side: str

    @property
    def account(self) -> str:
        """The account as it is counted, whether there is such a one or not."""
        return f"{self.side}:{canonical(self.email)}"

    def uses(self) -> list[Use]:
        """What the attempt counts for. The first is forgotten when the password was right."""
        network = client_network(self.request)
        if browser := known_browser(self.request, self._owner()):
            return [Use(BY_BROWSER, f"{self.account} {browser}")]
        return [
            Use(BY_PAIR, f"{self.account} {network}"),
            Use(BY_NETWORK, network),
            Use(BY_ACCOUNT, self.account),
            Use(BY_FIRM, ""),
        ]

    def _owner(self) -> User | None:
        """Whose account it is; looked up only for browsers that somebody has signed in with."""
        if not knows_anybody(self.request):
            return None
        users = User.objects.clients() if self.side == "portal" else User.objects.staff()
        return users.with_email(self.email).first()


def check_password_of(request: HttpRequest, email: str, password: str, side: str) -> User | None:
    """Whose password this is on that side, or None. Raises GuessingClosed when too many were wrong.

    The answer to an unknown address is the same, counted the same. Not for use inside a transaction.
    """
    attempt = Attempt(request, email, side)
    uses = attempt.uses()
    if closed := limits.used_up(uses):
        raise GuessingClosed(closed.use.limit, closed.until)
    counts = limits.add(uses)
    if over := next((count for count in counts if count.number > count.use.limit.most), None):
        raise GuessingClosed(over.use.limit, over.until)  # others at the same moment were faster
    user = authenticate(request, username=email, password=password, side=side)
    if user is not None:
        limits.give_back(uses[1:])
        limits.forget(uses[0])
        return user
    if side == "staff":
        record_failure(request, email)
    _tell(counts, attempt)
    if closed := next((count for count in counts if count.is_used_up), None):
        raise GuessingClosed(closed.use.limit, closed.until)
    return None


def check_own_password(user: User, password: str) -> bool:
    """Whether it is the password of somebody who is signed in. Raises GuessingClosed after ten wrong ones."""
    use = Use(OWN_PASSWORD, str(user.pk))
    if closed := limits.used_up([use]):
        raise GuessingClosed(closed.use.limit, closed.until)
    count = limits.add([use])[0]
    if count.number > use.limit.most:
        raise GuessingClosed(use.limit, count.until)  # others at the same moment were faster
    if user.check_password(password):
        limits.forget(use)
        return True
    if count.is_used_up:
        raise GuessingClosed(count.use.limit, count.until)
    return False


def _tell(counts: list[Count], attempt: Attempt) -> None:
    """Tell the admins of a limit that this attempt has used up: once each time it is."""
    network, page = client_network(attempt.request), "client portal" if attempt.side == "portal" else "staff"
    many = "wrong passwords within an hour"
    sentences = {
        BY_NETWORK: f"{BY_NETWORK.most} {many} from {network}, the last on the {page} sign-in page",
        BY_ACCOUNT: f"{BY_ACCOUNT.most} {many} for {attempt.email} ({page}), from several places",
        BY_FIRM: f"{BY_FIRM.most:,} {many} for accounts of the firm",
    }
    for count in counts:
        if count.number == count.use.limit.most and count.use.limit in sentences:
            alert_admins("guessing", sentences[count.use.limit])
