"""What a step brings when it happens: a message or an action item for the client, a reminder for the staff.

A post brings nothing but its own row, which the client's feed is read from.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from experiences.models import Touchpoint
from messaging.domain.from_campaigns import CampaignMessage, write_for_campaigns
from messaging.models import LONGEST
from todos.domain.from_campaigns import CampaignItem, CampaignReminder, create_action_items, create_reminders
from todos.models import TEXT_AT_MOST, TITLE_AT_MOST


class WrittenStep(NamedTuple):
    """A step that was just written. `kind`: None when it was skipped; `finish_by`: a day where the contact lives."""

    run: int
    kind: str | None
    contact: int
    title: str
    text: str
    resource: int | None
    due_at: datetime
    finish_by: date | None
    audience: str
    asks_for_upload: bool


def message_text(title: str, text: str) -> str:
    """What a message says: messages have no title of their own, so it stands above the text."""
    return f"{title}\n\n{text}".strip()[:LONGEST]


def have_effect(steps: Iterable[WrittenStep], now: datetime) -> None:
    """Write what these steps bring, in the caller's transaction, as of `now`: a statement for each kind.

    Texts are cut where their placeholders have made them too long.
    """
    by_kind: dict[str, list[WrittenStep]] = defaultdict(list)
    for step in steps:
        if step.kind:
            by_kind[step.kind].append(step)
    if by_kind[Touchpoint.Kind.MESSAGE]:
        write_for_campaigns(
            [
                CampaignMessage(step.contact, message_text(step.title, step.text), now, step.resource, step.run)
                for step in by_kind[Touchpoint.Kind.MESSAGE]
            ]
        )
    create_action_items(
        CampaignItem(step.contact, *_said(step), step.resource, step.finish_by, step.asks_for_upload, step.run)
        for step in by_kind[Touchpoint.Kind.ACTION_ITEM]
    )
    create_reminders(
        CampaignReminder(step.contact, *_said(step), step.due_at, step.audience, step.run)
        for step in by_kind[Touchpoint.Kind.REMINDER]
    )


def _said(step: WrittenStep) -> tuple[str, str]:
    return step.title[:TITLE_AT_MOST], step.text[:TEXT_AT_MOST]
