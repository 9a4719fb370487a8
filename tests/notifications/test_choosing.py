"""What the firm has on, and what each person has turned off: asked when planning, and again when it leaves."""

from itertools import product

import pytest
from django.core import mail as postman
from django.utils import timezone

from contacts.models import Contact
from core.models import Activity
from mail.models import Send
from messaging.domain.from_campaigns import CampaignMessage, write_for_campaigns
from messaging.domain.reading import mark_read_by_client, mark_read_by_staff
from messaging.domain.writing import write_as_client, write_as_staff
from messaging.models import Message, Thread
from notifications.domain.choosing import (
    OFF_BY_THEM,
    OFF_FOR_ALL,
    choose_for_firm,
    choose_for_person,
    decide,
    firm_choices,
    personal_choices,
)
from notifications.models import PersonalChoice, Push
from notifications.types import Audience, Channel
from outreach.domain.overdue_items import plan_due
from todos.models import ActionItem

MAIL, PUSH = Channel.MAIL, Channel.PUSH
CLIENT, STAFF, OVERDUE = "message_notice", "message_for_staff", "action_item"


def firm_sets(admin, key, channel, enabled):
    choose_for_firm({(key, channel.value): enabled}, by=admin)


def person_sets(user, key, channel, enabled):
    choose_for_person(user, {(key, channel.value): enabled})


@pytest.mark.parametrize(("firm", "person"), [*product([True, False], repeat=2)])
@pytest.mark.parametrize("channel", [MAIL, PUSH])
def test_a_person_is_told_only_where_the_firm_and_they_have_it_on(admin, advisor, firm, person, channel):
    firm_sets(admin, STAFF, channel, firm)
    person_sets(advisor, STAFF, channel, person)
    decision = decide(STAFF, channel, [advisor.pk, admin.pk])
    assert decision.wanted(advisor.pk) is (firm and person)
    assert decision.wanted(admin.pk) is firm, "what one person turned off is theirs alone"
    assert decision.why_not(advisor.pk) == ("" if firm and person else OFF_BY_THEM if firm else OFF_FOR_ALL)


def test_without_a_row_the_defaults_hold():
    assert firm_choices()[(CLIENT, "mail")] is True
    assert decide(CLIENT, MAIL, [None]).wanted(None), "a contact without an account of their own"


def test_who_had_it_off_keeps_it_off_when_the_firm_turns_it_on_again(admin, advisor):
    person_sets(advisor, STAFF, MAIL, False)
    firm_sets(admin, STAFF, MAIL, False)
    assert (STAFF, "mail") not in personal_choices(advisor, Audience.STAFF)
    choose_for_person(advisor, personal_choices(advisor, Audience.STAFF))  # saves the page, which shows no box for it
    firm_sets(admin, STAFF, MAIL, True)
    assert not decide(STAFF, MAIL, [advisor.pk]).wanted(advisor.pk)


def test_what_the_firm_changes_is_in_the_audit_trail_once(admin):
    assert choose_for_firm({(CLIENT, "mail"): False, (STAFF, "mail"): True}, by=admin) == ["“New message” by mail off"]
    assert choose_for_firm({(CLIENT, "mail"): False}, by=admin) == []
    entry = Activity.objects.get(verb="notifications_changed")
    assert (entry.subject_type, entry.actor, entry.sentence) == (
        "firm",
        admin,
        "Notifications changed: “New message” by mail off",
    )


def write_one(asked, advisor, client_contact):
    write_as_staff(asked, "One", by=advisor)


def write_by_campaign(asked, advisor, client_contact):
    write_for_campaigns([CampaignMessage(client_contact.pk, "One", timezone.now())])


@pytest.mark.parametrize("write", [write_one, write_by_campaign])
@pytest.mark.parametrize(("mail", "push"), [*product([True, False], repeat=2)])
@pytest.mark.parametrize("by_firm", [True, False])
def test_a_client_is_told_by_what_is_on(admin, asked, advisor, client_contact, device, write, mail, push, by_firm):
    user = client_contact.user
    device(user)
    for channel, enabled in ((MAIL, mail), (PUSH, push)):
        if by_firm:
            firm_sets(admin, CLIENT, channel, enabled)
        else:
            person_sets(user, CLIENT, channel, enabled)
    for _ in range(2):
        write(asked, advisor, client_contact)
    assert Send.objects.filter(purpose=CLIENT).count() == int(mail)
    assert Push.objects.filter(type=CLIENT).count() == int(push)
    assert (Thread.objects.get().client_notified_at is not None) is (mail or push)


def test_a_client_who_has_turned_mail_off_gets_none_that_was_planned_before(asked, advisor, client_contact, send):
    write_as_staff(asked, "One", by=advisor)
    person_sets(client_contact.user, CLIENT, MAIL, False)
    send()
    assert Send.objects.get(purpose=CLIENT).reason == OFF_BY_THEM
    assert postman.outbox == []


def test_a_push_that_has_left_is_not_repeated_because_the_mail_was_refused(
    asked, advisor, client_contact, device, send
):
    device(client_contact.user)
    write_as_staff(asked, "One", by=advisor)
    firm_off = {(CLIENT, "mail"): False}
    choose_for_firm(firm_off, by=advisor)
    send()
    write_as_staff(asked, "Two", by=advisor)
    assert [push.state for push in Push.objects.filter(type=CLIENT)] == ["sent"]
    mark_read_by_client(asked, Message.objects.last().pk)
    write_as_staff(asked, "Three", by=advisor)
    assert Push.objects.filter(type=CLIENT).count() == 2


def test_the_staff_are_told_by_what_they_have_on(client_contact, advisor, device, send):
    device(advisor)
    person_sets(advisor, STAFF, MAIL, False)
    thread = write_as_client(client_contact, "Hello", user=advisor).thread
    write_as_client(client_contact, "Hello?", user=advisor)
    send()
    assert (postman.outbox, [push.state for push in Push.objects.all()]) == ([], ["sent"])
    mark_read_by_staff(thread, Message.objects.last().pk, advisor)
    person_sets(advisor, STAFF, PUSH, False)
    write_as_client(client_contact, "Still there?", user=advisor)
    assert (Push.objects.count(), Send.objects.count()) == (1, 0)


@pytest.mark.parametrize(("mail", "push"), [*product([True, False], repeat=2)])
def test_an_overdue_item_is_told_by_what_is_on(client_contact, device, mail, push):
    from accounts.models import Firm

    user = client_contact.user
    device(user)
    person_sets(user, OVERDUE, MAIL, mail)
    person_sets(user, OVERDUE, PUSH, push)
    item = ActionItem.objects.create(
        contact=client_contact, title="x", due_on=timezone.localdate() - timezone.timedelta(days=3)
    )
    assert plan_due(Firm.get()) == int(mail or push)
    assert plan_due(Firm.get()) == 0
    assert (Send.objects.count(), Push.objects.count()) == (int(mail), int(push))
    item.refresh_from_db()
    assert (item.overdue_mail_at is not None) is (mail or push), "who turns it on again is told"


def test_a_contact_without_an_account_has_the_firms_choice(advisor, contact):
    write_for_campaigns([CampaignMessage(contact.pk, "One", timezone.now())])
    assert Send.objects.filter(contact=contact).count() == 1
    assert not PersonalChoice.objects.exists()


@pytest.mark.parametrize("change", [{"do_not_contact_since": timezone.now()}, {"deactivated_at": timezone.now()}])
def test_who_may_not_be_written_to_is_not_pushed_either(asked, advisor, client_contact, device, service, send, change):
    device(client_contact.user)
    write_as_staff(asked, "One", by=advisor)
    Contact.objects.filter(pk=client_contact.pk).update(**change)
    send()
    assert (service.calls, Push.objects.get(type=CLIENT).state) == ([], "dropped")


def test_an_overdue_item_is_told_although_another_one_was_done(client_contact, device, service, send):
    from accounts.models import Firm

    device(client_contact.user)
    day = timezone.localdate() - timezone.timedelta(days=3)
    first, _ = (ActionItem.objects.create(contact=client_contact, title=title, due_on=day) for title in "ab")
    plan_due(Firm.get())
    ActionItem.objects.filter(pk=first.pk).update(done_at=timezone.now(), done_by_client=True)
    send()
    assert [(push.type, push.state) for push in Push.objects.all()] == [(OVERDUE, "sent")]


def test_what_the_firm_turned_on_after_the_page_was_opened_is_not_turned_off(as_user, advisor):
    page = as_user(advisor).get("/notifications/").context["form"]
    shown = [name for name in page.fields["shown"].initial.split() if name != "message_for_staff__push"]
    values = dict.fromkeys(shown, "on") | {"mail": "at_once", "shown": " ".join(shown)}
    assert as_user(advisor).post("/notifications/", values).status_code == 302
    assert not PersonalChoice.objects.exists()
    values.pop(shown[0])
    as_user(advisor).post("/notifications/", values)
    assert PersonalChoice.objects.count() == 1
