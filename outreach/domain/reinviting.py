"""Automatic re-invites: so many days after the first mail of the open invitation, if the firm wants them.

Off by default. Nobody is re-invited automatically whose links are all dead: somebody has withdrawn the invitation, or
changed the address, and invites by hand.
"""

import logging
from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, F, FilteredRelation, Q, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact, Status
from contacts.querysets import ContactQuerySet
from core.mailing import restore_guard
from core.models import MailStatus
from outreach.domain import counting, inviting
from outreach.domain.inviting import Mode
from outreach.domain.scheduling import SCHEDULED_ALREADY, is_scheduled

logger = logging.getLogger(__name__)

# A day that has passed by more than this is skipped, never caught up: switching this on mails nobody of last year.
WINDOW = timedelta(days=2)
EVERY = 300  # seconds between two looks; forgotten with the cache, it is only a look too many
CHUNK = 1000
NOTHING_WORKS = "No link works any more. Invite by hand."


def candidates(contacts: ContactQuerySet) -> ContactQuerySet:
    """Those whom re-invites are for at all: invited, and never came.

    With `counted_from`: their first invitation, or the present one where an earlier one is over.
    """
    present = FilteredRelation("invitations", condition=Q(invitations__accepted_at=None, invitations__revoked_at=None))
    return contacts.filter(status=Status.INVITED).annotate(
        present=present, counted_from=Greatest("first_invited_at", "present__created_at")
    )


def judged(contacts: ContactQuerySet, firm: Firm) -> ContactQuerySet:
    """The candidates with `refusal`: why each gets none at this moment, empty for those who get one."""
    days = firm.reinvite_days
    if not days:
        never = Value("No day is set.", output_field=CharField())
        return candidates(contacts).annotate(refusal=never)
    now = timezone.now()
    waits = [When(counted_from__gt=now - timedelta(days=day), then=Value(f"Waits for day {day}.")) for day in days]
    over = Value(f"Day {days[-1]} is over.")
    reasons = [
        *inviting.skip_reasons(Mode.AGAIN, firm),
        When(~Exists(counting.working_mails()), then=Value(NOTHING_WORKS)),
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
    """Plan what is due, every few minutes, unless sending is held; run by the sweep."""
    firm = Firm.get()
    if firm.auto_reinvite and restore_guard.check() and cache.add("outreach.reinvites", "1", EVERY):
        reinvite_due(firm)


def reinvite_due(firm: Firm) -> int:
    """Plan a mail for every contact whose day has come; returns how many."""
    total = 0
    while True:
        # Nobody who was last invited before the days of the list can be due: their mails need not be looked at.
        recent = timezone.now() - timedelta(days=max(firm.reinvite_days, default=0)) - WINDOW
        due = judged(Contact.objects.filter(deleted_at=None, last_invited_at__gt=recent), firm).filter(refusal="")
        ids = list(due.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        with transaction.atomic():
            done = len(inviting.invite(ids, Mode.AGAIN, by=None).done) if ids else 0
        total += done
        if not done:
            return total


def _is_due(days: list[int], now) -> Q:
    """Whether one of the days has come within the window, and no invitation has gone since."""
    # What was due before a backup was restored may have been sent by the original: such a day has passed.
    passed = max(now - WINDOW, MailStatus.get().doubt_until or now - WINDOW)
    found = Q()
    for day in days:
        after = timedelta(days=day)
        found |= Q(
            counted_from__lte=now - after,
            counted_from__gt=passed - after,
            last_invited_at__lt=F("counted_from") + after,
        )
    return found
