"""Requests for a link: noted without looking anything up, answered by a worker.

Known and unknown addresses get the same answer in the same time; whose address it is only a worker finds out.
"""

from django.db import transaction
from django.utils import timezone

from mail.domain.planning import look_soon
from mail.models import LinkRequest
from mail.registry import link_answers


@transaction.atomic
def request_link(side: str, email: str) -> None:
    """Note that somebody forgot the password of this address, on one side of the house (`LinkRequest.Side`)."""
    LinkRequest.objects.create(side=side, email=email.strip()[:254], created_at=timezone.now())
    look_soon()


def answer_requests() -> None:
    """Turn what was asked for into mails to people who may enter, and forget it. Safe to run twice at once."""
    while True:
        with transaction.atomic():
            asked = LinkRequest.objects.select_for_update(skip_locked=True).order_by("pk").first()
            if asked is None:
                return
            link_answers[asked.side](asked.email, asked.created_at)
            asked.delete()
