"""Files both ways, in a real browser: a photo from a phone, an answer with a saved reply and a PDF."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.factories import PASSWORD as CLIENT_PASSWORD
from tests.journeys.test_main_path import PASSWORD, sign_in

PREPARE = f"""
from accounts.models import Role, User
from contacts.domain.signing_in import give_password
from experiences.models import CardTemplate, Experience, FeaturedTemplate, ResourceTemplate
from messaging.models import SavedReply
from tests.factories import AssignmentFactory, ContactFactory
advisor = User.objects.create_user(
    "advisor@files.example.com", "{PASSWORD}", role=Role.ADVISOR, first_name="Fay", last_name="Files")
contact = ContactFactory(first_name="Phil", last_name="Photographer", preferred_name="Phil",
    email="phil@files.example.com", primary_advisor=advisor)
parts = [kind.objects.create(name="With files") for kind in (CardTemplate, ResourceTemplate, FeaturedTemplate)]
experience = Experience.objects.create(
    name="With files", card_template=parts[0], resource_template=parts[1], featured_template=parts[2])
AssignmentFactory(contact=contact, experience=experience)
give_password(contact, "{CLIENT_PASSWORD}")
SavedReply.objects.create(owner=advisor, title="Received", text="Thank you, {{preferred_name}}!")
print("ADVISOR", advisor.pk)
"""


def send_photo(client, advisor, photo):
    """The client takes a photo on their phone and sends it without a word."""
    client.goto("/portal/sign-in/")
    client.fill("#id_email", "phil@files.example.com")
    client.fill("#id_password", CLIENT_PASSWORD)
    client.get_by_role("button", name="Sign in", exact=True).click()
    expect(client.get_by_role("link", name="Library").first).to_be_visible()
    client.goto(f"/portal/messages/to/{advisor}/")
    client.get_by_label(re.compile("^Attach files")).set_input_files(photo)
    expect(client.get_by_role("list", name="Chosen files")).to_contain_text("Front of my card.png")
    client.get_by_role("button", name="Send").click()
    expect(client.get_by_role("link", name=re.compile("Front of my card.png"))).to_be_visible()
    assert client.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing reaches beyond the screen"


def download(page, name):
    """What the link to a file brings."""
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(re.escape(name))).click()
    assert download.value.suggested_filename == name
    return Path(download.value.path()).read_bytes()


def answer(advisor, pdf):
    """The advisor puts a saved reply into what they have begun to type, and attaches a PDF."""
    text = advisor.get_by_label("Message to the client")
    text.fill("Good morning!")
    advisor.get_by_text("Saved replies", exact=True).click()
    advisor.get_by_role("link", name="Received").click()
    expect(text).to_have_value("Good morning!\nThank you, Phil!")
    advisor.get_by_label(re.compile("^Attach files")).first.set_input_files(pdf)
    advisor.get_by_role("button", name=re.compile("^Send")).click()
    expect(advisor.get_by_role("link", name=re.compile("Form to sign.pdf"))).to_be_visible()


@pytest.mark.browser
def test_a_photo_from_a_phone_is_answered_with_a_saved_reply_and_a_pdf(live_app, new_page, tmp_path):
    photo, pdf = tmp_path / "Front of my card.png", tmp_path / "Form to sign.pdf"
    Image.new("RGB", (600, 400), "teal").save(photo)
    pdf.write_bytes(b"%PDF-1.4 a form")
    key = re.search(r"ADVISOR (\d+)", live_app.shell(PREPARE)).group(1)
    client = new_page(viewport={"width": 390, "height": 844})
    send_photo(client, key, photo)

    advisor = new_page()
    sign_in(advisor, "advisor@files.example.com")
    advisor.goto("/messages/")
    expect(advisor.get_by_text("1 file: Front of my card.png")).to_be_visible()
    advisor.get_by_role("link", name=re.compile("Phil Photographer")).first.click()
    assert download(advisor, "Front of my card.png") == photo.read_bytes()
    answer(advisor, pdf)

    expect(client.get_by_text("Thank you, Phil!")).to_be_visible(timeout=40_000)  # without reloading
    assert download(client, "Form to sign.pdf") == pdf.read_bytes()
