"""Notes that something changed are of use for a minute; they are kept for a day."""

from datetime import timedelta

from django.utils import timezone

from core.models import Change

KEPT = timedelta(days=1)


def clear_changes() -> None:
    """Forget those of yesterday. Run once a day."""
    Change.objects.filter(at__lt=timezone.now() - KEPT)._raw_delete("default")
