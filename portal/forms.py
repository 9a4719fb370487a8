"""What contacts fill in."""

from django import forms

from accounts.domain.guessing import check_own_password
from accounts.forms import NO_MATCH, SignInForm, time_zone_choices
from accounts.models import Firm, User
from contacts.domain.signing_in import portal_contact
from contacts.forms import clean_phone
from contacts.models import Contact
from core.forms.conflicts import ConflictModelForm
from portal.passwords import LEAST, check_password_rules

NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": LEAST, "maxlength": 128})


class PortalSignInForm(SignInForm):
    """Email and password of a contact whose portal is open. The answer never says which was wrong."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, side="portal", **kwargs)
        self.contact: Contact | None = None

    def clean(self) -> dict:
        """Let in only whom the portal is open to."""
        data = super().clean()
        if self.user is not None:
            self.contact = portal_contact(self.user)
            if self.contact is None:
                raise forms.ValidationError(NO_MATCH)
        return data


class AddressForm(forms.Form):
    """Asks for the address a new link goes to, if it is a contact's."""

    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username"}), label="Email")


class NewPasswordForm(forms.Form):
    """A new password, typed once: it can be shown, pasted and changed again."""

    password = forms.CharField(
        widget=NEW_PASSWORD,
        strip=False,
        max_length=128,
        label="New password",
        help_text=f"At least {LEAST} characters. A few words you can remember are fine.",
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Apply the rules of the portal."""
        check_password_rules(self.cleaned_data["password"], self.user)
        return self.cleaned_data["password"]


class ChangePasswordForm(NewPasswordForm):
    """The current password, so that an open phone is not enough, and the new one."""

    current = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False, label="Current password"
    )
    field_order = ["current", "password"]

    def clean_current(self) -> str:
        """Refuse without the password in use."""
        if not check_own_password(self.user, self.cleaned_data["current"]):
            raise forms.ValidationError("This is not your current password.")
        return self.cleaned_data["current"]


class ProfileForm(ConflictModelForm):
    """What contacts keep up to date themselves."""

    time_zone = forms.ChoiceField(required=False, label="Time zone", help_text="Times are shown in it.")

    class Meta:
        model = Contact
        fields = [
            "preferred_name",
            "phone",
            "phone_extension",
            "address_1",
            "address_2",
            "city",
            "state",
            "postal_code",
            "country",
            "time_zone",
        ]
        labels = {
            "preferred_name": "How should we call you?",
            "address_2": "Address, second line",
            "phone_extension": "Extension",
        }
        help_texts = {"phone": "With the country code, for example +1 212 555 0123."}
        widgets = {
            "preferred_name": forms.TextInput(attrs={"autocomplete": "nickname"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "address_1": forms.TextInput(attrs={"autocomplete": "address-line1"}),
            "address_2": forms.TextInput(attrs={"autocomplete": "address-line2"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "state": forms.TextInput(attrs={"autocomplete": "address-level1"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "country": forms.TextInput(attrs={"autocomplete": "country-name"}),
        }

    def __init__(self, *args, firm: Firm, **kwargs) -> None:
        self.firm = firm
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", "The firm's"), *time_zone_choices()]

    def clean(self) -> dict:
        """The phone as it is stored."""
        data = super().clean()
        clean_phone(self, self.firm)
        return data
