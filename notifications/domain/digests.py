"""The staff's daily summary: who has chosen a time gets one mail a day, if there is anything to say.

Whether it is due is asked by the clock of each person. A day of theirs has one summary at most, by constraint,
whichever worker looks, however often clocks are changed; the row is written with the mail, or with neither.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Firm, User
from core.mailing import restore_guard
from mail.domain.planning import plan
from mail.models import Send
from notifications.models import Digest, StaffPreference
from notifications.registry import DigestLine, digest_lines

KEY = "staff_digest"
FIRST_LOOK_BACK = timedelta(days=1)  # of a first summary
AT_ONCE = 100  # summaries of one sweep, which has other things to do as well
NEVER_LEFT = [Send.State.FAILED, Send.State.SUPPRESSED]


def make_due_digests() -> None:
    """Make the summaries whose time has come, unless sending is held. Run by every sweep."""
    if not restore_guard.check():
        return
    firm, now = Firm.get(), timezone.now()
    due = (one.user_id for one in _with_daily() if _day_if_due(one, one.last_day, now, firm))
    for user_id in islice(due, AT_ONCE):
        _make(user_id, now, firm)


def _with_daily() -> QuerySet[StaffPreference]:
    """Preferences of those of the staff who get a summary, with `last_day`, the day of the latest."""
    staff = User.objects.staff().filter(is_active=True).order_by()
    latest = Digest.objects.filter(user=OuterRef("user")).order_by("-day").values("day")[:1]
    found = StaffPreference.objects.filter(daily_at__isnull=False, user__in=staff)
    return found.annotate(last_day=Subquery(latest)).select_related("user")


def _day_if_due(preference: StaffPreference, last_day: date | None, now: datetime, firm: Firm) -> date | None:
    """The day of their clock whose summary is due and was not made; None when there is none."""
    here = now.astimezone(preference.zone(firm))
    late_enough = preference.daily_at is not None and here.time() >= preference.daily_at
    return here.date() if late_enough and (last_day is None or last_day < here.date()) else None


@transaction.atomic
def _make(user_id: int, now: datetime, firm: Firm) -> None:
    """Make one, all of it or nothing. The person is held, so that two workers make one."""
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    preference = _with_daily().filter(user=user_id).first()
    day = _day_if_due(preference, preference.last_day, now, firm) if preference else None
    if user is None or day is None:
        return
    since = since_last(user, now)
    digest = Digest.objects.create(user=user, day=day, made_at=now)
    if lines_for(user, since):
        plan(KEY, subject_id=digest.pk, recipient=user.email, user=user)


def since_last(user: User, now: datetime, *, before: Digest | None = None) -> datetime:
    """When the summary before was made: from then on things are new. A day ago for the first, a week at most."""
    lost = Send.objects.filter(purpose=KEY, subject_id=OuterRef("pk"), state__in=NEVER_LEFT)
    earlier = Digest.objects.filter(~Exists(lost), user=user)
    if before is not None:
        earlier = earlier.filter(pk__lt=before.pk)
    made = earlier.order_by("-pk").values_list("made_at", flat=True).first()
    return max(made, now - timedelta(days=7)) if made else now - FIRST_LOOK_BACK


def lines_for(user: User, since: datetime) -> list[DigestLine]:
    """What there is to say to one of the staff; empty when there is nothing."""
    found: Iterable[DigestLine | None] = (source(user, since) for source in digest_lines)
    return [line for line in found if line]


def set_daily(user: User, daily_at: time | None, quiet: tuple[time | None, time | None]) -> None:
    """Save when one of the staff is told, in the caller's transaction, which holds them.

    The first summary at a time that has passed today is tomorrow's: nobody chooses a time to get a mail at once.
    """
    now = timezone.now()
    chosen, _ = StaffPreference.objects.select_related("user").get_or_create(user=user)
    before = chosen.daily_at
    chosen.daily_at, (chosen.quiet_from, chosen.quiet_until) = daily_at, quiet
    chosen.save()
    if daily_at is not None and daily_at != before:
        latest = Digest.objects.filter(user=user).order_by("-day").values_list("day", flat=True).first()
        if day := _day_if_due(chosen, latest, now, Firm.get()):  # in place of a summary that nobody gets
            Digest.objects.create(user=user, day=day, made_at=since_last(user, now))
