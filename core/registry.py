"""What rooms above offer to rooms below: each app fills it in its `AppConfig.ready()`.

The contact list offers "Invite" without knowing of outreach, the timeline shows sends without importing
them. An entry is registered once, under a key; a second registration of the same key is a mistake.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse


class Registry:
    """Entries by key, in the order of `order` and then of registration."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, tuple[int, Any]] = {}

    def register(self, key: str, entry: Any, *, order: int = 100) -> Any:
        """Add `entry` under `key`. Raises ValueError when the key is taken."""
        if key in self._entries:
            raise ValueError(f"{self.name} already has an entry {key!r}.")
        self._entries[key] = (order, entry)
        return entry

    def __getitem__(self, key: str) -> Any:
        return self._entries[key][1]

    def get(self, key: str) -> Any | None:
        """The entry under `key`, or None."""
        found = self._entries.get(key)
        return found[1] if found else None

    def __iter__(self) -> Iterator[Any]:
        return (entry for _, entry in sorted(self._entries.values(), key=lambda pair: pair[0]))

    def keys(self) -> Iterable[str]:
        """All keys, unordered."""
        return self._entries.keys()


@dataclass(frozen=True)
class NavItem:
    """An entry of the staff rail. `allowed(user)` decides who sees it.

    `count(user)` is an expression for the number shown beside it, or None: it becomes a column of the one query that
    every page of the staff makes anyway, so it must be answered by an index.
    """

    label: str
    icon: str
    url_name: str
    prefix: str
    allowed: Callable[[Any], bool] = field(default=lambda user: True)
    count: Callable[[Any], Any] = field(default=lambda user: None)


@dataclass(frozen=True)
class Action:
    """Something that can be started from a list or a summary page of another room.

    `url_name` takes the row's pk when `per_row`; a bulk action is posted the selection.
    `allowed(user)` decides who is offered it, `applies(row)` for which rows it makes sense.
    """

    label: str
    icon: str
    url_name: str
    allowed: Callable[[Any], bool] = field(default=lambda user: True)
    applies: Callable[[Any], bool] = field(default=lambda row: True)
    danger: bool = False

    def url(self, pk: int | None = None) -> str:
        """Where it begins, of one row when `pk` is given. Raises NoReverseMatch where its room has no such page."""
        return reverse(self.url_name, args=[] if pk is None else [pk])


@dataclass(frozen=True)
class Duty:
    """What a member of the staff holds and must hand over before leaving.

    `count(user)` says how much of it there is; `hand_over(user, to, by)` gives all of it to another in the
    caller's transaction, or begins an operation that does, which it returns. `arriving(user)` and `leaving(user)` are
    such operations that have not ended yet, by who receives and who gives; `left_behind()` are those who can no longer
    sign in and hold some of it all the same, each with how much.
    """

    label: str
    count: Callable[[Any], int]
    hand_over: Callable[[Any, Any, Any], Any]
    arriving: Callable[[Any], Iterable[Any]] = field(default=lambda user: ())
    leaving: Callable[[Any], Iterable[Any]] = field(default=lambda user: ())
    left_behind: Callable[[], Iterable[tuple[Any, int]]] = field(default=lambda: ())


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
class MailLedger:
    """Mail that a room plans as rows before it leaves, asked when the database turns out to be a restored backup.

    `waiting()`: whether mail waits. `doubt(state_at)` runs in the transaction that holds sending and makes all that
    waits *unknown whether sent*, except what was asked for after `state_at`, when what the database knows ends.
    """

    waiting: Callable[[], bool]
    doubt: Callable[[datetime], None]


@dataclass(frozen=True)
class TemplateReach:
    """How far a kind of template reaches, asked of the room of those who have it.

    `counts(pks)` says how many people have each today, without the zeros. `uses(pk)` names all that keeps one
    from being deleted, past use included: words, and an address where there is a page that shows it, else "".
    """

    counts: Callable[[list[int]], dict[int, int]]
    uses: Callable[[int], list[tuple[str, str]]]


@dataclass(frozen=True)
class ContactGroup:
    """Contacts that a room above can name, for the contact list's filter `group`: "<key>.<which>".

    `ids(which)` are their keys, as a subquery, or None where `which` cannot be read; `label(which)` says in words
    who they are.
    """

    ids: Callable[[str], Any]
    label: Callable[[str], str]


nav = Registry("nav")  # NavItem: the staff rail
add_menu = Registry("add_menu")  # NavItem: what the Add button offers
person_menu = Registry("person_menu")  # NavItem: the menu behind one's own face
contact_actions = Registry("contact_actions")  # Action or bulk action per row, for the list and the summary page
contact_bulk_actions = Registry("contact_bulk_actions")  # Action or bulk action on a selection of contacts
contact_groups = Registry("contact_groups")  # ContactGroup: what the contact list can be narrowed to from elsewhere
contact_next_steps = Registry("contact_next_steps")  # callable(contact, user) -> (sentence, url, label) | None
contact_sections = Registry("contact_sections")  # callable(contact, request) -> rendered section | None
contact_integrations = Registry("contact_integrations")  # callable(contact, request) -> rendered body of Integrations
template_panels = Registry("template_panels")  # callable(template, request) -> what its page shows besides | None
timeline_sources = Registry("timeline_sources")  # callable(contact, before, limit) -> iterable of core.timeline.Entry
event_details = Registry("event_details")  # callable(events) -> words by key of the event, added to its sentence
after_assign = Registry("after_assign")  # AfterAssign: what may follow an assignment, such as inviting
sweepers = Registry("sweepers")  # callable() run by every sweep: finds what is due or stuck
daily_jobs = Registry("daily_jobs")  # callable() run once a day
staff_duties = Registry("staff_duties")  # Duty
staff_actions = Registry("staff_actions")  # Action on one of the staff, begun by POST, for admins
contact_traces = Registry("contact_traces")  # Traces: what goes with a contact who is purged, and what stays
operation_types = Registry("operation_types")  # core.operations.OperationType instances, by their key
undo_offers = Registry("undo_offers")  # callable(operation, user) -> core.operations.UndoOffer
template_reach = Registry("template_reach")  # TemplateReach under the name of the template's model
lasting_effects = Registry("lasting_effects")  # LastingEffect: what undoing cannot take back, and what it stops
mail_ledgers = Registry("mail_ledgers")  # MailLedger: what waits in it is doubted when the database has gone back
