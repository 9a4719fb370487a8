"""Keys of rows as they come from outside: text of an address, a form or a report, until it has been read."""

LARGEST = 2**63 - 1
LONGEST = len(str(LARGEST))


def read_key(text: str | None) -> int | None:
    """The key that a text names; None where it cannot be the key of any row.

    Keys are written in plain digits. `str.isdigit` also holds of "²", which `int` refuses, as it refuses thousands of
    digits; and PostgreSQL refuses what is beyond its own bigint.
    """
    if not text or len(text) > LONGEST or not (text.isascii() and text.isdigit()):
        return None
    key = int(text)
    return key if key <= LARGEST else None
