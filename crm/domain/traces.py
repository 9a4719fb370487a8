"""What the CRM room holds of contacts, when they are purged: the record lives on in staging, without the link."""

from core.registry import Traces
from crm.models import Record


def remove(ids: list[int]) -> None:
    """The record remembers that its contact was deleted here, and holds nothing that came of it."""
    for contact_id in ids:
        Record.objects.filter(contact=contact_id).update(
            contact=None, former_contact_id=contact_id, state=Record.State.CANNOT, applied={}, reasons=["deleted_here"]
        )


TRACES = Traces(lambda ids: set(), remove)
