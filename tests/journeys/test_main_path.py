"""The main job from end to end, in a real browser against the real processes."""

import csv
import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

PASSWORD = "a-long-journey-password"
CLIENT_PASSWORD = "four words for journeys"

PREPARE = f"""
from accounts.models import Firm, Role, User
from experiences.models import *
from experiences.models import Card, FeaturedResource
Firm.objects.update(name="Journey Wealth", sends_per_minute=100_000)
User.objects.create_user("admin@journey.example.com", "{PASSWORD}", role=Role.ADMIN, first_name="Jo", last_name="Admin")
User.objects.create_user(
    "advisor@journey.example.com", "{PASSWORD}", role=Role.ADVISOR, first_name="Ann", last_name="Journey")
cards = CardTemplate.objects.create(name="Journey cards")
Card.objects.create(template=cards, title="Meet your planner", url="https://example.com/planner")
resource = Resource.objects.create(name="Journey guide", url="https://example.com/guide", state="published")
featured = FeaturedTemplate.objects.create(name="Journey featured")
FeaturedResource.objects.create(template=featured, resource=resource)
library = ResourceTemplate.objects.create(name="Journey library")
Experience.objects.create(
    name="Journey experience", card_template=cards, resource_template=library, featured_template=featured)
"""
FILE = """First name;Last name;E-mail;Mobile;Type;Advisor
Zoë;Journeyer;zoe@journey.example.com;(212) 555-0101;client;advisor@journey.example.com
Abe;Journeyer;abe@journey.example.com;212 555 0102;prospect;Ann Journey
Bad;Journeyer;not an address;212 555 0103;client;advisor@journey.example.com
Hopeless;Journeyer;;;robot;nobody
"""


def sign_in(page, email):
    """Through the staff's front door."""
    page.goto("/")
    page.fill("#id_email", email)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()


def import_file(page, folder):
    """Four rows, one mended on the spot, one hopeless."""
    path = folder / "people.csv"
    path.write_bytes(FILE.encode("cp1252"))
    page.goto("/contacts/import/")
    page.set_input_files("#id_file", path)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("button", name="Import 2 rows")).to_be_visible(timeout=30_000)
    page.get_by_role("row", name=re.compile("Bad Journeyer")).get_by_role("link", name="Fix").click()
    page.fill("#id_email", "bad@journey.example.com")
    page.get_by_role("button", name="Check the row again").click()
    page.get_by_role("button", name="Import 3 rows").click()
    # Its rows say so before the import itself has ended.
    expect(page.locator(".stat-label", has_text="Created")).to_be_visible(timeout=30_000)
    counts = dict(
        zip(page.locator(".stat-label").all_inner_texts(), page.locator(".stat-value").all_inner_texts(), strict=True)
    )
    assert counts == {"Rows": "4", "Created": "3", "Updated": "0", "Unchanged": "0", "Cannot be imported": "1"}


def assign_and_invite(page):
    """Search, sort, tick all, assign and invite after a preview."""
    page.goto("/contacts/?q=journeyer&status=not_invited")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page).to_have_url(re.compile("sort=-name"))
    names = page.locator("tbody .person strong")
    expect(names).to_have_text(["Zoë Journeyer", "Bad Journeyer", "Abe Journeyer"])
    page.locator("[data-select-all]").check()
    page.locator("form.selection").get_by_role("button", name="Assign experience").click()
    page.select_option("#id_experience", label="Journey experience")
    page.get_by_label("Assign and invite").check()
    page.locator("main form .form-actions button").click()
    expect(page.locator(".stat", has_text="Will change").locator(".stat-value")).to_have_text("3")
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("heading", name=re.compile("Assign Journey experience and invite")).first).to_be_visible()


def scan(address):
    """Fetch a link twice, as a mail scanner does."""
    for method in ("HEAD", "GET"):
        try:
            urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=10).read()  # noqa: S310
        except urllib.error.HTTPError as error:
            assert error.code < 500


@pytest.mark.browser
def test_from_a_list_of_contacts_to_an_active_client(live_app, mail_sink, browser_page, new_page, tmp_path):
    live_app.shell(PREPARE)
    page = browser_page
    sign_in(page, "admin@journey.example.com")
    import_file(page, tmp_path)
    assign_and_invite(page)

    mail_sink.wait_for(3, seconds=60)
    (invitation,) = mail_sink.to("zoe@journey.example.com")
    (address,) = re.findall(r"http\S+/portal/invitation/\S+", invitation.text)
    scan(address)

    client = new_page(viewport={"width": 390, "height": 844})
    client.goto(address)
    assert re.search(r"/portal/welcome/[\w-]+/$", client.url)
    client.fill("#id_password", CLIENT_PASSWORD)
    client.get_by_role("button", name="Open my portal").click()
    expect(client.get_by_text("Meet your planner")).to_be_visible()
    # It opens in another tab, whose requests wait for Playwright's own loop to let them through.
    with client.context.expect_event("response", lambda answer: answer.request.method == "POST"):
        client.get_by_text("Journey guide").first.click()
    live_app.wait_for_sql(
        "SELECT count(*) = 1 FROM contacts_resourceview v JOIN experiences_resource r"
        " ON r.id = v.resource_id WHERE r.name = 'Journey guide'"
    )

    advisor = new_page()
    sign_in(advisor, "advisor@journey.example.com")
    advisor.goto("/contacts/?q=zoe+journeyer")
    row = advisor.locator("tbody tr")
    expect(row).to_contain_text("Active")
    expect(row).not_to_contain_text("Never")
    row.locator("a.person").click()
    timeline = advisor.locator("#activity")
    for sentence in ("Opened “Journey guide”", "Signed in for the first time", "Imported from people.csv"):
        expect(timeline).to_contain_text(sentence)
    advisor.goto("/reports/experience/?q=journeyer")
    expect(advisor.locator("main")).to_contain_text("Zoë Journeyer")

    advisor.goto("/contacts/export/?q=journeyer")
    with advisor.expect_download() as download:
        advisor.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "export.csv")
    with (tmp_path / "export.csv").open(encoding="utf-8-sig", newline="") as file:
        exported = {row["Email"]: row["Status"] for row in csv.DictReader(file)}
    assert exported == {
        "zoe@journey.example.com": "Active",
        "bad@journey.example.com": "Invited",
        "abe@journey.example.com": "Invited",
    }
