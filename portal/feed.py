"""The posts of campaigns that a contact has received: they stay, the newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from contacts.models import Contact
from experiences.models import Resource
from messaging.models import Message
from outreach.models import StepRun


@dataclass(frozen=True)
class Post:
    """A post; `readings` holds its resource where that can be opened today, `key` names it for the next page."""

    key: int
    title: str
    text: str
    at: datetime
    readings: list[Resource]


def posts_of(contact: Contact, limit: int, before: int | None = None) -> list[Post]:
    """The newest posts, at most `limit`; of those before the post `before`, if one is given (a key)."""
    rows = StepRun.objects.posts_of(contact)
    older_than = rows.filter(pk=before).first() if before else None
    if older_than:
        rows = rows.filter(due_at__lte=older_than.due_at).exclude(due_at=older_than.due_at, pk__gte=older_than.pk)
    live = Prefetch("resource", Resource.objects.published(), to_attr="live")
    return [
        Post(row.pk, row.title, row.text, row.due_at, [row.live] if row.live else [])
        for row in rows.prefetch_related(live)[:limit]
    ]


def sent_resources(contact: Contact) -> QuerySet:
    """Keys of the resources that came with messages."""
    return Message.objects.filter(thread__contact=contact).exclude(resource=None).order_by().values("resource")


def posted_resources(contact: Contact) -> QuerySet:
    """Keys of the resources that came with posts."""
    return StepRun.objects.posts_of(contact).exclude(resource=None).order_by().values("resource")
