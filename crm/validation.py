"""Whether an adapter's class, and what it yields, is what `crm.base` and `crm.records` say. Knows nothing of Django.

Adapters come from strangers: a class with a fault is not offered, a record with a fault is told as unreadable.
"""

import dataclasses
import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from urllib.parse import urlsplit

from crm.base import Adapter, Capabilities, ConfigField, Rate
from crm.records import BadRecord, Gone, Listed, Page, RemoteContact, RemoteHousehold

LONGEST_ID = 200
LONGEST_TEXT, MOST = 20_000, 1000  # characters of one text, entries of one tuple or mapping
LARGEST = 2**63 - 1  # of whole numbers
MOST_RECORDS = 2**31 - 1
KINDS = ("text", "lines", "host", "choice")
_CONTROL = re.compile(r"[\x00\ud800-\udfff]")


def class_problem(adapter: object, key: str) -> str:
    """Why a class cannot be an adapter of this key, in words for whoever installed it; "" when it can."""
    if not (inspect.isclass(adapter) and issubclass(adapter, Adapter)):
        return "It is no subclass of crm.base.Adapter."
    missing = sorted(getattr(adapter, "__abstractmethods__", ()))
    if missing:
        return f"It lacks {', '.join(missing)}()."
    if getattr(adapter, "key", None) != key:
        return f"Its key is not “{key}”, the name of its entry point."
    if not isinstance(getattr(adapter, "label", None), str) or not adapter.label.strip():
        return "It has no label."
    if not isinstance(adapter.note, str):
        return "Its note is no text."
    if not _all_are(adapter.hosts, str):
        return "Its hosts are no tuple of texts."
    return _capabilities_problem(getattr(adapter, "capabilities", None)) or _fields_problem(adapter)


def _capabilities_problem(found: object) -> str:
    if not isinstance(found, Capabilities):
        return "It declares no capabilities."
    for one in dataclasses.fields(Capabilities):
        hint = typing.get_type_hints(Capabilities)[one.name]
        value = getattr(found, one.name)
        choices = typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()
        if choices and value not in choices:
            return f"Its capabilities say {one.name}={value!r}, which is none of {', '.join(choices)}."
    if not _is_number(found.max_page) or found.max_page < 1 or not _is_number(found.seconds) or found.seconds <= 0:
        return "Its capabilities have no sensible max_page or seconds."
    rates = found.rates.items() if isinstance(found.rates, Mapping) else [(None, None)]
    if not all(isinstance(bucket, str) and isinstance(rate, Rate) for bucket, rate in rates):
        return "Its rates are no Rate by the name of a bucket."
    return ""


def _fields_problem(adapter: type[Adapter]) -> str:
    if not _all_are(getattr(adapter, "config_fields", None), ConfigField):
        return "Its config_fields are no tuple of ConfigField."
    names = [one.name for one in adapter.config_fields]
    taken = {"name", "credentials_expire_on", "compare_days"} & set(names)
    if taken or len(names) != len(set(names)):
        return f"Names of config_fields are taken: {', '.join(sorted(taken) or names)}."
    for one in adapter.config_fields:
        if not (isinstance(one.name, str) and one.name.isidentifier() and isinstance(one.label, str) and one.label):
            return f"The field {one.name!r} has no name or no label."
        if one.kind not in KINDS or (one.kind == "choice" and not one.choices):
            return f"The field {one.name} has a kind that is not known, or no choices."
        try:
            re.compile(one.pattern)
        except (re.error, TypeError):
            return f"The pattern of the field {one.name} is no regular expression."
    return ""


def checked_page(page: object) -> Page:
    """A page with only what can be stored: records with a fault among the bad ones. Raises TypeError for no page."""
    if not isinstance(page, Page):
        raise TypeError("not a page")
    state = page.next_state
    if not isinstance(state, Mapping) or not all(
        text_problem(name) == "" and (_is_whole(value) or text_problem(value) == "") for name, value in state.items()
    ):
        raise TypeError("a next_state that is not flat")
    good, bad = split(page.contacts, RemoteContact)
    homes, bad_homes = split(page.households, RemoteHousehold)
    gone, bad_gone = split(page.gone, Gone)
    listed, bad_listed = split(page.listed, Listed)
    told = tuple(one if not fault(one, BadRecord) else BadRecord("", "An unreadable record.") for one in page.bad)
    total = page.total if type(page.total) is int and 0 <= page.total <= MOST_RECORDS else None
    return dataclasses.replace(
        page,
        contacts=tuple(map(_with_a_web_address, good)),
        households=homes,
        gone=gone,
        listed=listed,
        bad=(*told, *bad, *bad_homes, *bad_gone, *bad_listed),
        total=total,
        last=page.last is True,
    )


def split(found: Iterable, kind: type) -> tuple[tuple, tuple[BadRecord, ...]]:
    """Those that can be stored, and the others as bad records."""
    good, bad = [], []
    for one in found:
        problem = fault(one, kind)
        if problem:
            bad.append(BadRecord(_id_of(one), problem))
        else:
            good.append(one)
    return tuple(good), tuple(bad)


def fault(one: object, kind: type) -> str:
    """Why a record cannot be stored, without saying what it holds; "" when it can."""
    if not isinstance(one, kind):
        return f"It is {type(one).__name__}, not {kind.__name__}."
    for name in ("remote_id", "contact_id"):
        remote_id = getattr(one, name, "x")
        if not isinstance(remote_id, str) or (not remote_id.strip() and kind is not BadRecord):
            return "Its id is no text, or empty."
        if len(remote_id) > LONGEST_ID:
            return f"Its id is longer than {LONGEST_ID} characters."
    return _values_problem(one, "") or (_named_ids_problem(one) if isinstance(one, RemoteContact) else "")


def _named_ids_problem(one: RemoteContact) -> str:
    """Whether a record names owners or a household by ids that are too long."""
    named = (one.owner_id, *one.other_owner_ids, one.household.remote_id if one.household else "")
    return f"It names an id of more than {LONGEST_ID} characters." if max(map(len, named)) > LONGEST_ID else ""


def _values_problem(one: object, where: str) -> str:
    """What is wrong with the values of a record or of a part of it, by the types they are declared with."""
    for name, problem_of in _checks(type(one)):  # type: ignore[arg-type]  # takes a class for unhashable
        problem = problem_of(getattr(one, name))
        if problem:
            return f"{where}{name} {problem}"
    return ""


@cache
def _checks(kind: type) -> tuple[tuple[str, Callable[[object], str]], ...]:
    """The fields of a record, and what finds out what is wrong with a value of each; made once."""
    return tuple((name, _check(hint)) for name, hint in typing.get_type_hints(kind).items())


def _check(hint: typing.Any) -> Callable[[object], str]:
    """What says in words what is wrong with a value that is declared so; "" for nothing."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is str:
        return text_problem
    if origin in (typing.Union, types.UnionType):
        return _check_of_one(inner)
    if origin is typing.Literal:
        return lambda value: "" if value in inner else "is none of the words it can be."
    if origin is tuple:
        return _check_of_each(_check(inner[0]))
    if origin is not None:
        return _check_of_mapping(_check(inner[1]))
    return lambda value: _plain_problem(value, hint)


def text_problem(value: object) -> str:
    """Why this is no text that can be stored; "" when it is one."""
    if type(value) is not str:
        return f"is {type(value).__name__}, not text."
    if len(value) > LONGEST_TEXT:
        return "is too long."
    return "" if value.isprintable() or not _CONTROL.search(value) else "holds characters that cannot be stored."


def _check_of_one(hints: tuple) -> Callable[[object], str]:
    """A value of one of several types, or none at all."""
    none = types.NoneType in hints
    checks = [_check(one) for one in hints if one is not types.NoneType]

    def problem(value: object) -> str:
        if none and value is None:
            return ""
        found = [one(value) for one in checks]
        return "" if "" in found else found[0]

    return problem


def _check_of_each(check: Callable[[object], str]) -> Callable[[object], str]:
    """A tuple of values of one type."""

    def problem(value: object) -> str:
        if not isinstance(value, tuple):
            return f"is {type(value).__name__}, not a tuple."
        return "has too many entries." if len(value) > MOST else next(filter(None, map(check, value)), "")

    return problem


def _check_of_mapping(check: Callable[[object], str]) -> Callable[[object], str]:
    """Plain values by their names."""

    def problem(value: object) -> str:
        if not isinstance(value, Mapping) or not all(text_problem(key) == "" for key in value):
            return "is no mapping by names."
        return "has too many entries." if len(value) > MOST else next(filter(None, map(check, value.values())), "")

    return problem


def _plain_problem(value: object, hint: type) -> str:
    """What is wrong with a value of a plain type, or with a part of a record."""
    fits = isinstance(value, hint) and not (isinstance(value, bool) and hint in (int, float))
    if not fits or (hint is date and isinstance(value, datetime)):
        return f"is {type(value).__name__}, not {hint.__name__}."
    if isinstance(value, datetime) and value.tzinfo is None:
        return "has no time zone."
    if isinstance(value, datetime) and not 1 < value.year < 9999:
        return "lies where no calendar reaches in every time zone."
    if isinstance(value, float) and not math.isfinite(value):
        return "is no number."
    if isinstance(value, int) and abs(value) > LARGEST:
        return "is too large."
    return _values_problem(value, "") if dataclasses.is_dataclass(value) else ""


def _with_a_web_address(contact: RemoteContact) -> RemoteContact:
    """A record whose page can be linked to: any address but one of the web is left out."""
    if not contact.url:
        return contact
    try:
        parts = urlsplit(contact.url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    return contact if fine else dataclasses.replace(contact, url="")


def _id_of(one: object) -> str:
    """The id of something that is no record, as far as it can be shown."""
    found = getattr(one, "remote_id", "")
    return _CONTROL.sub("", found)[:LONGEST_ID] if isinstance(found, str) else ""


def _all_are(found: object, kind: type) -> bool:
    return isinstance(found, tuple) and all(isinstance(one, kind) for one in found)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and abs(value) <= LARGEST


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
