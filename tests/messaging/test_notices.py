"""Mails that say that there is a message: never what it says, at most one until it is read."""

import pytest
from django.core import mail as postman
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from mail.models import ArchivedMessage, Send
from messaging.domain.from_campaigns import CampaignMessage, write_for_campaigns
from messaging.domain.reading import mark_read_by_client, mark_read_by_staff
from messaging.domain.writing import add_note, write_as_client, write_as_staff
from messaging.models import Message, Thread
from outreach.models import Suppression
from tests.factories import UserFactory


def told():
    """Whom mails have reached, in order."""
    return [sent.to[0] for sent in postman.outbox]


def planned(purpose="message_notice"):
    return Send.objects.filter(purpose=purpose)


def test_a_client_is_told_that_there_is_a_message_and_not_what_it_says(asked, advisor, client_contact, send_mail):
    mark_read_by_staff(asked, Message.objects.get().pk, advisor)
    write_as_staff(asked, "Your portfolio lost everything", by=advisor)
    assert planned().get().not_before > timezone.now(), "whoever has the page open reads it before"
    send_mail()
    assert told() == [client_contact.email]
    letter = postman.outbox[0]
    everything = letter.subject + letter.body + letter.alternatives[0][0] + ArchivedMessage.objects.get().text
    assert "portfolio" not in everything
    assert "/portal/messages/" in letter.body


def test_a_thread_has_one_notice_until_it_is_read(asked, advisor, client_contact, send_mail):
    first = write_as_staff(asked, "One", by=advisor)
    write_as_staff(asked, "Two", by=advisor)
    send_mail()
    write_as_staff(asked, "Three", by=advisor)
    mark_read_by_client(asked, first.pk)
    write_as_staff(asked, "Four", by=advisor)
    assert planned().count() == 1, "two and three are still unread"
    mark_read_by_client(asked, Message.objects.last().pk)
    write_as_staff(asked, "Five", by=advisor)
    assert planned().count() == 2


@pytest.mark.parametrize("state", ["failed", "suppressed"])
def test_a_notice_that_never_left_is_none(asked, advisor, client_contact, state):
    mark_read_by_staff(asked, Message.objects.get().pk, advisor)
    write_as_staff(asked, "One", by=advisor)
    planned().update(state=state, reason="The mail server was away.")
    write_as_staff(asked, "Two", by=advisor)
    write_for_campaigns([CampaignMessage(client_contact.pk, "Three", timezone.now())])
    assert [send.state for send in planned().order_by("pk")] == [state, "planned"]
    planned().update(state=state)
    write_for_campaigns([CampaignMessage(client_contact.pk, "Four", timezone.now())])
    assert planned().count() == 3


def test_staff_are_told_again_when_their_mail_never_left(asked, advisor, client_contact):
    planned("message_for_staff").update(state="suppressed", reason="It waited too long.")
    write_as_client(client_contact, "Are you there?", user=advisor)
    write_as_client(client_contact, "Hello?", user=advisor)
    assert planned("message_for_staff").count() == 2


def test_what_was_read_before_the_mail_left_needs_none(asked, advisor, send_mail):
    message = write_as_staff(asked, "One", by=advisor)
    mark_read_by_client(asked, message.pk)
    send_mail()
    assert client_mails() == []
    assert planned().get().state == "suppressed"


def client_mails():
    return [address for address in told() if address == Contact.objects.get(threads__isnull=False).email]


def test_a_notice_of_before_the_reading_is_not_the_threads_notice(asked, advisor, send_mail):
    """Read within the two minutes, and written to again: the first mail must not leave beside the second."""
    write_as_staff(asked, "One", by=advisor)
    mark_read_by_client(asked, Message.objects.last().pk)
    write_as_staff(asked, "Two", by=advisor)
    earlier = planned().order_by("pk").first()
    Send.objects.filter(pk=earlier.pk).update(created_at=timezone.now() - timezone.timedelta(minutes=1))
    send_mail()
    assert [send.state for send in planned().order_by("pk")] == ["suppressed", "accepted"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"do_not_contact_since": timezone.now()}, "The contact is not to be contacted."),
        ({"deceased": True}, "The portal is closed to them."),
        ({"deactivated_at": timezone.now()}, "The portal is closed to them."),
        ({"email": "other@example.com"}, "The email address was changed meanwhile."),
    ],
)
def test_the_rules_are_asked_when_the_mail_leaves(asked, advisor, client_contact, send_mail, change, said):
    write_as_staff(asked, "One", by=advisor)
    Contact.objects.filter(pk=client_contact.pk).update(**change)
    send_mail()
    assert (planned().get().state, planned().get().reason) == ("suppressed", said)
    assert client_contact.email not in told()
    assert Thread.objects.get().client_notified_at is None, "the next message may be told of"


def test_a_suppressed_address_gets_none(asked, advisor, client_contact, send_mail):
    Suppression.objects.create(email=client_contact.email, kind="complained")
    write_as_staff(asked, "One", by=advisor)
    send_mail()
    assert client_contact.email not in told()


def test_nothing_is_planned_for_who_is_not_to_be_contacted(asked, advisor, client_contact):
    Contact.objects.filter(pk=client_contact.pk).update(do_not_contact_since=timezone.now())
    write_as_staff(asked, "One", by=advisor)
    add_note(asked, "A note tells nobody", by=advisor)
    assert not planned().exists()


def test_the_advisor_is_told_once_until_they_have_read(asked, advisor, client_contact, send_mail):
    write_as_client(client_contact, "And secretplan", user=advisor)
    send_mail()
    assert told() == [advisor.email]
    text = postman.outbox[0].body + postman.outbox[0].subject
    assert ("secretplan" in text, client_contact.last_name in text, f"/messages/{asked.pk}/" in text) == (
        False,
        False,
        True,
    )
    mark_read_by_staff(asked, Message.objects.last().pk, UserFactory(role="admin"))
    write_as_client(client_contact, "Still there?", user=advisor)
    assert planned("message_for_staff").count() == 1, "somebody else has read it, not who answers"
    mark_read_by_staff(asked, Message.objects.last().pk, advisor)
    write_as_client(client_contact, "Hello?", user=advisor)
    assert planned("message_for_staff").count() == 2


def test_every_member_of_a_team_is_told_and_nobody_who_has_left(client_contact, advisor, give_team, send_mail):
    mate, gone = UserFactory(email="mate@example.com"), UserFactory(is_active=False)
    team = give_team(advisor, mate, gone)
    thread = write_as_client(client_contact, "To all", team=team).thread
    assert {send.user for send in planned("message_for_staff")} == {advisor, mate}
    team.memberships.filter(user=mate).delete()
    send_mail()
    assert told() == [advisor.email]
    assert Thread.objects.get(pk=thread.pk).staff_notified_at is not None


def test_staff_who_answered_meanwhile_or_have_left_get_no_mail(asked, advisor, client_contact, send_mail):
    write_as_staff(asked, "Yes", by=advisor)
    send_mail()
    assert told() == [client_contact.email]
    write_as_client(client_contact, "Thanks", user=advisor)
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    send_mail()
    assert told() == [client_contact.email]
