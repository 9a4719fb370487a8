"""Reports of failed delivery that come as mail, as real mail servers write them, and how they find their mail."""

import io
import re
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core.models import Activity
from core.tasks import sweep
from mail.domain import bounce_address
from mail.models import Send
from outreach.domain import bounce_mailbox, delivery_reports, inviting
from outreach.domain.fates import Fate
from outreach.domain.inviting import Mode
from outreach.models import BounceMailbox, Suppression
from tests.outreach.imap import FakeImap

FOLDER = Path(__file__).parent / "dsn"
SERVERS = ("postfix-3.7.11", "exim-4.96")
FATES = {
    "unknown": Fate.DEAD,
    "plain550": Fate.DEAD,
    "disabled": Fate.DEAD,
    "forwarded": Fate.DEAD,
    "hdrs": Fate.DEAD,
    "utf8": Fate.DEAD,
    "nohost": Fate.DEAD,
    "full": Fate.RETURNED,
    "full452": Fate.RETURNED,
    "grey": Fate.RETURNED,
    "policy": Fate.RETURNED,
    "big": Fate.REFUSED,
}
CASES = [(server, name, fate) for server in SERVERS for name, fate in FATES.items()]
CASES += [("postfix-3.7.11", "delayed", Fate.DELAYED), ("exim-4.96", "success", Fate.DELIVERED)]


def report(server: str, name: str, key: str = "") -> bytes:
    """The report of that server, about the mail of that key."""
    return (
        (FOLDER / server / f"{name}.eml")
        .read_bytes()
        .replace(b"MAILKEY", (key or bounce_address.key_of(7, 2)).encode())
    )


@pytest.fixture(autouse=True)
def _bounce_address(settings):
    settings.BOUNCE_ADDRESS = "bounces@firm.example.com"


def without_key(content: bytes) -> bytes:
    """The report of a server that has lost our key."""
    return content.replace(bounce_address.key_of(7, 2).encode(), b"lost")


@pytest.mark.parametrize(("server", "name", "fate"), CASES)
def test_a_real_servers_report_is_read_and_finds_its_mail(server, name, fate):
    content = report(server, name)
    for written in (content, content.replace(b"\n", b"\r\n")):
        found = delivery_reports.read(written)
        assert (found.fate, found.send_id, found.attempt, found.recipient) == (fate, 7, 2, "")
        assert found.reason
    if name != "success":  # nothing is given back of a mail that arrived
        assert delivery_reports.read(without_key(content)).message_id == "<mail-1@firm.example.com>"


@pytest.mark.parametrize("server", SERVERS)
def test_the_envelopes_id_is_enough_and_so_is_the_address(server):
    content, key = report(server, "unknown"), bounce_address.key_of(7, 2).encode()
    by_id = content.replace(b"+" + key + b"@", b"@")
    by_address = re.sub(rb"(?im)^original-envelope-id:.*\n", b"", content)
    assert by_id != content != by_address
    assert [delivery_reports.read(one).send_id for one in (by_id, by_address)] == [7, 7]
    bare = without_key(content)
    assert delivery_reports.read(bare, f"bounces+{key.decode().upper()}@firm.example.com").send_id == 7


def test_a_mail_handed_on_to_a_server_that_reports_nothing_is_not_called_delivered():
    assert delivery_reports.read(report("postfix-3.7.11", "success")) is None


def test_the_reason_is_the_receiving_servers():
    words = "550 5.1.1 <unknown@example.com>: Recipient address rejected: User unknown in virtual mailbox table"
    assert [delivery_reports.read(report(server, "unknown")).reason for server in SERVERS] == [words, words]
    assert delivery_reports.read(report("exim-4.96", "nohost")).reason == "Unrouteable address"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: I am away\n\nUntil Monday.",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n",
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: relayed\n",
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!!",
        b"Content-Type: message/delivery-status; charset=no-such\n\nA: b\n\nAction: failed\n",
    ],
)
def test_what_is_no_report_of_ours_is_passed_over(content):
    assert delivery_reports.read(content) is None


def test_a_key_that_nobody_signed_is_none():
    true = bounce_address.key_of(7, 2)
    for forged in (true[:-1] + ("0" if true[-1] != "0" else "1"), true.replace("7-2", "8-2"), "7-2-" + "0" * 16):
        assert bounce_address.find_key(f"bounces+{forged}@firm.example.com") is None
    assert bounce_address.find_key(f"bounces+{true.upper()}@firm.example.com") == (7, 2)


def test_a_key_signed_with_an_earlier_secret_is_still_good(settings):
    key = bounce_address.key_of(7, 2)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    assert bounce_address.find_key(key) == (7, 2)


def test_an_address_may_say_where_the_key_stands(settings):
    settings.BOUNCE_ADDRESS = "bounces-{key}@firm.example.com"
    assert bounce_address.return_path("1-1-ab") == "bounces-1-1-ab@firm.example.com"
    settings.BOUNCE_ADDRESS = ""
    assert bounce_address.return_path("1-1-ab") == ""


@pytest.fixture
def accepted(assigned, advisor, smtp, send_now):
    """An invitation that went over SMTP."""
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    send_now()
    return Send.objects.get()


def key_of(send: Send) -> str:
    """The key of its latest try."""
    return bounce_address.key_of(send.pk, send.attempts)


def test_mail_leaves_with_our_key_on_the_envelope_and_the_firms_name_on_the_letter(accepted, smtp):
    (mail,) = smtp.messages
    assert mail.sender == f"bounces+{key_of(accepted)}@firm.example.com"
    assert parseaddr(str(mail.message["From"])) == ("Your firm", "advisorhub@example.com")
    assert mail.sender not in str(mail.message)


def test_without_a_bounce_address_the_envelope_is_as_before(assigned, advisor, smtp, send_now, settings):
    settings.BOUNCE_ADDRESS = ""
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    send_now()
    assert smtp.messages[0].sender == "advisorhub@example.com"


class DsnServer(SMTP):
    """Offers DSN (RFC 3461), which aiosmtpd does not know, and keeps what MAIL was given."""

    async def smtp_MAIL(self, arg):
        """Take what aiosmtpd would refuse."""
        self.event_handler.mails.append(arg)
        await super().smtp_MAIL(re.sub(r" (ENVID|RET)=\S+", "", arg))


class DsnHandler:
    """Offers it, and takes every mail."""

    def __init__(self):
        self.mails = []

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        """With one more line."""
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_DATA(self, server, session, envelope):
        """Taken."""
        return "250 OK"


class DsnController(Controller):
    """On a free port, which aiosmtpd cannot check before it is known."""

    def factory(self):
        """The server of one connection."""
        return DsnServer(self.handler, enable_SMTPUTF8=True)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def test_a_server_that_can_is_given_the_key_as_the_envelopes_id(assigned, advisor, send_now, settings):
    handler = DsnHandler()
    server = DsnController(handler, hostname="127.0.0.1", port=0)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    try:
        inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
        send_now()
    finally:
        server.stop(no_assert=True)
    send = Send.objects.get()
    assert send.state == "accepted"
    (given,) = handler.mails
    assert given.endswith(f" ENVID={key_of(send)} RET=HDRS")


def pipe(content: bytes, monkeypatch, *arguments: str) -> None:
    """Give a message to the command, as a mail server does."""
    stdin = io.TextIOWrapper(io.BytesIO(content))
    monkeypatch.setattr("sys.stdin", stdin)
    call_command("read_bounce", *arguments)


@pytest.mark.parametrize("server", SERVERS)
def test_a_report_from_the_pipe_bounces_the_mail_and_stops_our_address_not_the_forwarded_one(
    accepted, monkeypatch, server
):
    pipe(report(server, "forwarded", key_of(accepted)), monkeypatch)
    accepted.refresh_from_db()
    assert accepted.state == "bounced"
    assert [listed.email for listed in Suppression.objects.all()] == [accepted.recipient.lower()]
    assert "User unknown" in Activity.objects.get(verb="mail_trouble").sentence


def test_a_full_mailbox_told_by_exim_is_tried_again(accepted, monkeypatch):
    pipe(report("exim-4.96", "full", key_of(accepted)), monkeypatch)
    accepted.refresh_from_db()
    assert (accepted.state, Suppression.objects.count()) == ("planned", 0)


def test_the_pipe_is_told_the_address_by_the_mail_server(accepted, monkeypatch):
    content = report("postfix-3.7.11", "unknown", "lost").replace(b"mail-1@", b"elsewhere@")
    pipe(content, monkeypatch)
    accepted.refresh_from_db()
    assert accepted.state == "accepted"
    pipe(content, monkeypatch, "--recipient", f"bounces+{key_of(accepted)}@firm.example.com")
    accepted.refresh_from_db()
    assert accepted.state == "bounced"


def test_a_report_that_gives_back_the_mail_finds_it_by_its_id(accepted, monkeypatch):
    content = report("exim-4.96", "hdrs", "lost").replace(b"<mail-1@firm.example.com>", accepted.message_id.encode())
    pipe(content, monkeypatch)
    accepted.refresh_from_db()
    assert accepted.state == "bounced"


def test_a_forged_report_stops_nobody(accepted, monkeypatch):
    forged = f"{accepted.pk}-{accepted.attempts}-0123456789abcdef"
    pipe(report("postfix-3.7.11", "unknown", forged).replace(b"unknown@", accepted.recipient.encode()), monkeypatch)
    accepted.refresh_from_db()
    assert (accepted.state, Suppression.objects.count()) == ("accepted", 0)


@pytest.fixture
def imap(settings):
    """The mailbox that returned mail comes to."""
    fake = FakeImap()
    settings.BOUNCE_MAILBOX_URL = fake.url
    yield fake
    fake.stop()


def test_the_mailbox_is_read_once_and_nothing_is_changed_in_it(accepted, imap):
    imap.messages = {4: b"Subject: away\r\n\r\nUntil Monday.", 9: report("postfix-3.7.11", "unknown", key_of(accepted))}
    assert bounce_mailbox.read_mailbox() == 2
    accepted.refresh_from_db()
    assert accepted.state == "bounced"
    assert bounce_mailbox.read_mailbox() == 0
    imap.messages[12] = b"Subject: again\r\n\r\n"
    assert bounce_mailbox.read_mailbox() == 1
    row = BounceMailbox.objects.get()
    assert (row.last_uid, row.trouble, row.lease_until) == (12, "", None)
    assert 'LOGIN bounces@example.com "pass/word"' in imap.commands
    assert 'EXAMINE "Returned mail"' in imap.commands
    assert not [told for told in imap.commands if told.startswith(("UID STORE", "EXPUNGE", "SELECT"))]


def test_the_sweep_has_it_read_and_not_more_often_than_once_a_minute(
    accepted, imap, django_capture_on_commit_callbacks
):
    imap.messages = {1: report("exim-4.96", "unknown", key_of(accepted))}
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            sweep()
    accepted.refresh_from_db()
    assert accepted.state == "bounced"
    assert len([told for told in imap.commands if told.startswith("LOGIN")]) == 1


def test_a_mailbox_that_counts_anew_is_read_from_its_beginning(accepted, imap):
    imap.messages = {9: b"Subject: old\r\n\r\n"}
    bounce_mailbox.read_mailbox()
    imap.validity, imap.messages = 2, {1: report("exim-4.96", "unknown", key_of(accepted))}
    assert bounce_mailbox.read_mailbox() == 1
    accepted.refresh_from_db()
    assert accepted.state == "bounced"


def test_a_server_that_does_not_number_its_messages_is_told_of_and_not_read(accepted, imap):
    imap.validity, imap.messages = None, {1: report("exim-4.96", "unknown", key_of(accepted))}
    assert bounce_mailbox.read_mailbox() == 0
    row = BounceMailbox.objects.get()
    assert ("UIDVALIDITY" in row.trouble, row.lease_until) == (True, None)


NESTED = b"Content-Type: message/rfc822\n\n" * 8000
NESTED_PARTS = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (one, one) for one in range(3000))


def with_nul(content: bytes, message_id: str) -> bytes:
    """The report of a server that has lost our key, with a NUL in the id of the mail that it gives back."""
    return content.replace(b"<mail-1@firm.example.com>", message_id.replace("@", "\0@").encode())


@pytest.mark.parametrize(
    "content", [NESTED, NESTED_PARTS, with_nul(report("exim-4.96", "hdrs", "lost"), "<a@b.example>")]
)
def test_nothing_that_strangers_send_to_the_bounce_address_stops_the_reading(accepted, imap, monkeypatch, content):
    pipe(content, monkeypatch)
    imap.messages = {1: content, 2: report("exim-4.96", "unknown", key_of(accepted))}
    assert bounce_mailbox.read_mailbox() == 2
    accepted.refresh_from_db()
    assert (accepted.state, BounceMailbox.objects.get().trouble) == ("bounced", "")


def test_a_server_that_puts_a_nul_into_its_answer_does_not_stop_the_reading(accepted, imap):
    content = report("postfix-3.7.11", "unknown", key_of(accepted)).replace(b"User unknown", b"User \0 unknown")
    imap.messages = {1: content}
    assert bounce_mailbox.read_mailbox() == 1
    accepted.refresh_from_db()
    assert (accepted.state, "\ufffd" in accepted.reason) == ("bounced", True)


def test_an_empty_mailbox_is_no_trouble(imap):
    assert bounce_mailbox.read_mailbox() == 0
    assert BounceMailbox.objects.get().trouble == ""


@pytest.mark.parametrize("refused", ["LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_a_mailbox_that_cannot_be_read_is_told_to_admins_and_read_when_it_can_be(
    accepted, imap, as_user, admin, advisor, refused
):
    imap.messages = {1: report("exim-4.96", "unknown", key_of(accepted))}
    imap.refuses = refused
    assert bounce_mailbox.read_mailbox() == 0
    page = reverse("outreach:sends")
    assert "Returned mail is not being read" in as_user(admin).get(page).content.decode()
    assert "pass/word" not in as_user(admin).get(page).content.decode()
    assert "Returned mail is not being read" not in as_user(advisor).get(page).content.decode()
    imap.refuses = ""
    assert bounce_mailbox.read_mailbox() == 1
    assert "Returned mail is not being read" not in as_user(admin).get(page).content.decode()


def test_a_mailbox_out_of_reach_is_trouble_and_no_error(imap):
    imap.stop()
    assert bounce_mailbox.read_mailbox() == 0
    assert "cannot be read" in BounceMailbox.objects.get().trouble


def test_one_worker_reads_at_a_time(imap):
    bounce_mailbox.read_mailbox()
    BounceMailbox.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    imap.commands.clear()
    assert (bounce_mailbox.read_mailbox(), imap.commands) == (0, [])


def test_a_password_is_not_sent_without_tls(settings, monkeypatch, imap):
    settings.BOUNCE_MAILBOX_URL = imap.url
    monkeypatch.setattr(bounce_mailbox, "LOOPBACK", set())
    bounce_mailbox.read_mailbox()
    assert "offers no TLS" in BounceMailbox.objects.get().trouble
    assert not [told for told in imap.commands if told.startswith("LOGIN")]
