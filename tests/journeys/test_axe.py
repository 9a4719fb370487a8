"""axe on every kind of page there is, for the staff on a desk and on a phone, and for a client: it finds nothing."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories import PASSWORD

pytestmark = pytest.mark.browser

PREPARE = """
import json
from accounts.models import User
from tests.routing import ROUTES
from tests.world import build
world = build()
User.objects.filter(pk=world.owner.pk).update(email="axe@staff.example.com", role="admin")
User.objects.filter(pk=world.contact.user_id).update(email="axe@clients.example.com")
print(json.dumps({route: [world.address(route), view.access] for route, view in ROUTES.items()}))
"""
DESK = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
# Mails are shown in frames where no script runs: there axe would wait for ever.
OPTIONS = {"iframes": False, "resultTypes": ["violations"]}
# Whoever is signed in is shown nothing of these, or would be signed out by them.
PASSED_OVER = ("password/", "portal/sign-in/", "portal/invitation/", "portal/password/")
# Forms and questions that share their templates with others that are looked at.
ALIKE = tuple("delete/ remove/ cancel/ revoke/ allow-mail/ reactivate/ restore/ unassign/ archive/ new/".split())


@pytest.fixture(scope="module")
def addresses(session_live_app):
    """Every address and who may open it, with one of everything behind them."""
    return json.loads(session_live_app.shell(PREPARE).splitlines()[-1])


def found_by_axe(page, paths):
    """What axe finds, by path; what is no page of ours (files, fragments, redirections) is passed over."""
    axe, found, seen = Axe(), {}, 0
    for path in paths:
        answer = page.request.get(path, max_redirects=0)
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        if "sandbox" in answer.headers.get("content-security-policy", ""):  # a mail, where no script runs
            continue
        if "<!doctype html>" not in answer.text()[:200].lower():
            continue
        page.goto(path)
        seen += 1
        if violations := axe.run(page, options=OPTIONS).response["violations"]:
            found[path] = [(one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    return found, seen


@pytest.mark.parametrize(("options", "least"), [(DESK, 40), (PHONE, 8)], ids=["desk", "phone"])
def test_axe_finds_nothing_on_the_pages_of_the_staff(new_page, addresses, options, least):
    page = new_page(reduced_motion="reduce", **options)
    page.goto("/")
    assert found_by_axe(page, ["/"]) == ({}, 1)
    page.fill("#id_email", "axe@staff.example.com")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url("**/contacts/")
    staff = {route: path for route, (path, access) in addresses.items() if access != "contacts"}
    chosen = [route for route in staff if not route.startswith(PASSED_OVER) and not route.endswith(ALIKE)]
    if options is PHONE:  # the lists and what is one step below them
        chosen = [route for route in chosen if route.count("/") <= 2]
    found, seen = found_by_axe(page, ["/contacts/?filters=open", *(staff[route] for route in chosen)])
    assert found == {}
    assert seen > least


def test_axe_finds_nothing_on_any_page_of_a_client(new_page, addresses):
    page = new_page(reduced_motion="reduce", **PHONE)
    assert found_by_axe(page, ["/portal/sign-in/"]) == ({}, 1)
    page.goto("/portal/sign-in/")
    page.fill("#id_email", "axe@clients.example.com")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url("**/portal/")
    found, seen = found_by_axe(page, [path for path, access in addresses.values() if access == "contacts"])
    assert seen > 3
    assert found == {}
