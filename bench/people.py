"""Who looks at the pages that are measured: real accounts of the demo firm, signed in."""

from django.test import Client

from accounts.models import Role, User
from bench.figures import Missing
from contacts.models import Contact, Status

STAFF = "accounts.backends.StaffBackend"
PORTAL = "accounts.backends.PortalBackend"
BOOK = 500


def admin() -> User:
    """Sees everybody."""
    return _first(User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk"), "admin")


def advisor() -> User:
    """Sees a book of about 500, the size most advisors have."""
    some = list(User.objects.filter(role=Role.ADVISOR, is_active=True, teams=None).order_by("pk")[:20])
    some = some or list(User.objects.filter(role=Role.ADVISOR, is_active=True).order_by("pk")[:20])
    if not some:
        raise Missing("There is no advisor.")
    return min(some, key=lambda user: abs(Contact.objects.visible_to(user).count() - BOOK))


def team_advisor() -> User:
    """Sees an own book and, through teams, a large part of the firm."""
    return _first(User.objects.filter(role=Role.ADVISOR, is_active=True).exclude(teams=None).order_by("pk"), "member")


def contact() -> Contact:
    """Signs in to the portal, and has everything a summary page can show."""
    active = Contact.objects.filter(status=Status.ACTIVE, user__isnull=False, experience__isnull=False)
    return _first(active.exclude(campaign=None).order_by("pk"), "active contact")


def signed_in(user: User, backend: str = STAFF) -> Client:
    """A browser that is signed in, and that follows no redirects."""
    client = Client()
    client.force_login(user, backend=backend)
    return client


def page(client: Client, address: str, **headers) -> bytes:
    """The page at `address`; anything but a 200 is a failure."""
    answer = client.get(address, **headers)
    if answer.status_code != 200:
        raise Missing(f"{address} answers {answer.status_code}, not 200.")
    return answer.content


def _first(rows, what: str):
    found = rows.first()
    if found is None:
        raise Missing(f"There is no {what}.")
    return found
