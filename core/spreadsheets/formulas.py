"""Texts that a spreadsheet might run, and the apostrophe that keeps it from it.

A spreadsheet runs a text that begins with `= + - @`. Such a text, and one that hides its sign behind blanks,
control characters or quotes, gets an apostrophe in front: `=1+1` becomes `'=1+1`. `unguard` takes exactly that
apostrophe off again, so what was exported comes back unchanged; the file import calls it on every cell.

In a CSV file a text may become several cells. Much of the world's Excel takes `;` for what parts the cells and a comma
for nothing special; it and others can be told to take a tab or `|`. Quotes do not help, for they count only where a
cell begins: `a,"x;=1",b` is then the cells `a,"x` and `=1",b`, and a line's end within such quotes ends the line. So
`guard_parts` guards what follows each of these as well (`x;=1` becomes `x;'=1`). A comma needs no guard within a text:
who parts by commas reads our quotes as they are meant. In a workbook a cell is a cell, whatever it holds.
"""

import re
from collections.abc import Callable

# Blanks, control and invisible characters and quotes, and then a sign (also in its full-width form).
_FORMULA = re.compile(
    "[\\s'\"\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
)
_SEPARATORS = ("\t", "\r", "\n")
_PARTING = re.compile("([;|\t\r\n])")
# Answers for nearly every text that `guard_parts` leaves it as it is: it begins like a word, and nothing parts it.
is_plain = re.compile(r"\w[^;|\t\r\n]*+").fullmatch


def needs_guard(text: str) -> bool:
    """Whether a spreadsheet might take `text` for a formula. One that begins with a letter or digit is safe."""
    if text[:1].isalnum():
        return False
    return text.lstrip("'").startswith(_SEPARATORS) or _FORMULA.match(text) is not None


def guard(text: str) -> str:
    """`text`, with an apostrophe in front where a spreadsheet might take it for a formula."""
    return f"'{text}" if needs_guard(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given. Texts it would not have made stay as they are."""
    return text[1:] if text.startswith("'") and needs_guard(text[1:]) else text


def guard_parts(text: str) -> str:
    """`guard` for CSV: none of the cells into which another separator breaks `text` is a formula."""
    return _each_part(guard(text), guard)


def unguard_parts(text: str) -> str:
    """The text that `guard_parts` was given. Texts it would not have made stay as they are."""
    return unguard(_each_part(text, unguard))


def _each_part(text: str, change: Callable[[str], str]) -> str:
    """`text` with each part changed but the first."""
    pieces = _PARTING.split(text)
    pieces[2::2] = map(change, pieces[2::2])
    return "".join(pieces)
