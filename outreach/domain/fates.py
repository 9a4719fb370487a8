"""What is told of a mail after it has left, by whoever tells it, in the words that the ledger acts on."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What became of a mail.

    Only DEAD, COMPLAINED and UNSUBSCRIBED say something about the address for good. DELAYED: the server tries on by
    itself. RETURNED: it has given up, and the mail can be tried again. REFUSED: this mail will not arrive, and the
    address is not at fault.
    """

    DELIVERED = "delivered"
    DELAYED = "delayed"
    RETURNED = "returned"
    REFUSED = "refused"
    DEAD = "dead"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True)
class Report:
    """One report about one mail. `send_id` and `attempt` are our own key, where it came back; 0 where it did not.

    `recipient` is believed only where there is no key: with forwarding it is somebody else's address.
    """

    fate: Fate
    recipient: str = ""
    message_id: str = ""
    send_id: int = 0
    attempt: int = 0
    reason: str = ""

    def __post_init__(self) -> None:
        """Whoever a mail goes to has a hand in these words; the database keeps neither NUL nor half a character."""
        for name in ("recipient", "message_id", "reason"):
            text = getattr(self, name).encode("utf-8", "replace").decode().replace("\0", "\ufffd")
            object.__setattr__(self, name, text)


ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
# RFC 3463 and the IANA registry of enhanced status codes; 4.1 is Microsoft 365's "no such recipient in this domain".
NO_SUCH_ADDRESS = {"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.1", "4.4"}
TOO_LARGE_OR_UNWANTED_CONTENT = {"2.3", "3.4", "6.0", "6.1", "6.2", "6.3", "6.6", "6.7"}
WORDS_OF_FULL = re.compile(
    r"over.?quota|quota.?exceed|exceed\w* .{0,30}quota|mailbox (is )?full|insufficient.{0,20}stor", re.IGNORECASE
)
NOBODY, MISSING = "(user|recipient|mailbox|address|account|person)", "(unknown|not found|not exist|n.t exist|invalid)"
WORDS_OF_NOBODY = re.compile(
    rf"(unknown|no such|invalid|nonexist\w*|non-exist\w*) {NOBODY}|{NOBODY} .{{0,40}}{MISSING}"
    r"|unrouteable|no mailbox|not a valid|domain .{0,30}not (found|exist)",
    re.IGNORECASE,
)


def fate_of_failure(diagnostic: str, status: str = "") -> Fate:
    """What a failed delivery means, by the receiving server's words, else by the status of the report.

    The words come first: Exim reports status 5.0.0 whatever happened, and servers that give up on a full mailbox
    or on greylisting call that failed too. Final is only what says that nobody is there.
    """
    if WORDS_OF_FULL.search(diagnostic):
        return Fate.RETURNED
    found = ENHANCED.search(diagnostic)
    if found and found[0] != "5.0.0":
        return _by_enhanced(found)
    if reply := REPLY.search(diagnostic):
        if reply[1].startswith("4"):
            return Fate.RETURNED
        if WORDS_OF_NOBODY.search(diagnostic):
            return Fate.DEAD
    if not diagnostic and (found := ENHANCED.search(status)) and found[0] != "5.0.0":
        return _by_enhanced(found)
    return Fate.DEAD if WORDS_OF_NOBODY.search(diagnostic) else Fate.RETURNED


def _by_enhanced(found: re.Match) -> Fate:
    """By an enhanced status code."""
    subject = f"{int(found[2])}.{int(found[3])}"
    if found[1] != "5":
        return Fate.RETURNED
    if subject in NO_SUCH_ADDRESS:
        return Fate.DEAD
    return Fate.REFUSED if subject in TOO_LARGE_OR_UNWANTED_CONTENT else Fate.RETURNED
