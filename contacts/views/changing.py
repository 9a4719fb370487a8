"""Changing fields of many contacts at once."""

from contacts.bulk_forms import ChangeForm
from contacts.operations.changing import sentence
from contacts.views.bulk import BulkView


class ChangeView(BulkView):
    """Primary advisor, type, team and tags."""

    kind = "contacts.edit"
    title = "Edit fields"
    verb = "Change"
    form_class = ChangeForm
    form_template = "contacts/bulk_change.html"
    consequences = ("A new advisor or team may change who sees these contacts, you included.",)

    def describe(self, params: dict) -> str:
        """The change in words."""
        return sentence(params) or self.title

    def params(self, form: ChangeForm) -> dict:
        """Only the fields that change."""
        return form.changes()
