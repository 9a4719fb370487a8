"""One switch for all campaigns: on hold, no step happens; resumed, those that are too late are skipped and say so."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Firm
from core.history.recording import record


@transaction.atomic
def hold(*, by) -> bool:
    """Stop all campaigns. False when they are on hold already."""
    held = Firm.objects.filter(pk=1, campaigns_held_at=None).update(campaigns_held_at=timezone.now())
    if held:
        record("campaigns_held", "All campaigns put on hold", subject_ids=[1], subject_type="firm", actor=by)
    return bool(held)


@transaction.atomic
def resume(*, by) -> bool:
    """Let campaigns go on. False when they were not on hold."""
    on_hold = Firm.objects.filter(pk=1, campaigns_held_at__isnull=False)
    resumed = on_hold.update(campaigns_held_at=None, campaigns_resumed_at=timezone.now())
    if resumed:
        record("campaigns_resumed", "Campaigns resumed", subject_ids=[1], subject_type="firm", actor=by)
    return bool(resumed)
