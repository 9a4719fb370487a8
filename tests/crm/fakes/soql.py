"""As much of SOQL as fakes need: questions are taken apart strictly, and asked of rows that are plain dicts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

TOKEN = re.compile(r"\s*(>=|<=|!=|[(),=<>]|'[^']*'|\d{4}-\d\d-\d\dT[\d:.]+Z|[A-Za-z0-9_.]+)")


class Malformed(Exception):
    """The question is not SOQL."""


@dataclass
class Question:
    """`fields` with names and inner questions; `where` tells whether a row belongs."""

    fields: list[Any]
    table: str
    where: Callable[[Callable[[str], Any]], bool] = lambda get: True
    order: list[str] = field(default_factory=list)
    limit: int = 2000
    named: set[str] = field(default_factory=set)  # fields that conditions name


class Parser:
    """Reads one question from its tokens."""

    def __init__(self, text: str) -> None:
        self.tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Malformed(text[at : at + 20])
            self.tokens.append(found[1])
            at = found.end()
        self.at = 0
        self.named: set[str] = set()

    def question(self, *, inner: bool = False) -> Question:
        self.expect("SELECT")
        fields = [self.one_field()]
        while self.take(","):
            fields.append(self.one_field())
        self.expect("FROM")
        asked = Question(fields, self.next())
        if self.take("WHERE"):
            asked.where = self.either()
        if self.take("ORDER"):
            self.expect("BY")
            asked.order = [self.ordering()]
            while self.take(","):
                asked.order.append(self.ordering())
        if self.take("LIMIT"):
            asked.limit = int(self.next())
        if not inner and self.at < len(self.tokens):
            raise Malformed(self.tokens[self.at])
        asked.named = self.named
        return asked

    def one_field(self):
        if self.take("("):
            outer, self.named = self.named, set()
            found = self.question(inner=True)
            self.named = outer
            self.expect(")")
            return found
        return self.next()

    def ordering(self) -> str:
        name = self.next()
        self.take("ASC")
        return name

    def either(self):
        parts = [self.both()]
        while self.take("OR"):
            parts.append(self.both())
        return lambda get: any(one(get) for one in parts)

    def both(self):
        parts = [self.condition()]
        while self.take("AND"):
            parts.append(self.condition())
        return lambda get: all(one(get) for one in parts)

    def condition(self):
        if self.take("("):
            found = self.either()
            self.expect(")")
            return found
        name, operator = self.next(), self.next()
        self.named.add(name)
        if operator == "IN":
            self.expect("(")
            values = [literal(self.next())]
            while self.take(","):
                values.append(literal(self.next()))
            self.expect(")")
            return lambda get: get(name) in values
        value = literal(self.next())
        compare = {
            "=": lambda a: a == value,
            ">": lambda a: a is not None and a > value,
            ">=": lambda a: a is not None and a >= value,
        }.get(operator)
        if compare is None:
            raise Malformed(operator)
        return lambda get: compare(get(name))

    def take(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == word:
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.take(word):
            raise Malformed(f"expected {word}")

    def next(self) -> str:
        if self.at >= len(self.tokens):
            raise Malformed("it ends too soon")
        self.at += 1
        return self.tokens[self.at - 1]


def literal(token: str) -> Any:
    """A value: text, a moment, or true and false."""
    if token.startswith("'"):
        return token[1:-1]
    if token in ("true", "false"):
        return token == "true"
    try:
        return datetime.fromisoformat(token).astimezone(UTC)
    except ValueError:
        raise Malformed(token) from None
