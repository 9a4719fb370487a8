"""Forms of action items and reminders."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.forms.conflicts import ConflictModelForm
from experiences.models import Resource
from todos.domain.reminders import morning_of
from todos.models import ActionItem, Reminder

LATEST = timedelta(days=5 * 366)
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TEXT = forms.Textarea(attrs={"rows": 4})


def day_to_come(day: date, today: date) -> date:
    """The day, unless it has passed or is further away than five years. Raises ValidationError."""
    if day < today:
        raise ValidationError("Choose today or a later day.")
    if day > today + LATEST:
        raise ValidationError("Choose a day within five years.")
    return day


class ActionItemForm(ConflictModelForm):
    """An action item, new or changed; `today` is the day where the client lives."""

    class Meta:
        model = ActionItem
        fields = ["title", "text", "due_on", "resource", "asks_for_upload"]
        labels = {"title": "What to do", "text": "Details", "due_on": "Due"}
        widgets = {"due_on": DAY, "text": TEXT}
        help_texts = {
            "title": "The client reads it in their portal.",
            "due_on": "When this day has passed, the client is reminded once by mail.",
            "resource": "Opens from the action item. Only published resources can be chosen.",
        }

    def __init__(self, *args, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field = self.fields["resource"]
        field.queryset = Resource.objects.published() | Resource.objects.filter(pk=self.instance.resource_id)
        field.empty_label = "None"

    def clean_due_on(self) -> date | None:
        """A day to come; a due date that has passed stays when it is not changed."""
        day = self.cleaned_data["due_on"]
        return day_to_come(day, self.today) if day and "due_on" in self.changed_data else day


class ReminderForm(ConflictModelForm):
    """A reminder, new or changed. People choose a day; it is due that morning."""

    due_on = forms.DateField(label="Due", widget=DAY)

    class Meta:
        model = Reminder
        fields = ["title", "text", "audience"]
        labels = {"title": "What to do", "text": "Details", "audience": "For"}
        widgets = {"text": TEXT, "audience": forms.RadioSelect}

    field_order = ["title", "due_on", "audience", "text"]

    def __init__(self, *args, instance: Reminder, **kwargs) -> None:
        self.was_due_on = timezone.localtime(instance.shows_at).date() if instance.pk else None
        initial = {"due_on": self.was_due_on or timezone.localdate()}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.fields["audience"].choices = Reminder.Audience.choices
        team = instance.contact.team
        self.fields["audience"].help_text = f"The contact’s team is {team}." if team else "The contact has no team."

    def clean_due_on(self) -> date:
        """A day to come, or the day that it was due already."""
        day = self.cleaned_data["due_on"]
        return day if day == self.was_due_on else day_to_come(day, timezone.localdate())

    def clean_audience(self) -> str:
        """A team there is."""
        audience = self.cleaned_data["audience"]
        if audience == Reminder.Audience.TEAM and self.instance.contact.team_id is None:
            raise ValidationError("The contact has no team. Choose the primary advisor.")
        return audience

    def _post_clean(self) -> None:
        """Another day than before is a new due date, and ends a snooze."""
        super()._post_clean()
        day = self.cleaned_data.get("due_on")
        if day and day != self.was_due_on:
            self.instance.due_at, self.instance.snoozed_until = morning_of(day), None


class SnoozeForm(forms.Form):
    """The day to which a reminder is put off."""

    day = forms.DateField(label="Remind again on", widget=DAY)

    def clean_day(self) -> date:
        """A day after today."""
        return day_to_come(self.cleaned_data["day"], timezone.localdate() + timedelta(days=1))
