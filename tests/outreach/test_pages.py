"""The pages of the outreach room, through requests, with whom they are open to."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.models import Operation
from core.registry import operation_types
from mail.models import ArchivedMessage, Send
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from outreach.models import Purpose, ScheduledInvitation, Suppression
from tests.factories import AssignmentFactory, ContactFactory
from tests.forms import seen_at


def page(name, *args):
    """The address of a page of the room, or of a bulk action: "invite" of many, "invite_one"."""
    action = name.removesuffix("_one")
    if action in {"invite", "reinvite"}:
        return operation_types[f"outreach.{action}"].url(*args)
    return reverse(f"outreach:{name}", args=args)


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """`run(client, url, data)`: post, and let what was put into the queue happen."""

    def post(client, url, data):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, data)

    return post


def invite_all(client, run, ids, **when):
    """The whole way of the bulk action; returns the operation."""
    url = page("invite")
    draft = client.post(url, {"ids": ",".join(map(str, ids))}).url
    key = draft.split("draft=")[1]
    confirm = client.post(url, {"draft": key, "when": "now", **when})
    assert confirm.status_code == 302, confirm.content.decode()
    shown = client.get(confirm.url)
    seen = shown.context["hidden"]["seen"]
    run(client, url, {"draft": key, "confirm": "1", "seen": seen})
    return Operation.objects.get(pk=key), shown


def test_many_are_invited_after_a_preview_with_reasons(as_user, advisor, assigned, run):
    bare = ContactFactory(primary_advisor=advisor)
    operation, shown = invite_all(as_user(advisor), run, [assigned.pk, bare.pk])
    assert (shown.context["preview"].will, shown.context["preview"].skipped) == (1, [(inviting.NO_EXPERIENCE, 1)])
    assert (operation.state, operation.done, operation.skipped) == ("finished", 1, 1)
    assert [message.to for message in mail.outbox] == [[assigned.email]]


def test_a_colleague_invites_nobody_of_mine(as_user, colleague, assigned, run):
    client = as_user(colleague)
    client.post(page("invite"), {"ids": str(assigned.pk)})
    assert Operation.objects.count() == 0
    for name in ("invite_one", "reinvite_one", "password_link", "revoke"):
        assert client.get(page(name, assigned.pk)).status_code == 404
    for name in ("password_link", "revoke", "allow_mail"):
        assert client.post(page(name, assigned.pk)).status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Quill", 1),
        ("quill new", 1),
        ("new@clients", 1),
        ("old@clients.example", 1),
        ("OLD@clients.example", 1),
        ("nobody", 0),
    ],
)
def test_mails_are_found_by_who_they_went_to(as_user, advisor, colleague, words, found):
    """By name and address of today, and by exactly the address of then; only of contacts one sees."""
    contact = ContactFactory(primary_advisor=advisor, last_name="Quill", email="new@clients.example")
    Send.objects.create(
        purpose=Purpose.INVITATION, subject_id=1, contact=contact, recipient="old@clients.example", number=1
    )
    assert as_user(advisor).get(page("sends"), {"q": words}).context["table"].paginator.count == found
    assert as_user(colleague).get(page("sends"), {"q": words}).context["table"].paginator.count == 0


def test_compliance_reads_and_changes_nothing(as_user, compliance, assigned):
    client = as_user(compliance)
    for name in ("invite_one", "reinvite_one", "password_link", "revoke", "allow_mail"):
        assert client.post(page(name, assigned.pk)).status_code == 404
    for name in ("sends", "scheduled", "archive"):
        assert client.get(page(name)).status_code == 200


def test_one_is_invited_or_refused_with_the_reason(as_user, advisor, assigned, run):
    client = as_user(advisor)
    run(client, page("invite_one", assigned.pk), {"when": "now"})
    assert Contact.objects.get(pk=assigned.pk).status == "invited"
    refused = run(client, page("invite_one", assigned.pk), {"when": "now"})
    assert (refused.status_code, refused.context["refusal"]) == (422, inviting.INVITED_ALREADY)


def test_an_invitation_can_be_set_for_a_time_in_the_viewers_zone(as_user, advisor, assigned, run):
    advisor.time_zone = "America/Los_Angeles"
    advisor.save()
    day = (timezone.now() + timedelta(days=30)).date()
    operation, _ = invite_all(as_user(advisor), run, [assigned.pk], when="later", at=f"{day}T09:00")
    scheduled = ScheduledInvitation.objects.get()
    assert (scheduled.contact, scheduled.state, scheduled.operation) == (assigned, "waiting", operation)
    assert timezone.localtime(scheduled.at, timezone.get_fixed_timezone(0)).hour in {16, 17}  # nine in California
    assert mail.outbox == []


@pytest.mark.parametrize("at", ["", "2020-01-01T09:00", "soon", "0001-01-01T00:00+23:00", "9999-12-31T23:59-23:00"])
def test_a_time_that_makes_no_sense_is_refused(as_user, advisor, assigned, at):
    answer = as_user(advisor).post(page("invite_one", assigned.pk), {"when": "later", "at": at})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["at"])


def test_a_scheduled_invitation_is_moved_and_cancelled(as_user, advisor, colleague, assigned):
    soon = timezone.now() + timedelta(days=1)
    waiting = ScheduledInvitation.objects.create(contact=assigned, at=soon, created_by=advisor)
    assert as_user(colleague).get(page("scheduled_move", waiting.pk)).status_code == 404
    assert as_user(colleague).post(page("scheduled_cancel", waiting.pk)).status_code == 404
    client = as_user(advisor)
    later = (soon + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    address = page("scheduled_move", waiting.pk)
    client.post(address, {"at": later} | seen_at(client, address))
    waiting.refresh_from_db()
    assert waiting.at > soon + timedelta(days=2)
    far = (soon + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M+23:00")  # further off than PostgreSQL knows any zone
    client.post(address, {"at": far} | seen_at(client, address))
    waiting.refresh_from_db()
    assert soon + timedelta(days=4) < waiting.at < soon + timedelta(days=5)
    client.post(page("scheduled_cancel", waiting.pk))
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_a_password_link_is_mailed(as_user, advisor, assigned, run):
    run(as_user(advisor), page("password_link", assigned.pk), {})
    assert "/portal/new-password/" in mail.outbox[0].body


@pytest.mark.parametrize("count", [1, 3])
def test_the_mail_list_takes_the_same_queries_for_any_number(
    as_user, advisor, count, django_assert_num_queries, assigned
):
    ids = [assigned.pk, *(AssignmentFactory(contact__primary_advisor=advisor).contact_id for _ in range(count - 1))]
    inviting.invite(ids, Mode.FIRST, by=advisor)
    client = as_user(advisor)
    with django_assert_num_queries(10):
        assert client.get(page("sends")).context["page"].paginator.count == count


def test_the_mail_list_shows_only_ones_own(as_user, advisor, colleague, assigned):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    assert as_user(colleague).get(page("sends")).context["page"].paginator.count == 0


def test_a_mail_of_unknown_fate_is_decided_by_its_owner(as_user, advisor, colleague, assigned, run):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    Send.objects.update(state="unknown", settled_at=timezone.now())
    send = Send.objects.get()
    assert as_user(colleague).post(page("decide", send.pk), {"decision": "sent"}).status_code == 404
    client = as_user(advisor)
    assert b"not known whether" in client.get(page("sends")).content
    assert client.get(page("decide", send.pk)).status_code == 200
    run(client, page("decide", send.pk), {"decision": "again"})
    assert [message.to for message in mail.outbox] == [[assigned.email]]
    assert client.get(page("decide", send.pk)).status_code == 302


def test_the_archive_is_for_those_who_oversee(as_user, admin, compliance, advisor, assigned, send_now):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    send_now()
    kept = ArchivedMessage.objects.get()
    for user, status in ((admin, 200), (compliance, 200), (advisor, 404)):
        client = as_user(user)
        for url in (page("archive"), page("archived", kept.pk), page("archived_html", kept.pk)):
            assert client.get(url).status_code == status
    framed = as_user(admin).get(page("archived_html", kept.pk))
    assert "sandbox" in framed["Content-Security-Policy"]


def test_the_text_is_saved_only_with_known_placeholders(as_user, admin, advisor):
    assert as_user(advisor).get(page("mail_text")).status_code == 404
    client = as_user(admin)
    seen = client.get(page("mail_text")).context["form"].initial["seen"]
    text = {"invitation_subject": "Hello {first_name}", "seen": seen}
    wrong = client.post(page("mail_text"), text | {"invitation_text": "Dear {nickname}, {% now %}"})
    assert wrong.context["form"].errors["invitation_text"][0].startswith("{nickname}, {% now %} is no placeholder")
    client.post(page("mail_text"), text | {"invitation_text": "Dear {preferred_name}"})
    assert Firm.get().invitation_text == "Dear {preferred_name}"


def test_preview_and_test_send_use_what_is_typed_and_save_nothing(as_user, admin):
    client = as_user(admin)
    before = Firm.get().invitation_text
    typed = {"invitation_subject": "Typed", "invitation_text": "Dear {preferred_name}, typed.", "action": "test"}
    typed["seen"] = client.get(page("mail_text")).context["form"].initial["seen"]
    assert b"Dear Maggie, typed." in client.post(page("mail_text_preview"), typed).content
    assert client.post(page("mail_text"), typed).status_code == 200
    assert (mail.outbox[0].to, mail.outbox[0].subject) == ([admin.email], "[Test] Typed")
    assert Firm.get().invitation_text == before


def test_the_mailbox_exists_only_in_the_demo_set_up(as_user, advisor, settings, tmp_path, assigned, send_now):
    client = as_user(advisor)
    assert client.get(page("mailbox")).status_code == 404
    settings.DEMO, settings.MAILBOX_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "outreach.mailbox.MailboxBackend"
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    send_now()
    (stored,) = client.get(page("mailbox")).context["mails"]
    assert stored.to == assigned.email
    assert b"/portal/invitation/" in client.get(page("mailbox_mail", stored.key)).content
    assert b'<base target="_top">' in client.get(page("mailbox_html", stored.key)).content
    assert client.get(page("mailbox_mail", "nothing")).status_code == 404


def test_the_contact_page_shows_invitations_and_the_next_step(as_user, advisor, assigned, run):
    client = as_user(advisor)
    detail = reverse("contacts:detail", args=[assigned.pk])
    assert client.get(detail).context["next_step"][2] == "Invite"
    run(client, page("invite_one", assigned.pk), {"when": "now"})
    Suppression.objects.create(email=assigned.email, reason="Bounced: no such user")
    shown = client.get(detail)
    assert shown.context["next_step"][0] == "Invited just now, not seen yet."
    assert "Bounced: no such user" in shown.content.decode()
    client.post(page("allow_mail", assigned.pk))
    assert Suppression.objects.count() == 0


def test_revoking_kills_the_links(as_user, advisor, assigned, run):
    client = as_user(advisor)
    run(client, page("invite_one", assigned.pk), {"when": "now"})
    client.post(page("revoke", assigned.pk))
    assert assigned.links.get().state == "revoked"


@pytest.mark.parametrize("days", ["x", "²", "0", "7, 3", "9" * 5000])
def test_days_that_are_none_are_refused(as_user, admin, days):
    answer = as_user(admin).post(page("reinvites"), {"days": days})
    assert (answer.status_code, "days" in answer.context["form"].errors) == (422, True)


def test_django_admin_shows_the_room(as_user, admin, assigned, advisor):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    client = as_user(admin)
    for name in ("outreach_invitation", "outreach_scheduledinvitation", "outreach_suppression", "mail_send"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
