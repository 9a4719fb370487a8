"""Links from mails: scanners change nothing, a password spends the link once, and the token leaves the address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Firm, Session
from contacts.models import Contact
from mail.models import LinkRequest, Send
from outreach.domain import links
from outreach.models import Link
from tests.factories import AssignmentFactory

PASSWORD = "four words are enough"
UNKNOWN = "/portal/welcome/"


def followed(client, token, kind="invitation"):
    """The address of the page that a mailed link leads to."""
    return client.get(f"/portal/{kind}/{token}/").url


def other_invited():
    """Another contact with an invitation, and its token."""
    contact = AssignmentFactory().contact
    return contact, links.issue(contact, Link.Purpose.INVITATION)


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
        welcome = followed(client, token)
        assert client.post(welcome).status_code == 422
        assert client.post(welcome, {"password": ""}).status_code == 422
    invited.refresh_from_db()
    assert (links.find(token).state, invited.status, invited.user) == ("usable", "invited", None)


def test_a_password_accepts_the_invitation_and_opens_the_portal(client, invited, token):
    answer = client.get(f"/portal/invitation/{token}/")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert token not in answer.url + client.get(answer.url).content.decode()
    assert token not in str(dict(client.session)), "a stolen database must not open portals"
    assert client.post(answer.url, {"password": PASSWORD}).url == "/portal/"
    assert client.get("/portal/").status_code == 200
    invited.refresh_from_db()
    assert (invited.status, invited.last_login_at is not None) == ("active", True)
    assert links.find(token).state == "spent"
    elsewhere = Client()
    assert elsewhere.post("/portal/sign-in/", {"email": invited.email.upper(), "password": PASSWORD}).status_code == 302


def test_either_of_two_mails_works_and_then_neither(client, invited, token):
    second = links.issue(invited, Link.Purpose.INVITATION)
    assert client.post(followed(client, token), {"password": PASSWORD}).status_code == 302
    other = Client()
    assert other.post(followed(other, second), {"password": PASSWORD}).status_code == 410


@pytest.mark.parametrize("password", ["short", "password1234", ""])
def test_a_poor_password_is_refused_with_a_reason(client, token, password):
    answer = client.post(followed(client, token), {"password": password})
    assert answer.status_code == 422
    assert answer.context["form"].errors["password"]


def test_an_expired_link_offers_a_new_one(client, invited, token):
    Link.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    welcome = followed(client, token)
    page = client.get(welcome)
    assert (page.status_code, b"Mail me a new link" in page.content) == (410, True)
    assert client.post(welcome, {"password": PASSWORD}).status_code == 410
    assert client.post(f"{welcome}new-link/").status_code == 302
    assert Send.objects.get().contact == invited


def test_deactivation_kills_the_link(client, invited, token):
    Contact.objects.update(deactivated_at=timezone.now())
    assert client.post(followed(client, token), {"password": PASSWORD}).status_code == 410


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
    client.post(followed(client, token), {"password": PASSWORD})
    other = Client()
    welcome = followed(other, links.issue(invited, Link.Purpose.PASSWORD), "new-password")
    assert other.post(welcome, {"password": "another four words here"}).status_code == 302
    assert client.get("/portal/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_spend_the_link_once(invited, token):
    def click(number):
        browser = Client()
        try:
            return browser.post(followed(browser, token), {"password": f"{PASSWORD} {number}"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [302, 410]


def test_an_unknown_link_leaves_nothing_behind(client, invited, token):
    assert not client.get("/portal/invitation/unknown/").cookies
    assert Session.objects.count() == 0
    welcome = followed(client, token)
    assert followed(client, "unknown") == UNKNOWN
    assert client.get(welcome).status_code == 200, "the tab of the first link goes on working"


def test_each_of_two_tabs_sets_the_password_of_its_own_link(client, invited, token):
    other, second = other_invited()
    first_tab, second_tab = followed(client, token), followed(client, second)
    assert invited.email in client.get(first_tab).content.decode()
    assert other.email in client.get(second_tab).content.decode()
    assert client.post(first_tab, {"password": PASSWORD}).url == "/portal/"
    assert [links.find(one).state for one in (token, second)] == ["spent", "usable"]
    invited.refresh_from_db()
    other.refresh_from_db()
    assert (invited.user.check_password(PASSWORD), other.user) == (True, None)
    assert client.get("/portal/").context["viewing"].contact == invited


def test_a_new_link_goes_to_the_owner_of_the_tab_that_asked(client, invited, token):
    _, second = other_invited()
    Link.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    first_tab = followed(client, token)
    followed(client, second)
    client.post(f"{first_tab}new-link/")
    assert Send.objects.get().contact == invited


def test_a_session_remembers_twenty_links(client, invited):
    tabs = [followed(client, links.issue(invited, Link.Purpose.INVITATION)) for _ in range(21)]
    assert [client.get(tabs[number]).status_code for number in (0, 1, 20)] == [410, 200, 200]


def test_the_page_of_a_link_is_of_no_use_to_another_browser(client, invited, token):
    welcome = followed(client, token)
    stranger = Client()
    assert stranger.post(welcome, {"password": PASSWORD}).status_code == 410
    page = stranger.get(welcome)
    assert (page.status_code, "Allow cookies for this site" in page.content.decode()) == (410, True)
    assert links.find(token).state == "usable"


@pytest.mark.parametrize("glued", [">", ")", '"', ".", "%3E", ").", "/>", "/.", "&gt;", "'", "]", "?utm_source=mail"])
def test_what_a_mail_program_glues_to_a_link_is_left_out(client, invited, token, glued):
    answer = client.get(f"/portal/invitation/{token}{glued}", follow=True)
    assert (answer.status_code, invited.email in answer.content.decode()) == (200, True)


def test_a_link_that_was_cut_says_so_and_promises_nothing(client, invited, token):
    page = client.get(f"/portal/invitation/{token[:-5]}/", follow=True)
    assert (page.status_code, "This link is not complete" in page.content.decode()) == (410, True)
    assert "newer" not in page.content.decode()


@pytest.mark.parametrize("another", [True, False])
def test_a_revoked_link_speaks_of_a_newer_one_only_where_there_is_one(client, invited, token, another):
    Link.objects.update(revoked_at=timezone.now())
    if another:
        links.issue(invited, Link.Purpose.PASSWORD)
    page = client.get(followed(client, token)).content.decode()
    assert ("A newer one has been mailed to you" in page, "Ask for a new one" in page) == (another, not another)


def signed_in(client):
    """The key of the user whose session the client has."""
    return client.session.get("_auth_user_id")


def test_a_link_followed_where_staff_are_signed_in_asks_before_it_signs_them_out(as_user, admin, invited, token):
    client = as_user(admin)
    welcome = followed(client, token)
    assert f"{admin.name} is signed in here" in client.get(welcome).content.decode()
    asked = client.post(welcome, {"password": PASSWORD})
    assert (asked.status_code, signed_in(client), links.find(token).state) == (409, str(admin.pk), "usable")
    assert client.get("/contacts/").status_code == 200
    assert client.post(welcome, {"password": PASSWORD, "signs_out": admin.pk}).url == "/portal/"
    assert client.get("/portal/").context["viewing"].contact == invited


def test_a_form_drawn_before_somebody_signed_in_asks_too(client, invited, token):
    other, second = other_invited()
    first_tab, second_tab = followed(client, token), followed(client, second)
    client.post(first_tab, {"password": PASSWORD})
    invited.refresh_from_db()
    asked = client.post(second_tab, {"password": PASSWORD})
    assert (asked.status_code, signed_in(client)) == (409, str(invited.user.pk))
    assert f"Sign out {invited.user.name}" in asked.content.decode()
    assert client.post(second_tab, {"password": PASSWORD, "signs_out": "1"}).status_code == 409
    assert client.post(second_tab, {"password": PASSWORD, "signs_out": invited.user.pk}).status_code == 302
    assert client.get("/portal/").context["viewing"].contact == other


def test_an_own_session_is_not_asked_about(client, invited, token):
    client.post(followed(client, token), {"password": PASSWORD})
    again = followed(client, links.issue(invited, Link.Purpose.PASSWORD), "new-password")
    assert "is signed in here" not in client.get(again).content.decode()
    assert client.post(again, {"password": "another four words here"}).url == "/portal/"
