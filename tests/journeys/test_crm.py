"""From a CRM to contacts and back for more, in a real browser: the Demo CRM, and a real Tryton server."""

import re

import pytest
from playwright.sync_api import expect

from tests.crm.real_tryton import RealWorld
from tests.journeys.test_main_path import PASSWORD, sign_in

# What other tests connected before is put away: they share the database.
STAFF = f"""
from django.utils import timezone
from accounts.models import Role, User
from contacts.models import Contact
from crm.models import Connection, Record
Connection.objects.update(removed_at=timezone.now())
Record.objects.all().delete()
Contact.objects.exclude(crm_mark="").update(crm_mark="")
from experiences.models import CardTemplate, Experience, FeaturedTemplate, ResourceTemplate, Team
def person(email, name, role):
    named = dict(role=role, first_name=name, last_name="Syncing")
    user, _ = User.objects.update_or_create(email=email, defaults=named)
    user.set_password("{PASSWORD}")
    user.save()
person("admin@syncing.example.com", "Jo", Role.ADMIN)
"""
# The Demo CRM's users One and Two are found here by their emails, Three is nobody.
DEMO = """
person("advisor@demo.example.com", "Ann", Role.ADVISOR)
person("advisor2@demo.example.com", "Bea", Role.ADVISOR)
Team.objects.create(name="Syncing team")
parts = [kind.objects.create(name="Syncing") for kind in (CardTemplate, ResourceTemplate, FeaturedTemplate)]
Experience.objects.create(
    name="Syncing experience", card_template=parts[0], resource_template=parts[1], featured_template=parts[2])
"""
TRYTON = 'person("tryton@syncing.example.com", "Tess", Role.ADVISOR)'
LATER = """
UPDATE crm_connection
SET config = jsonb_set(config, '{began}', to_jsonb(((config->>'began')::timestamptz - interval '125 minutes')::text))
WHERE name = 'Journey CRM'
"""
GIVEN = """
SELECT c.id, c.team_id, c.experience_id, c.campaign_id, c.status, c.start_at, c.first_invited_at, c.user_id,
    (SELECT json_agg(a ORDER BY a.id)::text FROM contacts_assignment a WHERE a.contact_id = c.id)
FROM contacts_contact c JOIN crm_record r ON r.contact_id = c.id JOIN crm_connection k ON k.id = r.connection_id
WHERE k.name = 'Journey CRM' ORDER BY c.id
"""
BESIDE = """
SELECT c.id, c.city, r.values->>'city', c.phone, r.values->>'phone', c.crm_mark
FROM contacts_contact c JOIN crm_record r ON r.contact_id = c.id JOIN crm_connection k ON k.id = r.connection_id
WHERE k.name = %s ORDER BY c.id
"""


def connect(page, adapter, **values):
    """Enter what a CRM asks for, and be let in."""
    page.goto(f"/crm/add/{adapter}/")
    for name, value in values.items():
        page.fill(f"#id_{name}", value)
    page.get_by_role("button", name="Check and save").click()


def sync(page, live_app, name):
    """Sync from the connection's page and see it end."""
    page.goto("/crm/")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Sync now").click()
    live_app.wait_for_sql(
        "SELECT bool_and(s.ended_at IS NOT NULL) FROM crm_sync s JOIN crm_connection k ON k.id = s.connection_id"
        " WHERE k.name = %s",
        (name,),
    )
    expect(page.locator("#figures:not([hx-trigger])")).to_contain_text("Latest syncs")  # it keeps itself up to date


def stat(page, words):
    """A figure of the page."""
    return int(page.locator(".stat", has_text=words).locator(".stat-value").inner_text().replace(",", ""))


def tick_all(page):
    """All that match, beyond the page where there are more."""
    page.locator("[data-select-all]").check()
    beyond = page.locator("[data-selection-all]")
    if beyond.is_visible():
        beyond.click()


def choose_all(page, action):
    """Tick all that match on the list that is open, and press what is to be done with them."""
    tick_all(page)
    page.locator("form.selection").get_by_role("button", name=action).click()


def operation_done(page):
    """The operation's page says it has ended; how many it did."""
    expect(page.locator("#progress[data-progress=over]")).to_be_visible(timeout=30_000)
    names = page.locator(".progress-counts dt").all_inner_texts()
    counts = dict(zip(names, page.locator(".progress-counts dd").all_inner_texts(), strict=True))
    assert counts["Failed"] == "0"
    return int(counts["Done"])


def say_what_things_mean(page):
    """The third user of the CRM is left to be mended; past clients are clients."""
    page.get_by_role("link", name="Match advisors").click()
    expect(page.get_by_label("Demo CRM user One")).to_contain_text("Ann Syncing")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Set types").click()
    page.get_by_label("Past Client").select_option("client")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()


def mend_one(page):
    """A missing email, on the record's page."""
    page.goto("/crm/records/cannot/?reason=no_email&q=hazel")
    page.locator("tbody a.person", has_text="Hazel Sample").click()
    page.fill("#id_email", "hazel.mended@crm.example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Import")).to_be_visible()


def mend_many(page, reason, advisor, kind=None):
    """Give an advisor to all records that have none here."""
    page.goto(f"/crm/records/cannot/?reason={reason}")
    choose_all(page, "Set advisor or type")
    page.get_by_label("Primary advisor").select_option(label=advisor)
    if kind:
        page.select_option("#id_contact_type", kind)
    page.locator("main form .form-actions button").click()
    expect(page.get_by_text("were given the values")).to_be_visible()


def import_all(page, connection=""):
    """Everything that is ready; how many contacts that made."""
    page.goto(f"/crm/records/?{connection}")
    choose_all(page, "Import")
    expect(page.get_by_text("Nobody is invited or told")).to_be_visible()
    page.locator("main form button.btn-primary").click()
    return operation_done(page)


def assign_experience(page):
    """To all that came from the CRM."""
    page.goto("/contacts/?crm=linked")
    choose_all(page, "Assign experience")
    page.select_option("#id_experience", label="Syncing experience")
    page.locator("main form .form-actions button").click()
    page.locator("main form button.btn-primary").click()
    return operation_done(page)


def marked(page, live_app):
    """The contacts whose record is newer, as the connection's page, the list and the database say alike."""
    newer = [row for row in live_app.sql(BESIDE, ("Journey CRM",)) if row[5] == "newer"]
    assert stat(page, "Newer in the CRM") == len(newer) > 5
    page.goto("/contacts/?crm=newer")
    expect(page.locator("tbody").get_by_text("Newer in the CRM")).to_have_count(len(newer))
    page.goto("/contacts/?crm=gone")
    expect(page.locator("tbody tr").first).to_contain_text("Gone from the CRM")
    return newer


def enter(page):
    """Refused first, then let in."""
    connect(page, "demo", name="Journey CRM", size="60", token="wrong")
    expect(page.get_by_text("refuses the token")).to_be_visible()
    page.fill("#id_token", "let-me-in")
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_text("is connected: Demo CRM")).to_be_visible()


def lock_city(page, key):
    """From the contact's page to what is different, and lock a field there."""
    page.goto(f"/contacts/{key}/")
    page.get_by_role("button", name="Update from CRM").click()
    page.get_by_role("button", name="Lock City").click()
    expect(page.get_by_role("button", name="Unlock City")).to_be_visible()
    expect(page.get_by_label("Apply City")).to_be_disabled()


def update_all_newer(page):
    """By field, after the summary and the preview."""
    page.goto("/contacts/?crm=newer")
    tick_all(page)
    page.evaluate("document.querySelector('form.selection [formaction$=\"/contacts/bulk/crm.update/\"]').click()")
    expect(page.get_by_role("row", name=re.compile("^City"))).to_be_visible()
    page.locator("main form .form-actions button").first.click()
    expect(page.locator(".stat", has_text="Will change")).to_be_visible()
    page.locator("main form button.btn-primary").click()
    return operation_done(page)


@pytest.mark.browser
def test_from_the_demo_crm_and_back_for_more(live_app, browser_page):
    live_app.shell(STAFF + DEMO)
    page = browser_page
    sign_in(page, "admin@syncing.example.com")
    enter(page)
    say_what_things_mean(page)

    sync(page, live_app, "Journey CRM")
    assert stat(page, "Ready") + stat(page, "Cannot be imported") == 60
    mend_one(page)
    mend_many(page, "unknown_advisor", "Bea Syncing")
    page.goto("/crm/")
    ready = stat(page, "Ready")
    assert import_all(page) == ready > 40
    assert assign_experience(page) == ready
    live_app.shell(
        "from contacts.models import Contact; from experiences.models import Team;"
        'Contact.objects.filter(crm_mark="linked").update(team=Team.objects.get(name="Syncing team"))'
    )
    given = live_app.sql(GIVEN)
    assert len(given) == ready and all(row[1] and row[2] and row[8] for row in given)

    live_app.sql(LATER)
    sync(page, live_app, "Journey CRM")
    newer = marked(page, live_app)
    locked = next(row for row in newer if row[1] != row[2] and row[3] != row[4])
    lock_city(page, locked[0])
    assert update_all_newer(page) == len(newer)
    after = {row[0]: row for row in live_app.sql(BESIDE, ("Journey CRM",))}
    for row in newer:
        _, city, city_there, phone, phone_there, mark = after[row[0]]
        assert (phone, mark) == (phone_there, "linked")
        assert city == (locked[1] if row[0] == locked[0] else city_there)
    assert live_app.sql(GIVEN) == given
    page.goto(f"/contacts/{locked[0]}/")
    expect(page.locator("#activity")).to_contain_text("Updated from the CRM")


@pytest.mark.browser
@pytest.mark.realcrm
def test_from_a_real_tryton_and_back_for_more(live_app, browser_page, tryton_server):
    live_app.shell(STAFF + TRYTON)
    world = RealWorld(tryton_server, 5)
    page = browser_page
    sign_in(page, "admin@syncing.example.com")
    connect(page, "tryton", name="Our Tryton", host="http://10.9.9.9:8000", database="crm", key=tryton_server.key)
    expect(page.locator("#id_host_error")).to_contain_text("CRM_PRIVATE_HOSTS")
    connect(page, "tryton", name="Our Tryton", host=tryton_server.url, database="crm", key=tryton_server.key)
    expect(page.get_by_text("is connected: Tryton database crm")).to_be_visible()

    sync(page, live_app, "Our Tryton")
    assert (stat(page, "Ready"), stat(page, "Cannot be imported")) == (0, 5)
    ((key,),) = live_app.sql("SELECT id FROM crm_connection WHERE name = 'Our Tryton'")
    mend_many(page, f"no_advisor&connection={key}", "Tess Syncing", "client")
    assert import_all(page, f"connection={key}") == 5

    moved, called, gone = world.there()[:3]
    world.change(moved.number, city="Shelbyville")
    world.change(called.number, phone="(212) 555-7777")
    world.delete(gone.number)
    sync(page, live_app, "Our Tryton")
    names = {f"{one.first_name} {one.last_name}" for one in (moved, called)}
    page.goto("/contacts/?crm=newer")
    assert names <= set(page.locator("tbody .person strong").all_inner_texts())

    page.get_by_role("link", name=re.compile(f"{called.first_name} {called.last_name}")).first.click()
    page.get_by_role("button", name="Update from CRM").click()
    page.get_by_role("button", name="Apply selected changes").click()
    expect(page.get_by_text("was updated from the CRM").first).to_be_visible()
    rows = {row[4]: row for row in live_app.sql(BESIDE, ("Our Tryton",))}
    assert rows["+12125557777"][3] == "+12125557777"
    assert rows["+12125557777"][5] == "linked"
