"""Forms of the accounts room."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from phonenumbers import SUPPORTED_REGIONS

from accounts.domain.guessing import check_own_password, check_password_of
from accounts.domain.own_password import set_own_password
from accounts.models import Firm, User
from accounts.models.firm import time_zones
from accounts.models.user import STAFF_ROLES
from core.emails import canonical
from core.forms.conflicts import ConflictModelForm

NO_MATCH = "Email and password do not match. Check both and try again."


class SignInForm(forms.Form):
    """Email and password of one side. `side` is "staff" or "portal"."""

    email = forms.EmailField(
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}), label="Email"
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False, label="Password"
    )

    def __init__(self, *args, request=None, side: str = "staff", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.side, self.user = request, side, None

    def clean(self) -> dict:
        """Check both together; the message is the same whatever was wrong."""
        data = super().clean()
        if data.get("email") and data.get("password"):
            self.user = check_password_of(self.request, canonical(data["email"]), data["password"], self.side)
            if self.user is None:
                raise forms.ValidationError(NO_MATCH)
        return data


class PasswordLinkForm(forms.Form):
    """Asks for the address to which a password link goes, if it is one of the staff."""

    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username"}), label="Email")


class NewPasswordForm(SetPasswordForm):
    """A new password, chosen by a mailed link; nothing else of the person is written."""

    def save(self, commit: bool = True) -> User:
        """Write the password alone, and record it."""
        set_own_password(self.user, self.cleaned_data["new_password1"], by_link=True)
        return self.user


class ChangePasswordForm(forms.Form):
    """The current password, so that an open screen is not enough, and the new one, which can be shown."""

    current = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False, label="Current password"
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "maxlength": 128}),
        strip=False,
        max_length=128,
        label="New password",
        help_text="At least 15 characters. A few words you can remember are fine.",
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        """Refuse without the password in use."""
        if not check_own_password(self.user, self.cleaned_data["current"]):
            raise forms.ValidationError("This is not your current password.")
        return self.cleaned_data["current"]

    def clean_password(self) -> str:
        """Apply the rules of the staff."""
        validate_password(self.cleaned_data["password"], self.user)
        return self.cleaned_data["password"]


class OwnFieldsForm(ConflictModelForm):
    """A form over one of the staff that writes the fields it shows and no others.

    The row was read a moment ago: a role, a deactivation or the end of all sessions that came since would be
    overwritten with what it was before.
    """

    written_elsewhere: frozenset[str] = frozenset()

    def save(self, commit: bool = True) -> User:
        """Write the form's own fields; somebody new is written whole."""
        if not commit or self.instance.pk is None:
            return super().save(commit)
        own = [name for name in self._meta.fields if name in self.fields and name not in self.written_elsewhere]
        self.instance.save(update_fields=own)
        return self.instance


class StaffForm(OwnFieldsForm):
    """One of the staff, new or known. Whose role changes is for `accounts.domain.staffing` to write."""

    written_elsewhere = frozenset({"role"})

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "role", "job_title"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in STAFF_ROLES]
        self.fields["first_name"].required = self.fields["last_name"].required = True

    def clean_email(self) -> str:
        """In its one form: the constraint compares what is kept."""
        return canonical(self.cleaned_data["email"])


class SuccessorForm(forms.Form):
    """Who takes over from somebody who leaves."""

    successor = forms.ModelChoiceField(User.objects.none(), label="Hand everything over to")

    def __init__(self, *args, leaver: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = User.objects.possible_advisors().exclude(pk=leaver.pk)


class ProfileForm(OwnFieldsForm):
    """What each of the staff may change about themselves."""

    time_zone = forms.ChoiceField(required=False, label="Time zone", help_text="Times are shown in it.")

    class Meta:
        model = User
        fields = ["first_name", "last_name", "job_title", "phone", "time_zone"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", "The firm's"), *time_zone_choices()]


class FirmForm(ConflictModelForm):
    """The firm's settings; the texts of its mails have a page of their own."""

    time_zone = forms.ChoiceField(label="Time zone")

    class Meta:
        model = Firm
        fields = [
            "name",
            "address",
            "phone",
            "support_email",
            "website",
            "brand_colour",
            "logo",
            "time_zone",
            "default_country",
            "invitation_link_days",
            "reinvite_gap_hours",
            "invitations_at_most",
            "sends_per_minute",
            "quiet_from",
            "quiet_until",
            "step_window_hours",
            "undo_days",
        ]
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "brand_colour": forms.TextInput(attrs={"type": "color"}),
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "quiet_from": "Campaigns do nothing and notices wait in these hours, where the contact lives.",
            "quiet_until": "The same time as above: no quiet hours.",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices()

    def clean_default_country(self) -> str:
        """An ISO 3166 code that phone numbers are known for."""
        code = self.cleaned_data["default_country"].upper()
        if code not in SUPPORTED_REGIONS:
            raise forms.ValidationError("Give a two-letter country code, for example US.")
        return code

    def clean_logo(self):
        """A raster image of at most 1 MB; scripts can hide in SVG."""
        logo = self.cleaned_data["logo"]
        if logo and hasattr(logo, "image"):
            if logo.size > 1_000_000:
                raise forms.ValidationError("The logo is larger than 1 MB. Choose a smaller file.")
            if logo.image.format not in {"PNG", "JPEG", "WEBP"}:
                raise forms.ValidationError("Choose a PNG, JPEG or WebP image.")
        return logo


def time_zone_choices() -> list[tuple[str, str]]:
    """All IANA zones that name a place, in alphabetical order."""
    return [(name, name.replace("_", " ")) for name in sorted(time_zones()) if "/" in name or name == "UTC"]
