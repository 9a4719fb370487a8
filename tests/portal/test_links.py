"""Links from mails: scanners change nothing, a password spends the link once, and the token leaves the address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from outreach.domain import links
from outreach.models import Link, LinkRequest, Send
from tests.factories import AssignmentFactory

PASSWORD = "four words are enough"
WELCOME = "/portal/welcome/"


@pytest.fixture
def invited(db):
    """A contact with an experience, who was sent an invitation."""
    Firm.objects.get_or_create(pk=1)  # tests that commit for real empty every table
    contact = AssignmentFactory().contact
    Contact.objects.filter(pk=contact.pk).update(first_invited_at=timezone.now())
    contact.refresh_from_db()
    return contact


@pytest.fixture
def token(invited):
    """The token of their invitation link."""
    return links.issue(invited, Link.Purpose.INVITATION)


def test_scanners_change_nothing_whatever_they_press(client, invited, token):
    for _ in range(2):
        assert client.head(f"/portal/invitation/{token}/").status_code == 302
        assert client.get(f"/portal/invitation/{token}/", follow=True).status_code == 200
        assert client.post(f"/portal/invitation/{token}/").status_code == 405
        assert client.post(WELCOME).status_code == 422
        assert client.post(WELCOME, {"password": ""}).status_code == 422
    invited.refresh_from_db()
    assert (links.find(token).state, invited.status, invited.user) == ("usable", "invited", None)


def test_a_password_accepts_the_invitation_and_opens_the_portal(client, invited, token):
    answer = client.get(f"/portal/invitation/{token}/")
    assert (answer.url, answer["Referrer-Policy"]) == (WELCOME, "no-referrer")
    assert token not in client.get(WELCOME).content.decode()
    assert token not in str(dict(client.session)), "a stolen database must not open portals"
    assert client.post(WELCOME, {"password": PASSWORD}).url == "/portal/"
    assert client.get("/portal/").status_code == 200
    invited.refresh_from_db()
    assert (invited.status, invited.last_login_at is not None) == ("active", True)
    assert links.find(token).state == "spent"
    elsewhere = Client()
    assert elsewhere.post("/portal/sign-in/", {"email": invited.email.upper(), "password": PASSWORD}).status_code == 302


def test_either_of_two_mails_works_and_then_neither(client, invited, token):
    second = links.issue(invited, Link.Purpose.INVITATION)
    client.get(f"/portal/invitation/{token}/")
    assert client.post(WELCOME, {"password": PASSWORD}).status_code == 302
    other = Client()
    other.get(f"/portal/invitation/{second}/")
    assert other.post(WELCOME, {"password": PASSWORD}).status_code == 410


@pytest.mark.parametrize("password", ["short", "password1234", ""])
def test_a_poor_password_is_refused_with_a_reason(client, token, password):
    client.get(f"/portal/invitation/{token}/")
    answer = client.post(WELCOME, {"password": password})
    assert answer.status_code == 422
    assert answer.context["form"].errors["password"]


def test_an_expired_link_offers_a_new_one(client, invited, token):
    Link.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    client.get(f"/portal/invitation/{token}/")
    page = client.get(WELCOME)
    assert (page.status_code, b"Mail me a new link" in page.content) == (410, True)
    assert client.post(WELCOME, {"password": PASSWORD}).status_code == 410
    assert client.post("/portal/welcome/new-link/").status_code == 302
    assert Send.objects.get().contact == invited


def test_deactivation_kills_the_link(client, invited, token):
    Contact.objects.update(deactivated_at=timezone.now())
    client.get(f"/portal/invitation/{token}/")
    assert client.post(WELCOME, {"password": PASSWORD}).status_code == 410


@pytest.mark.parametrize("path", ["/portal/invitation/nonsense/", "/portal/new-password/nonsense/"])
def test_an_unknown_link_says_so(client, db, path):
    assert client.get(path, follow=True).status_code == 410


def test_a_forgotten_password_has_one_answer_for_everybody(client, invited):
    answers = [client.post("/portal/forgotten/", {"email": email}) for email in (invited.email, "x@example.com")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, "/portal/forgotten/sent/")}
    assert client.get("/portal/forgotten/sent/").status_code == 200
    assert client.post("/portal/forgotten/", {"email": "nonsense"}).status_code == 422
    assert LinkRequest.objects.count() == 2


def test_a_new_password_ends_other_sessions(client, invited, token):
    client.get(f"/portal/invitation/{token}/")
    client.post(WELCOME, {"password": PASSWORD})
    other = Client()
    other.get(f"/portal/new-password/{links.issue(invited, Link.Purpose.PASSWORD)}/")
    assert other.post(WELCOME, {"password": "another four words here"}).status_code == 302
    assert client.get("/portal/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_spend_the_link_once(invited, token):
    def click(number):
        browser = Client()
        browser.get(f"/portal/invitation/{token}/")
        try:
            return browser.post(WELCOME, {"password": f"{PASSWORD} {number}"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [302, 410]


def test_an_unknown_link_leaves_nothing_behind_and_forgets_the_one_before(client, invited, token):
    assert Session.objects.count() == 0
    assert not client.get("/portal/invitation/unknown/").cookies
    assert Session.objects.count() == 0
    client.get(f"/portal/invitation/{token}/")
    assert client.get(WELCOME).status_code == 200
    client.get("/portal/invitation/unknown/")
    assert client.get(WELCOME).status_code == 410
