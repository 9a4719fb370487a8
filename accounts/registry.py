"""What rooms above offer about the staff; each fills it in its `AppConfig.ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from core.registry import Registry


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


staff_duties = Registry("staff_duties")  # Duty
staff_actions = Registry("staff_actions")  # Action on one of the staff, begun by POST, for admins
