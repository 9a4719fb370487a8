"""Messages of campaigns, each into the thread with its contact's primary advisor and in that advisor's name."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from messaging.domain.writing_many import Placed, hold, write_many
from messaging.models import Message


class CampaignMessage(NamedTuple):
    """A message of a campaign: 1 to 4,000 characters; `step_run` is the key of the step that writes it."""

    contact_id: int
    text: str
    at: datetime
    resource_id: int | None = None
    step_run: int | None = None


@transaction.atomic
def write_for_campaigns(messages: Sequence[CampaignMessage]) -> int:
    """Write these messages, each in the name of its contact's primary advisor; returns how many.

    Runs in the caller's transaction, which has judged who gets which. A contact may be named more than once. Contacts
    that do not exist are left out. See `writing_many`.
    """
    advisors = hold(one.contact_id for one in messages)
    placed = []
    for contact, text, at, resource, run in messages:
        if advisor := advisors.get(contact):
            placed.append(Placed(contact, advisor, None, advisor, text, at, resource, run))
    return write_many(Message.Side.CAMPAIGN, placed)
