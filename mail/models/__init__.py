"""The tables of the mail ledger."""

from mail.models.archive import ArchivedMessage
from mail.models.request import LinkRequest
from mail.models.send import Pace, Send

__all__ = ["ArchivedMessage", "LinkRequest", "Pace", "Send"]
