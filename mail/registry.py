"""What rooms above bring to the ledger: the purposes of mail, who answers requests for links, the firm's pace."""

from core.registry import Registry

purposes = Registry("purposes")  # mail.purposes.Purpose by its key
link_answers = Registry("link_answers")  # by LinkRequest.Side: callable(email, asked_at) that plans the link, if any
paces = Registry("paces")  # callable() -> mails a minute; the lowest holds


def label_of(key: str) -> str:
    """A purpose in words; its key where no room registers it any more."""
    purpose = purposes.get(key)
    return purpose.label if purpose else key
