"""Types of operation on contacts, one idea a file. `load` registers them."""


def load() -> None:
    """Register all of this room."""
    from contacts.operations import (  # noqa: F401 - importing registers
        assigning,
        editing_fields,
        exporting,
        handing_over,
        importing,
        lifecycle,
        undoing,
    )
