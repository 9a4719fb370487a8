"""The tables of the messaging room."""

from messaging.models.attachment import Attachment
from messaging.models.message import LONGEST, Message, Reading
from messaging.models.saved_reply import SavedReply
from messaging.models.thread import Thread

__all__ = ["LONGEST", "Attachment", "Message", "Reading", "SavedReply", "Thread"]
