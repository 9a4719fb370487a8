"""A campaign from both sides, in a real browser against the real processes: day 1, answers, a day later, the report."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_main_path import PASSWORD, sign_in
from tests.journeys.test_one_browser import path_of
from tests.live.campaign import A_DAY_PASSES

CLIENT_PASSWORD = "four words for campaigns"
PREPARE = f"""
from accounts.models import Firm, Role, User
from experiences.models import Campaign, CardTemplate, Experience, FeaturedTemplate, ResourceTemplate
from outreach.domain import links
from outreach.models import Link
from tests.factories import AssignmentFactory, ContactFactory
Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
parts = [kind.objects.create(name="On a campaign") for kind in (CardTemplate, ResourceTemplate, FeaturedTemplate)]
experience = Experience.objects.create(
    name="On a campaign", card_template=parts[0], resource_template=parts[1], featured_template=parts[2])
campaign = Campaign.objects.create(name="First days", length_days=10)
for day, kind, title in (
    (1, "message", "Welcome, {{preferred_name}}"), (1, "post", "Your first post"), (1, "action_item", "Sign the form"),
    (1, "reminder", "Call {{first_name}}"), (2, "post", "The second day"),
):
    campaign.touchpoints.create(day=day, kind=kind, title=title, time_of_day="00:00")
advisor = User.objects.create_user(
    "advisor@campaign.example.com", "{PASSWORD}", role=Role.ADVISOR, first_name="Ida", last_name="Campaign")
contact = ContactFactory(first_name="Camille", last_name="Campaigner", preferred_name="Cam", time_zone="UTC",
    email="cam@campaign.example.com", primary_advisor=advisor)
AssignmentFactory(contact=contact, experience=experience, campaign=campaign)
print("KEYS", contact.pk, campaign.pk, links.url_for(links.issue(contact, Link.Purpose.INVITATION)))
"""


def accept(client, link):
    """The client chooses a password and finds what the first day has brought."""
    client.goto(path_of(link))
    client.fill("#id_password", CLIENT_PASSWORD)
    client.get_by_role("button", name="Open my portal").click()
    for title in ("Your first post", "Sign the form"):
        expect(client.get_by_text(title).first).to_be_visible()


def answer_and_finish(client):
    """They read the message, answer it, and do what they were asked to."""
    client.goto("/portal/messages/")
    client.get_by_text("Welcome, Cam").first.click()
    expect(client.get_by_text("Welcome, Cam")).to_be_visible()
    client.get_by_role("textbox").fill("Thank you, I look forward to it.")
    client.get_by_role("button", name=re.compile("^Send")).click()
    expect(client.locator(".message-own")).to_contain_text("Thank you, I look forward to it.")
    thread = client.url
    client.goto("/portal/items/")
    client.get_by_role("button", name="Mark as done: Sign the form").click()
    expect(client.get_by_text("Marked as done. Thank you.")).to_be_visible()
    client.goto(thread)


def reply(advisor):
    """The advisor finds the answer in their inbox."""
    advisor.goto("/messages/")
    advisor.get_by_role("link", name=re.compile("Camille Campaigner")).first.click()
    expect(advisor.get_by_text("Thank you, I look forward to it.")).to_be_visible()
    advisor.get_by_label("Message to the client").fill("So do I. See you on Monday.")
    advisor.get_by_role("button", name=re.compile("^Send")).click()
    expect(advisor.get_by_text("So do I. See you on Monday.")).to_be_visible()


def edit_the_second_day(advisor, campaign):
    """A step is changed while people are on the way to it."""
    advisor.goto(f"/campaigns/{campaign}/")
    advisor.get_by_role("link", name=re.compile("Edit The second day")).click()
    advisor.fill("#id_title", "The second day, edited")
    advisor.get_by_label(re.compile("Yes, change it")).check()
    advisor.get_by_role("button", name=re.compile("^Save")).click()
    expect(advisor.get_by_text("The second day, edited").first).to_be_visible()


def numbers_of(advisor, campaign):
    """What the report says: due, done, skipped, opened, finished of each step."""
    advisor.goto(f"/campaigns/{campaign}/report/")
    rows = advisor.locator("tbody tr").all()
    found = {}
    for row in rows:
        title = row.locator("th").inner_text().splitlines()[0]
        texts = {cell.get_attribute("data-label"): cell.inner_text() for cell in row.locator("td").all()}
        found[title] = [texts[name] for name in ("Due", "Done", "Skipped", "Opened", "Finished")]
    return found


@pytest.mark.browser
def test_a_campaign_is_received_answered_and_reported(live_app, new_page):
    contact, campaign, link = re.search(r"KEYS (\d+) (\d+) (\S+)", live_app.shell(PREPARE)).groups()
    client = new_page(viewport={"width": 390, "height": 844})
    accept(client, link)
    answer_and_finish(client)

    advisor = new_page()
    sign_in(advisor, "advisor@campaign.example.com")
    reply(advisor)
    expect(client.get_by_text("So do I. See you on Monday.")).to_be_visible(timeout=40_000)  # without reloading
    advisor.goto("/tasks/")
    expect(advisor.get_by_role("row", name=re.compile("Call Camille"))).to_be_visible()
    advisor.goto(f"/contacts/{contact}/")
    for sentence in ("Message “Welcome, Cam” sent by the campaign", "Post “Your first post” sent by the campaign"):
        expect(advisor.locator("#activity")).to_contain_text(sentence)

    edit_the_second_day(advisor, campaign)
    live_app.sql(A_DAY_PASSES, (campaign,))
    live_app.wait_for_sql(
        "SELECT count(*) = 1 FROM outreach_steprun WHERE contact_id = %s AND title = 'The second day, edited'"
        " AND state = 'done'",
        (contact,),
        seconds=120,
    )
    client.goto("/portal/posts/")
    expect(client.get_by_text("The second day, edited")).to_be_visible()
    assert numbers_of(advisor, campaign) == {
        "Welcome, {preferred_name}": ["1", "1", "0", "1", "–"],
        "Your first post": ["1", "1", "0", "–", "–"],
        "Sign the form": ["1", "1", "0", "–", "1"],
        "Call {first_name}": ["1", "1", "0", "–", "0"],
        "The second day, edited": ["1", "1", "0", "–", "–"],
    }
