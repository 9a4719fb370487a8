"""Forms of the outreach room."""

from datetime import UTC, datetime, timedelta

from django import forms
from django.utils import timezone

from accounts.models import Firm
from accounts.models.firm import validate_reinvite_days
from core.forms import ConflictForm, ConflictModelForm
from core.paging import whole
from outreach.domain.mail_text import unknown_placeholders
from outreach.models import ScheduledInvitation

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
        return moment and moment.astimezone(UTC)  # PostgreSQL knows no zone as far from it as people may write


class WhenForm(forms.Form):
    """Now, or at a date and time."""

    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a date and time")],
        widget=forms.RadioSelect,
        initial="now",
    )
    at = MomentField(label="Date and time", error_messages={"required": "Choose the date and time."})

    def __init__(self, *args, user, firm, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.initial.get("at"), str):
            self.initial["at"] = datetime.fromisoformat(self.initial["at"])
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"In your time zone, {zone.replace('_', ' ')}. Only for “At a date and time”."

    def clean(self) -> dict:
        """Later needs a time; now has none."""
        data = super().clean()
        if data.get("when") == "now":
            self.errors.pop("at", None)
            data["at"] = None
        return data


class MomentForm(ConflictForm):
    """Another time for a scheduled invitation."""

    at = MomentField(label="Date and time")

    def __init__(self, *args, scheduled: ScheduledInvitation, **kwargs) -> None:
        super().__init__(*args, initial={"at": scheduled.at}, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"In your time zone, {zone.replace('_', ' ')}."
        self.guard(f"outreach.scheduled.{scheduled.pk}")


class ReinviteForm(ConflictModelForm):
    """Whether and when contacts who never came are invited again by themselves."""

    days = forms.CharField(
        label="Days after the first invitation",
        help_text="Up to five rising whole days, for example 3, 7, 14.",
        widget=forms.TextInput(attrs={"class": "input-short", "inputmode": "text"}),
    )

    class Meta:
        model = Firm
        fields = ["auto_reinvite", "reinvite_gap_hours", "invitations_at_most"]
        labels = {
            "auto_reinvite": "Invite again by itself",
            "reinvite_gap_hours": "Hours between two invitations, at least",
            "invitations_at_most": "Invitations to one contact, at most",
        }

    field_order = ["auto_reinvite", "days", "reinvite_gap_hours", "invitations_at_most"]

    def __init__(self, *args, **kwargs) -> None:
        initial = {"days": ", ".join(str(day) for day in kwargs["instance"].reinvite_days)}
        super().__init__(*args, initial=initial, **kwargs)

    def clean_days(self) -> str:
        """A list of days that the firm's rule accepts."""
        parts = [part.strip() for part in self.cleaned_data["days"].split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            raise forms.ValidationError("Give whole days with commas between them, for example 3, 7, 14.")
        days = [whole(part, 0) for part in parts]  # thousands of digits are no number, and 0 is no day
        validate_reinvite_days(days)
        return ", ".join(str(day) for day in days)

    def save(self, commit: bool = True) -> Firm:
        """The days go into the firm's list."""
        self.instance.reinvite_days = [int(part) for part in self.cleaned_data["days"].split(",") if part.strip()]
        return super().save(commit)


class MailTextForm(ConflictModelForm):
    """The invitation in the firm's own words."""

    class Meta:
        model = Firm
        fields = ["invitation_subject", "invitation_text"]
        labels = {"invitation_subject": "Subject", "invitation_text": "Text"}
        widgets = {"invitation_text": forms.Textarea(attrs={"rows": 12})}
        help_texts = {
            "invitation_text": "An empty line begins a new paragraph. The button and the link follow by themselves."
        }

    def clean_invitation_subject(self) -> str:
        """Only known placeholders."""
        return _with_known_placeholders(self.cleaned_data["invitation_subject"])

    def clean_invitation_text(self) -> str:
        """Only known placeholders."""
        return _with_known_placeholders(self.cleaned_data["invitation_text"])


def _with_known_placeholders(text: str) -> str:
    """The text, unless something in braces is none of the placeholders."""
    unknown = unknown_placeholders(text)
    if unknown:
        names = ", ".join("{" + name + "}" for name in unknown)
        raise forms.ValidationError(f"{names} is no placeholder. See the list beside the text.")
    return text
