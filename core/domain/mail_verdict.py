"""What becomes of a mail that is handed over, in four words that all mail servers and providers are reduced to."""

from dataclasses import dataclass

ACCEPTED, TEMPORARY, PERMANENT, UNKNOWN = "accepted", "temporary", "permanent", "unknown"


@dataclass(frozen=True)
class Verdict:
    """What became of a mail: accepted, worth another try, refused for good, or not known."""

    outcome: str
    reason: str = ""
    message_id: str = ""


def reason_of(sentence: str, error: Exception) -> str:
    """A sentence and what an error says, short enough for the ledger."""
    first_line = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{sentence}: {first_line or type(error).__name__}"[:300]
