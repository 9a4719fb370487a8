"""What becomes of a mail that is handed over, in four words that all mail servers and providers are reduced to."""

from dataclasses import dataclass

ACCEPTED, TEMPORARY, PERMANENT, UNKNOWN = "accepted", "temporary", "permanent", "unknown"
REACHED = "reached"  # the server is there, and was handed nothing


@dataclass(frozen=True)
class Verdict:
    """What became of a mail: accepted, worth another try, refused for good, or not known.

    `answered`: the server, or the provider, has dealt with this mail, so others can leave as well. Not so where nobody
    is there, and where we are turned away whatever the mail.
    """

    outcome: str
    reason: str = ""
    message_id: str = ""
    answered: bool = False


def reason_of(sentence: str, error: Exception) -> str:
    """A sentence and what an error says, short enough for the ledger."""
    first_line = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{sentence}: {first_line or type(error).__name__}"[:300]
