"""Messages: writing thousands, the inbox of an advisor with 20,000 threads, and a thousand portals kept open."""

import http.client
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bench import people
from bench.figures import Figure, Missing, milliseconds, p50, p95
from bench.portal_load import web
from contacts.models import Contact
from messaging.domain.from_campaigns import CampaignMessage, write_for_campaigns
from messaging.models import Thread

ORDER = 95  # it changes advisors
THREADS = 20_000
CHUNK = 2_000
OPEN_PAGES = 1_000
PACES = {"resting": 60, "busy": 15}  # seconds between two polls of a page
SECONDS = 60
CALLERS = 8  # threads of ours that send the polls
ASKED = """
INSERT INTO messaging_message (thread_id, side, addressee_id, text, at)
SELECT id, 'client', user_id, 'May I call you about account ' || id || '?', %(now)s FROM messaging_thread
WHERE user_id = %(user)s AND id %% 20 = 0;
UPDATE messaging_thread SET last_message_at = %(now)s, last_client_message_at = %(now)s, unanswered_since = %(now)s
WHERE user_id = %(user)s AND id %% 20 = 0
"""


def writing() -> Iterator[Figure]:
    """Write to all clients of an advisor who has very many, as a campaign does."""
    advisor = people.advisor()
    contacts = list(Contact.objects.open_to_portal().order_by("pk").values_list("pk", flat=True)[:THREADS])
    Contact.objects.filter(pk__among=contacts).update(primary_advisor=advisor)
    now, taken = timezone.now(), 0.0
    for start in range(0, len(contacts), CHUNK):
        messages = [CampaignMessage(pk, f"Hello, number {pk}", now) for pk in contacts[start : start + CHUNK]]
        started = time.perf_counter()
        if write_for_campaigns(messages) != len(messages):
            raise Missing("Not all messages were written.")
        taken += time.perf_counter() - started
    yield Figure("messages.rows_per_second", len(contacts) / taken, "rows/s", 2_000, at_least=True)
    with connection.cursor() as cursor:
        cursor.execute(ASKED, {"user": advisor.pk, "now": now})
        cursor.execute("VACUUM (ANALYZE) contacts_contact, messaging_thread, messaging_message, mail_send")


def inbox() -> Iterator[Figure]:
    """Each tab of the inbox of the advisor with the most threads, a page further on, and searches."""
    advisor = _busiest()
    client, address = people.signed_in(advisor), reverse("messaging:inbox")
    later = Thread.objects.filter(user=advisor).order_by("-last_message_at", "-pk")[500].pk
    states = {
        "waiting": "tab=waiting",
        "mine": "tab=mine",
        "all": "tab=all",
        "later": f"tab=mine&after={later}",
        "search": "tab=mine&q=account",
    }
    for name, query in states.items():
        taken = milliseconds(lambda query=query: people.page(client, f"{address}?{query}"))
        yield Figure(f"inbox.{name}.p50", p50(taken), "ms", 150 if name == "search" else 40)


def open_pages() -> Iterator[Figure]:
    """A thousand clients with their messages open: how soon a poll is answered, and how many cores that takes."""
    threads = list(Thread.objects.filter(contact__user__is_active=True).select_related("contact__user")[:OPEN_PAGES])
    if len(threads) < OPEN_PAGES:
        raise Missing(f"Only {len(threads)} clients have a thread.")
    polls = [_poll(thread) for thread in threads]
    with web(workers=2) as (base, process):
        for name, every in PACES.items():
            before, started = _processor_seconds(process), time.monotonic()
            answers, times = _poll_all(base, polls, every)
            cores = (_processor_seconds(process) - before) / (time.monotonic() - started)
            if set(answers) != {204}:
                raise Missing(f"Polls were answered {sorted(set(answers))}.")
            yield Figure(f"open_pages.{name}.poll.p50", p50(times), "ms")
            yield Figure(f"open_pages.{name}.poll.p95", p95(times), "ms", 500)
            yield Figure(f"open_pages.{name}.web_cores", cores, "cores", 1)


def _busiest():
    """The advisor with the most threads."""
    from django.db.models import Count

    found = Thread.objects.exclude(user=None).values("user").annotate(number=Count("pk")).order_by("-number").first()
    if not found or found["number"] < THREADS / 4:
        raise Missing("No advisor has thousands of threads: run “messages” before.")
    return people.User.objects.get(pk=found["user"])


def _poll(thread: Thread) -> tuple[str, str]:
    """The address that an open thread asks, and the cookie of its client."""
    client = people.signed_in(thread.contact.user, people.PORTAL)
    last = thread.messages.order_by("-pk").values_list("pk", flat=True)[0]
    address = reverse("portal:thread_poll", kwargs={"thread_pk": thread.pk})
    return f"{address}?after={last}", client.cookies[settings.SESSION_COOKIE_NAME].value


def _poll_all(base: str, polls: list[tuple[str, str]], every: int) -> tuple[list[int], list[float]]:
    """Send each poll every so many seconds, evenly spread; states and milliseconds, waiting for a caller included."""
    answers, times, begin = [], [], time.monotonic() + 1

    def call(first: int) -> None:
        line = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
        for turn in range(SECONDS // every):
            for number in range(first, len(polls), CALLERS):
                due = begin + (turn + number / len(polls)) * every
                time.sleep(max(0, due - time.monotonic()))
                address, cookie = polls[number]
                headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "X-Poll": "1", "HX-Request": "true"}
                line.request("GET", address, headers=headers)
                answer = line.getresponse()
                answer.read()
                answers.append(answer.status)
                times.append((time.monotonic() - due) * 1000)

    callers = [threading.Thread(target=call, args=(first,)) for first in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return answers, times


def _processor_seconds(process) -> float:
    """Processor time of the web server's processes so far; what PostgreSQL does for them is not in it."""
    main = psutil.Process(process.pid)
    return sum(sum(one.cpu_times()[:2]) for one in (main, *main.children(recursive=True)))


BENCHMARKS = {"messages": writing, "inbox": inbox, "open_pages": open_pages}
