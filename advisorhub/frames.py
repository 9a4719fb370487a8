"""Room for the frames of a whole request, so that no page is slow because of how deeply it is called.

CPython 3.11 and newer keep the frames of Python functions in chunks of 16 KB. A loop that calls a function just where
a chunk ends has the system map and unmap the next chunk with every call, and each costs page faults: a page took up to
half as long again, depending on how many middlewares lay above it (docs/decisions/0052-room-for-frames.md).
"""

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

# Slots of eight bytes. A chunk is doubled until the frame fits: 34,000 slots make one of 512 KB, and leave nearly half
# of it for all that is called; what is not touched costs no memory.
SLOTS = 34_000


def with_room(call: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return `call` behind a frame that asks for one large chunk, which the frames of all it calls share."""

    def roomy(*args, **kwargs) -> Answer:
        return call(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=SLOTS)
    return roomy
