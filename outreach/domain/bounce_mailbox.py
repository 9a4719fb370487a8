"""Reading the mailbox that mail over SMTP comes back to, by IMAP, without changing anything in it.

How far it was read is a row: a message is marked as read there only once its report is in the ledger. One worker reads
at a time, for a bounded while; the rest is for the next look.
"""

import imaplib
import logging
import ssl
import time
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from core.queueing import call_worker
from outreach.domain import bouncing, delivery_reports
from outreach.models import BounceMailbox

logger = logging.getLogger(__name__)

EVERY = 60  # seconds between two looks
TIMEOUT = 20  # seconds for each answer of the server
AT_MOST, WORK_SECONDS = 200, 45  # messages and seconds of one look
LEASE = timedelta(minutes=3)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class CannotRead(Exception):
    """The mailbox cannot be read; the message says why."""


def look_now_and_then() -> None:
    """Tell a worker to look into the mailbox, if there is one; run by the sweep."""
    if settings.BOUNCE_MAILBOX_URL and cache.add("outreach.bounces", "1", EVERY):
        call_worker("outreach.read_bounces")


def read_mailbox() -> int:
    """Take what is new in the mailbox into the ledger; returns how many messages were read.

    What goes wrong is kept in the row and shown to admins, never raised.
    """
    mailbox = _claim() if settings.BOUNCE_MAILBOX_URL else None
    if mailbox is None:
        return 0
    trouble, count = "", 0
    try:
        count = _read(mailbox)
    except (CannotRead, OSError, imaplib.IMAP4.error, ValueError) as error:
        said = error.args[0] if error.args else ""
        words = _words([said]) if isinstance(said, bytes) else error  # imaplib hands on the server's bytes
        trouble = f"The mailbox for returned mail cannot be read: {words}"
        logger.warning(trouble)
    now = timezone.now()
    rows = BounceMailbox.objects.filter(pk=1, lease_until=mailbox.lease_until)
    rows.update(lease_until=None, trouble=trouble[:300], **({} if trouble else {"read_at": now}))
    return count


def _claim() -> BounceMailbox | None:
    """The row, for this worker alone; None while another reads."""
    BounceMailbox.objects.get_or_create(pk=1)
    now = timezone.now()
    free = BounceMailbox.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=1)
    return BounceMailbox.objects.get(pk=1) if free.update(lease_until=now + LEASE) else None


def _read(mailbox: BounceMailbox) -> int:
    """Read on from where the last look ended."""
    started, count = time.monotonic(), 0
    with _connect() as server:
        validity = _select(server)
        if validity != mailbox.uid_validity:  # the server counts anew: what was read before changes nothing
            _go_on_from(mailbox, validity, 0)
        for uid in _newer_than(server, mailbox.last_uid)[:AT_MOST]:
            if report := delivery_reports.read(_fetch(server, uid)):
                bouncing.note(report)
            _go_on_from(mailbox, validity, uid)
            count += 1
            if time.monotonic() - started > WORK_SECONDS:
                break
    return count


def _go_on_from(mailbox: BounceMailbox, validity: int, uid: int) -> None:
    """Remember how far the mailbox was read."""
    mailbox.uid_validity, mailbox.last_uid = validity, uid
    BounceMailbox.objects.filter(pk=1).update(uid_validity=validity, last_uid=uid)


def _connect() -> imaplib.IMAP4:
    """A signed-in line to the server of BOUNCE_MAILBOX_URL, never without TLS but on this machine."""
    url = urlsplit(settings.BOUNCE_MAILBOX_URL)
    if url.scheme not in {"imap", "imaps"} or not url.hostname or not url.username:
        raise CannotRead("BOUNCE_MAILBOX_URL must be imaps://user:password@host/folder.")
    context = ssl.create_default_context()
    if url.scheme == "imaps":
        server = imaplib.IMAP4_SSL(url.hostname, url.port or 993, ssl_context=context, timeout=TIMEOUT)
    else:
        server = imaplib.IMAP4(url.hostname, url.port or 143, timeout=TIMEOUT)
    try:
        if url.scheme == "imap" and "STARTTLS" in server.capabilities:
            server.starttls(context)
        elif url.scheme == "imap" and url.hostname not in LOOPBACK:
            raise CannotRead(f"{url.hostname} offers no TLS, so the password is not sent. Use imaps://.")
        server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.shutdown()
        raise
    return server


def _select(server: imaplib.IMAP4) -> int:
    """Open the folder for reading only; returns its UIDVALIDITY."""
    folder = unquote(urlsplit(settings.BOUNCE_MAILBOX_URL).path.strip("/")) or "INBOX"
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    answer, data = server.select(f'"{quoted}"', readonly=True)
    if answer != "OK":
        raise CannotRead(f"The folder {folder} cannot be opened: {_words(data)}")
    validity = server.response("UIDVALIDITY")[1][0]
    if validity is None:
        raise CannotRead(f"The server does not number the messages of {folder} (UIDVALIDITY), so none is read twice.")
    return int(validity)


def _newer_than(server: imaplib.IMAP4, last: int) -> list[int]:
    """The keys of the messages that have not been read, the oldest first."""
    answer, data = server.uid("SEARCH", f"UID {last + 1}:*")
    if answer != "OK":
        raise CannotRead(f"The mailbox cannot be searched: {_words(data)}")
    found = {int(uid) for line in data if line for uid in line.split()}
    return sorted(uid for uid in found if uid > last)  # `n:*` names the last message even when it is older


def _fetch(server: imaplib.IMAP4, uid: int) -> bytes:
    """The beginning of a message; empty when it has been deleted meanwhile."""
    answer, data = server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{delivery_reports.LARGEST}>)")
    if answer != "OK":
        raise CannotRead(f"Message {uid} cannot be fetched: {_words(data)}")
    return next((part[1] for part in data if isinstance(part, tuple)), b"")


def _words(data: list) -> str:
    """What the server said."""
    return b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace")[:150]
