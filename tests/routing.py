"""Every address of the application, and what it answers to somebody."""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Role, User
from tests.world import World

# Addresses that are not ours to guard: Django admin has its own door, the mail provider's reports their secret.
FOREIGN = ("django-admin/", "outreach/tracking/", "anymail/")


def patterns(resolver=None, prefix=""):
    """Route, view and name of every address."""
    for one in (resolver or get_resolver()).url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if not route.startswith(FOREIGN):
                yield from patterns(one, route)
        elif isinstance(one, URLPattern) and not route.startswith(FOREIGN):
            yield route, one.callback, one.name


ROUTES = {route: view for route, view, _ in patterns()}


def answers(
    user: User | None, routes: Iterable[str], world: World, method: str = "get", data: dict | None = None
) -> Iterator[tuple[str, HttpResponse]]:
    """Each route with its answer to a user; None is a stranger. What a request changes is taken back at once.

    `data` goes along, in the address or as a form.
    """
    client = Client(raise_request_exception=False)
    if user is not None:
        backend = "PortalBackend" if user.role == Role.CONTACT else "StaffBackend"
        client.force_login(user, backend=f"accounts.backends.{backend}")
    signed_in = client.cookies.copy()
    for route in routes:
        client.cookies = signed_in.copy()
        with transaction.atomic():
            response = getattr(client, method)(world.address(route), data)
            response.read_text = b"".join(response).decode(errors="replace")  # read to its end, which closes a file
            transaction.set_rollback(True)
        yield route, response
