"""Who takes part in the operations that are killed."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from contacts.domain.assigning import AssignmentSpec, assign
from contacts.models import Contact
from core.models import Operation
from core.operations import selecting


@dataclass
class Cast:
    """Who takes part: the owner, a colleague, two experiences, and a name that all addresses begin with."""

    name: str
    size: int
    owner: User
    colleague: User
    first: Any
    second: Any

    def people(self, **columns) -> None:
        """Make the contacts."""
        Contact.objects.bulk_create(
            Contact(
                **{
                    "first_name": "Sam",
                    "last_name": f"Scene{number}",
                    "email": f"{self.name}{number}@example.com",
                    "phone": "+12125550100",
                    "contact_type": "client",
                    "primary_advisor": self.owner,
                }
                | columns
            )
            for number in range(self.size)
        )

    @property
    def rows(self):
        """The contacts."""
        return Contact.objects.filter(email__startswith=self.name)

    def operation(self, kind: str, **params) -> Operation:
        """One over all of them."""
        made = Operation.objects.create(kind=kind, title=self.name, owner=self.owner, params=params)
        selecting.freeze(made, self.rows.values_list("pk", flat=True))
        return made

    def assigned(self) -> None:
        """Give all the first experience, as nobody's operation."""
        with transaction.atomic():
            assign(self.rows, AssignmentSpec(self.first), by=self.owner)


def operation_name(operation: Operation) -> str:
    """What the addresses begin with: the title, but for imports and undoings, whose titles say more."""
    return operation.title.split()[-1].removesuffix(".csv")
