"""Requests for a link: noted without looking anything up, answered by a worker.

Known and unknown addresses get the same answer in the same time; whose address it is only a worker finds out.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from mail.domain.planning import look_soon
from mail.models import LinkRequest
from mail.registry import link_answers

logger = logging.getLogger(__name__)

OF_USE = timedelta(hours=2)  # so long is a request that fails tried again: a link is of no use tomorrow


@transaction.atomic
def request_link(side: str, email: str) -> None:
    """Note that somebody forgot the password of this address, on one side of the house (`LinkRequest.Side`)."""
    LinkRequest.objects.create(side=side, email=email.strip()[:254], created_at=timezone.now())
    look_soon()


def answer_requests() -> None:
    """Turn what was asked for into mails to people who may enter, and forget it. Safe to run twice at once.

    A request that cannot be answered is left for the next look, and keeps no other from its answer.
    """
    left: list[int] = []
    while True:
        with transaction.atomic():
            waiting = LinkRequest.objects.exclude(pk__in=left).order_by("pk")
            asked = waiting.select_for_update(skip_locked=True).first()
            if asked is None:
                return
            if _answered(asked) or timezone.now() - asked.created_at > OF_USE:
                asked.delete()
            else:
                left.append(asked.pk)


def _answered(asked: LinkRequest) -> bool:
    """Answer a request, which is held: all of it or nothing. False when that failed."""
    try:
        with transaction.atomic():
            link_answers[asked.side](asked.email, asked.created_at)
    except Exception:  # whatever a room's own code raises
        logger.exception("Request %s for a link could not be answered.", asked.pk)
        return False
    return True
