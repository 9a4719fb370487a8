"""Automatic re-invites: so many days after the first invitation, if the firm wants them. Off by default."""

import logging
from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact, Status
from contacts.querysets import ContactQuerySet
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from outreach.domain.scheduling import SCHEDULED_ALREADY, is_scheduled

logger = logging.getLogger(__name__)

# A day that has passed by more than this is skipped, never caught up: switching this on mails nobody of last year.
WINDOW = timedelta(days=2)
EVERY = 300  # seconds between two looks; forgotten with the cache, it is only a look too many
CHUNK = 1000


def candidates(contacts: ContactQuerySet) -> ContactQuerySet:
    """Those whom re-invites are for at all: invited, and never came."""
    return contacts.filter(status=Status.INVITED)


def judged(contacts: ContactQuerySet, firm: Firm) -> ContactQuerySet:
    """The candidates with `refusal`: why each gets none at this moment, empty for those who get one."""
    days = firm.reinvite_days
    if not days:
        never = Value("No day is set.", output_field=CharField())
        return candidates(contacts).annotate(refusal=never)
    now = timezone.now()
    waits = [When(first_invited_at__gt=now - timedelta(days=day), then=Value(f"Waits for day {day}.")) for day in days]
    over = Value(f"Day {days[-1]} is over.")
    reasons = [
        *inviting.skips(Mode.AGAIN, firm),
        When(is_scheduled(), then=Value(SCHEDULED_ALREADY)),
        When(_is_due(days, now), then=Value("")),
        *waits,
    ]
    return candidates(contacts).annotate(refusal=Case(*reasons, default=over, output_field=CharField()))


def summary(contacts: ContactQuerySet, firm: Firm) -> list[tuple[str, int]]:
    """How many candidates fall under each reason, the largest first; the empty reason is those who get one."""
    counts = judged(contacts, firm).order_by().values_list("refusal").annotate(number=Count("pk"))
    return sorted(counts, key=lambda pair: (-pair[1], pair[0]))


def send_reinvites() -> None:
    """Plan what is due, every few minutes; run by the sweep."""
    firm = Firm.get()
    if firm.auto_reinvite and cache.add("outreach.reinvites", "1", EVERY):
        reinvite_due(firm)


def reinvite_due(firm: Firm) -> int:
    """Plan a mail for every contact whose day has come; returns how many."""
    total = 0
    while True:
        due = judged(Contact.objects.filter(deleted_at=None), firm).filter(refusal="")
        ids = list(due.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        with transaction.atomic():
            done = len(inviting.invite(ids, Mode.AGAIN, by=None).done) if ids else 0
        total += done
        if not done:
            return total


def _is_due(days: list[int], now) -> Q:
    """Whether one of the days has come within the window, and no invitation has gone since."""
    found = Q()
    for day in days:
        after = timedelta(days=day)
        found |= Q(
            first_invited_at__lte=now - after,
            first_invited_at__gt=now - after - WINDOW,
            last_invited_at__lt=F("first_invited_at") + after,
        )
    return found
