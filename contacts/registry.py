"""What rooms above offer about contacts; each fills it in its `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.registry import Registry


@dataclass(frozen=True)
class AfterAssign:
    """What may be asked for together with assigning: key "invite" of the outreach room makes "Assign and invite".

    `run(contact_ids, by, operation)` is called in the transaction that assigned them, for those who were
    assigned, and answers with the reasons, in words, for those it left out. `left_out(contacts)` answers before, for
    the preview, with how many of a queryset of contacts who will be assigned it would leave out, by reason.
    """

    label: str
    run: Callable[[list[int], Any, Any], dict[int, str]]
    left_out: Callable[[Any], dict[str, int]] = field(default=lambda contacts: {})


@dataclass(frozen=True)
class LastingEffect:
    """What a room above does on account of an operation beyond the values of its contacts, asked when it is undone.

    `words(operation, contacts, redo=…)` are sentences for the preview: what cannot be taken back, and what else happens
    to `contacts`, a queryset of those who are put back; with `redo` the undoing itself is undone.
    `take_back(operation, ids, undoing)` stops what has not happened yet for contacts who are put back, in their
    transaction, and answers with what the report should say of some.
    """

    words: Callable[..., list[str]]
    take_back: Callable[[Any, list[int], Any], dict[int, str]]


@dataclass(frozen=True)
class Traces:
    """What a room above contacts holds of them, asked when contacts are purged.

    `kept(ids)` names those contacts whose records the room may not give up, so that their row must stay, without a
    name. `remove(ids)` removes, in the caller's transaction, what is not simply deleted with them: rows that point to
    a contact are, unless `stays` names their model.
    `history` names the models whose history rows go by a column that holds the contact's key.
    """

    kept: Callable[[list[int]], set[int]]
    remove: Callable[[list[int]], None]
    history: dict[str, str] = field(default_factory=dict)
    stays: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ContactGroup:
    """Contacts that a room above can name, for the contact list's filter `group`: "<key>.<which>".

    `ids(which)` are their keys, as a subquery, or None where `which` cannot be read; `label(which)` says in words
    who they are.
    """

    ids: Callable[[str], Any]
    label: Callable[[str], str]


contact_actions = Registry("contact_actions")  # Action or BulkAction on one contact, for the list and the summary page
contact_bulk_actions = Registry("contact_bulk_actions")  # Action or BulkAction on a selection
contact_groups = Registry("contact_groups")  # ContactGroup: what the contact list can be narrowed to from elsewhere
contact_next_steps = Registry("contact_next_steps")  # callable(contact, user) -> (sentence, url, label) | None
contact_sections = Registry("contact_sections")  # callable(contact, request) -> rendered section | None
contact_integrations = Registry("contact_integrations")  # callable(contact, request) -> rendered body of Integrations
timeline_sources = Registry("timeline_sources")  # callable(contact, before, limit) -> iterable of timeline.Entry
event_details = Registry("event_details")  # callable(events) -> words by key of the event, added to its sentence
after_assign = Registry("after_assign")  # AfterAssign: what may follow an assignment, such as inviting
contact_traces = Registry("contact_traces")  # Traces: what goes with a contact who is purged, and what stays
lasting_effects = Registry("lasting_effects")  # LastingEffect: what undoing cannot take back, and what it stops
