"""Texts that a spreadsheet might run, and the apostrophe that keeps it from it.

A spreadsheet runs a text that begins with `= + - @`. Such a text, and one that hides its sign behind blanks,
control characters or quotes, gets an apostrophe in front: `=1+1` becomes `'=1+1`. `unguard` takes exactly that
apostrophe off again, so what was exported comes back unchanged; the file import calls it on every cell.
"""

import re

# Blanks, control and invisible characters and quotes, and then a sign (also in its full-width form).
_FORMULA = re.compile(
    "[\\s'\"\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
)
_SEPARATORS = ("\t", "\r", "\n")


def needs_guard(text: str) -> bool:
    """Whether a spreadsheet might take `text` for a formula. One that begins with a letter or digit is safe."""
    if text[:1].isalnum():
        return False
    return text.startswith(_SEPARATORS) or _FORMULA.match(text) is not None


def guard(text: str) -> str:
    """`text`, with an apostrophe in front where a spreadsheet might take it for a formula."""
    return f"'{text}" if needs_guard(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given. Texts it would not have made stay as they are."""
    return text[1:] if text.startswith("'") and needs_guard(text[1:]) else text
