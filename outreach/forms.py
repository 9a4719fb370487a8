"""Forms of the outreach room."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

LATEST = timedelta(days=366)


class MomentField(forms.DateTimeField):
    """A date and time to come, in the viewer's zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value):
        """Some time within a year from now."""
        moment = super().clean(value)
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError("Choose a time to come.")
        if moment is not None and moment > timezone.now() + LATEST:
            raise forms.ValidationError("Choose a time within a year.")
        return moment


class WhenForm(forms.Form):
    """Now, or at a date and time."""

    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a date and time")],
        widget=forms.RadioSelect,
        initial="now",
    )
    at = MomentField(label="Date and time", required=False)

    def __init__(self, *args, user, firm, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.initial.get("at"), str):
            self.initial["at"] = datetime.fromisoformat(self.initial["at"])
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"In your time zone, {zone.replace('_', ' ')}. Only for “At a date and time”."

    def clean(self) -> dict:
        """Later needs a time; now has none."""
        data = super().clean()
        if data.get("when") == "later" and not data.get("at") and "at" not in self.errors:
            self.add_error("at", "Choose the date and time.")
        if data.get("when") == "now":
            self.errors.pop("at", None)
            data["at"] = None
        return data


class MomentForm(forms.Form):
    """Another time for a scheduled invitation."""

    at = MomentField(label="Date and time")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"In your time zone, {zone.replace('_', ' ')}."
