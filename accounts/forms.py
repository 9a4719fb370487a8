"""Forms of the accounts room."""

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordResetForm

from accounts.models import User


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
            self.user = authenticate(
                self.request, username=data["email"].lower(), password=data["password"], side=self.side
            )
            if self.user is None:
                raise forms.ValidationError("Email and password do not match. Check both and try again.")
        return data


class StaffPasswordResetForm(PasswordResetForm):
    """Asks for an address and mails a link to the staff member who has it, if any."""

    def get_users(self, email: str):
        """Active staff with this address; those invited and without a password yet are included."""
        return User.objects.staff().filter(email__iexact=email, is_active=True)
