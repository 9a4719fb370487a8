"""No token of a mailed link is ever written to the log, whatever somebody asks of its address."""

import logging
import re
from io import StringIO

import pytest
from django.test import Client

from advisorhub.logs import WithoutTokens
from tests.routing import ROUTES

TOKEN = "c2VjcmV0-of-a_mailed-link-1f9"
LINKS = sorted(route for route in ROUTES if "token" in route)


@pytest.fixture
def log():
    """What the settings' own handler writes from here on."""
    handler = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, WithoutTokens))
    written = StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def address(route):
    """The address of a link with the token."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: TOKEN if found[1] == "token" else "MQ", route)


def test_there_are_links_to_ask_for():
    assert LINKS == [
        "password/<str:uidb64>/<path:token>",
        "portal/invitation/<path:token>",
        "portal/new-password/<path:token>",
    ]


@pytest.mark.parametrize("route", LINKS)
def test_a_link_asked_for_in_a_wrong_way_leaves_no_token_in_the_log(db, log, route):
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.post(address(route))
    strict.options(address(route))
    strict.delete(address(route))
    for asked in (">", "/and more/", "/%0a"):
        assert strict.get(address(route) + asked).status_code in {302, 404, 410}
    assert "Forbidden (CSRF cookie not set.): /" in log.getvalue()
    assert "Method Not Allowed (OPTIONS): /" in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_a_traceback_is_written_without_the_token(log):
    try:
        raise ValueError(f"/portal/invitation/{TOKEN}/ went wrong")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", f"/portal/invitation/{TOKEN}/")
    assert "ValueError: /portal/invitation/…" in log.getvalue()
    assert TOKEN not in log.getvalue()


@pytest.mark.parametrize("path", ["/outreach/password/12/", "/portal/profile/password/x", "/contacts/12/x"])
def test_other_addresses_are_written_whole(db, log, path):
    logging.getLogger("django.request").warning("Not Found: %s", path)
    assert log.getvalue().endswith(f"Not Found: {path}\n")
