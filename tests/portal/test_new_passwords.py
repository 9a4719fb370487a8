"""A client is told by mail when the password of their portal was changed, and chooses none that would be guessed."""

import re

import pytest
from django.core import mail

from accounts.models import Firm
from contacts.models import Contact
from mail.domain.sending import send_due
from mail.models import ArchivedMessage, Send
from outreach.domain import links
from outreach.models import Link, Purpose, Suppression
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory

GOOD = "seven green lamps hum"


def change(portal, password=GOOD):
    """Change the password in the portal."""
    return portal.post("/portal/profile/password/", {"current": PASSWORD, "password": password})


def choose_by_link(client, contact, purpose=Link.Purpose.PASSWORD, password=GOOD):
    """Follow a new link and choose a password."""
    path = {"password": "new-password", "invitation": "invitation"}[purpose]
    page = client.get(f"/portal/{path}/{links.issue(contact, purpose)}/", follow=True)
    return client.post(page.redirect_chain[-1][0], {"password": password})


def told(contact):
    """The mails that tell of a changed password."""
    return Send.objects.filter(contact=contact, purpose=Purpose.SECURITY)


def test_a_client_is_told_that_their_password_was_changed(portal, client_contact, settings):
    settings.BASE_URL = "https://hub.example.com"
    Firm.objects.update(name="Northlight")
    assert change(portal).status_code == 302
    send_due()
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([client_contact.email], "Your password for Northlight was changed")
    assert re.search(r"was changed on \w+ \d+, \d{4} at \d\d:\d\d \w+", message.body)
    assert "https://hub.example.com/portal/forgotten/" in message.body
    assert "can be used once" not in message.body
    assert (told(client_contact).get().state, Link.objects.count()) == ("accepted", 0)
    assert ArchivedMessage.objects.get().text == message.body


def test_a_client_is_told_when_it_was_changed_by_a_mailed_link(client, client_contact):
    Contact.objects.filter(pk=client_contact.pk).update(start_at="2026-03-02T12:00Z")
    assert choose_by_link(client, client_contact).status_code == 302
    assert told(client_contact).count() == 1


def test_the_first_password_is_no_change(client, advisor):
    contact = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor)).contact
    assert choose_by_link(client, contact, Link.Purpose.INVITATION).status_code == 302
    assert told(contact).count() == 0


def test_a_refused_password_is_no_change(portal, client_contact):
    assert change(portal, "passwordpassword").status_code == 422
    assert told(client_contact).count() == 0


def test_each_change_is_told(portal, client_contact):
    change(portal)
    send_due()
    portal.post("/portal/profile/password/", {"current": GOOD, "password": "eight blue lamps hum"})
    send_due()
    assert [send.number for send in told(client_contact).order_by("pk")] == [1, 2]
    assert len(mail.outbox) == 2


def test_no_mail_goes_to_a_suppressed_address(portal, client_contact):
    Suppression.objects.create(email=client_contact.email, reason="bounced")
    change(portal)
    send_due()
    assert (len(mail.outbox), told(client_contact).get().state) == (0, "suppressed")


@pytest.mark.parametrize(
    "password", ["passwordpassword", "abcdefghijklm", "carlacarla-1", "aaaaaaaaaaaaa", "qwertyuiopas"]
)
def test_clients_choose_no_password_that_would_be_guessed(client, portal, client_contact, password):
    answer = choose_by_link(client, client_contact, password=password)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["password"])
    portal.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    assert change(portal, password).status_code == 422


def test_guessing_the_current_password_ends(portal):
    wrong = {"current": "wrong", "password": GOOD}
    found = [portal.post("/portal/profile/password/", wrong).status_code for _ in range(11)]
    assert found == [422] * 9 + [429] * 2


def test_a_browser_stays_known_when_its_own_user_changes_the_password(client, client_contact):
    client.post("/portal/sign-in/", {"email": client_contact.email, "password": PASSWORD})
    assert change(client).status_code == 302
    client.post("/portal/sign-out/")
    data = {"email": client_contact.email, "password": "wrong"}
    for number in range(31):
        type(client)().post("/portal/sign-in/", data, REMOTE_ADDR=f"203.0.113.{number}")
    assert client.post("/portal/sign-in/", data | {"password": GOOD}).status_code == 302
