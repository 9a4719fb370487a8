"""What waits in the ledger when the database turns out to be a restored backup; see `core.mailing.restore_guard`."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from core.mailing.restore_guard import MAY_HAVE_LEFT
from mail.domain.sending import asked_for
from mail.models import LinkRequest, Send
from mail.models.send import OPEN


def waiting() -> bool:
    """Whether mail waits."""
    return Send.objects.open().exists()


def doubt(state_at: datetime) -> None:
    """Make all that waits unknown: it may have left already. Older requests for links are forgotten.

    Links that somebody asked for after `state_at` stay as they are: they are new.
    """
    asked_since = Q(purpose__in=asked_for(), created_at__gt=state_at)
    Send.objects.filter(~asked_since, state__in=OPEN).update(
        state=Send.State.UNKNOWN, reason=MAY_HAVE_LEFT, settled_at=timezone.now(), lease_until=None
    )
    LinkRequest.objects.filter(created_at__lte=state_at).delete()
