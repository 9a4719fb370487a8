"""Who wants what: the firm turns a type on or off for a channel, and each person may turn off what is on.

Asked for a set of people at once when something is planned, and again when it is about to leave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Firm, User
from core.history.recording import record
from notifications.models import FirmChoice, PersonalChoice, StaffPreference
from notifications.registry import notification_types, types_for
from notifications.types import Audience, Channel, NotificationType

OFF_FOR_ALL = "The firm has turned these notifications off."
OFF_BY_THEM = "They have turned these notifications off."
DAILY_INSTEAD = "They get a daily summary instead."


@dataclass(frozen=True)
class Decision:
    """Who may be told of a type by a channel: nobody unless `enabled`, and none of those who are named in a set."""

    enabled: bool
    turned_off: frozenset[int] = frozenset()
    daily: frozenset[int] = frozenset()

    def why_not(self, user_id: int | None) -> str:
        """Why somebody is not told, in words; empty when they are. None: a contact without an account of their own."""
        if not self.enabled:
            return OFF_FOR_ALL
        if user_id in self.turned_off:
            return OFF_BY_THEM
        return DAILY_INSTEAD if user_id in self.daily else ""

    def wanted(self, user_id: int | None) -> bool:
        """Whether somebody is told."""
        return not self.why_not(user_id)


def decide(key: str, channel: Channel, user_ids: Iterable[int | None]) -> Decision:
    """The decision for these people; in three queries at most, however many they are."""
    one: NotificationType = notification_types[key]
    if not is_enabled(one, channel):
        return Decision(enabled=False)
    known = [pk for pk in user_ids if pk is not None]
    off = PersonalChoice.objects.filter(type=key, channel=channel, user__in=known)
    daily: Iterable[int] = ()
    if one.in_digest and channel == Channel.MAIL:
        daily = StaffPreference.objects.filter(user__in=known, daily_at__isnull=False).values_list("user", flat=True)
    return Decision(True, frozenset(off.values_list("user", flat=True)), frozenset(daily))


def is_enabled(one: NotificationType, channel: Channel) -> bool:
    """Whether the firm has a type on for a channel; one that the type does not know is off."""
    if channel not in one.channels:
        return False
    chosen = FirmChoice.objects.filter(type=one.key, channel=channel).values_list("enabled", flat=True).first()
    return channel in one.defaults if chosen is None else chosen


def firm_choices() -> dict[tuple[str, str], bool]:
    """What the firm has on and off, for every type and each of its channels; in one query."""
    chosen = {(row.type, row.channel): row.enabled for row in FirmChoice.objects.all()}
    return {
        (one.key, channel.value): chosen.get((one.key, channel.value), channel in one.defaults)
        for one in notification_types
        for channel in one.channels
    }


def personal_choices(user: User, audience: Audience) -> dict[tuple[str, str], bool]:
    """What one person has left on of what the firm has on for them."""
    off = set(user.notifications_off.values_list("type", "channel"))
    keys = {one.key for one in types_for(audience)}
    return {pair: pair not in off for pair, enabled in firm_choices().items() if enabled and pair[0] in keys}


def choose_for_firm(wanted: Mapping[tuple[str, str], bool], *, by: User) -> list[str]:
    """Set what the firm has on and off, in the caller's transaction, and record it; returns what changed, in words."""
    before = firm_choices()
    changed = {pair: enabled for pair, enabled in wanted.items() if before.get(pair, enabled) != enabled}
    FirmChoice.objects.bulk_create(
        [FirmChoice(type=key, channel=channel, enabled=enabled) for (key, channel), enabled in changed.items()],
        update_conflicts=True,
        unique_fields=["type", "channel"],
        update_fields=["enabled"],
    )
    words = _in_words(changed)
    if words:
        sentence = f"Notifications changed: {', '.join(words)}"
        record("notifications_changed", sentence, subject_ids=[Firm.get().pk], subject_type="firm", actor=by)
    return words


@transaction.atomic
def choose_for_person(user: User, wanted: Mapping[tuple[str, str], bool]) -> list[str]:
    """Turn types off or on again for oneself; returns what changed, in words.

    What is not named stays: also what they had off when the firm turned it off, so that they stay off when it is on
    again.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    off = set(user.notifications_off.values_list("type", "channel"))
    changed = {pair: on for pair, on in wanted.items() if (pair not in off) != on}
    for (key, channel), on in changed.items():
        if on:
            user.notifications_off.filter(type=key, channel=channel).delete()
        else:
            user.notifications_off.create(type=key, channel=channel)
    return _in_words(changed)


def _in_words(changed: Mapping[tuple[str, str], bool]) -> list[str]:
    """Such as “New message” by mail off."""
    return [
        f"“{notification_types[key].label}” by {Channel(channel).label.lower()} {'on' if on else 'off'}"
        for (key, channel), on in changed.items()
    ]
