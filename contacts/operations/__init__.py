"""Kinds of operation on contacts, one idea a file."""


def load() -> None:
    """Register all kinds of this room."""
    from contacts.operations import (  # noqa: F401 - importing registers
        assigning,
        changing,
        exporting,
        handing_over,
        importing,
        lifecycle,
        undoing,
    )
