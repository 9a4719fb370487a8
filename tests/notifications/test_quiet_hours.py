"""Quiet hours: clients where they live by the firm's, the staff by their own; over midnight and clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from accounts.domain.quiet_hours import end_of_quiet
from accounts.models import Firm
from contacts.models import Contact
from mail.domain import sending as mail_sending
from mail.models import Send
from messaging.domain.from_campaigns import CampaignMessage, write_for_campaigns
from messaging.domain.reading import mark_read_by_client
from messaging.domain.writing import write_as_client, write_as_staff
from messaging.models import Message, Thread
from notifications.domain import sending
from notifications.models import Push, StaffPreference
from outreach.domain.overdue_items import plan_due
from tests.factories import AssignmentFactory, ContactFactory
from todos.models import ActionItem

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
NIGHT = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)  # 22:00 in New York, 04:00 in Berlin, 11:00 in Tokyo


@pytest.fixture
def quiet_firm():
    """Quiet from nine in the evening until eight in the morning."""
    Firm.objects.update(quiet_from="21:00", quiet_until="08:00", time_zone=NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "zone", "hours", "end"),
    [
        ("2026-07-01T22:00", BERLIN, (21, 8), "2026-07-02T08:00+02:00"),
        ("2026-07-01T03:00", BERLIN, (21, 8), "2026-07-01T08:00+02:00"),
        ("2026-07-01T12:00", BERLIN, (21, 8), None),
        ("2026-07-01T08:00", BERLIN, (21, 8), None),
        ("2026-07-01T21:00", BERLIN, (21, 8), "2026-07-02T08:00+02:00"),
        ("2026-07-01T13:00", BERLIN, (12, 14), "2026-07-01T14:00+02:00"),
        ("2026-07-01T13:00", BERLIN, (9, 9), None),
        ("2026-03-28T23:00", BERLIN, (21, 8), "2026-03-29T08:00+02:00"),  # clocks go forward in that night
        ("2026-10-24T23:00", BERLIN, (21, 8), "2026-10-25T08:00+01:00"),  # and back in this one
        ("2026-03-29T01:00", BERLIN, (21, 2), "2026-03-29T03:00+02:00"),  # an end that is left out: an hour on
        ("2026-10-25T01:00", BERLIN, (21, 2), "2026-10-25T02:00+01:00"),  # one that comes twice: the second
        ("2026-12-31T23:59", NEW_YORK, (21, 8), "2027-01-01T08:00-05:00"),
    ],
)
def test_when_quiet_hours_end(moment, zone, hours, end):
    at = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    found = end_of_quiet(at, ZoneInfo(zone), time(hours[0]), time(hours[1]))
    assert (found and found.astimezone(UTC)) == (datetime.fromisoformat(end) if end else None)


@pytest.mark.parametrize(
    ("zone", "until"),
    [
        ("", "2026-07-01T12:00+00:00"),
        (NEW_YORK, "2026-07-01T12:00+00:00"),
        (BERLIN, "2026-07-01T06:00+00:00"),
        ("Asia/Tokyo", None),
    ],
)
@pytest.mark.parametrize("by_campaign", [False, True])
def test_a_client_is_told_when_it_is_morning_where_they_live(
    quiet_firm, asked, advisor, client_contact, device, zone, until, by_campaign
):
    Contact.objects.filter(pk=client_contact.pk).update(time_zone=zone)
    device(client_contact.user)
    with time_machine.travel(NIGHT, tick=False):
        if by_campaign:
            write_for_campaigns([CampaignMessage(client_contact.pk, "One", NIGHT)])
        else:
            write_as_staff(asked, "One", by=advisor)
    mail, push = Send.objects.get(purpose="message_notice"), Push.objects.get(type="message_notice")
    if until:
        assert mail.not_before == push.not_before == datetime.fromisoformat(until)
    else:
        assert mail.not_before > push.not_before, "after the patience of each"


def test_of_many_each_has_their_own_morning(quiet_firm, advisor):
    people = [ContactFactory(primary_advisor=advisor, time_zone=zone) for zone in (BERLIN, NEW_YORK)]
    with time_machine.travel(NIGHT, tick=False):
        write_for_campaigns([CampaignMessage(one.pk, "One", NIGHT) for one in people])
    found = Send.objects.order_by("contact").values_list("not_before", flat=True)
    assert [moment.hour for moment in found] == [6, 12]


def test_what_is_read_in_the_night_is_not_told_in_the_morning(quiet_firm, asked, advisor, client_contact, device, send):
    device(client_contact.user)
    with time_machine.travel(NIGHT, tick=False):
        write_as_staff(asked, "One", by=advisor)
        mark_read_by_client(asked, Message.objects.last().pk)
    with time_machine.travel(NIGHT.replace(hour=13)):
        Send.objects.update(created_at=NIGHT)
        Push.objects.update(created_at=NIGHT)
        send()
    assert {one.state for one in Push.objects.filter(type="message_notice")} == {"dropped"}
    assert {one.state for one in Send.objects.filter(purpose="message_notice")} == {"suppressed"}


def test_a_push_that_comes_due_in_quiet_hours_waits(quiet_firm, client_contact, advisor, device, service):
    device(advisor)
    with time_machine.travel(NIGHT, tick=False):
        write_as_client(client_contact, "Hello", user=advisor)
        Push.objects.update(created_at=NIGHT, not_before=NIGHT)
        sending.send_due()
    push = Push.objects.get()
    assert (service.calls, push.state, push.not_before) == ([], "planned", NIGHT.replace(hour=12))


@pytest.mark.parametrize(
    ("own", "mail_at", "push_waits"),
    [
        (None, NIGHT.replace(minute=2), True),
        (("18:00", "07:00"), NIGHT.replace(hour=11), True),
        (("12:00", "13:00"), NIGHT.replace(minute=2), False),
    ],
)
def test_the_staff_have_quiet_hours_of_their_own(
    quiet_firm, client_contact, advisor, device, service, own, mail_at, push_waits
):
    """None of their own: mail comes at any hour, and push outside the firm's."""
    device(advisor)
    if own:
        StaffPreference.objects.create(user=advisor, quiet_from=own[0], quiet_until=own[1])
    with time_machine.travel(NIGHT, tick=False):
        write_as_client(client_contact, "Hello", user=advisor)
        Push.objects.update(created_at=NIGHT, not_before=NIGHT)
        sending.send_due()
    assert Send.objects.get(purpose="message_for_staff").not_before == mail_at
    assert (Push.objects.get().state == "planned") is push_waits


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_statements_does_not_grow(many, quiet_firm, django_assert_num_queries):
    contacts = [AssignmentFactory(contact__time_zone=zone).contact_id for zone in (BERLIN, NEW_YORK, "Asia/Tokyo")][
        :many
    ]
    with transaction.atomic(), django_assert_num_queries(10):
        write_for_campaigns([CampaignMessage(pk, "One", NIGHT) for pk in contacts])


def test_a_mail_that_comes_due_in_quiet_hours_waits_as_well(quiet_firm, client_contact, asked, advisor):
    """As after an outage, behind many others, or when quiet hours were changed since it was planned."""
    write_as_staff(asked, "Yes", by=advisor)
    item = ActionItem.objects.create(contact=client_contact, title="x", due_on=NIGHT.date() - timedelta(days=3))
    StaffPreference.objects.create(user=advisor, quiet_from="18:00", quiet_until="07:00")
    with time_machine.travel(NIGHT - timedelta(hours=9), tick=False):
        plan_due(Firm.get())
    Send.objects.update(created_at=NIGHT, not_before=NIGHT)
    Thread.objects.update(client_notified_at=NIGHT, staff_notified_at=NIGHT)
    with time_machine.travel(NIGHT, tick=False):
        mail_sending.send_due()
    item.refresh_from_db()
    assert item.overdue_mail_at
    assert {(one.purpose, one.state, one.not_before) for one in Send.objects.all()} == {
        ("message_notice", "planned", NIGHT.replace(hour=12)),
        ("action_item", "planned", NIGHT.replace(hour=12)),
        ("message_for_staff", "planned", NIGHT.replace(hour=11)),
    }
