"""Undoing “Assign and invite”: what has not left does not leave any more, and the preview says what is true."""

import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from contacts.operations import undoing
from core.mailing.delivery import TEMPORARY, MailServer, Verdict
from core.models import Activity, Operation
from core.operations import running
from core.registry import operation_types
from mail.domain import sending
from mail.models import Send
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from outreach.domain.taking_back import GONE, PERHAPS, REDO_INVITES_NOBODY, STOPPED, UNDONE
from outreach.models import Invitation, Link
from tests.contacts.test_undoing import operate, undo
from tests.factories import AssignmentFactory, ExperienceFactory, UserFactory

pytestmark = pytest.mark.django_db


def given(owner, number):
    """So many contacts of the owner who have an experience and were never invited."""
    return [AssignmentFactory(contact__primary_advisor=owner).contact for _ in range(number)]


def invited(owner, contacts):
    """The operation that gave them another experience and invited them."""
    return operate("contacts.assign", owner, contacts, experience=ExperienceFactory().pk, campaign=None, invite=True)


def states():
    """How each mail stands, by the order in which they were planned."""
    return list(Send.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def three(admin):
    """Three contacts who can be invited."""
    return given(admin, 3)


@pytest.fixture
def operation(admin, three, send_now):
    """Assigned and invited; the first mail has left, the others wait."""
    found = invited(admin, three)
    waiting = Send.objects.exclude(contact=three[0])
    waiting.update(not_before=timezone.now() + timedelta(hours=1))
    send_now()
    waiting.update(not_before=None)
    return found


def consequences(client, operation):
    """What the preview of undoing an operation says beside the numbers."""
    return client.get(client.post(f"/contacts/undo/{operation.pk}/")["Location"]).context["consequences"]


def test_mails_that_wait_are_stopped(as_user, admin, three, operation, send_now):
    assert states() == ["accepted", "planned", "planned"]
    client = as_user(admin)
    assert consequences(client, operation) == [
        "1 mail has left already and cannot be taken back. Links in them stop working for whoever is put back.",
        "2 mails still wait and will not be sent.",
    ]
    back, _ = undo(client, operation)
    send_now()
    assert (states(), len(mail.outbox)) == (["accepted", "suppressed", "suppressed"], 1)
    assert set(Send.objects.exclude(contact=three[0]).values_list("reason", flat=True)) == {UNDONE}
    told = Activity.objects.filter(verb="mail_trouble", operation=back, actor=admin)
    assert set(told.values_list("sentence", flat=True)) == {f"Invitation not sent: {UNDONE}"}
    reasons = dict(back.lines.values_list("subject_id", "reason"))
    assert reasons == {three[0].pk: GONE, three[1].pk: STOPPED, three[2].pk: STOPPED}


def test_the_link_that_left_opens_nothing_and_everybody_can_be_invited_anew(as_user, admin, three, operation):
    undo(as_user(admin), operation)
    assert {one.state for one in Link.objects.all()} == {"revoked"}
    assert set(Invitation.objects.values_list("revoked_why", flat=True)) == {UNDONE}
    outcome = inviting.invite([one.pk for one in three], Mode.FIRST, by=admin)
    assert (sorted(outcome.done), list(outcome.skipped)) == ([three[1].pk, three[2].pk], [three[0].pk])


def test_a_mail_that_a_worker_has_prepared_is_stopped(as_user, admin, send_now, monkeypatch):
    operation, opened = invited(admin, given(admin, 2)), MailServer.open

    def undo_first(server):
        if not Operation.objects.filter(undoes=operation).exists():
            undo(as_user(admin), operation)
        return opened(server)

    monkeypatch.setattr(MailServer, "open", undo_first)
    send_now()
    assert (states(), mail.outbox) == (["suppressed", "suppressed"], [])


def test_a_mail_that_was_refused_for_now_is_not_tried_again(as_user, admin, send_now, monkeypatch):
    operation = invited(admin, given(admin, 1))

    def undo_and_refuse(server, message):
        undo(as_user(admin), operation)
        return Verdict(TEMPORARY, "busy")

    with monkeypatch.context() as patched:
        patched.setattr(MailServer, "hand_over", undo_and_refuse)
        send_now()
    Send.objects.filter(state="planned").update(not_before=None)
    send_now()
    assert (states(), mail.outbox) == (["suppressed"], [])


def test_who_is_left_alone_is_invited_all_the_same(as_user, admin, three, operation, send_now):
    operate("contacts.assign", admin, three[2:], experience=ExperienceFactory().pk, campaign=None)
    client = as_user(admin)
    assert consequences(client, operation)[1:] == [
        "1 mail still waits and will not be sent.",
        "1 mail still waits and will be sent, to contacts who are left alone.",
    ]
    undo(client, operation)
    send_now()
    assert states() == ["accepted", "suppressed", "accepted"]


def test_an_invitation_that_somebody_has_mailed_again_stays_open(as_user, admin, three, operation):
    Contact.objects.filter(pk=three[0].pk).update(last_invited_at=timezone.now() - timedelta(days=3))
    inviting.invite([three[0].pk], Mode.AGAIN, by=admin)
    undo(as_user(admin), operation)
    assert Invitation.objects.get(contact=three[0]).revoked_at is None
    assert Send.objects.get(contact=three[0], number=2).state == "planned"


def test_redoing_invites_nobody_and_says_so(as_user, admin, operation, send_now):
    client = as_user(admin)
    back, _ = undo(client, operation)
    assert consequences(client, back) == [REDO_INVITES_NOBODY]
    undo(client, back)
    send_now()
    assert (states(), len(mail.outbox)) == (["accepted", "suppressed", "suppressed"], 1)


def test_undoing_asks_for_mails_only_where_inviting_was_asked_for(as_user, admin, three, django_assert_num_queries):
    plain = operate("contacts.assign", admin, three, experience=ExperienceFactory().pk, campaign=None)
    kind, back = operation_types[undoing.KEY], undoing.draft(plain, admin)
    assert plain.pk == back.undoes.pk
    with django_assert_num_queries(0):
        assert kind.follow(back, [one.pk for one in three]) == {}


@pytest.mark.django_db(transaction=True)
def test_what_leaves_while_it_is_undone_has_left_and_nothing_else(monkeypatch):
    monkeypatch.setattr(operation_types[undoing.KEY], "chunk", 5)
    monkeypatch.setattr(inviting, "look_soon", lambda: None)
    Firm.objects.update(sends_per_minute=6_000)
    owner = UserFactory(role="admin")
    operation = invited(owner, given(owner, 120))
    back = undoing.draft(operation, owner)
    Operation.objects.filter(pk=back.pk).update(state="queued")

    def work(task, *arguments):
        try:
            task(*arguments)
        finally:
            connection.close()

    def undo_once_mail_leaves():
        deadline = time.monotonic() + 20
        while not mail.outbox and time.monotonic() < deadline:
            time.sleep(0.001)
        running.run(back.pk)

    threads = [threading.Thread(target=work, args=[task]) for task in (undo_once_mail_leaves, sending.send_due)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sending.send_due()
    back.refresh_from_db()
    assert (back.state, back.done) == ("finished", 120)
    assert "accepted" in states() and set(states()) <= {"accepted", "suppressed"}
    gone = set(back.lines.filter(reason__in=[GONE, PERHAPS]).values_list("subject_id", flat=True))
    assert set(Send.objects.filter(state="accepted").values_list("contact", flat=True)) == gone
    assert len(mail.outbox) == len(gone) == 120 - back.lines.filter(reason=STOPPED).count()
