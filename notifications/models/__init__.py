"""The tables of notifications."""

from notifications.models.choices import FirmChoice, PersonalChoice, StaffPreference
from notifications.models.digest import Digest
from notifications.models.push import Push, PushSubscription

__all__ = ["Digest", "FirmChoice", "PersonalChoice", "Push", "PushSubscription", "StaffPreference"]
