"""A restored backup mails nobody twice: a real dump, real mail to a real SMTP server, a real restore."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import Firm
from advisorhub.celery import app
from contacts.models import Contact
from core.mailing import restore_guard
from core.models import MailStatus, Operation
from core.operations import selecting
from core.tasks import run_operation, sweep
from mail.domain import requests, sending
from mail.models import LinkRequest, Send
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from outreach.models import ScheduledInvitation
from tests.factories import AssignmentFactory, UserFactory
from tests.outreach.backups import Backup
from tests.outreach.mails import mailed

PAUSED = "/outreach/paused/"


def resume(client, **data):
    """Press Resume on the page."""
    return client.post(PAUSED, {"held": client.get(PAUSED).context["held"], **data})


@pytest.fixture
def committed(transactional_db):
    """What a test writes is committed, as a dump wants it."""


@pytest.fixture
def backup(committed, tmp_path):
    """A backup of the tests' database."""
    return Backup(tmp_path)


@pytest.fixture
def queue_away():
    """Nothing is done before the test says so."""
    before = app.conf.task_always_eager, app.conf.broker_url
    app.conf.task_always_eager, app.conf.broker_url = False, "redis://127.0.0.1:1/0"
    yield
    app.conf.task_always_eager, app.conf.broker_url = before


@pytest.fixture
def firm_with_mail(committed, queue_away, smtp):
    """Some of everything that mails by itself, all of it due: seven mails to seven people."""
    Firm.objects.update(sends_per_minute=100_000, auto_reinvite=True)
    advisor = UserFactory(email="advisor@example.com")
    people = [AssignmentFactory(contact__primary_advisor=advisor).contact for _ in range(6)]
    planned, scheduled, reminded, chosen = people[:3], people[3], people[4], people[5]
    invite([one.pk for one in planned], advisor)
    now = timezone.now()
    ScheduledInvitation.objects.create(contact=scheduled, at=now - timedelta(minutes=1), created_by=advisor)
    three_days = now - timedelta(days=3, minutes=5)
    mailed(reminded, three_days)
    operation = Operation.objects.create(kind="outreach.invite", title="Invite", owner=advisor, state="queued")
    selecting.freeze(operation, [chosen.pk])
    requests.request_link("staff", advisor.email)
    return advisor


def invite(ids, by):
    """Plan the mails, and commit."""
    with transaction.atomic():
        inviting.invite(ids, Mode.FIRST, by=by)


def work():
    """What scheduler and workers do, twice over; what the queue would do is done here."""
    for _ in range(2):
        sweep()
        for pk in Operation.objects.runnable().values_list("pk", flat=True):
            run_operation(pk)
        requests.answer_requests()
        sending.send_due()
        sending.send_due()
        cache.delete("outreach.reinvites")


@pytest.mark.parametrize("kept", ["file", "queue", "nothing"])
def test_a_restored_backup_mails_nobody_twice(backup, firm_with_mail, smtp, settings, tmp_path, as_user, kept):
    settings.MAIL_MARK_FILE = tmp_path / "files" / "mail-mark.json"
    restore_guard.check()  # the database learns where it is at home
    backup.dump()
    work()
    assert len({mail.to for mail in smtp.messages}) == len(smtp.messages) == 7
    backup.restore()
    if "queue" not in kept:
        cache.clear()
    if "file" not in kept:
        settings.MAIL_MARK_FILE.unlink()
    work()
    assert len(smtp.messages) == 7
    status = MailStatus.get()
    assert status.held_why == (restore_guard.COPIED if kept == "nothing" else restore_guard.RESTORED)
    assert Send.objects.filter(state="unknown", reason=restore_guard.MAY_HAVE_LEFT).count() >= 3
    assert LinkRequest.objects.count() == 0
    assert Operation.objects.get().state == "paused"
    admin = UserFactory(role="admin")
    assert resume(as_user(admin)).status_code == 302
    work()
    assert len(smtp.messages) == 7
    assert ScheduledInvitation.objects.get().state == "skipped"


def test_thirty_planned_invitations_leave_once_when_the_admin_says_that_they_left(backup, queue_away, smtp, as_user):
    Firm.objects.update(sends_per_minute=100_000)
    advisor = UserFactory()
    people = [AssignmentFactory(contact__primary_advisor=advisor).contact_id for _ in range(30)]
    invite(people, advisor)
    backup.dump()
    sending.send_due()
    assert len(smtp.messages) == 30
    backup.restore()
    sending.send_due()
    client = as_user(UserFactory(role="admin"))
    shown = client.get("/outreach/decide/?state=unknown")
    data = {"decision": "sent", "count": shown.context["count"], "latest": shown.context["latest"]}
    assert client.post("/outreach/decide/?state=unknown", data).status_code == 302
    resume(client)
    work()
    assert len(smtp.messages) == 30
    assert set(Contact.objects.values_list("status", "invitations_sent")) == {("invited", 1)}


def test_a_backup_after_which_nothing_left_goes_on(backup, queue_away, smtp):
    """The same database on the same server: nothing outside is ahead of it."""
    Firm.objects.update(sends_per_minute=100_000)
    person = AssignmentFactory().contact
    invite([person.pk], person.primary_advisor)
    sending.send_due()
    assert restore_guard.check() and len(smtp.messages) == 1


@pytest.fixture
def held(db, smtp):
    """Sending is held after a restore, and one mail is in doubt."""
    person = AssignmentFactory().contact
    invite([person.pk], person.primary_advisor)
    LinkRequest.objects.create(side="portal", email=person.email)
    restore_guard.raise_mark()
    status = MailStatus.get()
    MailStatus.objects.update(generation=status.generation - 1, marked_at=timezone.now())
    return person


def test_links_that_somebody_asks_for_leave_while_sending_is_paused(held, smtp, as_user):
    assert not restore_guard.check()
    UserFactory(email="ada@example.com")
    requests.request_link("portal", held.email)
    requests.request_link("staff", "ada@example.com")
    requests.answer_requests()
    newcomer = AssignmentFactory().contact
    invite([newcomer.pk], newcomer.primary_advisor)
    sending.send_due()
    sending.send_due()
    assert sorted(mail.to for mail in smtp.messages) == sorted([held.email, "ada@example.com"])
    assert Send.objects.get(contact=newcomer).state == "planned"
    resume(as_user(UserFactory(role="admin")))
    sending.send_due()
    assert [mail.to for mail in smtp.messages[2:]] == [newcomer.email]


def test_what_was_asked_for_before_the_backup_is_forgotten(held, smtp):
    LinkRequest.objects.update(created_at=timezone.now() - timedelta(hours=3))
    restore_guard.check()
    assert LinkRequest.objects.count() == 0


def test_admins_read_it_on_every_page_and_only_they_decide(held, as_user, admin, advisor):
    restore_guard.check()
    assert restore_guard.RESTORED in as_user(admin).get("/contacts/").content.decode()
    page = as_user(admin).get(PAUSED)
    assert (page.status_code, page.context["doubts"].mails) == (200, 1)
    assert restore_guard.RESTORED not in as_user(advisor).get("/contacts/").content.decode()
    assert as_user(advisor).get(PAUSED).status_code == 404
    assert as_user(advisor).post(PAUSED).status_code == 404
    assert MailStatus.get().held_at


def test_scheduled_invitations_whose_time_has_passed_go_when_the_admin_says_so(held, as_user, admin, smtp):
    late = AssignmentFactory().contact
    at = timezone.now() - timedelta(minutes=5)
    ScheduledInvitation.objects.create(contact=late, at=at, created_by=late.primary_advisor)
    restore_guard.check()
    resume(as_user(admin), scheduled="send")
    sweep()
    sending.send_due()
    assert [mail.to for mail in smtp.messages] == [late.email]


def test_resuming_twice_is_resuming_once(held, as_user, admin):
    restore_guard.check()
    client = as_user(admin)
    held = client.get(PAUSED).context["held"]
    assert [client.post(PAUSED, {"held": held}).status_code for _ in range(2)] == [302, 302]
    assert client.get(PAUSED).status_code == 302
    assert restore_guard.check()


def test_an_operator_pauses_by_hand(db, assigned, advisor, smtp, capsys):
    invite([assigned.pk], advisor)
    call_command("pause_mail")
    sending.send_due()
    assert (smtp.messages, Send.objects.get().state) == ([], "unknown")
    assert "Sending is paused" in capsys.readouterr().out


def test_a_database_that_takes_the_place_of_another_is_asked_about_only_when_mail_waits_in_it(assigned, advisor, smtp):
    """A backup from before there was a mark: it has no ledger in common with what is kept outside."""
    restore_guard.raise_mark()
    MailStatus.objects.all().delete()
    MailStatus.objects.create(pk=1)
    assert restore_guard.check()
    MailStatus.objects.all().delete()
    MailStatus.objects.create(pk=1)
    invite([assigned.pk], advisor)
    assert not restore_guard.check()
    assert MailStatus.get().held_why == restore_guard.REPLACED


def test_a_damaged_mark_and_a_full_disk_keep_no_mail_from_leaving(assigned, advisor, smtp, settings, tmp_path):
    settings.MAIL_MARK_FILE = tmp_path / "mail-mark.json"
    settings.MAIL_MARK_FILE.write_text("{damaged")
    invite([assigned.pk], advisor)
    sending.send_due()
    assert len(smtp.messages) == 1
    settings.MAIL_MARK_FILE = tmp_path / "mail-mark.json" / "cannot-be"
    assert restore_guard.raise_mark()


def test_an_old_page_does_not_resume_what_was_paused_since(held, as_user, admin):
    restore_guard.check()
    client = as_user(admin)
    old = client.get(PAUSED).context["held"]
    resume(client)
    restore_guard.hold("Somebody says that this is a copy.")
    answer = client.post(PAUSED, {"held": old}, follow=True)
    assert MailStatus.get().held_at
    assert "paused once more" in answer.content.decode()
