"""Forms over types and channels: the firm's, and each person's own."""

from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.models import User
from core.forms.conflicts import ConflictForm
from notifications.domain.choosing import firm_choices
from notifications.models import StaffPreference
from notifications.registry import notification_types, types_for
from notifications.types import Audience, Channel, NotificationType

AT_ONCE, DAILY = "at_once", "daily"
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


@dataclass(frozen=True)
class Cell:
    """What stands in the matrix for one channel: a box to tick, or words why there is none."""

    channel: str
    box: Any = None
    words: str = ""


@dataclass(frozen=True)
class Line:
    """One type and its channels."""

    type: NotificationType
    cells: list[Cell]


def name_of(key: str, channel: str) -> str:
    """The field of a type and a channel."""
    return f"{key}__{channel}"


class ChoiceFields:
    """Boxes for types and channels, and what was ticked."""

    def add_boxes(self, choices: dict[tuple[str, str], bool]) -> None:
        """A box for each of these, ticked as it is now."""
        self.pairs = list(choices)
        for (key, channel), enabled in choices.items():
            label = f"{notification_types[key].label}: {Channel(channel).label}"
            self.fields[name_of(key, channel)] = forms.BooleanField(required=False, label=label, initial=enabled)
            self.fields[name_of(key, channel)].widget.attrs["aria-label"] = label

    def lines_for(self, audience: str, channels: list[str], missing: str) -> list[Line]:
        """The matrix of one audience; `missing` is said where a type has a channel and there is nothing to tick."""
        return [
            Line(one, [self._cell(one, channel, missing) for channel in channels])
            for one in types_for(audience)
            if any(channel in one.channels for channel in channels)
        ]

    def _cell(self, one: NotificationType, channel: str, missing: str) -> Cell:
        name, label = name_of(one.key, channel), Channel(channel).label
        if name in self.fields:
            return Cell(label, self[name])
        return Cell(label, words=missing if channel in one.channels else "–")

    def wanted(self) -> dict[tuple[str, str], bool]:
        """What was ticked and what not."""
        return {(key, channel): self.cleaned_data[name_of(key, channel)] for key, channel in self.pairs}


class FirmNotificationsForm(ChoiceFields, ConflictForm):
    """Which types there are by which channels. The view holds the firm's row."""

    def __init__(self, *args, channels: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.channels = channels
        self.add_boxes({pair: on for pair, on in firm_choices().items() if pair[1] in channels})
        self.guard("notifications.firm")

    def audiences(self) -> list[tuple[str, list[Line]]]:
        """The matrix, for clients and for the staff."""
        return [(one.label, self.lines_for(one, self.channels, "")) for one in Audience]


class OwnNotificationsForm(ChoiceFields, forms.Form):
    """What one person leaves on of what the firm has on for them: `choices`."""

    audience = Audience.CLIENT

    def __init__(self, *args, choices: dict[tuple[str, str], bool], channels: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.channels = channels
        self.add_boxes({pair: on for pair, on in choices.items() if pair[1] in channels})
        boxes = " ".join(name_of(*pair) for pair in self.pairs)
        self.fields["shown"] = forms.CharField(required=False, initial=boxes, widget=forms.HiddenInput)

    def wanted(self) -> dict[tuple[str, str], bool]:
        """What was ticked and what not, of the boxes that were on the page: the firm may have turned more on since."""
        shown = self.cleaned_data["shown"].split()
        return {pair: on for pair, on in super().wanted().items() if name_of(*pair) in shown}

    def channel_labels(self) -> list[str]:
        """The channels in words."""
        return [Channel(one).label for one in self.channels]

    def lines(self) -> list[Line]:
        """The matrix."""
        return self.lines_for(self.audience, self.channels, "Off")


class StaffNotificationsForm(OwnNotificationsForm):
    """The same for one of the staff, who also chooses when."""

    audience = Audience.STAFF
    mail = forms.ChoiceField(
        label="Mail",
        choices=[(AT_ONCE, "Each mail at once"), (DAILY, "A summary once a day, when there is something to say")],
        widget=forms.RadioSelect,
    )
    daily_at = forms.TimeField(label="Time of the summary", required=False, widget=TIME, help_text="By your own clock.")
    quiet_from = forms.TimeField(label="Quiet hours from", required=False, widget=TIME)
    quiet_until = forms.TimeField(
        label="Quiet hours until",
        required=False,
        widget=TIME,
        help_text="By your own clock. Both empty: push keeps the firm's quiet hours, mail comes at any hour.",
    )

    def __init__(self, *args, preference: StaffPreference, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {
            "mail": DAILY if preference.daily_at else AT_ONCE,
            "daily_at": preference.daily_at or "08:00",
            "quiet_from": preference.quiet_from,
            "quiet_until": preference.quiet_until,
        }

    def clean(self) -> dict[str, Any]:
        """A summary has its time, and quiet hours both ends or none."""
        data = super().clean() or self.cleaned_data
        if data.get("mail") == DAILY and not data.get("daily_at") and "daily_at" not in self.errors:
            self.add_error("daily_at", "Choose the time at which the summary comes.")
        missing = [name for name in ("quiet_from", "quiet_until") if name in data and data[name] is None]
        if len(missing) == 1:
            self.add_error(missing[0], "Give both times, or neither.")
        return data

    @property
    def daily_time(self):
        """When the summary comes; None: each mail at once."""
        return self.cleaned_data["daily_at"] if self.cleaned_data["mail"] == DAILY else None


def preference_of(user: User) -> StaffPreference:
    """What one of the staff has chosen, saved or not."""
    return StaffPreference.objects.filter(user=user).first() or StaffPreference(user=user)
