"""What messaging holds of contacts, when they are purged. Messages stay as they are: books and records."""

from contacts.registry import Traces
from messaging.models import Message, Thread


def with_messages(ids: list[int]) -> set[int]:
    """Those with whom messages were exchanged, or about whom notes were written in a thread."""
    return set(Message.objects.filter(thread__contact__in=ids).order_by().values_list("thread__contact", flat=True))


def remove(ids: list[int]) -> None:
    """Threads in which nobody has written."""
    Thread.objects.filter(contact__in=ids, messages=None).delete()


TRACES = Traces(with_messages, remove)
