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
class MailLedger:
    """Mail that a room plans as rows before it leaves, asked when the database turns out to be a restored backup.

    `waiting()`: whether mail waits. `doubt(state_at)` runs in the transaction that holds sending and makes all that
    waits *unknown whether sent*, except what was asked for after `state_at`, when what the database knows ends.
    """

    waiting: Callable[[], bool]
    doubt: Callable[[datetime], None]


nav = Registry("nav")  # NavItem: the staff rail
add_menu = Registry("add_menu")  # NavItem: what the Add button offers
person_menu = Registry("person_menu")  # NavItem: the menu behind one's own face
sweepers = Registry("sweepers")  # callable() run by every sweep: finds what is due or stuck
daily_jobs = Registry("daily_jobs")  # callable() run once a day
operation_types = Registry("operation_types")  # core.operations.types.OperationType instances, by their key
undo_offers = Registry("undo_offers")  # callable(operation, user) -> core.operations.types.UndoOffer
mail_ledgers = Registry("mail_ledgers")  # MailLedger: what waits in it is doubted when the database has gone back
