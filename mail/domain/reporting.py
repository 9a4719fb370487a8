"""Saying where people look that mail did not go as wanted."""

from collections.abc import Sequence
from itertools import groupby

from mail.models import Send
from mail.registry import purpose_of


def report_problem(sends: Sequence[Send], sentence: str) -> None:
    """Each purpose says it of its own mails: of one to a contact, on the contact's timeline."""
    for key, group in groupby(sorted(sends, key=lambda send: send.purpose), key=lambda send: send.purpose):
        purpose_of(key).report_problem([*group], sentence)
