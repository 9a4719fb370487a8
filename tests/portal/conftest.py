"""A contact with a portal, and the way into it."""

import pytest

from contacts.domain.signing_in import give_password
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory


@pytest.fixture
def client_contact(advisor):
    """A contact of the advisor with an experience and a password, who has never signed in."""
    contact = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor, email="carla@example.com")).contact
    give_password(contact, PASSWORD)
    contact.refresh_from_db()
    return contact


@pytest.fixture
def assignment(client_contact):
    """What the contact has."""
    return client_contact.assignments.get()


@pytest.fixture
def portal(client, client_contact):
    """The test client, inside the portal; nothing has been recorded."""
    client.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    return client
