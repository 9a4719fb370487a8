"""Kinds of operation on contacts, one idea a file."""


def load() -> None:
    """Register all kinds of this room."""
    from contacts.operations import assigning, changing, importing, lifecycle, undoing  # noqa: F401 - importing registers
