"""Forgotten passwords and expired links: the same answer for everybody, and no flood of mail."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from contacts.models import Contact
from mail.domain import requests
from mail.domain.sending import due
from mail.models import LinkRequest, Send
from outreach.domain import links, passwords
from outreach.models import Link
from tests.factories import AssignmentFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def guest(contact):
    """A contact who may enter."""
    return AssignmentFactory(contact=contact).contact


def test_asking_looks_nothing_up(guest, django_assert_num_queries):
    for email in (guest.email, "stranger@example.com"):
        with django_assert_num_queries(3):  # savepoint, insert, release
            requests.request_link("portal", email)
    assert LinkRequest.objects.count() == 2


def test_only_contacts_who_may_enter_are_answered(guest):
    for email in (guest.email.upper(), "stranger@example.com"):
        requests.request_link("portal", email)
    requests.answer_requests()
    send = Send.objects.get()
    assert (send.contact, send.purpose, send.recipient) == (guest, "password", guest.email)
    assert LinkRequest.objects.count() == 0


def test_a_closed_contact_gets_no_link(guest, advisor):
    Contact.objects.filter(pk=guest.pk).update(deactivated_at=timezone.now())
    with pytest.raises(passwords.NotSent):
        passwords.send_password_link(guest, by=advisor)


@pytest.mark.parametrize("by_staff", [True, False])
def test_a_link_that_waits_for_an_old_address_keeps_none_from_the_new_one(guest, advisor, send_now, by_staff):
    passwords.send_password_link(guest, by=advisor)
    Contact.objects.filter(pk=guest.pk).update(email="new@example.com")
    if by_staff:
        passwords.send_password_link(guest, by=advisor)
    else:
        requests.request_link("portal", "new@example.com")
        requests.answer_requests()
    send_now()
    found = Send.objects.order_by("pk").values_list("recipient", "state")
    assert list(found) == [(guest.email, "suppressed"), ("new@example.com", "accepted")]


def asked(guest):
    """A link is asked for and mailed where it is due; how many mails that makes by now."""
    requests.request_link("portal", guest.email)
    requests.answer_requests()
    due().update(state=Send.State.ACCEPTED, created_at=timezone.now(), sent_at=timezone.now())
    return Send.objects.filter(state=Send.State.ACCEPTED).count()


def test_asking_thrice_at_once_sends_one_mail(guest):
    with time_machine.travel(NOON, tick=False):
        assert [asked(guest) for _ in range(3)] == [1, 1, 1]
    assert Send.objects.count() == 1


def test_a_link_asked_for_soon_after_another_leaves_when_it_is_its_turn(guest):
    with time_machine.travel(NOON, tick=False) as clock:
        asked(guest)
        clock.shift(timedelta(seconds=30))
        requests.request_link("portal", guest.email)
        requests.answer_requests()
        assert due().count() == 0
        clock.shift(timedelta(seconds=90))
        assert due().count() == 1


def test_strangers_neither_fill_a_mailbox_nor_keep_its_owner_from_a_link(guest):
    """Ten requests were enough to keep the owner out for a day."""
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(24 * 12):
            before = asked(guest)
            clock.shift(timedelta(minutes=5))
        assert 15 < before < 40
        clock.shift(timedelta(hours=1))
        assert asked(guest) == before + 1


def test_a_mail_that_failed_delays_no_other(guest):
    with time_machine.travel(NOON, tick=False) as clock:
        asked(guest)
        Send.objects.update(state=Send.State.FAILED)
        clock.shift(timedelta(seconds=30))
        assert asked(guest) == 1


def test_staff_need_not_wait_for_a_link_that_waits_for_its_turn(guest, advisor):
    with time_machine.travel(NOON, tick=False) as clock:
        asked(guest)
        clock.shift(timedelta(seconds=30))
        asked(guest)
        assert due().count() == 0
        passwords.send_password_link(guest, by=advisor)
        assert due().count() == 1


def test_an_expired_invitation_is_mailed_anew_and_a_living_one_is_not(guest):
    with time_machine.travel(NOON, tick=False) as clock:
        link = links.find(links.issue(guest, Link.Purpose.INVITATION))
        passwords.mail_new_link(link)
        assert Send.objects.count() == 0
        clock.shift(timedelta(days=8))
        passwords.mail_new_link(link)
        passwords.mail_new_link(link)
    send = Send.objects.get()
    assert (send.purpose, send.subject_id, send.recipient) == ("new_link", link.invitation_id, guest.email)


def test_an_expired_password_link_is_mailed_anew(guest):
    with time_machine.travel(NOON, tick=False) as clock:
        link = links.find(links.issue(guest, Link.Purpose.PASSWORD))
        clock.shift(timedelta(days=1))
        passwords.mail_new_link(link)
    assert Send.objects.get().purpose == "password"
