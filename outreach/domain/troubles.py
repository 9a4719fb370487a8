"""Saying on contacts' timelines that a mail did not go as wanted."""

from core.history.recording import record


def note_trouble(contact_ids: list[int], sentence: str) -> None:
    """Put it on the timelines of these contacts."""
    record("mail_trouble", sentence, subject_ids=contact_ids)
