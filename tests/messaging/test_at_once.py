"""Several who write in the same moment: nothing is lost, nothing is there twice, nobody is stopped."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from mail.models import Send
from messaging.domain.writing import WrittenMeanwhile, write_as_client, write_as_staff
from messaging.models import Message, Thread
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run all in the same moment, each on a connection of its own; what each returned or raised."""

    def run(call):
        try:
            return call()
        except WrittenMeanwhile as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_first_messages_of_the_same_moment_make_one_thread_and_one_mail(client_contact, advisor):
    at_once(*(lambda text=text: write_as_client(client_contact, text, user=advisor) for text in "abcd"))
    assert (Thread.objects.count(), sorted(Message.objects.values_list("text", flat=True))) == (1, [*"abcd"])
    assert Send.objects.filter(purpose="message_for_staff").count() == 1


def test_of_two_who_answer_at_once_the_second_sees_the_first(asked, advisor):
    seen, mate = Message.objects.get().pk, UserFactory()
    answers = at_once(*(lambda by=by: write_as_staff(asked, "Yes", by=by, seen=seen) for by in (advisor, mate)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Message", "WrittenMeanwhile"]
    assert Message.objects.filter(side="staff").count() == 1


def test_client_and_staff_write_at_once_and_the_thread_knows_it(asked, client_contact, advisor):
    at_once(
        *(lambda: write_as_staff(asked, "Yes", by=advisor) for _ in range(3)),
        *(lambda: write_as_client(client_contact, "And?", user=advisor) for _ in range(3)),
    )
    thread = Thread.objects.get()
    last = Message.objects.order_by("-pk").first()
    assert (Message.objects.count(), thread.client_unread) == (7, 3)
    assert (thread.unanswered_since is not None) == (last.side == "client")
