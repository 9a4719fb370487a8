"""Inviting many: how fast the mails are planned, and how fast one worker hands them to a mail server beside it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from accounts.models import Firm
from advisorhub.runner.ports import free_port
from bench import people
from bench.figures import Figure, Missing
from contacts.models import Contact, Status
from core.models import Operation
from core.operations import running, selecting
from mail.domain import sending
from mail.models import Send

ORDER = 60
INVITED, SENT = 10_000, 1_000


def inviting() -> Iterator[Figure]:
    """The operation that plans the mails, and then the sending of some of them."""
    user = people.admin()
    chosen = Contact.objects.visible_to(user).filter(status=Status.ASSIGNED).order_by("pk")
    ids = list(chosen.values_list("pk", flat=True)[:INVITED])
    if not ids:
        raise Missing("Nobody can be invited.")
    operation = Operation.objects.create(kind="outreach.invite", title="Invite", owner=user, state="queued")
    selecting.freeze(operation, Contact.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    started = time.perf_counter()
    running.run(operation.pk)
    taken = time.perf_counter() - started
    planned = Send.objects.filter(operation=operation, state="planned").count()
    if planned != len(ids):
        raise Missing(f"{planned} mails were planned for {len(ids)} contacts.")
    yield Figure("invite.planning.seconds", taken, "s", 3 * max(planned, 1000) / 10_000)
    yield from _sending(operation)


def _sending(operation: Operation) -> Iterator[Figure]:
    """One worker's rate with a mail server that takes everything, at once."""
    Firm.objects.update(sends_per_minute=100_000)
    kept = Send.objects.filter(operation=operation, state="planned").order_by("pk").values_list("pk", flat=True)[:SENT]
    Send.objects.filter(operation=operation).exclude(pk__in=list(kept)).update(state="suppressed")
    with _mail_server():
        started = time.perf_counter()
        sending.send_due()
        taken = time.perf_counter() - started
    sent = Send.objects.filter(operation=operation, state="accepted").count()
    yield Figure("invite.mails_per_second", sent / taken, "mails/s", 100, at_least=True)


@contextmanager
def _mail_server() -> Iterator[None]:
    """A process that accepts every mail and forgets it."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    """Until the mail server answers, for ten seconds at most."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise Missing("The mail server did not start.")


BENCHMARKS = {"invite": inviting}
