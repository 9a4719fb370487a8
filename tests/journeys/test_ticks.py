"""Ticks of a list in a real browser: all but one, the list's order in the file, and nobody else's ticks."""

import csv

import pytest
from playwright.sync_api import expect

from tests.journeys.test_main_path import PASSWORD

PATIENCE = 60_000  # ms
MANY = 397
PREPARE = f"""
from accounts.models import Role, User
from contacts.models import Contact
users = [User.objects.create_user(f"{{name}}@ticks.example.com", "{PASSWORD}", role=Role.ADMIN, first_name=name,
    last_name="Ticks") for name in ("eve", "fay")]
Contact.objects.bulk_create(Contact(
    first_name="Tickling", last_name=f"Person{{n:03}}", email=f"ticks{{n}}@example.com", phone="+12125550100",
    contact_type="client", primary_advisor=users[0]) for n in range({MANY}))
"""


def sign_in(page, email):
    """Through the staff's front door, and to the list."""
    page.goto("/")
    page.fill("#id_email", email)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("nav.rail").wait_for()


def count(page):
    return page.locator("[data-selection-count]").inner_text()


@pytest.mark.browser
def test_all_but_one_and_the_next_user_finds_no_ticks(live_app, new_page):
    live_app.shell(PREPARE)
    page = new_page()
    page.set_default_timeout(PATIENCE)
    sign_in(page, "eve@ticks.example.com")
    page.goto("/contacts/?q=tickling&sort=-name")
    page.locator("[data-select-all]").check()
    expect(page.locator("form.selection")).to_be_visible(timeout=PATIENCE)
    assert count(page) == "50"
    page.locator("[data-selection-all]").click()
    assert count(page) == str(MANY)
    box = page.get_by_role("row", name="Person390").locator("[data-select]")
    box.uncheck()
    assert count(page) == str(MANY - 1)
    page.goto("/contacts/?q=tickling&sort=-name&page=2")
    assert count(page) == str(MANY - 1), "on other pages too"
    assert page.locator("[data-select]:not(:checked)").count() == 0
    page.goto("/contacts/?q=tickling&sort=-name")
    assert page.locator("[data-select]:not(:checked)").count() == 1
    page.evaluate("document.querySelector('form.selection [formaction$=\"/contacts/export/\"]').click()")
    expect(page.get_by_role("heading", name=f"Export {MANY - 1} contacts")).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        found = [row["Last name"] for row in csv.DictReader(file)]
    assert found == [f"Person{n:03}" for n in reversed(range(MANY)) if n != 390]
    page.goto("/contacts/?q=tickling")
    assert count(page) == str(MANY - 1), "the order is no filter"
    page.evaluate("document.querySelector('form[action=\"/sign-out/\"]').submit()")
    page.locator("#id_password").wait_for()
    sign_in(page, "fay@ticks.example.com")
    page.goto("/contacts/?q=tickling")
    page.locator("[data-select]").first.wait_for()
    expect(page.locator("form.selection")).to_be_hidden(timeout=PATIENCE)
    assert page.locator("[data-select]:checked").count() == 0
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('selection:'))") == []
