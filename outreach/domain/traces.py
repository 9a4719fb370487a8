"""What outreach holds of contacts, when they are purged. The archive stays as it is: books and records."""

from contacts.registry import Traces
from mail.models import ArchivedMessage, Send
from outreach.models import Bounce, StepRun


def with_archive(ids: list[int]) -> set[int]:
    """Those who were sent something that is in the archive."""
    archived = ArchivedMessage.objects.filter(send__contact__in=ids)
    return set(archived.values_list("send__contact_id", flat=True))


def remove(ids: list[int]) -> None:
    """The mails of the ledger that are not in the archive, what was reported of any, and the steps of campaigns."""
    Bounce.objects.filter(send__contact__in=ids).delete()
    StepRun.objects.filter(contact__in=ids).delete()
    Send.objects.filter(contact__in=ids, archived=None).delete()


HISTORY = {"outreach.InvitationEvent": "contact_id", "outreach.CampaignPauseEvent": "contact_id"}
TRACES = Traces(with_archive, remove, HISTORY, frozenset({"mail.Send"}))
