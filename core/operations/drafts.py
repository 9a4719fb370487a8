"""Forgetting selections that were made and never used: the ids of a million contacts are 8 MB."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from core.models import Operation, OperationLine

KEPT = timedelta(hours=12)
KEPT_AT_MOST = 10  # of one person: as many windows may be at work at once
AT_ONCE = 500


@transaction.atomic
def drop_stale_drafts() -> None:
    """Delete drafts that are too old, or that somebody has made many others after. Run by every sweep.

    One that is being started at this moment is locked, or no draft any more: it stays.
    """
    drafts = Operation.objects.filter(state=Operation.State.DRAFT)
    place = Window(RowNumber(), partition_by=F("owner"), order_by=F("pk").desc())
    stale = Q(created_at__lt=timezone.now() - KEPT) | Q(place__gt=KEPT_AT_MOST)
    found = drafts.annotate(place=place).filter(stale).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    locked = drafts.filter(pk__in=list(found)).order_by("pk").select_for_update(of=("self",), skip_locked=True)
    ids = list(locked.values_list("pk", flat=True))
    lines = OperationLine.objects.filter(operation__in=ids)
    lines._raw_delete(lines.db)
    Operation.objects.filter(pk__in=ids).delete()
