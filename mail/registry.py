"""What rooms above bring to the ledger: the purposes of mail, who answers requests for links, the firm's pace."""

from core.registry import Registry
from mail.purposes import Purpose, Unregistered

purposes = Registry("purposes")  # mail.purposes.Purpose by its key
link_answers = Registry("link_answers")  # by LinkRequest.Side: callable(email, asked_at) that plans the link, if any
paces = Registry("paces")  # callable() -> mails a minute; the lowest holds


def purpose_of(key: str) -> Purpose:
    """The purpose under a key that stands in the ledger, whether or not a room registers it."""
    return purposes.get(key) or Unregistered()


def label_of(key: str) -> str:
    """A purpose in words; its key where no room registers it any more."""
    purpose = purposes.get(key)
    return purpose.label if purpose else key
