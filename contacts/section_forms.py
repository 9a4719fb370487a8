"""Forms of the summary page: which fields of the contact's form a section shows, notes, and the photo."""

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from contacts.domain.photos import NotAPhoto, put_photo, square_photo
from contacts.models import Contact, Note
from core.forms import ConflictForm, ConflictModelForm

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


class PhotoForm(ConflictForm):
    """A photo to put in place of the initials; none takes it away."""

    photo = forms.FileField(
        required=False, help_text="JPEG, PNG or WebP, up to 10 MB. It is cut to a square.", label="Photo"
    )
    remove = forms.BooleanField(required=False, label="Remove the present photo")

    def __init__(self, *args, contact: Contact, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["photo"] = contact.photo
        self.fields["photo"].widget = forms.FileInput()
        self.guard(f"contacts.photo.{contact.pk}")

    def removes(self, name: str) -> bool:
        """Whether the box is ticked."""
        return bool(self.cleaned_data.get("remove"))

    def clean_photo(self):
        """The photo as it will be kept."""
        upload = self.cleaned_data["photo"]
        if not isinstance(upload, UploadedFile):
            return upload
        try:
            return square_photo(upload)
        except NotAPhoto as error:
            raise forms.ValidationError(str(error)) from None

    def save(self, contact: Contact, by) -> None:
        """Put the photo in place, or take it away; without either nothing changes."""
        photo = self.cleaned_data["photo"]
        chosen = photo if isinstance(photo, ContentFile) else None
        if chosen or self.cleaned_data["remove"]:
            put_photo(contact, chosen, by=by)
