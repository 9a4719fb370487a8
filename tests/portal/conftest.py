"""A contact with a portal, and the way into it."""

import pytest


@pytest.fixture
def assignment(client_contact):
    """What the contact has."""
    return client_contact.assignments.get()


@pytest.fixture
def portal(client, client_contact):
    """The test client, inside the portal; nothing has been recorded."""
    client.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    return client
