"""What the tests of the mail room share."""

import pytest

from accounts.models import Firm


@pytest.fixture(autouse=True)
def _quick(db):
    """The pace of a firm in a hurry, so that no test waits for its turn."""
    Firm.objects.update(sends_per_minute=100_000)
