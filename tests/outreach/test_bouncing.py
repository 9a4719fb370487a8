"""What the ledger does with what is told later: mail that came back for now, for good, or was marked as spam."""

from datetime import timedelta

import pytest
from anymail.signals import tracking
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from core.models import Activity, Operation
from mail.domain import requests
from mail.models import ArchivedMessage, Send
from outreach.domain import deciding, inviting, links, passwords, suppressing, taking_back
from outreach.domain.inviting import Mode
from outreach.models import Bounce, Link, Suppression
from tests.factories import AssignmentFactory
from tests.outreach import reports
from tests.outreach.reports import tell

Kind = Suppression.Kind


@pytest.fixture
def accepted(assigned, advisor, send_now):
    """An invitation that the mail server has."""
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    send_now()
    return Send.objects.get()


def come_back(send, **options):
    """The mailbox is full."""
    tell(reports.of_postmark("SoftBounce", Details="mailbox full"), "Postmark", send, **options)


def bounce(send, **options):
    """There is no such mailbox."""
    tell(reports.of_postmark("HardBounce", Details="no such user"), "Postmark", send, **options)


def arrive(send, **options):
    """The receiving server took it."""
    tell(reports.of_postmark(record="Delivery"), "Postmark", send, **options)


def try_again(send, send_now):
    """Let the pause be over, and the worker send what is due."""
    Send.objects.filter(state="planned").update(not_before=timezone.now() - timedelta(seconds=1))
    send_now()
    send.refresh_from_db()


def test_a_bounce_for_good_shows_on_the_mail_and_stops_the_next(accepted):
    bounce(accepted)
    assert (accepted.state, accepted.reason) == ("bounced", "no such user")
    assert inviting.refusal_of(accepted.contact, Mode.EITHER) == suppressing.WHY[Kind.DEAD]
    assert Suppression.objects.get().reason == "no such user"


def test_a_full_mailbox_is_tried_again_in_an_hour_and_stops_nothing_else(accepted):
    come_back(accepted)
    assert (accepted.state, accepted.reason) == ("planned", "Came back and is tried again: mailbox full")
    pause = accepted.not_before - timezone.now()
    assert timedelta(minutes=59) < pause <= timedelta(hours=1)
    assert Suppression.objects.count() == 0
    assert inviting.refusal_of(accepted.contact, Mode.EITHER) == inviting.ON_ITS_WAY
    sentence = Activity.objects.get(verb="mail_trouble").sentence
    assert sentence == f"Mail to {accepted.recipient} came back and is tried again: mailbox full"


def test_the_second_try_is_the_same_invitation_with_a_link_of_its_own(accepted, smtp, send_now):
    come_back(accepted)
    try_again(accepted, send_now)
    (mail,) = smtp.messages
    token = mail.text.split("/portal/invitation/")[1].split("/")[0]
    assert links.find(token).state == Link.State.USABLE
    contact = Contact.objects.get()
    assert (accepted.state, contact.status, contact.invitations_sent) == ("accepted", "invited", 1)
    assert ArchivedMessage.objects.filter(send=accepted).count() == 2


def test_each_pause_is_longer_and_the_last_return_is_a_bounce(accepted, send_now):
    pauses = []
    for _ in range(4):
        come_back(accepted)
        pauses.append(round((accepted.not_before - timezone.now()) / timedelta(hours=1)))
        try_again(accepted, send_now)
    come_back(accepted)
    assert pauses == [1, 6, 24, 48]
    assert (accepted.state, accepted.reason) == ("bounced", "Given up. mailbox full")
    assert (Suppression.objects.get().kind, Bounce.objects.count()) == ("repeated", 5)
    assert inviting.refusal_of(accepted.contact, Mode.EITHER) == suppressing.WHY[Kind.REPEATED]


def test_returns_of_several_mails_to_one_address_add_up(accepted, send_now):
    for days in (29, 28, 27):
        Bounce.objects.create(
            send=accepted, attempt=100 + days, email=accepted.recipient.upper(), permanent=False,
            at=timezone.now() - timedelta(days=days),
        )  # fmt: skip
    come_back(accepted)
    assert (accepted.state, Suppression.objects.count()) == ("planned", 0)
    try_again(accepted, send_now)
    come_back(accepted)
    assert (accepted.state, Suppression.objects.get().kind) == ("bounced", "repeated")


def test_what_came_back_too_late_is_not_sent_again(accepted):
    Send.objects.update(created_at=timezone.now() - timedelta(days=6, hours=23, minutes=30))
    come_back(accepted)
    assert (accepted.state, Suppression.objects.count()) == ("bounced", 0)


def test_the_same_report_twice_counts_once(accepted, send_now):
    come_back(accepted)
    come_back(accepted)
    try_again(accepted, send_now)
    come_back(accepted, attempt=1)
    assert (accepted.state, Bounce.objects.count()) == ("accepted", 1)


def test_a_report_without_our_key_finds_the_mail_by_its_id_and_by_its_address(accepted):
    arrive(accepted, key=False)
    assert accepted.state == "delivered"
    Send.objects.update(message_id="another")
    come_back(accepted, key=False)
    assert accepted.state == "planned"


def test_an_arrival_told_late_ends_the_trying(accepted, smtp, send_now):
    come_back(accepted)
    arrive(accepted)
    try_again(accepted, send_now)
    assert (accepted.state, smtp.messages, Bounce.objects.count()) == ("delivered", [], 0)


def test_reports_come_twice_and_out_of_order(accepted):
    for _ in range(2):
        tell(reports.of_postmark("SpamComplaint", "SpamComplaint"), "Postmark", accepted)
    arrive(accepted)
    come_back(accepted)
    assert (accepted.state, Suppression.objects.get().kind) == ("complained", "complained")


def test_a_complaint_outweighs_a_bounce_and_not_the_other_way_round(accepted):
    bounce(accepted)
    tell(reports.ses_complaint(), "Amazon SES", accepted)
    bounce(accepted)
    assert (accepted.state, Suppression.objects.get().kind) == ("complained", "complained")


def test_somebody_who_says_not_spam_has_not_complained(accepted):
    tell(reports.ses_complaint(complaintFeedbackType="not-spam"), "Amazon SES", accepted)
    assert (accepted.state, Suppression.objects.count()) == ("accepted", 0)


def test_a_delay_is_shown_while_the_provider_tries_on(accepted):
    tell(reports.ses(eventType="DeliveryDelay", deliveryDelay={"delayType": "MailboxFull"}), "Amazon SES", accepted)
    assert (accepted.state, accepted.reason) == ("accepted", "Delayed: MailboxFull")


def test_a_mail_refused_for_its_content_does_not_stop_the_address(accepted):
    tell(reports.of_resend("email.failed", failed={"reason": "domain_not_verified"}), "Resend", accepted)
    assert (accepted.state, accepted.reason) == ("failed", "domain_not_verified")
    assert Suppression.objects.count() == 0


def test_a_report_about_a_mail_of_unknown_fate_proves_that_it_left(accepted):
    Contact.objects.update(first_invited_at=None, last_invited_at=None, invitations_sent=0)
    Send.objects.update(state="unknown", sent_at=None)
    arrive(accepted)
    contact = Contact.objects.get()
    assert (accepted.state, contact.status, contact.invitations_sent) == ("delivered", "invited", 1)


def test_a_report_about_an_earlier_try_says_nothing_of_the_one_that_is_under_way(accepted):
    come_back(accepted)
    Send.objects.update(state="handed_over", attempts=2, lease_until=timezone.now() + timedelta(minutes=1))
    come_back(accepted, attempt=1)
    assert accepted.state == "handed_over"


def test_a_report_about_somebody_else_changes_nothing(accepted):
    other = AssignmentFactory().contact
    event = reports.of_postmark("SoftBounce")
    event.recipient, event.message_id, event.metadata = other.email, "x", {"send": str(accepted.pk)}
    tracking.send(sender=None, event=event, esp_name="Postmark")
    accepted.refresh_from_db()
    assert accepted.state == "accepted"


@pytest.fixture
def listed(assigned):
    """A contact whose address gets no mail, and who may enter the portal."""
    return lambda kind: Suppression.objects.create(email=assigned.email.upper(), kind=kind, reason="words")


@pytest.mark.parametrize("kind", Kind)
def test_a_link_that_somebody_asks_for_is_sent_whatever_is_on_the_list(assigned, listed, smtp, send_now, kind):
    listed(kind)
    requests.request_link("portal", assigned.email)
    requests.answer_requests()
    send_now()
    (mail,) = smtp.messages
    assert mail.to == assigned.email
    assert "/portal/new-password/" in mail.text


def test_a_new_link_for_an_expired_one_is_sent_whatever_is_on_the_list(accepted, listed, smtp, send_now):
    listed(Kind.DEAD)
    link = Link.objects.select_related("contact", "invitation").get()
    Link.objects.update(expires_at=timezone.now() - timedelta(days=1))
    link.refresh_from_db()
    passwords.mail_new_link(link)
    send_now()
    (mail,) = smtp.messages
    assert "/portal/invitation/" in mail.text


def test_staff_who_ask_for_a_link_are_told_why_it_is_not_sent(as_user, advisor, assigned, listed):
    listed(Kind.DEAD)
    client = as_user(advisor)
    shown = client.post(reverse("outreach:password_link", args=[assigned.pk]), follow=True)
    assert "it bounced for good" in str(*shown.context["messages"])
    assert Send.objects.count() == 0


def test_a_link_asked_for_is_tried_again_twice_even_if_the_address_gets_no_more(assigned, send_now):
    passwords.send_password_link(assigned)
    send_now()
    send = Send.objects.get()
    for number in range(4):
        Bounce.objects.create(send=send, attempt=90 + number, email=send.recipient, permanent=False)
    Bounce.objects.update(send=_other(send))
    come_back(send)
    assert (send.state, Suppression.objects.get().kind) == ("planned", "repeated")
    try_again(send, send_now)
    assert send.state == "accepted"


def _other(send):
    """Another mail to the same address."""
    return Send.objects.create(
        purpose="password", subject_id=send.subject_id, contact=send.contact, recipient=send.recipient, number=77,
        state="bounced",
    )  # fmt: skip


def test_who_uses_the_link_in_a_mail_proves_that_the_address_is_alive(accepted):
    bounce(accepted)
    with transaction.atomic():
        links.spend(Link.objects.get())
    assert Suppression.objects.count() == 0


def test_staff_see_why_and_lift_it_with_one_click(as_user, advisor, accepted):
    bounce(accepted)
    client = as_user(advisor)
    detail = reverse("contacts:detail", args=[accepted.contact_id])
    page = client.get(detail).content.decode()
    assert "Bounced: the address does not take mail" in page
    assert "no such user" in page
    assert f'action="{reverse("outreach:allow_mail", args=[accepted.contact_id])}"' in page
    client.post(reverse("outreach:allow_mail", args=[accepted.contact_id]))
    assert (Suppression.objects.count(), Bounce.objects.count()) == (0, 0)
    event = Activity.objects.get(verb="mail_allowed")
    assert event.actor == advisor
    assert "Bounced: the address does not take mail (no such user)" in event.sentence
    assert "gets no mail" not in client.get(detail).content.decode()


def test_the_button_works_behind_the_check_against_forgery(advisor, accepted):
    bounce(accepted)
    client = Client(enforce_csrf_checks=True)
    client.force_login(advisor, backend="accounts.backends.StaffBackend")
    page = client.get(reverse("contacts:detail", args=[accepted.contact_id])).content.decode()
    form = page.split(reverse("outreach:allow_mail", args=[accepted.contact_id]))[1]
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    answer = client.post(reverse("outreach:allow_mail", args=[accepted.contact_id]), {"csrfmiddlewaretoken": token})
    assert (answer.status_code, Suppression.objects.count()) == (302, 0)


def test_only_who_may_change_the_contact_lifts_it(as_user, colleague, compliance, accepted):
    bounce(accepted)
    address = reverse("outreach:allow_mail", args=[accepted.contact_id])
    assert as_user(colleague).post(address).status_code == 404
    assert as_user(compliance).post(address).status_code == 404
    assert as_user(accepted.requested_by).get(address).status_code == 405
    assert Suppression.objects.count() == 1


def test_a_mail_that_came_back_is_told_on_the_contacts_page(as_user, advisor, accepted):
    come_back(accepted)
    page = as_user(advisor).get(reverse("contacts:detail", args=[accepted.contact_id])).content.decode()
    assert f"Mail to {accepted.recipient} came back 1 time lately" in page


def test_undoing_says_of_a_mail_that_came_back_that_it_had_left(accepted, admin):
    operation = Operation.objects.create(kind="contacts.assign", owner=admin, params={"invite": True}, selection={})
    Send.objects.update(operation=operation)
    come_back(accepted)
    fates = taking_back.take_back(operation, [accepted.contact_id], operation)
    accepted.refresh_from_db()
    assert (fates, accepted.state) == ({accepted.contact_id: taking_back.GONE}, "suppressed")


def test_the_archive_shows_a_mail_that_waits_for_another_try(as_user, compliance, accepted):
    come_back(accepted)
    shown = as_user(compliance).get(reverse("outreach:archive"))
    assert [message.send for message in shown.context["page"].object_list.data] == [accepted]


def test_a_person_still_decides_about_a_mail_of_unknown_fate(accepted, advisor):
    Send.objects.update(state="unknown", sent_at=None)
    accepted.refresh_from_db()
    assert deciding.count_as_sent([accepted.pk], by=advisor) == [accepted.pk]


@pytest.mark.parametrize("odd", ["550 no \0 such user", "550 no \ud800 such user"])
def test_odd_characters_in_a_servers_answer_do_not_refuse_the_providers_report(accepted, odd):
    tell(reports.of_sendgrid(reason=odd), "SendGrid", accepted)
    assert accepted.state == "bounced"
