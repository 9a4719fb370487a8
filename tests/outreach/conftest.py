"""What the tests of the outreach room share."""

import pytest

from accounts.models import Firm
from mail.domain import sending
from tests.factories import AssignmentFactory


@pytest.fixture(autouse=True)
def _quick(db):
    """The pace of a firm in a hurry, so that no test waits for its turn."""
    Firm.objects.update(sends_per_minute=100_000)


@pytest.fixture
def assigned(contact):
    """A contact with an experience, who can be invited."""
    return AssignmentFactory(contact=contact).contact


@pytest.fixture
def send_now():
    """`send_now()`: hand over what is due, as the worker does."""
    return sending.send_due
