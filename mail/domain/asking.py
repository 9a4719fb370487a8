"""How often somebody is mailed a link who says that they forgot their password: client or staff alike.

Anybody who knows an address can ask for a link to it. That must neither fill its owner's mailbox nor keep the owner
from a link of their own. So nothing is refused on the owner's account: a mail that would come too soon after another
waits for its turn, and all who ask meanwhile are answered by it. The pause grows with the mails of a day, but stays
below the two hours for which a link works: whoever asks holds a link that works, or is sent one within the hour.
Who asks too often is another matter, see `accounts.domain.link_requests`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone

from mail.models.send import SendQuerySet

KNOWN_MAILS = 20  # as many as make a difference to when the next may leave
DAY = timedelta(days=1)
# So many mails of the last day, and the pause after each further one.
PAUSES = ((5, timedelta(minutes=2)), (15, timedelta(minutes=10)))
LONGEST_PAUSE = timedelta(hours=1)


def next_mail_at(sent: Sequence[datetime], now: datetime) -> datetime:
    """When the next link may leave, `now` or later, by the moments of the mails before, the newest first."""
    today = [moment for moment in sent if now - moment < DAY]
    if not today:
        return now
    pause = next((pause for many, pause in PAUSES if len(today) < many), LONGEST_PAUSE)
    return max(now, today[0] + pause)


def answer(mails: SendQuerySet, asked_at: datetime, plan: Callable[[datetime | None], object]) -> None:
    """Have `plan(not_before)` plan the link that was asked for at that moment, no sooner than its turn.

    `mails` are those with links to the person at their present address: one to another address would not leave any
    more. Nothing is planned when one has left since, or waits to leave: it answers this request as well.
    One that came back and would be tried again in many hours leaves at its turn.
    """
    gone = mails.exclude(state__in=["failed", "suppressed"]).annotate(at=Coalesce("sent_at", "created_at"))
    sent = list(gone.order_by("-at").values_list("at", flat=True)[:KNOWN_MAILS])
    now = timezone.now()
    turn = next_mail_at(sent, now)
    if mails.open().update(requested_by=None):  # what waits is their own wish by now
        mails.filter(state="planned", not_before__gt=now + LONGEST_PAUSE).update(not_before=turn)
    elif not sent or asked_at > sent[0]:
        plan(turn if turn > now else None)
