"""What an import from the CRM keeps of the contacts it added, to undo it by."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from contacts.domain.import_snapshots import ImportSnapshot
from crm.models import Record


@dataclass(frozen=True)
class RecordsImported(ImportSnapshot):
    """It changes nobody who was here. A contact who was untied from the record since counts as changed."""

    def rest(self) -> dict[str, Any]:
        """The record as well; a part's name is the word for it in "Changed since, so left alone: …"."""
        record = Record.objects.filter(contact=OuterRef("pk"))
        return super().rest() | {"CRM record": Subquery(record.values("pk")[:1])}
