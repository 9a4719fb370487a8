"""Several people in one browser: a couple's two links in two tabs, a client's link where staff are signed in."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_main_path import PASSWORD, sign_in

CLIENT_PASSWORD = "four words for couples"
PREPARE = """
from accounts.models import Role, User
from experiences.models import CardTemplate, Experience, FeaturedTemplate, ResourceTemplate
from outreach.domain import links
from outreach.models import Link
from tests.factories import AssignmentFactory, ContactFactory
# Under names of its own: factories count from the beginning in each process, and tests share the database.
parts = [kind.objects.get_or_create(name="Couple")[0] for kind in (CardTemplate, ResourceTemplate, FeaturedTemplate)]
experience, _ = Experience.objects.get_or_create(name="Couple", defaults=dict(
    card_template=parts[0], resource_template=parts[1], featured_template=parts[2]))
staff = User.objects.create_user(
    "desk.SCENE@couple.example.com", "PASSWORD", role=Role.ADMIN, first_name="Sam", last_name="Desk")
for name in ("Pat", "Kim"):
    contact = ContactFactory(first_name=name, last_name="Couple", email=f"{name.lower()}.SCENE@couple.example.com",
        primary_advisor=staff)
    AssignmentFactory(contact=contact, experience=experience)
    print("LINK", links.url_for(links.issue(contact, Link.Purpose.INVITATION)))
"""


def prepare(live_app, scene):
    """A member of the staff and a couple with an invitation each; the addresses of the two links."""
    printed = live_app.shell(PREPARE.replace("SCENE", scene).replace("PASSWORD", PASSWORD))
    return re.findall(r"LINK (\S+)", printed)


def path_of(address):
    """The address without its host: the page is opened on the live application's own."""
    return "/" + address.split("/", 3)[3]


@pytest.mark.browser
def test_each_of_two_tabs_sets_its_own_clients_password(live_app, new_page):
    first_link, second_link = prepare(live_app, "tabs")
    pat = new_page()
    kim = pat.context.new_page()
    pat.goto(path_of(first_link))
    kim.goto(path_of(second_link))
    expect(pat.get_by_role("heading", name="Welcome, Pat")).to_be_visible()
    expect(kim.get_by_role("heading", name="Welcome, Kim")).to_be_visible()
    pat.fill("#id_password", CLIENT_PASSWORD)
    pat.get_by_role("button", name="Open my portal").click()
    expect(pat.get_by_text("Pat", exact=False).first).to_be_visible()
    assert pat.url.endswith("/portal/")
    # The second tab was drawn when nobody was signed in: it asks before it ends Pat's session. Its form belongs to an
    # earlier session, so it is refused once, without the password being shown again.
    kim.fill("#id_password", CLIENT_PASSWORD)
    kim.get_by_role("button", name="Open my portal").click()
    expect(kim.get_by_role("heading", name="Please open the page again")).to_be_visible()
    assert CLIENT_PASSWORD not in kim.content()
    kim.get_by_role("link", name="Open the page again").click()
    expect(kim.get_by_text("Pat Couple is signed in here")).to_be_visible()
    kim.fill("#id_password", CLIENT_PASSWORD)
    kim.get_by_role("button", name="Sign out Pat Couple and open my portal").click()
    expect(kim.get_by_text("Kim", exact=False).first).to_be_visible()
    spent = live_app.sql(
        "SELECT c.first_name, count(*) FROM outreach_link l JOIN contacts_contact c ON c.id = l.contact_id"
        " WHERE c.email LIKE '%%.tabs@couple.example.com' AND l.spent_at IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in spent] == [("Kim", 1), ("Pat", 1)]


@pytest.mark.browser
def test_a_clients_link_does_not_sign_staff_out_without_a_word(live_app, new_page):
    link, _ = prepare(live_app, "desk")
    desk = new_page()
    sign_in(desk, "desk.desk@couple.example.com")
    client = desk.context.new_page()
    client.goto(path_of(link))
    expect(client.get_by_text("Sam Desk is signed in here")).to_be_visible()
    desk.reload()
    expect(desk.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    client.get_by_role("link", name="Stay signed in as Sam Desk").click()
    expect(client.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    client.goto(path_of(link))
    client.fill("#id_password", CLIENT_PASSWORD)
    client.get_by_role("button", name="Sign out Sam Desk and open my portal").click()
    client.wait_for_url(re.compile("/portal/$"))
    desk.goto("/contacts/")
    expect(desk.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert desk.get_by_role("link", name="Go to the start page").get_attribute("href") == "/portal/"


@pytest.mark.browser
def test_a_note_written_in_a_tab_of_an_earlier_session_is_kept(live_app, new_page):
    prepare(live_app, "csrf")
    email = "desk.csrf@couple.example.com"
    page = new_page()
    sign_in(page, email)
    (key,) = live_app.sql("SELECT id FROM contacts_contact WHERE email = 'pat.csrf@couple.example.com'")[0]
    page.goto(f"/contacts/{key}/")
    other = page.context.new_page()
    other.goto("/profile/")
    other.evaluate("document.querySelector('form[action$=\"sign-out/\"]').submit()")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(other, email)
    note = page.locator("textarea[name=text]").first
    note.fill("Prefers to be called after six.")
    # As without scripts: the form itself is posted, not a fragment.
    note.evaluate("field => HTMLFormElement.prototype.submit.call(field.form)")
    expect(page.get_by_role("heading", name="Please send the form again")).to_be_visible()
    expect(page.get_by_role("definition")).to_have_text("Prefers to be called after six.")
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_url(re.compile(rf"/contacts/{key}/"))
    live_app.wait_for_sql(
        "SELECT count(*) = 1 FROM contacts_note WHERE contact_id = %s AND text = 'Prefers to be called after six.'",
        (key,),
    )
