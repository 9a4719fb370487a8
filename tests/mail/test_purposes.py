"""The ledger goes on whatever a room's purposes do, and when they are gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.tasks import sweep
from mail.domain import sending
from mail.domain.planning import plan
from mail.models import Send
from mail.tasks import send_due
from outreach.domain.bouncing import note
from outreach.domain.fates import Fate, Report
from outreach.domain.passwords import send_password_link
from tests.factories import AssignmentFactory, ContactFactory


@pytest.fixture
def guest(contact):
    """A contact who may enter."""
    return AssignmentFactory(contact=contact).contact


@pytest.fixture
def retired(guest):
    """A mail of a purpose that no room registers any more, as after a downgrade."""
    return Send.objects.create(
        purpose="retired", rank=5, subject_id=guest.pk, contact=guest, recipient=guest.email, attempts=1
    )


def state_of(send):
    """How a mail stands now."""
    return Send.objects.values_list("state", flat=True).get(pk=send.pk)


def test_a_mail_of_no_purpose_waits_and_keeps_no_worker_busy(retired, guest):
    assert not sending.due().exists()
    other = send_password_link(guest)
    send_due()
    assert (state_of(other), state_of(retired)) == ("accepted", "planned")


def test_the_sweep_ends_a_mail_of_no_purpose_like_any_other(retired, guest):
    long_ago = timezone.now() - timedelta(minutes=5)
    other = send_password_link(guest)
    Send.objects.update(state="handed_over", lease_until=long_ago)
    sweep()
    assert (state_of(other), state_of(retired)) == ("unknown", "unknown")


@pytest.mark.parametrize(
    ("state", "fate", "found"),
    [
        ("unknown", Fate.DELIVERED, "delivered"),
        ("accepted", Fate.RETURNED, "bounced"),
        ("accepted", Fate.DEAD, "bounced"),
    ],
)
def test_what_is_reported_of_a_mail_of_no_purpose_is_noted(retired, state, fate, found):
    Send.objects.update(state=state, sent_at=timezone.now())
    assert note(Report(fate, send_id=retired.pk, attempt=1, reason="mailbox full"))
    assert state_of(retired) == found


def greet(last_name):
    """A greeting that is planned for somebody of this name."""
    contact = ContactFactory(last_name=last_name)
    return plan("greeting", subject_id=contact.pk, recipient=contact.email, contact=contact)


def test_a_mail_that_cannot_be_written_keeps_no_other_from_leaving(greeting, guest):
    broken, whole, other = greet("Broken"), greet("Whole"), send_password_link(guest)
    send_due()
    assert [state_of(send) for send in (broken, whole, other)] == ["planned", "accepted", "accepted"]
    broken.refresh_from_db()
    assert broken.not_before > timezone.now() and "could not be written" in broken.reason


def test_a_mail_that_cannot_be_written_is_given_up_in_the_end(greeting):
    broken = greet("Broken")
    Send.objects.update(created_at=timezone.now() - timedelta(days=2))
    send_due()
    assert state_of(broken) == "failed"
