"""Forms of the summary page: which fields of the contact's form a section shows, and notes."""

from django import forms

from contacts.models import Note
from core.forms.conflicts import ConflictModelForm

INFORMATION = (
    "first_name last_name preferred_name email phone phone_extension contact_type primary_advisor gender date_of_birth "
    "tag_names do_not_contact_since do_not_contact_from deceased deceased_on "
    "address_1 address_2 city state postal_code country time_zone"
)
SECTIONS = {
    "information": ("Contact information", INFORMATION.split()),
    "household": ("Household", ["household_name"]),
    "team": ("Team", ["team"]),
}


class NoteForm(ConflictModelForm):
    """A note, added or edited."""

    class Meta:
        model = Note
        fields = ["text", "pinned"]
        labels = {"text": "Note", "pinned": "Keep on top"}
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
