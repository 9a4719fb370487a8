"""From planned to accepted, against a real SMTP server, and what its refusals and silences lead to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.models import Activity
from mail.domain import pace, sending, sweeping
from mail.models import ArchivedMessage, Send
from outreach.domain import deciding, inviting, links, passwords
from outreach.domain.inviting import Mode
from outreach.models import Link, Suppression
from tests.factories import AssignmentFactory


@pytest.fixture
def planned(assigned, advisor):
    """A planned invitation."""
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    return Send.objects.get()


def due_again():
    """Let the pause before the next try be over."""
    Send.objects.filter(state="planned").update(not_before=timezone.now() - timedelta(seconds=1))


def test_an_invitation_arrives_with_a_link_that_works(planned, smtp, send_now):
    send_now()
    (mail,) = smtp.messages
    assert mail.to == planned.recipient
    token = mail.text.split("/portal/invitation/")[1].split("/")[0]
    assert links.find(token).state == Link.State.USABLE
    assert token in mail.html


def test_the_contact_becomes_invited_when_the_server_has_the_mail(planned, smtp, send_now, advisor):
    send_now()
    planned.refresh_from_db()
    contact = Contact.objects.get()
    assert (planned.state, contact.status, contact.invitations_sent) == ("accepted", "invited", 1)
    assert contact.first_invited_at == contact.last_invited_at == planned.sent_at
    event = Activity.objects.get(verb="invited")
    assert (event.sentence, event.actor) == (f"Invitation sent to {planned.recipient}", advisor)


def test_what_left_is_archived_without_the_secret(planned, smtp, send_now):
    send_now()
    token = smtp.messages[0].text.split("/portal/invitation/")[1].split("/")[0]
    kept = ArchivedMessage.objects.get()
    assert token not in kept.text + kept.html
    assert "[redacted]" in kept.text and "[redacted]" in kept.html


def test_sending_twice_sends_once(planned, smtp, send_now):
    send_now()
    send_now()
    assert len(smtp.messages) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"deactivated_at": timezone.now()}, "The contact was deactivated or deleted meanwhile."),
        ({"start_at": timezone.now()}, "The contact has signed in meanwhile."),
        ({"email": "moved@example.com"}, "The email address was changed meanwhile."),
        ({"experience": None}, "The contact has no experience any more."),
    ],
)
def test_what_changed_since_planning_stops_the_mail(planned, smtp, send_now, change, reason):
    Contact.objects.filter(pk=planned.contact_id).update(**change)
    send_now()
    planned.refresh_from_db()
    assert (planned.state, planned.reason, smtp.messages) == ("suppressed", reason, [])


def test_suppression_and_revocation_are_asked_when_claiming(planned, smtp, send_now):
    Suppression.objects.create(email=planned.recipient, reason="Bounced")
    send_now()
    planned.refresh_from_db()
    assert planned.state == "suppressed"
    Suppression.objects.all().delete()
    Send.objects.update(state="planned")
    links.revoke_all([planned.contact_id], "By mistake")
    send_now()
    planned.refresh_from_db()
    assert (planned.reason, smtp.messages) == ("The invitation was revoked meanwhile.", [])


def test_a_busy_server_is_asked_again_later(planned, smtp, send_now):
    smtp.answer = "421 busy"
    send_now()
    planned.refresh_from_db()
    assert (planned.state, planned.reason) == ("planned", "The mail server answered 421 busy")
    assert planned.not_before > timezone.now() + timedelta(seconds=20)
    smtp.answer = None
    send_now()
    assert smtp.messages == []
    due_again()
    send_now()
    assert len(smtp.messages) == 1
    assert ArchivedMessage.objects.count() == 1


def test_a_refusal_is_final_and_told(planned, smtp, send_now):
    smtp.answer = "554 no"
    send_now()
    planned.refresh_from_db()
    assert (planned.state, planned.reason) == ("failed", "The mail server answered 554 no")
    assert Contact.objects.get().status == "assigned"
    assert Activity.objects.get(verb="mail_trouble").subject_id == planned.contact_id


@pytest.mark.parametrize("mischief", [{"drop_after_data": 1}, {"delay": 2.0}])
def test_a_line_that_breaks_after_the_content_leaves_it_unknown(planned, smtp, send_now, mischief):
    for name, value in mischief.items():
        setattr(smtp, name, value)
    send_now()
    planned.refresh_from_db()
    assert planned.state == "unknown"
    smtp.delay = 0.0
    sweeping.sweep_mail()
    send_now()
    assert Send.objects.count() == 1 and len(smtp.messages) <= 1


def test_a_server_out_of_reach_costs_nothing_but_time(planned, smtp, send_now, advisor):
    second = AssignmentFactory(contact__primary_advisor=advisor).contact
    inviting.invite([second.pk], Mode.FIRST, by=advisor)
    smtp.stop()
    send_now()
    assert set(Send.objects.values_list("state", flat=True)) == {"planned"}
    smtp.start()
    due_again()
    send_now()
    assert len(smtp.messages) == 2


def test_a_claim_that_lapsed_is_free_again(planned, smtp, send_now):
    Send.objects.update(state="claimed", attempts=1, lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep_mail()
    send_now()
    assert len(smtp.messages) == 1


def test_who_lost_the_claim_sends_nothing(planned, smtp):
    Send.objects.update(state="claimed", attempts=2)
    assert sending.prepare([(planned.pk, 1)]) == []
    planned.refresh_from_db()
    assert (planned.state, smtp.messages) == ("claimed", [])


@pytest.fixture
def unknown(planned):
    """A mail whose worker died between handing over and noting the answer."""
    Send.objects.update(state="handed_over", attempts=1, lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep_mail()
    planned.refresh_from_db()
    return planned


def test_what_a_dead_worker_was_handing_over_is_unknown_and_stays_so(unknown, smtp, send_now):
    send_now()
    assert (unknown.state, unknown.reason, smtp.messages) == ("unknown", sweeping.CUT_OFF, [])


def test_a_late_answer_is_believed(unknown):
    assert sending.accept(unknown, at=timezone.now(), token=1)
    unknown.refresh_from_db()
    assert unknown.state == "accepted"


def test_a_person_decides_that_it_was_sent(unknown, advisor):
    assert deciding.count_as_sent([unknown.pk], by=advisor) == [unknown.pk]
    assert deciding.count_as_sent([unknown.pk], by=advisor) == []
    assert Contact.objects.get().invitations_sent == 1


def test_one_that_had_left_before_and_came_back_is_counted_once(unknown, advisor):
    """It was accepted, bounced for now, and was tried again: the contact's number of invitations has it already."""
    earlier = timezone.now() - timedelta(hours=1)
    Send.objects.update(sent_at=earlier)
    Contact.objects.update(first_invited_at=earlier, last_invited_at=earlier, invitations_sent=1)
    deciding.count_as_sent([unknown.pk], by=advisor)
    contact = Contact.objects.get()
    assert (contact.invitations_sent, contact.last_invited_at > earlier) == (1, True)


def test_a_person_has_it_sent_again_once(unknown, advisor, smtp, send_now):
    assert deciding.send_again([unknown.pk], by=advisor) == [unknown.pk]
    assert deciding.send_again([unknown.pk], by=advisor) == []
    assert Send.objects.get(state="planned").number == 2
    send_now()
    assert len(smtp.messages) == 1


def test_new_passwords_go_before_invitations(planned, smtp, send_now, advisor):
    guest = AssignmentFactory(contact__primary_advisor=advisor).contact
    passwords.send_password_link(guest, by=advisor)
    send_now()
    assert [mail.to for mail in smtp.messages] == [guest.email, planned.recipient]
    assert "/portal/new-password/" in smtp.messages[0].text


def test_a_password_link_that_waited_for_hours_is_not_sent(smtp, send_now, assigned):
    passwords.send_password_link(assigned)
    Send.objects.update(created_at=timezone.now() - timedelta(hours=3))
    send_now()
    assert (Send.objects.get().reason, smtp.messages) == ("It waited too long to be sent.", [])


def test_the_pace_is_the_firms_and_what_is_beyond_it_waits(planned, smtp, send_now, advisor):
    Firm.objects.update(sends_per_minute=1)
    inviting.invite([AssignmentFactory(contact__primary_advisor=advisor).contact_id], Mode.FIRST, by=advisor)
    send_now()
    send_now()
    assert sorted(Send.objects.values_list("state", flat=True)) == ["accepted", "planned"]


def test_moments_are_a_step_apart():
    assert pace.wait_for_moment(6)
    assert not pace.wait_for_moment(6)
