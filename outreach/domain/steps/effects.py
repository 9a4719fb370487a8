"""What a step brings when it happens: a message or an action item for the client, a reminder for the staff.

A post brings nothing but its own row, which the client's feed is read from, and a push.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from contacts.models import Contact
from experiences.models import Touchpoint
from messaging.domain.from_campaigns import CampaignMessage, write_for_campaigns
from messaging.models import LONGEST
from notifications.domain.planning import push_to_contacts
from notifications.models import Push
from notifications.types import Audience, Channel, NotificationType
from outreach.models import StepRun
from todos.domain.from_campaigns import CampaignItem, CampaignReminder, create_action_items, create_reminders
from todos.models import TEXT_AT_MOST, TITLE_AT_MOST

PATIENCE = timedelta(seconds=30)
POSTS_PAGE = "/portal/posts/"  # fixed: the portal lies above


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
    asks_for_upload: bool = False


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

    posts = ((step.contact, step.run) for step in by_kind[Touchpoint.Kind.POST])
    push_to_contacts(NewPost.key, posts, PATIENCE)


class NewPost(NotificationType):
    """A campaign has put a post into the client's feed."""

    key, label, audience = "new_post", "New post", Audience.CLIENT
    sentence = "There is something new for you."
    channels = (Channel.PUSH,)

    def leads_to(self, pushes: Sequence[Push]) -> dict[int, str]:
        """To their posts, while the post is there and the portal is open to them."""
        runs = StepRun.objects.filter(pk__in={push.subject_id for push in pushes}, state=StepRun.State.DONE)
        clients = Contact.objects.open_to_portal().filter(do_not_contact_since=None)
        due = set(runs.filter(contact__in=clients).values_list("pk", "contact__user"))
        return {push.pk: POSTS_PAGE for push in pushes if (push.subject_id, push.user_id) in due}


def _said(step: WrittenStep) -> tuple[str, str]:
    return step.title[:TITLE_AT_MOST], step.text[:TEXT_AT_MOST]
