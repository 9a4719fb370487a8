"""Finding mail that a dead worker left behind, and mail that waits while nobody was told."""

from django.db import transaction
from django.utils import timezone

from mail.domain.planning import look_soon
from mail.domain.reporting import report_problem
from mail.domain.sending import due
from mail.models import LinkRequest, Send

CUT_OFF = "The worker stopped between handing the mail over and noting the answer."


def sweep_mail() -> None:
    """Free what was claimed and never handed over; call unknown what was; wake a worker when something is due."""
    now = timezone.now()
    lapsed = Send.objects.filter(lease_until__lt=now)
    lapsed.filter(state=Send.State.CLAIMED).update(state=Send.State.PLANNED, lease_until=None)
    _call_unknown(now)
    if due().exists() or LinkRequest.objects.exists():
        look_soon()


@transaction.atomic
def _call_unknown(now) -> None:
    """What was being handed over when its worker stopped is for a person to decide."""
    stuck = list(
        Send.objects.select_for_update(of=("self",), skip_locked=True).filter(
            state=Send.State.HANDED_OVER, lease_until__lt=now
        )
    )
    Send.objects.filter(pk__in=[send.pk for send in stuck]).update(
        state=Send.State.UNKNOWN, reason=CUT_OFF, settled_at=now, lease_until=None
    )
    report_problem(stuck, f"It is not known whether a mail left: {CUT_OFF}")
