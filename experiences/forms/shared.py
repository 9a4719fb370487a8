"""What the room's forms share: saving something that contacts have says first how many it reaches."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator

from core.forms.conflicts import ConflictModelForm
from core.words import counted
from experiences.domain.pictures import clean_picture

NAME_TAKEN = "Another one in use has this name already."
web_address = URLValidator(schemes=["http", "https"], message="Give an address that begins with https:// or http://.")


class ReachForm(ConflictModelForm):
    """A form whose saving reaches `reach` contacts at once: it asks for a tick that says so.

    When more contacts are reached by the time it is saved than the page said, it asks again.
    """

    def __init__(self, *args, reach: int = 0, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.reach = reach
        if reach:
            self.fields["reach_seen"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=reach)
            self.fields["reach_confirmed"] = forms.BooleanField(
                label=f"Yes, change it for {counted(reach, 'contact')}",
                error_messages={"required": f"This reaches {counted(reach, 'contact')} at once. Tick to confirm it."},
            )

    def clean(self) -> dict:
        """Ask again when the number has grown since it was shown."""
        data = super().clean()
        seen = data.pop("reach_seen", None) or 0
        if data.pop("reach_confirmed", False) and self.reach > seen:
            self.add_error(
                "reach_confirmed",
                f"It reaches {counted(self.reach, 'contact')} by now, not {seen:,}. Look again and save.",
            )
            self.data = self.data.copy()
            self.data[self.add_prefix("reach_seen")] = str(self.reach)
        return data


class NamedForm(ReachForm):
    """The form of a template: among those in use, a name is given once, whatever its case."""

    def clean_name(self) -> str:
        """The database holds the rule too; a form cannot see it there, because archiving is no field of it."""
        name = self.cleaned_data["name"].strip()
        same = self._meta.model.objects.usable().named(name).exclude(pk=self.instance.pk)
        if not self.instance.is_archived and same.exists():
            raise ValidationError(NAME_TAKEN)
        return name


class PictureField(forms.FileField):
    """A picture, checked and written anew; shown as a plain file input, with the present one described below it."""

    def __init__(self, **kwargs) -> None:
        widget = forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, data, initial=None):
        """The new picture as it will be stored, or what was there."""
        found = super().clean(data, initial)
        return clean_picture(found) if isinstance(found, UploadedFile) else found


def offer_removal(form: forms.ModelForm, picture: str) -> None:
    """Add a tick box that takes a picture away, where there is one."""
    if getattr(form.instance, picture):
        form.fields[picture].help_text = "There is a picture. Choose another to replace it."
        form.fields[f"remove_{picture}"] = forms.BooleanField(required=False, label="Take the picture away")


def removed(form: forms.ModelForm, picture: str) -> bool:
    """Whether that box was ticked and no new picture was chosen."""
    is_new = picture in form.files
    return bool(form.cleaned_data.get(f"remove_{picture}")) and not is_new


def only_web(url: str) -> str:
    """The address, when it leads to the web. Raises ValidationError."""
    if url:
        web_address(url)
    return url
