"""Links with which the staff choose a password: nothing asked for is lost, and nobody's mailbox is filled."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
import time_machine
from django.core import mail as postman
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.domain.password_links import send_link, tell_of_new_password
from accounts.models import User
from advisorhub.celery import app
from core.mailing import restore_guard
from core.mailing.delivery import ACCEPTED, TEMPORARY, MailServer, Verdict
from core.tasks import sweep
from mail.models import ArchivedMessage, LinkRequest, Send
from mail.tasks import send_due
from outreach.domain.bouncing import note
from outreach.domain.fates import Fate, Report
from tests.factories import UserFactory
from tests.markup import one_line

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIA = {"first_name": "Nia", "last_name": "New", "email": "nia@example.com", "role": "advisor"}


@pytest.fixture
def ada(db):
    """One of the staff, who forgets her password."""
    return UserFactory(email="ada@example.com")


@pytest.fixture
def queue_away():
    """The queue cannot be reached, as while Redis is down."""
    before = app.conf.task_always_eager, app.conf.broker_url
    app.conf.task_always_eager, app.conf.broker_url = False, "redis://127.0.0.1:1/0"
    yield
    app.conf.task_always_eager, app.conf.broker_url = before


def ask(client, email="ada@example.com", address="127.0.0.1"):
    """Ask for a link on the page for forgotten passwords."""
    answer = client.post("/password/", {"email": email}, REMOTE_ADDR=address)
    assert (answer.status_code, answer.url) == (302, "/password/sent/")


def states():
    """How each mail stands, the oldest first."""
    return list(Send.objects.order_by("pk").values_list("state", flat=True))


def receivers():
    """Whom mail went to."""
    return [message.to[0] for message in postman.outbox]


def test_asking_looks_nothing_up(client, ada, django_assert_num_queries):
    for email in (ada.email, "stranger@example.com"):
        with django_assert_num_queries(7):  # four to count who asks; savepoint, insert, release
            ask(client, email)
    assert (LinkRequest.objects.count(), states()) == (2, [])


def test_only_active_staff_are_answered_and_strangers_forgotten(client, ada):
    UserFactory(email="gone@example.com", is_active=False)
    for email in ("ADA@example.com", "gone@example.com", "stranger@example.com"):
        ask(client, email)
    send_due()
    assert receivers() == ["ada@example.com"]
    assert list(Send.objects.values_list("user", "state")) == [(ada.pk, "accepted")]
    assert LinkRequest.objects.count() == 0


def test_asking_again_and_again_sends_one_mail_in_two_minutes(client, ada):
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(3):
            ask(client)
            send_due()
        ask(client)
        clock.shift(timedelta(minutes=1))
        send_due()
        assert receivers() == ["ada@example.com"]
        clock.shift(timedelta(minutes=2))
        send_due()
    assert (receivers(), states()) == (["ada@example.com"], ["accepted"])


def test_strangers_neither_fill_a_mailbox_nor_keep_its_owner_from_a_link(client, ada):
    """All day, every five minutes, from another place each time; then the owner asks."""
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(24 * 12):
            client.post("/password/", {"email": ada.email}, REMOTE_ADDR=f"198.18.{number // 250}.{number % 250}")
            send_due()
            clock.shift(timedelta(minutes=5))
        assert 15 < len(postman.outbox) < 40
        postman.outbox.clear()
        ask(client)
        clock.shift(timedelta(hours=1))
        send_due()
    assert receivers() == ["ada@example.com"]


def test_what_was_asked_for_while_no_worker_ran_is_answered_once(client, ada):
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            ask(client)
            clock.shift(timedelta(minutes=5))
        send_due()
    assert receivers() == ["ada@example.com"]


@pytest.mark.usefixtures("queue_away")
def test_a_link_is_asked_for_while_the_queue_is_away(client, ada, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask(client)
    assert (receivers(), LinkRequest.objects.count()) == ([], 1)


@pytest.mark.usefixtures("queue_away")
def test_colleagues_are_invited_while_the_queue_is_away(as_user, admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert as_user(admin).post("/users/invite/", NIA).status_code == 302
    nia = User.objects.get(email="nia@example.com")
    assert as_user(admin).post(f"/users/{nia.pk}/link/").status_code == 302
    assert Send.objects.get(user=nia).state == "planned"


def test_what_the_queue_lost_is_found_by_the_sweep(client, ada, django_capture_on_commit_callbacks):
    ask(client)
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert receivers() == ["ada@example.com"]


def test_an_admin_need_not_wait_and_presses_twice_for_one_mail(client, as_user, admin, ada):
    ask(client)
    send_due()
    for _ in range(2):
        assert as_user(admin).post(f"/users/{ada.pk}/link/").status_code == 302
    send_due()
    assert receivers() == ["ada@example.com"] * 2
    assert "accepted by the mail server" in as_user(admin).get(f"/users/{ada.pk}/").content.decode()


@pytest.mark.parametrize("by_admin", [True, False])
def test_a_link_that_waits_for_an_old_address_keeps_none_from_the_new_one(client, as_user, admin, ada, by_admin):
    as_user(admin).post(f"/users/{ada.pk}/link/")
    User.objects.filter(pk=ada.pk).update(email="new@example.com")
    if by_admin:
        as_user(admin).post(f"/users/{ada.pk}/link/")
    else:
        ask(client, "new@example.com")
    send_due()
    assert (receivers(), states()) == (["new@example.com"], ["suppressed", "accepted"])


def test_a_link_is_not_sent_to_who_was_deactivated_meanwhile(as_user, admin, ada):
    as_user(admin).post(f"/users/{ada.pk}/link/")
    User.objects.filter(pk=ada.pk).update(is_active=False)
    send_due()
    assert (receivers(), states()) == ([], ["suppressed"])


@pytest.mark.parametrize(("welcome", "hours", "count"), [(False, 3, 0), (True, 3, 1), (True, 24 * 8, 0)])
def test_a_link_that_waited_too_long_is_not_sent(as_user, admin, ada, welcome, hours, count):
    if welcome:
        ada.set_unusable_password()
        ada.save(update_fields=["password"])
    as_user(admin).post(f"/users/{ada.pk}/link/")
    Send.objects.update(created_at=timezone.now() - timedelta(hours=hours))
    send_due()
    assert len(postman.outbox) == count


def test_a_mail_server_that_is_away_or_busy_is_a_delay(client, ada, smtp):
    smtp.stop()
    ask(client)
    send_due()
    assert states() == ["planned"]
    smtp.start()
    smtp.answer = "421 busy"
    Send.objects.update(not_before=None)
    send_due()
    send_due()
    assert list(Send.objects.values_list("state", "attempts")) == [("planned", 2)]
    smtp.answer = None
    Send.objects.update(not_before=None)
    send_due()
    assert ([one.to for one in smtp.messages], states()) == (["ada@example.com"], ["accepted"])


@pytest.mark.parametrize(
    ("answer", "drops", "state"), [("554 no", 0, "failed"), (None, 1, "unknown")], ids=["refused", "line dropped"]
)
def test_what_did_not_go_as_wanted_is_told_and_not_sent_again(client, as_user, admin, ada, smtp, answer, drops, state):
    smtp.answer, smtp.drop_after_data = answer, drops
    ask(client)
    send_due()
    sweep()
    send_due()
    latest = Send.objects.get()
    assert (latest.state, latest.attempts, len(smtp.messages)) == (state, 1, drops)
    page = as_user(admin).get(f"/users/{ada.pk}/").content.decode()
    assert latest.get_state_display().lower() in page and latest.reason in page


def test_a_worker_that_stopped_while_handing_over_leaves_unknown(as_user, admin, ada):
    as_user(admin).post(f"/users/{ada.pk}/link/")
    Send.objects.update(state="handed_over", attempts=1, lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    send_due()
    assert (receivers(), states()) == ([], ["unknown"])
    assert "unknown whether sent" in as_user(admin).get(f"/users/{ada.pk}/").content.decode()


def test_a_refusal_that_comes_late_keeps_no_other_mail_from_going(client, admin, ada, monkeypatch):
    """Called unknown meanwhile, it does not wait for another try beside the one that somebody has asked for since."""
    answers = [Verdict(TEMPORARY, "Come back later.", answered=True), Verdict(ACCEPTED, "")]

    def hand_over(server, message):
        if len(answers) == 2:
            Send.objects.update(state="unknown", lease_until=None)
            send_link(ada, by=admin)
        return answers.pop(0)

    monkeypatch.setattr(MailServer, "hand_over", hand_over)
    ask(client)
    send_due()
    assert states() == ["failed", "accepted"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(client, queue_away):
    UserFactory(email="ada@example.com")
    for _ in range(4):
        ask(client)

    def work(_):
        try:
            send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert (receivers(), states()) == (["ada@example.com"], ["accepted"])


def test_a_mail_that_comes_back_is_seen_and_tried_again(as_user, admin, ada):
    as_user(admin).post(f"/users/{ada.pk}/link/")
    send_due()
    sent = Send.objects.get()
    note(Report(Fate.RETURNED, send_id=sent.pk, attempt=sent.attempts, reason="452 mailbox full"))
    sent.refresh_from_db()
    assert (sent.state, "452 mailbox full" in sent.reason) == ("planned", True)
    assert "452 mailbox full" in as_user(admin).get(f"/users/{ada.pk}/").content.decode()


def test_a_welcome_that_came_back_keeps_its_receiver_from_no_link(client, as_user, admin, ada):
    """It is tried again a day later; somebody who asks meanwhile is sent it within the hour."""
    ada.set_unusable_password()
    ada.save(update_fields=["password"])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        as_user(admin).post(f"/users/{ada.pk}/link/")
        for _ in range(3):
            send_due()
            sent = Send.objects.get()
            note(Report(Fate.RETURNED, send_id=sent.pk, attempt=sent.attempts, reason="452 mailbox full"))
            clock.shift(timedelta(hours=6))
        assert Send.objects.get().not_before > timezone.now() + timedelta(hours=12)
        postman.outbox.clear()
        ask(client)
        send_due()
        clock.shift(timedelta(hours=1))
        send_due()
    assert (receivers(), states()) == (["ada@example.com"], ["accepted"])


def test_the_archive_keeps_the_words_and_not_the_link(as_user, admin, ada):
    as_user(admin).post(f"/users/{ada.pk}/link/")
    send_due()
    (sent,), kept = postman.outbox, ArchivedMessage.objects.get()
    link = re.search(r"https?://\S+", sent.body)[0]
    assert link not in kept.text and "[redacted]" in kept.text
    assert parseaddr(sent.from_email)[0] == kept.sender
    page = as_user(admin).get(reverse("outreach:archived", args=[kept.pk])).content.decode()
    assert kept.subject in page


def test_mails_to_the_staff_that_waited_in_a_restored_backup_are_counted_as_what_they_are(as_user, admin, ada):
    tell_of_new_password(ada)
    restore_guard.hold("This is a copy.")
    page = one_line(as_user(admin).get("/outreach/paused/"))
    assert "Mails to staff that waited</dt> <dd> 1, not sent again" in page


def test_mail_to_the_staff_is_in_no_list_of_mail_to_contacts(as_user, admin, ada):
    as_user(admin).post(f"/users/{ada.pk}/link/")
    page = as_user(admin).get(reverse("outreach:sends"))
    assert (Send.objects.count(), len(page.context["table"].rows)) == (1, 0)
