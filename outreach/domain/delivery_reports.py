"""Reports of failed delivery that come as mail (RFC 3464, RFC 6533), as real servers write them.

Postfix 3.7 and Exim 4.96, run: Postfix names the address a mail was forwarded to as Final-Recipient and ours as
Original-Recipient; Exim names ours, has no Original-Recipient, says Status 5.0.0 whatever happened and gives no
Diagnostic-Code where no server was asked. Python parses a `message/global-delivery-status` as one block, and a
`text/rfc822-headers` not at all. So the blocks are read here, and a mail is known by our key, never by an address.
"""

import email
import email.policy
import re
from email.errors import MessageError
from email.message import Message

from mail.domain.bounce_address import find_key
from outreach.domain.fates import Fate, Report, fate_of_failure

LARGEST = 256 * 1024  # bytes that are read of a report; what matters stands before the returned message
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
RETURNED_PARTS = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")
MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,190}>)", re.IGNORECASE | re.MULTILINE)
BLANK_LINES = re.compile(r"\r?\n[ \t]*\r?\n")
FOLD = re.compile(r"\r?\n[ \t]+")
FATES = {"delayed": Fate.DELAYED, "delivered": Fate.DELIVERED}
# What several recipients of a forwarded mail got: the worst is told.
WORST_FIRST = ["failed", "delayed", "delivered"]

Block = dict[str, str]


def read(content: bytes, recipient: str = "") -> Report | None:
    """The report in a mail, found back to our ledger by a key of ours; None when it is none, or not about our mail.

    `recipient` is the address in the envelope of the report, where the mail server told it. Never raises: anybody can
    send anything to the bounce address.
    """
    try:
        message = email.message_from_bytes(content[:LARGEST], policy=email.policy.compat32)
        return _read(message, recipient)
    # Of mail that is not well formed, or holds parts within parts without end.
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, RecursionError):
        return None


def _read(message: Message, recipient: str) -> Report | None:
    parts = list(message.walk())
    status = next((part for part in parts if part.get_content_type() in STATUS_PARTS), None)
    if status is None:
        return None
    whole, *blocks = _blocks(status)
    told = min(blocks, key=_badness, default=None)
    if told is None or _badness(told) == len(WORST_FIRST):
        return None
    action = told.get("action", "").lower()
    diagnostic = _diagnostic(told) or _words_below_address(parts)
    fate = FATES.get(action) or fate_of_failure(diagnostic, told.get("status", ""))
    reason = diagnostic or f"Status {told.get('status', 'unknown')}"
    addressed = [recipient, *(str(value) for name in ADDRESSED for value in message.get_all(name, []))]
    if key := find_key(" ".join([*addressed, whole.get("original-envelope-id", "")])):
        return Report(fate, send_id=key[0], attempt=key[1], reason=reason)
    message_id = _returned_message_id(parts)
    return Report(fate, message_id=message_id, reason=reason) if message_id else None


def _badness(block: Block) -> int:
    """How early the worst comes; beyond the end what says nothing, such as `relayed`."""
    action = block.get("action", "").lower()
    return WORST_FIRST.index(action) if action in WORST_FIRST else len(WORST_FIRST)


def _blocks(part: Message) -> list[Block]:
    """The blocks of a status: of the message, then of each recipient. Names in lower case, values unfolded."""
    inner = part.get_payload()
    if isinstance(inner, list):  # Python has taken it for messages, and global ones for a single one
        text = "\n\n".join(_text(one.as_bytes()).strip() for one in inner)
    else:
        text = _text(part.get_payload(decode=True) or b"")
    blocks = [_fields(block) for block in BLANK_LINES.split(text) if block.strip()]
    return blocks or [{}]


def _fields(text: str) -> Block:
    """Lines of `Name: value`."""
    lines = FOLD.sub(" ", text).splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _diagnostic(block: Block) -> str:
    """The receiving server's own words, without the name of their kind."""
    kind, semicolon, words = block.get("diagnostic-code", "").partition(";")
    return " ".join((words if semicolon else kind).split())


def _words_below_address(parts: list[Message]) -> str:
    """What stands below an address in the part for people: Exim says there what it says nowhere else."""
    for part in parts:
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            text = _text(part.get_payload(decode=True) or b"")
            found = re.search(r"^ {1,4}\S+@\S+\r?\n((?: {3,}\S.*\r?\n?){1,6})", text, re.MULTILINE)
            return " ".join(found[1].split()) if found else ""
    return ""


def _returned_message_id(parts: list[Message]) -> str:
    """The id of the mail that the report gives back, whole or its header alone."""
    for part in parts:
        if part.get_content_type() not in RETURNED_PARTS:
            continue
        inner = part.get_payload()
        text = inner[0].as_bytes() if isinstance(inner, list) and inner else part.get_payload(decode=True) or b""
        header = BLANK_LINES.split(_text(text), maxsplit=1)[0]
        if found := MESSAGE_ID.search(header):
            return found[1]
    return ""


def _text(content: bytes) -> str:
    """Bytes of whatever they claim to be, as text."""
    return content.decode("utf-8", "replace")
