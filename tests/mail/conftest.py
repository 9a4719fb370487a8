"""What the tests of the mail room share."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.models import Firm
from core.mailing.delivery import new_headers
from mail.purposes import Prepared, Purpose
from mail.registry import purposes


class Greeting(Purpose):
    """Mail of a room of its own; a mail to a contact called Broken fails."""

    key, label, rank, latest = "greeting", "Greeting", 5, timedelta(days=1)

    def prepare(self, sends):
        """All or none, as one statement would."""
        return {send.pk: self.written(send) for send in sends}

    def written(self, send):
        """To one."""
        if send.contact.last_name == "Broken":
            raise ValueError("no words for this one")
        message = EmailMultiAlternatives("Hello", "Hello", to=[send.recipient], headers=new_headers())
        return Prepared(message, "Firm", "Hello", "Hello")

    def hold(self, send):
        """Nobody."""


@pytest.fixture(autouse=True)
def _quick(db):
    """The pace of a firm in a hurry, so that no test waits for its turn."""
    Firm.objects.update(sends_per_minute=100_000)


@pytest.fixture
def greeting(monkeypatch):
    """The purpose `greeting`, registered for this test."""
    monkeypatch.setitem(purposes._entries, "greeting", (100, Greeting()))
