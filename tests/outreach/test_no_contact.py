"""Nobody who has died or asked not to be contacted is written to: by every way there is, and again when it leaves."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.models import Operation
from mail.domain import requests
from mail.models import Send
from outreach.domain import inviting, links, passwords, reinviting, scheduling
from outreach.domain.inviting import DECEASED, DO_NOT_CONTACT, Mode
from outreach.models import Invitation, Link, ScheduledInvitation
from tests.factories import AssignmentFactory, ContactFactory, ExperienceFactory
from tests.outreach.mails import mailed

LONG_AGO = timezone.now() - timedelta(days=3)
INVITED = {"first_invited_at": LONG_AGO, "last_invited_at": LONG_AGO, "invitations_sent": 1}
ASKED = {"do_not_contact_since": date(2026, 1, 5), "do_not_contact_from": "The client"}
BOTH = pytest.mark.parametrize(
    ("values", "reason"), [({"deceased": True}, DECEASED), (ASKED, DO_NOT_CONTACT)], ids=["deceased", "asked"]
)


def change(contact: Contact, **values) -> None:
    Contact.objects.filter(pk=contact.pk).update(**values)


@BOTH
@pytest.mark.parametrize("mode", list(Mode))
def test_no_way_of_inviting_invites_them(assigned, advisor, values, reason, mode):
    change(assigned, **values, **(INVITED if mode == Mode.AGAIN else {}))
    assert inviting.invite([assigned.pk], mode, by=advisor).skipped == {assigned.pk: reason}
    assert Send.objects.count() == 0


@BOTH
def test_the_bulk_preview_names_the_reason_and_the_page_of_one_refuses(as_user, assigned, advisor, values, reason):
    change(assigned, **values)
    client = as_user(advisor)
    begun = client.post(reverse("contacts:bulk", args=["outreach.invite"]), {"all": "1", "query": ""})
    draft = begun.url.partition("draft=")[2]
    confirm = client.post(reverse("contacts:bulk", args=["outreach.invite"]), {"draft": draft, "when": "now"})
    assert client.get(confirm.url).context["preview"].skipped == [(reason, 1)]
    refused = client.post(reverse("contacts:bulk_one", args=[assigned.pk, "outreach.invite"]), {"when": "now"})
    assert (refused.status_code, refused.context["refusal"]) == (422, reason)


@BOTH
def test_the_page_of_the_contact_offers_none_of_it(as_user, assigned, advisor, values, reason):
    offered = {"Invite", "Reset password"}
    client, url = as_user(advisor), reverse("contacts:detail", args=[assigned.pk])
    assert offered <= {one["label"] for one in client.get(url).context["actions"]}
    change(assigned, **values)
    page = client.get(url)
    assert offered.isdisjoint(one["label"] for one in page.context["actions"])
    assert page.context["next_step"][0] == f"Not invited yet. {reason}"


@BOTH
def test_assign_and_invite_assigns_and_says_who_is_not_invited(as_user, contact, advisor, values, reason):
    change(contact, **values)
    found = inviting.plan(Contact.objects.all(), Mode.FIRST, will_have_experience=True)
    assert found == {reason: 1}
    client, url = as_user(advisor), reverse("contacts:bulk_one", args=[contact.pk, "contacts.assign"])
    client.post(url, {"experience": ExperienceFactory().pk, "invite": "yes"})
    assert (Contact.objects.get(pk=contact.pk).status, Send.objects.count()) == ("assigned", 0)


@BOTH
def test_nothing_is_scheduled_and_what_was_scheduled_does_not_go(as_user, assigned, advisor, values, reason):
    waiting = ScheduledInvitation.objects.create(
        contact=assigned, at=timezone.now() - timedelta(minutes=1), created_by=advisor
    )
    change(assigned, **values)
    scheduling.send_scheduled()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason, Send.objects.count()) == ("skipped", reason, 0)
    draft = Operation(kind="outreach.invite", owner=advisor, params={"at": timezone.now().isoformat()})
    assert inviting.judged(Contact.objects.all(), _skip_reasons(draft)).get().refusal == reason


def _skip_reasons(draft: Operation) -> list:
    from core.registry import operation_types

    return operation_types[draft.kind].skip_reasons(draft)


@BOTH
def test_automatic_re_invites_leave_them_out(assigned, values, reason):
    Firm.objects.update(auto_reinvite=True, reinvite_days=[3])
    mailed(assigned, LONG_AGO)
    assert reinviting.judged(Contact.objects.all(), Firm.get()).get().refusal == ""
    change(assigned, **values)
    assert reinviting.judged(Contact.objects.all(), Firm.get()).get().refusal == reason
    assert reinviting.reinvite_due(Firm.get()) == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [({"deceased": True}, "The contact is deceased."), (ASKED, "The contact is not to be contacted.")],
    ids=["deceased", "asked"],
)
def test_what_was_planned_before_does_not_leave(assigned, advisor, smtp, send_now, values, words):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    other = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor)).contact
    inviting.invite([other.pk], Mode.FIRST, by=advisor)
    change(assigned, **values)
    send_now()
    assert [mail.to for mail in smtp.messages] == [other.email]
    send = Send.objects.get(contact=assigned)
    assert (send.state, send.reason) == ("suppressed", words)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"deceased": True}, "because they are deceased"), (ASKED, "is not to be contacted")],
    ids=["deceased", "asked"],
)
def test_staff_send_no_password_link(as_user, assigned, advisor, values, words):
    change(assigned, **values)
    page = as_user(advisor).post(reverse("outreach:password_link", args=[assigned.pk]), follow=True)
    assert words in page.content.decode()
    assert Send.objects.count() == 0


def test_who_asks_for_a_link_themselves_gets_it_also_when_staff_had_asked_before(assigned, advisor, smtp, send_now):
    passwords.send_password_link(assigned, by=advisor)
    Send.objects.update(created_at=timezone.now() - timedelta(minutes=10))
    change(assigned, **ASKED)
    requests.request_link("portal", assigned.email)
    requests.answer_requests()
    send_now()
    assert [mail.to for mail in smtp.messages] == [assigned.email]


def test_a_link_that_staff_asked_for_does_not_leave_once_they_are_not_to_be_contacted(
    assigned, advisor, smtp, send_now
):
    passwords.send_password_link(assigned, by=advisor)
    change(assigned, **ASKED)
    send_now()
    assert (smtp.messages, Send.objects.get().state) == ([], "suppressed")


def test_nobody_gets_a_link_to_the_portal_of_the_deceased(assigned, smtp, send_now):
    change(assigned, deceased=True)
    requests.request_link("portal", assigned.email)
    requests.answer_requests()
    assert Send.objects.count() == 0


def test_links_that_were_mailed_end_with_the_deceased(client, assigned, advisor):
    token = links.issue(assigned, Link.Purpose.INVITATION)
    change(assigned, deceased=True)
    assert links.find(token).state == Link.State.REVOKED
    assert Invitation.objects.get().revoked_why == "Contact deceased"
