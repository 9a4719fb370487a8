"""Scheduled invitations, automatic re-invites, and what the provider reports."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from outreach.domain import inviting, reinviting, scheduling
from outreach.models import ScheduledInvitation, Send

START = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def clock():
    """Time, to be moved by hand."""
    with time_machine.travel(START, tick=False) as moving:
        yield moving


@pytest.fixture
def waiting(assigned, advisor, clock):
    """An invitation set for tomorrow."""
    return ScheduledInvitation.objects.create(contact=assigned, at=START + timedelta(days=1), created_by=advisor)


def state(waiting):
    waiting.refresh_from_db()
    return waiting.state, waiting.reason


def test_it_goes_when_its_time_has_come_and_once(waiting, clock, advisor):
    scheduling.send_scheduled()
    assert Send.objects.count() == 0
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    scheduling.send_scheduled()
    assert (state(waiting)[0], Send.objects.get().requested_by) == ("gone", advisor)


def test_a_cancelled_one_never_goes(waiting, clock, advisor):
    assert scheduling.cancel(waiting, by=advisor)
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    assert not scheduling.cancel(waiting, by=advisor)
    assert Send.objects.count() == 0


def test_rights_and_rules_are_asked_when_it_goes(waiting, clock, colleague):
    Contact.objects.filter(pk=waiting.contact_id).update(primary_advisor=colleague)
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    assert state(waiting) == ("skipped", scheduling.NO_RIGHTS)


def test_of_a_contact_who_was_deleted_meanwhile_that_is_said(waiting, clock):
    Contact.objects.filter(pk=waiting.contact_id).update(deleted_at=START)
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    assert state(waiting) == ("skipped", scheduling.DELETED)


def test_who_has_signed_in_meanwhile_is_skipped(waiting, clock):
    Contact.objects.filter(pk=waiting.contact_id).update(start_at=START)
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    assert state(waiting) == ("skipped", inviting.ACTIVE)


def test_after_a_long_outage_it_is_told_and_not_sent(waiting, clock):
    clock.shift(timedelta(days=3, seconds=1))
    scheduling.send_scheduled()
    assert (state(waiting), Send.objects.count()) == (("skipped", scheduling.TOO_LATE), 0)


@pytest.fixture
def invited(assigned, clock):
    """A contact invited at START."""
    Contact.objects.filter(pk=assigned.pk).update(first_invited_at=START, last_invited_at=START, invitations_sent=1)
    return assigned


def verdict():
    return reinviting.judged(Contact.objects.all(), Firm.get()).get().refusal


def sent():
    """The worker has done its part."""
    done = Send.objects.filter(state="planned").update(state="accepted")
    if done:
        Contact.objects.update(last_invited_at=timezone.now())
    return done


def test_re_invites_are_off_by_default(invited, clock):
    clock.shift(timedelta(days=3))
    reinviting.send_reinvites()
    assert (Firm.get().auto_reinvite, Send.objects.count()) == (False, 0)


def test_they_go_on_the_days_set_and_once_each(invited, clock):
    Firm.objects.update(auto_reinvite=True)
    going = []
    for day in range(1, 20):
        clock.move_to(START + timedelta(days=day, minutes=10))
        reinviting.reinvite_due(Firm.get())
        reinviting.reinvite_due(Firm.get())
        if sent():
            going.append(day)
    assert going == [3, 7, 14]


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (2, "Waits for day 3."),
        (3, ""),
        (4.9, ""),
        (5.5, "Waits for day 7."),
        (16.5, "Day 14 is over."),
    ],
)
def test_the_dry_run_says_who_gets_one_and_why_not(invited, clock, days, reason):
    clock.move_to(START + timedelta(days=days))
    assert verdict() == reason


def test_the_dry_run_knows_the_rules_of_inviting(invited, clock):
    clock.shift(timedelta(days=3))
    Contact.objects.update(invitations_sent=5)
    assert verdict() == "Invited 5 times already, which is the most."
    Contact.objects.update(invitations_sent=1)
    ScheduledInvitation.objects.create(
        contact=invited, at=START + timedelta(days=9), created_by=invited.primary_advisor
    )
    assert verdict() == scheduling.SCHEDULED_ALREADY


def test_switching_it_on_mails_nobody_of_long_ago(invited, clock):
    clock.shift(timedelta(days=200))
    Firm.objects.update(auto_reinvite=True)
    reinviting.send_reinvites()
    assert Send.objects.count() == 0


def test_the_settings_page_is_the_admins_and_shows_the_dry_run(as_user, admin, advisor, invited, clock):
    clock.shift(timedelta(days=3))
    page, preview = reverse("outreach:reinvites"), reverse("outreach:reinvites_preview")
    assert [as_user(advisor).get(url).status_code for url in (page, preview)] == [404, 404]
    client = as_user(admin)
    shown = client.get(page)
    assert (shown.context["would"], shown.context["total"]) == (1, 1)
    assert client.get(f"{preview}?would=yes").context["page"].paginator.count == 1
    assert client.get(f"{preview}?would=no").context["page"].paginator.count == 0
    data = {"days": "2, 1", "reinvite_gap_hours": 24, "invitations_at_most": 5}
    data["seen"] = shown.context["form"].initial["seen"]
    assert client.post(page, data).status_code == 422
    client.post(page, data | {"days": "2, 5", "auto_reinvite": "on"})
    assert (Firm.get().auto_reinvite, Firm.get().reinvite_days) == (True, [2, 5])
