"""The form that puts a photo in place of somebody's initials."""

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model

from core.files.photos import NotAPhoto, square_photo
from core.forms.conflicts import ConflictForm


class PhotoForm(ConflictForm):
    """A photo, or that the present one goes; without either nothing changes. `person` has a `photo`, and is locked."""

    photo = forms.FileField(
        required=False, help_text="JPEG, PNG or WebP, up to 10 MB. It is cut to a square.", label="Photo"
    )
    remove = forms.BooleanField(required=False, label="Remove the present photo")

    def __init__(self, *args, person: Model, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["photo"] = person.photo
        self.fields["photo"].widget = forms.FileInput()
        self.guard(f"{person._meta.label_lower}.photo.{person.pk}")

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

    @property
    def chosen(self) -> ContentFile | None:
        """The new photo, if one was chosen."""
        photo = self.cleaned_data["photo"]
        return photo if isinstance(photo, ContentFile) else None

    @property
    def changes(self) -> bool:
        """Whether there is something to do."""
        return bool(self.chosen or self.cleaned_data["remove"])
