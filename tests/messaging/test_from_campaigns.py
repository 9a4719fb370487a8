"""Messages of campaigns: many at once, each into the thread with the primary advisor."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from contacts.models import Contact
from mail.models import Send
from messaging.domain.from_campaigns import CampaignMessage, write_for_campaigns
from messaging.domain.writing import write_as_staff
from messaging.models import Message, Thread
from tests.factories import AssignmentFactory, ContactFactory

NOW = timezone.now()


def write(messages) -> int:
    """Messages as (contact, text) or (contact, text, moment); without a moment now."""
    return write_for_campaigns([CampaignMessage(*((*one, NOW)[:3])) for one in messages])


def test_each_gets_their_message_in_their_advisors_name(asked, advisor, client_contact, colleague):
    other = ContactFactory(primary_advisor=colleague)
    before = Thread.objects.values("unanswered_since", "staff_notified_at").get()
    assert write([(client_contact.pk, "Hello Carla"), (other.pk, "Hello")]) == 2
    sent = Message.objects.filter(side="campaign").order_by("pk")
    assert [(one.thread.contact, one.thread.user, one.author, one.text, one.at) for one in sent] == [
        (client_contact, advisor, advisor, "Hello Carla", NOW),
        (other, colleague, colleague, "Hello", NOW),
    ]
    assert [thread.client_unread for thread in Thread.objects.order_by("pk")] == [1, 1]
    assert Thread.objects.values("unanswered_since", "staff_notified_at").get(pk=asked.pk) == before, (
        "it answers nothing"
    )


def test_one_contact_may_get_several_in_the_order_of_their_moments(client_contact):
    later = NOW + timedelta(minutes=1)
    assert (
        write([(client_contact.pk, "Second", later), (client_contact.pk, "First"), (client_contact.pk, "Third", later)])
        == 3
    )
    assert [message.text for message in Message.objects.all()] == ["First", "Second", "Third"]
    thread = Thread.objects.get()
    assert (thread.client_unread, thread.last_message_at) == (3, later)


def test_one_notice_is_planned_for_each_thread_until_it_is_read(client_contact, advisor, send_mail, mailoutbox):
    for _ in range(2):
        write([(client_contact.pk, "One"), (client_contact.pk, "Two")])
    write_as_staff(Thread.objects.get(), "Three", by=advisor)
    assert Send.objects.filter(purpose="message_notice").count() == 1
    send_mail()
    assert [sent.to for sent in mailoutbox] == [[client_contact.email]]


@pytest.mark.parametrize("change", ["do_not_contact_since", "deactivated_at", "deleted_at"])
def test_no_notice_for_those_who_may_not_be_written_to(client_contact, change):
    Contact.objects.filter(pk=client_contact.pk).update(**{change: NOW})
    assert write([(client_contact.pk, "x")]) == 1
    assert not Send.objects.exists()


def test_nothing_and_nobody_are_nothing(db):
    assert write([]) == 0
    assert write([(10**9, "x")]) == 0


def test_it_is_one_with_the_callers_transaction(client_contact):
    with pytest.raises(RuntimeError), transaction.atomic():
        write([(client_contact.pk, "x")])
        raise RuntimeError
    assert (Message.objects.count(), Thread.objects.count(), Send.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_statements_does_not_grow(many, django_assert_num_queries):
    contacts = [AssignmentFactory().contact_id for _ in range(many)]
    with transaction.atomic(), django_assert_num_queries(9):  # two are the savepoint's
        write([(contact, "x") for contact in contacts])
