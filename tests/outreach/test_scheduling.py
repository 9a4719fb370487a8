"""Scheduled invitations, automatic re-invites, and what the provider reports."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm, User
from contacts.models import Contact
from core.models import Activity
from mail.models import Send
from outreach.domain import inviting, reinviting, scheduling
from outreach.models import ScheduledInvitation
from tests.factories import AssignmentFactory
from tests.outreach.mails import mailed

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


def test_rights_and_rules_are_asked_when_it_goes(waiting, clock, advisor, colleague):
    Contact.objects.filter(pk=waiting.contact_id).update(primary_advisor=colleague)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    assert state(waiting) == ("skipped", scheduling.NO_RIGHTS)


def test_whose_contact_has_changed_hands_is_invited_in_the_new_advisors_name(
    waiting, clock, as_user, advisor, colleague, smtp, send_now
):
    """Also when whoever scheduled it has left; and the others of the same hour go in the old name."""
    Firm.objects.update(sends_per_minute=100_000)
    mine = AssignmentFactory(contact__primary_advisor=advisor).contact
    ScheduledInvitation.objects.create(contact=mine, at=waiting.at, created_by=advisor)
    Contact.objects.filter(pk=waiting.contact_id).update(primary_advisor=colleague)
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    send_now()
    names = {mail.to: mail.text for mail in smtp.messages}
    assert set(names) == {waiting.contact.email, mine.email}
    assert colleague.name in names[waiting.contact.email] and advisor.name not in names[waiting.contact.email]
    assert advisor.name in names[mine.email]
    assert dict(Send.objects.values_list("contact", "requested_by")) == {
        waiting.contact_id: colleague.pk,
        mine.pk: advisor.pk,
    }
    told = Activity.objects.get(verb="rescheduled")
    assert (told.subject_id, colleague.name in told.sentence) == (waiting.contact_id, True)


def test_what_somebody_scheduled_who_has_left_goes_in_the_name_of_who_took_over(waiting, clock, advisor, colleague):
    Contact.objects.filter(pk=waiting.contact_id).update(primary_advisor=colleague)
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    clock.shift(timedelta(days=1))
    scheduling.send_scheduled()
    assert (state(waiting)[0], Send.objects.get().requested_by) == ("gone", colleague)


# -- clocks are changed


@pytest.fixture
def in_new_york(as_user, advisor, assigned):
    """`in_new_york("2026-11-01T01:30", which="later")`: the advisor there sets the invitation for that time."""
    User.objects.filter(pk=advisor.pk).update(time_zone="America/New_York")
    client, url = as_user(advisor), reverse("contacts:bulk_one", args=[assigned.pk, "outreach.invite"])

    def post(at, **more):
        return client.post(url, {"when": "later", "at": at, **more})

    return post


def scheduled_at(django_capture_on_commit_callbacks, post):
    """Post, let the worker do it, and return the moment in UTC, as text."""
    with django_capture_on_commit_callbacks(execute=True):
        assert post().status_code == 302
    return f"{ScheduledInvitation.objects.get().at.astimezone(UTC):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("which", "moment"), [("earlier", "2026-11-01 05:30"), ("later", "2026-11-01 06:30")])
def test_the_hour_that_comes_twice_is_asked_about(
    clock, in_new_york, which, moment, django_capture_on_commit_callbacks
):
    asked = in_new_york("2026-11-01T01:30")
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["which"])
    page = asked.content.decode()
    assert "01:30 on Sun 1 Nov 2026 comes twice" in page and "EDT" in page and "EST" in page
    found = scheduled_at(django_capture_on_commit_callbacks, lambda: in_new_york("2026-11-01T01:30", which=which))
    assert found == moment


@pytest.mark.parametrize("at", ["2026-11-01T00:59", "2026-11-01T02:00", "2026-07-01T01:30"])
def test_other_hours_are_not_asked_about(clock, in_new_york, at, django_capture_on_commit_callbacks):
    assert scheduled_at(django_capture_on_commit_callbacks, lambda: in_new_york(at))


def test_the_hour_that_is_skipped_is_refused_in_our_words(clock, in_new_york):
    refused = in_new_york("2026-03-08T02:30")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["at"])
    words = "There is no 02:30 on Sun 8 Mar 2026: clocks are put forward over it."
    assert words in refused.content.decode()


def test_moving_it_shows_and_keeps_which_of_the_two_it_is(clock, waiting, as_user, advisor):
    User.objects.filter(pk=advisor.pk).update(time_zone="America/New_York")
    ScheduledInvitation.objects.update(at=datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
    client, url = as_user(advisor), reverse("outreach:scheduled_move", args=[waiting.pk])
    form = client.get(url).context["form"]
    assert (form["at"].value().strftime("%H:%M"), form["which"].value()) == ("01:30", "later")
    data = {"at": "2026-11-01T01:30", "which": "earlier", "seen": form["seen"].value()}
    assert client.post(url, data).status_code == 302
    waiting.refresh_from_db()
    assert waiting.at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


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
    mailed(assigned, START)
    return assigned


def verdict():
    return reinviting.judged(Contact.objects.all(), Firm.get()).get().refusal


def sent():
    """The worker has done its part."""
    done = Send.objects.filter(state="planned").update(state="accepted", sent_at=timezone.now())
    if done:
        Contact.objects.update(last_invited_at=timezone.now())
    return done


def test_re_invites_are_off_by_default(invited, clock):
    clock.shift(timedelta(days=3))
    reinviting.send_reinvites()
    assert (Firm.get().auto_reinvite, Send.objects.filter(state="planned").count()) == (False, 0)


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
    mailed(invited, START, number=4)
    clock.shift(timedelta(days=3))
    assert verdict() == "Invited 5 times already, which is the most."
    Firm.objects.update(invitations_at_most=6)
    ScheduledInvitation.objects.create(
        contact=invited, at=START + timedelta(days=9), created_by=invited.primary_advisor
    )
    assert verdict() == scheduling.SCHEDULED_ALREADY


def test_switching_it_on_mails_nobody_of_long_ago(invited, clock):
    clock.shift(timedelta(days=200))
    Firm.objects.update(auto_reinvite=True)
    reinviting.send_reinvites()
    assert Send.objects.filter(state="planned").count() == 0


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
