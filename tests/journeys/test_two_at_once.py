"""Two of the staff change overlapping selections at once, in a browser each: nothing is lost, both reports are true."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_main_path import PASSWORD, sign_in

# So many have only the first word in their name, both words, only the second.
ONLY_FIRST, BOTH, ONLY_SECOND = 120, 150, 130
TEAM = "Tandem team"

PREPARE = f"""
from accounts.models import Role, User
from contacts.models import Contact
from experiences.models import Team
users = [User.objects.create_user(f"{{name}}@tandem.example.com", "{PASSWORD}", role=Role.ADMIN, first_name=name,
    last_name="Tandem") for name in ("ada", "bob")]
Team.objects.create(name="{TEAM}")
words = ["Axone Only"] * {ONLY_FIRST} + ["Axone Bytwo"] * {BOTH} + ["Bytwo Only"] * {ONLY_SECOND}
Contact.objects.bulk_create(Contact(
    first_name=name, last_name=f"Tandem{{n}}", email=f"tandem{{n}}@example.com", phone="+12125550100",
    contact_type="client", primary_advisor=users[0]) for n, name in enumerate(words))
"""
FOUND = """
SELECT contact_type, team.name, count(*) FROM contacts_contact LEFT JOIN experiences_team AS team ON team.id = team_id
WHERE email LIKE 'tandem%%' GROUP BY 1, 2 ORDER BY 1, 2
"""


def up_to_the_confirmation(page, word, fill):
    """Choose all that match a word, say what is to change, and stop before the last button."""
    page.goto(f"/contacts/?q={word}")
    page.locator("[data-select-all]").check()
    page.locator("[data-selection-all]").click()
    page.evaluate("document.querySelector('form.selection [formaction$=\"/contacts/bulk/contacts.edit/\"]').click()")
    expect(page.locator("main form")).to_be_visible()
    fill(page)
    page.locator("main form .form-actions button").click()
    expect(page.locator(".stat", has_text="Will change").locator(".stat-value")).to_be_visible()


def set_type(page):
    page.locator("input[name=contact_type_how][value=set]").check(force=True)
    page.select_option("#id_contact_type", "lead")


def set_team(page):
    page.locator("input[name=team_how][value=set]").check(force=True)
    page.select_option("#id_team", label=TEAM)


def figures(page):
    """What an operation's page says of it once it has ended."""
    expect(page.locator("#progress[data-progress=over]")).to_be_visible(timeout=30_000)
    names = page.locator(".progress-counts dt").all_inner_texts()
    return dict(zip(names, page.locator(".progress-counts dd").all_inner_texts(), strict=True))


@pytest.mark.browser
def test_two_browsers_change_overlapping_contacts_at_once(live_app, new_page):
    live_app.shell(PREPARE)
    ada, bob = new_page(), new_page()
    for page, name in ((ada, "ada"), (bob, "bob")):
        sign_in(page, f"{name}@tandem.example.com")
    up_to_the_confirmation(ada, "axone", set_type)
    up_to_the_confirmation(bob, "bytwo", set_team)
    for page in (ada, bob):  # both are sent off before either is answered
        page.evaluate("setTimeout(() => document.querySelector('main form button.btn-primary').click(), 50)")
    for page in (ada, bob):
        page.wait_for_url(re.compile(r"/operations/\d+/"))
    first, second = ONLY_FIRST + BOTH, ONLY_SECOND + BOTH
    assert figures(ada) == {"Done": str(first), "Skipped": "0", "Failed": "0"}
    assert figures(bob) == {"Done": str(second), "Skipped": "0", "Failed": "0"}
    assert [tuple(row) for row in live_app.sql(FOUND)] == [
        ("client", TEAM, ONLY_SECOND),
        ("lead", TEAM, BOTH),
        ("lead", None, ONLY_FIRST),
    ]
    ada_at, bob_at = (page.url.partition("?")[0] for page in (ada, bob))
    ada.goto(bob_at)
    bob.goto(ada_at)
    assert figures(ada)["Done"] == str(second)
    assert figures(bob)["Done"] == str(first)
    bob.goto("/operations/")
    for number in (first, second):
        expect(bob.locator("tbody")).to_contain_text(str(number))
    for address, number in ((ada_at, first), (bob_at, second)):
        key = int(address.rstrip("/").rpartition("/")[2])
        counted = "SELECT count(*) FROM core_operationline WHERE operation_id = %s AND state = 'done'"
        assert live_app.sql(counted, (key,)) == [(number,)]
