"""Every address of the application, and what it answers to somebody."""

from collections.abc import Iterable, Iterator
from types import SimpleNamespace

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Role, User
from contacts.operations.bulk_action import BulkAction
from core.registry import operation_types
from tests.world import World

BULK = ("contacts/bulk/<str:key>/", "contacts/<int:pk>/do/<str:key>/")
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


def each_bulk_action(route, view):
    """The route of an address that names a bulk action once for each of them; any other route as it is."""
    if not route.endswith(BULK):
        return [(route, view)]
    actions = [
        one for one in operation_types if isinstance(one, BulkAction) and (one.for_one or "<int:pk>" not in route)
    ]
    guarded = {one: SimpleNamespace(access="admins" if one.for_admins else view.access) for one in actions}
    return [(route.replace("<str:key>", one.key), guarded[one]) for one in actions]


ROUTES = {each: guarded for route, view, _ in patterns() for each, guarded in each_bulk_action(route, view)}


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
