"""How often somebody is mailed a link who says that they forgot their password: client or staff alike."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

# What anybody can set off by knowing an address must not fill a mailbox.
AT_LEAST_APART = timedelta(minutes=2)
A_DAY_AT_MOST = 10


def may_ask(mails: QuerySet, moment: str) -> bool:
    """Whether, by the mails they were sent, they were not just mailed one, nor too many today.

    `moment` is the column that says when.
    """
    now = timezone.now()
    today = mails.filter(**{f"{moment}__gt": now - timedelta(days=1)}).order_by(f"-{moment}")
    times = list(today.values_list(moment, flat=True)[:A_DAY_AT_MOST])
    return len(times) < A_DAY_AT_MOST and (not times or now - times[0] >= AT_LEAST_APART)
