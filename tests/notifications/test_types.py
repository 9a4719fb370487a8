"""Types that are told by push alone: new action items, posts, reminders that come up."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications.domain.choosing import choose_for_firm
from notifications.models import Push
from outreach.domain.steps.effects import WrittenStep, have_effect
from outreach.models import StepRun
from tests.factories import TeamFactory, UserFactory
from tests.world import picture
from todos.domain.files import receive
from todos.domain.from_campaigns import CampaignItem, create_action_items
from todos.domain.items import complete_by_client, create, reopen, withdraw
from todos.domain.notifying import plan_due_reminders, push_due_reminders
from todos.domain.reminders import complete, snooze
from todos.models import ActionItem, Reminder


def states():
    return list(Push.objects.order_by("pk").values_list("type", "state"))


@pytest.mark.parametrize("by_campaign", [False, True])
def test_a_new_action_item_is_told(client_contact, advisor, device, service, send, by_campaign):
    browser = device(client_contact.user)
    if by_campaign:
        create_action_items([CampaignItem(client_contact.pk, "Send your passport", "", None, None)])
    else:
        create([ActionItem(contact=client_contact, title="Send your passport")], by=advisor)
    send()
    shown = browser.read(service.calls[0].body)
    assert (shown["body"], shown["path"]) == ("There is a new action item for you.", "/portal/items/")
    assert states() == [("new_action_item", "sent")]


def test_an_item_that_was_withdrawn_is_not_told(client_contact, advisor, device, service, send):
    device(client_contact.user)
    create([ActionItem(contact=client_contact, title="x")], by=advisor)
    withdraw(ActionItem.objects.all(), by=advisor)
    send()
    assert (service.calls, states()) == ([], [("new_action_item", "dropped")])


def test_a_post_is_told(client_contact, device, service, send):
    browser = device(client_contact.user)
    assignment = client_contact.assignments.get()
    now = timezone.now()
    run = StepRun.objects.create(
        assignment=assignment, contact=client_contact, kind="post", day=1, title="x", state="done", due_at=now, at=now
    )
    have_effect([WrittenStep(run.pk, "post", client_contact.pk, "x", "", None, now, None, "")], now)
    send()
    assert browser.read(service.calls[0].body)["path"] == "/portal/posts/"


@pytest.mark.parametrize("by_file", [False, True])
def test_the_advisor_is_told_what_a_client_has_done(
    client_contact, advisor, admin, device, service, send, client, by_file
):
    browser = device(advisor)
    choose_for_firm({("item_done", "push"): True}, by=admin)
    item = ActionItem.objects.create(contact=client_contact, title="x", asks_for_upload=by_file)
    if by_file:
        receive(item, picture(), client_contact)
    else:
        complete_by_client(ActionItem.objects.all(), client_contact)
    send()
    shown = browser.read(service.calls[0].body)
    client.force_login(advisor, backend="accounts.backends.StaffBackend")
    assert client_contact.last_name in client.get(shown["path"]).content.decode()


def test_what_was_undone_is_not_told_and_by_default_nothing_is(client_contact, advisor, admin, device, service, send):
    device(advisor)
    ActionItem.objects.create(contact=client_contact, title="x")
    for number in range(2):
        complete_by_client(ActionItem.objects.all(), client_contact)
        assert Push.objects.count() == number
        reopen(ActionItem.objects.all(), by=client_contact.user)
        choose_for_firm({("item_done", "push"): True}, by=admin)
    send()
    assert (service.calls, states()) == ([], [("item_done", "dropped")])


def remind(contact, *, ago=timedelta(minutes=5), audience="advisor", **fields):
    return Reminder.objects.create(
        contact=contact, title="Call", due_at=timezone.now() - ago, audience=audience, **fields
    )


def test_a_reminder_that_comes_up_is_told_once(contact, advisor, device, service, send):
    browser = device(advisor)
    remind(contact)
    assert [plan_due_reminders() for _ in range(3)] == [1, 0, 0]
    send()
    assert browser.read(service.calls[0].body)["path"] == "/tasks/"
    assert states() == [("reminder_due", "sent")]


def test_one_that_was_put_off_is_told_when_it_comes_back(contact, advisor, device, send):
    device(advisor)
    reminder = remind(contact)
    plan_due_reminders()
    snooze(Reminder.objects.all(), timezone.now() + timedelta(hours=1), by=advisor)
    send()
    assert states() == [("reminder_due", "dropped")]
    Reminder.objects.filter(pk=reminder.pk).update(snoozed_until=timezone.now())
    Push.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert plan_due_reminders() == 1


@pytest.mark.parametrize("ago", [timedelta(minutes=-5), timedelta(hours=7)])
def test_neither_too_early_nor_long_after(contact, advisor, device, ago):
    device(advisor)
    remind(contact, ago=ago)
    assert plan_due_reminders() == 0


def test_what_was_done_meanwhile_is_not_told(contact, advisor, device, service, send):
    device(advisor)
    remind(contact)
    plan_due_reminders()
    complete(Reminder.objects.all(), by=advisor)
    send()
    assert service.calls == []


def test_one_for_the_team_is_told_to_its_members_and_nobody_else(contact, advisor, colleague, device, service, send):
    mate = UserFactory()
    contact.team = TeamFactory(members=[mate])
    contact.save()
    for number, user in enumerate((advisor, colleague, mate)):
        device(user, f"d{number}")
    remind(contact, audience="team")
    plan_due_reminders()
    send()
    assert [call.path for call in service.calls] == ["/push/d2"]


def test_the_sweep_looks_only_where_push_is_on(contact, advisor, device, settings):
    device(advisor)
    remind(contact)
    settings.VAPID_PRIVATE_KEY = ""
    push_due_reminders()
    assert not Push.objects.exists()
    settings.VAPID_PRIVATE_KEY = "x"
    push_due_reminders()
    assert Push.objects.count() == 1


def test_reminders_of_which_nobody_is_told_are_not_held(contact, advisor, device):
    reminder = remind(contact)
    held = "SELECT count(*) FROM todos_reminder WHERE xmax <> 0"
    with transaction.atomic(), connection.cursor() as cursor:
        assert plan_due_reminders() == 0  # nobody has a device
        cursor.execute(held)
        assert cursor.fetchone() == (0,)
    device(advisor)
    with transaction.atomic(), connection.cursor() as cursor:
        assert plan_due_reminders() == 1
        cursor.execute(held)
        assert cursor.fetchone() == (1,)
    assert Reminder.objects.get() == reminder
