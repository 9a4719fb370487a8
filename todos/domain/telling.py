"""The contacts' timelines: an event names the rows it is about by key, and the timeline reads their titles there.

So an event, which stays for good, holds none of the words that are erased with a contact.
"""

from collections import defaultdict
from collections.abc import Iterable

from core.history.recording import record
from core.models import Activity
from todos.models import ActionItem, Reminder

MODELS = {"action_items": ActionItem, "reminders": Reminder}


def tell(verb: str, sentence: str, rows: Iterable[ActionItem | Reminder], *, actor) -> None:
    """Write one event per contact about these rows of one model, in the caller's transaction."""
    keys: dict[int, list[int]] = defaultdict(list)
    about = ""
    for row in rows:
        about = "action_items" if isinstance(row, ActionItem) else "reminders"
        keys[row.contact_id].append(row.pk)
    if keys:
        data_of = {contact: {about: pks} for contact, pks in keys.items()}
        record(verb, sentence, subject_ids=list(keys), actor=actor, data_of=data_of)


def titles_of(events: list[Activity]) -> dict[int, str]:
    """For the timeline: the titles of what events are about, by key of the event; one query a model, if any."""
    found: dict[int, str] = {}
    for about, model in MODELS.items():
        named = {event.pk: event for event in events if event.data.get(about)}
        if not named:
            continue
        keys = {key for event in named.values() for key in event.data[about]}
        titles = {row.pk: row for row in model.objects.filter(pk__in=keys).only("contact_id", "title")}
        for pk, event in named.items():
            rows = [titles[key] for key in event.data[about] if key in titles]
            words = ", ".join(f"“{row.title}”" for row in rows if row.contact_id == event.subject_id)
            if words:
                found[pk] = words
    return found
