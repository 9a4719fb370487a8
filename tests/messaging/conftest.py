"""What the tests of messages share."""

import pytest

from accounts.models import Firm
from contacts.models import Contact
from mail.domain import sending
from mail.models import Send
from messaging.domain.writing import write_as_client
from tests.factories import TeamFactory


@pytest.fixture(autouse=True)
def _quick(db):
    """The pace of a firm in a hurry, so that no test waits for its turn."""
    Firm.objects.update(sends_per_minute=100_000)


@pytest.fixture
def portal(client_contact):
    """A browser of the client's, inside the portal."""
    from django.test import Client

    browser = Client()
    browser.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    return browser


@pytest.fixture
def give_team(client_contact):
    """`give_team(*members, reach=…)`: the client's team from now on."""

    def give(*members, reach="both"):
        team = TeamFactory(members=list(members), reach=reach)
        Contact.objects.filter(pk=client_contact.pk).update(team=team)
        client_contact.refresh_from_db()
        return team

    return give


@pytest.fixture
def asked(client_contact, advisor):
    """The client's thread with their advisor, in which they have asked something."""
    return write_as_client(client_contact, "May I call you tomorrow?", user=advisor).thread


@pytest.fixture
def send_mail():
    """`send_mail()`: hand over what is planned, as the worker does a few minutes later."""

    def send():
        Send.objects.filter(state="planned").update(not_before=None)
        sending.send_due()

    return send
