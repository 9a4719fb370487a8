"""Finding pushes that a dead worker left behind, and those that are due; what is old is forgotten."""

from datetime import datetime, timedelta

from django.utils import timezone

from core.mailing.restore_guard import MAY_HAVE_LEFT
from core.queueing import call_worker
from notifications.domain.vapid import is_set_up
from notifications.models import Digest, Push
from notifications.models.push import OPEN

CUT_OFF = "The worker stopped between handing the push over and noting the answer."
KEPT = timedelta(days=30)


def sweep_pushes() -> None:
    """Free what was claimed and never handed over, call unknown what was, and wake a worker when something is due."""
    now = timezone.now()
    lapsed = Push.objects.filter(lease_until__lt=now)
    lapsed.filter(state="claimed").update(state="planned", lease_until=None)
    lapsed.filter(state="sending").update(state="unknown", reason=CUT_OFF, settled_at=now, lease_until=None)
    if is_set_up() and Push.objects.filter(state="planned", not_before__lte=now).exists():
        call_worker("notifications.push_due")


def waiting() -> bool:
    """Whether pushes wait; asked when the database turns out to be a restored backup."""
    return Push.objects.filter(state__in=OPEN).exists()


def doubt(state_at: datetime) -> None:
    """Make all that waits unknown: it may have left already."""
    open_ones = Push.objects.filter(state__in=OPEN)
    open_ones.update(state="unknown", reason=MAY_HAVE_LEFT[:200], settled_at=timezone.now(), lease_until=None)


def clear_pushes() -> None:
    """Forget pushes that were settled 30 days ago, and summaries of long ago. Run once a day."""
    before = timezone.now() - KEPT
    Push.objects.filter(settled_at__lt=before)._raw_delete("default")
    Digest.objects.filter(made_at__lt=before)._raw_delete("default")
