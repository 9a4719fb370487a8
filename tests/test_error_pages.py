"""What visitors read when a page is not there, a form is refused or a session has ended; nothing typed is lost."""

import re
from html import unescape

import pytest
from django.test import Client

from contacts.models import Contact, Note

OURS = "http://testserver"


def strict(user, backend="StaffBackend"):
    """A browser of this user that is held to the check against forgery."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend=f"accounts.backends.{backend}")
    return client


def text(answer):
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sent_again(client, page, **headers):
    """Press the button of the page that kept what was typed."""
    html = page.content.decode()
    action = re.search(r'<form method="post" action="([^"]+)"', html)[1]
    kept = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', html, re.DOTALL)
    fields = {name: unescape(value) for name, value in kept}
    fields["csrfmiddlewaretoken"] = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[1]
    return client.post(action, fields, headers={"Origin": OURS, **headers})


@pytest.mark.parametrize(
    ("path", "start"),
    [("/portal/nothing/", "/portal/sign-in/"), ("/nothing/", "/"), ("/portal/library/nothing/", "/portal/sign-in/")],
)
def test_a_page_that_is_not_there_leads_strangers_to_their_side(client, db, path, start):
    page = client.get(path)
    assert (page.status_code, f'href="{start}"' in page.content.decode()) == (404, True)


def test_a_page_that_is_not_there_leads_clients_to_their_portal(client, client_contact):
    client.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    for path in ("/portal/nothing/", "/contacts/", "/nothing/"):
        assert 'href="/portal/"' in client.get(path).content.decode()


def test_staff_who_open_a_portal_page_are_led_to_their_own_side(as_user, advisor):
    assert 'href="/"' in as_user(advisor).get("/portal/library/").content.decode()


def test_a_form_of_an_earlier_session_is_shown_again_and_can_be_sent(contact, advisor):
    client = strict(advisor)
    client.get(f"/contacts/{contact.pk}/")
    stale = {"csrfmiddlewaretoken": "x" * 64, "text": "Called <b>about</b> the trust,\nwill call again."}
    refused = client.post(f"/contacts/{contact.pk}/notes/", stale, headers={"Origin": OURS})
    assert (refused.status_code, Note.objects.count()) == (403, 0)
    assert "&lt;b&gt;about" in refused.content.decode()
    assert f"signed in as {advisor.name}" in text(refused)
    assert sent_again(client, refused).status_code in {200, 302}
    assert Note.objects.get().text.replace("\r", "") == stale["text"]


@pytest.mark.parametrize("origin", ["https://evil.example.net", "null", None])
def test_what_another_site_posts_is_never_offered_for_sending(contact, advisor, origin):
    client = strict(advisor)
    client.get(f"/contacts/{contact.pk}/")
    headers = {"Origin": origin} if origin else {}
    refused = client.post(f"/contacts/{contact.pk}/notes/", {"text": "Not by us"}, headers=headers)
    assert refused.status_code == 403
    assert "Not by us" not in refused.content.decode()
    assert "Please open the page again" in text(refused)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/", {"email": "ada@example.com", "password": "hidden-words"}),
        ("/portal/sign-in/", {"email": "carla@example.com", "password": "hidden-words"}),
        ("/portal/profile/password/", {"current": "hidden-words", "password": "hidden-words"}),
        ("/crm/add/demo/", {"name": "Demo", "anything": "hidden-words"}),
    ],
)
def test_secrets_are_not_shown_again(admin, path, fields):
    client = strict(admin)
    client.get("/profile/")
    refused = client.post(path, fields, headers={"Origin": OURS})
    assert (refused.status_code, "hidden-words" in refused.content.decode()) == (403, False)


@pytest.mark.parametrize("path", ["/", "/portal/sign-in/", "/portal/forgotten/"])
def test_blocked_cookies_are_explained(client, db, path):
    refused = Client(enforce_csrf_checks=True).post(path, {"email": "a@example.com"}, headers={"Origin": OURS})
    assert (refused.status_code, "Allow cookies for this site" in text(refused)) == (403, True)


def test_a_form_that_comes_after_the_session_has_ended_is_kept(contact, advisor):
    client = Client()
    kept = client.post(f"/contacts/{contact.pk}/notes/", {"text": "Will call again"})
    assert (kept.status_code, "You have been signed out" in text(kept)) == (401, True)
    assert "Will call again" in text(kept)
    client.force_login(advisor, backend="accounts.backends.StaffBackend")
    sent_again(client, kept)
    assert Note.objects.get().text == "Will call again"


def test_a_client_whose_session_has_ended_loses_nothing_either(client, client_contact):
    client.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    form = client.get("/portal/profile/").context["form"]
    fields = {bound.html_name: bound.value() or "" for bound in form}
    fields |= {"city": "Exampleton", "postal_code": "02110"}
    client.logout()
    kept = client.post("/portal/profile/", fields)
    assert (kept.status_code, "02110" in text(kept)) == (401, True)
    assert 'href="/portal/sign-in/"' in kept.content.decode()
    client.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    assert sent_again(client, kept).status_code == 302
    assert Contact.objects.get(pk=client_contact.pk).city == "Exampleton"


def test_a_button_pressed_after_the_session_has_ended_leads_back_to_its_page(client, contact):
    answer = client.post(
        f"/contacts/{contact.pk}/do/contacts.delete/", headers={"Referer": f"{OURS}/contacts/{contact.pk}/"}
    )
    assert answer.url == f"/?next={OURS}/contacts/{contact.pk}/".replace(":", "%3A").replace("%3A//", "%3A//")


def test_a_fragment_is_not_answered_with_the_sign_in_page(client, contact):
    assert client.get(f"/contacts/{contact.pk}/timeline/", headers={"HX-Request": "true"}).status_code == 401


def test_a_form_with_a_file_is_shown_to_be_copied(client, db, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Email\n")
    with path.open("rb") as file:
        kept = client.post("/contacts/import/", {"file": file, "name": "Spring list"})
    assert (kept.status_code, "Spring list" in text(kept), "has to be chosen again" in text(kept)) == (401, True, True)
    assert "Send it again" not in text(kept)


@pytest.mark.parametrize("path", ["/sign-out/", "/portal/sign-out/"])
def test_an_address_of_a_button_says_that_it_has_no_page(client, db, path):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "belongs to a button" in text(answer)
