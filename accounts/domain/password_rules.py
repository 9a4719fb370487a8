"""Passwords that would be guessed: common ones, repetitions, sequences, and what is made of the own name or the firm's.

How soon a password is guessed is estimated by zxcvbn (Dropbox, 2016), which knows 94,000 common passwords, words and
names, of which 3,973 have 12 characters or more, and finds what is put together from them, from dates, from rows of
keys, repeated or spelt with digits. Length is asked for elsewhere; nothing is asked of the kinds of characters.
"""

import re
import unicodedata
from math import prod

from django.core.exceptions import ValidationError

from accounts.models import Firm, User

# Guesses until it is found, at least. NIST SP 800-63B asks for a list of known ones; this is far beyond any list.
GUESSES = 10**9
GUESSES_OF_THE_REST = 10**6  # of what is left without the own words
LOOKED_AT = 48  # characters: what comes after makes it no easier
# zxcvbn 4.5.0 tries every reading of signs that may stand for letters, one by one, which can take very long.
SPELLINGS = {"a": "4@", "c": "({[<", "g": "69", "i": "1!|", "l": "1|7", "s": "$5", "t": "+7"}
READINGS = 16  # digits alone make four
OWN_WORD = 3  # characters; shorter names are parts of too many words

OWN = "This password is mostly your own name or address, or the firm’s name. Choose what nobody connects with you."
PATTERNS = {
    "repeat": "This password repeats itself, which is guessed as soon as the part that is repeated.",
    "sequence": "This password follows the alphabet or counts up or down, which is guessed at once.",
    "spatial": "This password is a row of neighbouring keys, which is guessed at once.",
    "date": "This password is mostly a date, which is guessed soon.",
}
COMMON = "This password is common, or made of common words, and would be guessed soon. Add words that nobody expects."


class GuessableValidator:
    """Refuses what would be guessed; one of Django's password validators."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError with the reason, in words, when the password would be guessed soon."""
        if not password:
            return
        own = own_words(user)
        if (rest := _without(password, own)).strip():
            if rest != _folded(password) and _estimate(rest, [])["guesses"] < GUESSES_OF_THE_REST:
                raise ValidationError(OWN, code="password_own")
        else:
            raise ValidationError(OWN, code="password_own")
        found = _estimate(password, own)
        if found["guesses"] < GUESSES:
            pattern = max(found["sequence"], key=lambda match: len(match["token"]))["pattern"]
            raise ValidationError(PATTERNS.get(pattern, COMMON), code="password_guessable")

    def get_help_text(self) -> str:
        """What Django shows beside the field."""
        return "Not a common password, a row of keys, a repetition, or your own or the firm’s name."


def own_words(user: User | None) -> list[str]:
    """What anybody connects with this user: their names, their address and the firm's name, in lower case."""
    firm = Firm.get().name
    texts = [firm, firm.replace(" ", "")]
    if user is not None:
        local, _, domain = user.email.partition("@")
        texts += [user.first_name, user.last_name, local, domain.rpartition(".")[0]]
    words = (word for text in texts for word in re.findall(r"[^\W_]+", _folded(text)))
    return sorted({word for word in words if len(word) >= OWN_WORD}, key=len, reverse=True)


def _without(password: str, words: list[str]) -> str:
    """The folded password with these words taken out."""
    rest = _folded(password)
    for word in words:
        rest = rest.replace(word, "")
    return rest


def _estimate(text: str, own: list[str]) -> dict:
    """What zxcvbn says of a text, in a tenth of a second at most: `guesses`, and the `sequence` of what it found."""
    from zxcvbn import zxcvbn  # 12 MB of words, which workers never need

    text = text[:LOOKED_AT]
    if prod(max(1, sum(sign in text for sign in signs)) for signs in SPELLINGS.values()) > READINGS:
        text = re.sub(r"[^\w\s]", "~", text)
    return zxcvbn(text, own, max_length=LOOKED_AT)


def _folded(text: str) -> str:
    """In lower case and without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
