"""The client's action items, as the portal shows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from contacts.models import Contact
from experiences.models import Resource
from todos.models import ActionItem, ItemFile
from todos.querysets import soonest_due

DONE_HERE = "items_done_here"  # of the session: keys of what was done in this visit, which can be undone
REMEMBERED = 50


@dataclass(frozen=True)
class Item:
    """An action item; `due` in words, `readings` holds its resource where that can be opened today."""

    key: int
    title: str
    text: str
    due: str
    overdue: bool
    done: bool
    undoable: bool
    readings: list[Resource]
    asks_for_upload: bool  # whether a file can be sent
    files: list[str]  # names of those sent


def waiting_items(contact: Contact, done_here: Collection[int], limit: int) -> list[Item]:
    """What is open, the soonest due first, with what was done in this visit (keys) in its place; at most `limit`."""
    rows = ActionItem.objects.shown_to(contact).filter(Q(done_at=None) | Q(pk__in=done_here))
    return _shown(rows.order_by(*soonest_due())[:limit], done_here)


def done_items(contact: Contact, done_here: Collection[int], limit: int) -> list[Item]:
    """What was done before this visit, the latest first."""
    rows = ActionItem.objects.shown_to(contact).done().exclude(pk__in=done_here)
    return _shown(rows.order_by(F("done_at").desc(), "-pk")[:limit], done_here)


def item_resources(contact: Contact) -> QuerySet:
    """Keys of the resources that belong to action items, open or done."""
    return ActionItem.objects.shown_to(contact).exclude(resource=None).order_by().values("resource")


def done_here(request: HttpRequest) -> list[int]:
    """Keys of the action items that the client has done in this visit."""
    return request.session.get(DONE_HERE, [])


def remember_done(request: HttpRequest, pk: int) -> None:
    """Let an action item that was just done be undone until the visit ends."""
    request.session[DONE_HERE] = [*done_here(request), pk][-REMEMBERED:]


def forget_done(request: HttpRequest, pk: int) -> None:
    """It is open again."""
    request.session[DONE_HERE] = [key for key in done_here(request) if key != pk]


def due_words(due_on: date | None, today: date) -> str:
    """A due date as the client reads it."""
    if due_on is None:
        return ""
    if due_on < today:
        return f"Overdue since {date_format(due_on + timedelta(days=1), 'F j')}"
    near = {today: "Due today", today + timedelta(days=1): "Due tomorrow"}
    return near.get(due_on) or f"Due {date_format(due_on, 'F j' if due_on.year == today.year else 'F j, Y')}"


def _shown(rows: QuerySet, undoable: Collection[int]) -> list[Item]:
    today = timezone.localdate()
    names = ArraySubquery(ItemFile.objects.filter(item=OuterRef("pk")).order_by("pk").values("name"))
    return [_item(row, today, undoable) for row in rows.select_related("resource").annotate(file_names=names)]


def _item(row: ActionItem, today: date, undoable: Collection[int]) -> Item:
    readings = [row.resource] if row.resource and row.resource.is_published else []
    done = row.done_at is not None
    due = f"Done {date_format(timezone.localtime(row.done_at), 'F j')}" if done else due_words(row.due_on, today)
    undone = done and row.done_by_client and row.pk in undoable
    return Item(
        row.pk,
        row.title,
        row.text,
        due,
        row.is_overdue(today),
        done,
        undone,
        readings,
        row.asks_for_upload and not done,
        row.file_names,
    )
