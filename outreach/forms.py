"""Forms of the outreach room."""

from datetime import UTC, datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Firm
from accounts.models.firm import validate_reinvite_days
from contacts.bulk_forms import BulkForm
from core.forms.conflicts import ConflictForm, ConflictModelForm
from core.listing.paging import whole
from experiences.domain.placeholders import with_known_placeholders
from outreach.domain.wall_time import WallTime, which_of
from outreach.models import ScheduledInvitation

LATEST = timedelta(days=366)


class MomentField(forms.DateTimeField):
    """A date and time as people read it off a clock, without a zone. `MomentForm` makes a moment of it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value) -> datetime | None:
        """The time as it was given; Django would refuse one that comes twice, or never, in words of its own."""
        if value in self.empty_values or isinstance(value, datetime):  # a datetime comes from the form itself
            return value or None
        try:
            found = parse_datetime(str(value).strip())
        except ValueError:
            found = None
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class MomentForm(forms.Form):
    """A date and time to come, in the viewer's zone.

    Where clocks are turned back an hour comes twice: then, and only then, the form asks which one is meant.
    """

    at = MomentField(label="Date and time", error_messages={"required": "Choose the date and time."})
    which = forms.ChoiceField(label="Which of the two", widget=forms.RadioSelect, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.initial.get("at"), str):
            self.initial["at"] = datetime.fromisoformat(self.initial["at"])
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"In your time zone, {zone.replace('_', ' ')}."
        shown = self._shown()
        if shown and shown.comes_twice:
            self.fields["which"].choices = shown.choices()
            self.initial["which"] = which_of(self.initial.get("at"))
        else:
            del self.fields["which"]

    def clean(self) -> dict:
        """Some moment within a year from now."""
        data = super().clean()
        if data.get("at"):
            try:
                data["at"] = self._moment(data["at"], data.get("which", ""))
            except forms.ValidationError as refusal:
                self.add_error("which" if refusal.code == "twice" else "at", refusal)
        return data

    def _shown(self) -> WallTime | None:
        """The time that the form holds, as far as it can be read."""
        if self.is_bound:
            try:
                naive = self.fields["at"].to_python(self.data.get(self.add_prefix("at")))
            except forms.ValidationError:
                return None
        else:
            moment = self.initial.get("at")
            naive = moment and timezone.localtime(moment).replace(tzinfo=None, fold=0)
        # Years at the end of the calendar have no neighbours to compare with; they are refused anyway.
        readable = naive and timezone.is_naive(naive) and 1 < naive.year < 9999
        return WallTime(naive, timezone.get_current_timezone()) if readable else None

    def _moment(self, naive: datetime, which: str) -> datetime:
        """The moment that is meant, in UTC. Who gives a zone, as no browser does, means just one."""
        try:
            if timezone.is_aware(naive):
                return _to_come(naive.astimezone(UTC))
            wall = WallTime(naive, timezone.get_current_timezone())
            if wall.is_skipped:
                raise forms.ValidationError(
                    f"There is no {wall.words}: clocks are put forward over it. Choose an earlier or a later time."
                )
            if wall.comes_twice and not which:
                raise forms.ValidationError(
                    f"{wall.words} comes twice, because clocks are turned back. Choose which one you mean.",
                    code="twice",
                )
            return _to_come(wall.moment(which).astimezone(UTC))
        except OverflowError:
            raise forms.ValidationError("Choose a time within a year.") from None


def _to_come(moment: datetime) -> datetime:
    """The moment, unless it has passed or is further away than a year."""
    if moment <= timezone.now():
        raise forms.ValidationError("Choose a time to come.")
    if moment > timezone.now() + LATEST:
        raise forms.ValidationError("Choose a time within a year.")
    return moment


class WhenForm(BulkForm, MomentForm):
    """Now, or at a date and time."""

    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a date and time")],
        widget=forms.RadioSelect,
        initial="now",
    )
    field_order = ["when", "at", "which"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text += " Only for “At a date and time”."

    def clean(self) -> dict:
        """Later needs a time; now has none."""
        data = super().clean()
        if data.get("when") == "now":
            for name in ("at", "which"):
                self.errors.pop(name, None)
            data["at"] = None
        data.pop("which", None)  # it is in the moment
        return data


class ScheduledForm(ConflictForm, MomentForm):
    """Another time for a scheduled invitation."""

    def __init__(self, *args, scheduled: ScheduledInvitation, **kwargs) -> None:
        super().__init__(*args, initial={"at": scheduled.at}, **kwargs)
        self.guard(f"outreach.scheduled.{scheduled.pk}")


class ReinviteForm(ConflictModelForm):
    """Whether and when contacts who never came are invited again by themselves."""

    days = forms.CharField(
        label="Days after the first invitation",
        help_text="Up to five days, in ascending order, for example 3, 7, 14.",
        widget=forms.TextInput(attrs={"class": "input-short", "inputmode": "text"}),
    )

    class Meta:
        model = Firm
        fields = ["auto_reinvite", "reinvite_gap_hours", "invitations_at_most"]
        labels = {
            "auto_reinvite": "Send reminders automatically",
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
        return with_known_placeholders(self.cleaned_data["invitation_subject"])

    def clean_invitation_text(self) -> str:
        """Only known placeholders."""
        return with_known_placeholders(self.cleaned_data["invitation_text"])
