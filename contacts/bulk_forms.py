"""What the form of every bulk action has: the operation it is about, and its choice as JSON."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from core.models import Operation


class BulkForm(forms.Form):
    """Base. `self.operation` is the draft, with its owner; unsaved and without a selection for a single contact."""

    def __init__(self, *args, operation: Operation, **kwargs) -> None:
        self.operation = operation
        super().__init__(*args, **kwargs)

    def params(self) -> dict[str, Any]:
        """What was chosen, as `operation.params` keeps it. The form is valid."""
        return {name: storable(value) for name, value in self.cleaned_data.items()}


def storable(value: Any) -> Any:
    """A cleaned value as JSON keeps it: rows by their key, days and moments in ISO form."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, QuerySet):
        return [row.pk for row in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
