"""Numbers in sentences."""


def counted(number: int, noun: str) -> str:
    """ "1 contact", "1,204 contacts"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
