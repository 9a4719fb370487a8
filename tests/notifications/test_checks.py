"""Settings of web push that cannot work are told at the start."""

import pytest

from notifications.checks import check_push_keys
from notifications.domain.push_service import FAILED, deliver
from notifications.models import Push, PushSubscription


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("VAPID_PRIVATE_KEY", "", ""),
        ("VAPID_PRIVATE_KEY", "short", "VAPID_PRIVATE_KEY"),
        ("VAPID_PRIVATE_KEY", "A" * 43, "VAPID_PRIVATE_KEY"),  # zero is no key
        ("VAPID_PRIVATE_KEY", "ß" * 43, "VAPID_PRIVATE_KEY"),
        ("VAPID_SUBJECT", "mailto:it@intranet", "VAPID_SUBJECT"),
        ("VAPID_SUBJECT", "it@example.com", "VAPID_SUBJECT"),
        ("VAPID_SUBJECT", "mailto:it@example.com", ""),
        ("VAPID_SUBJECT", "", ""),
    ],
)
def test_what_cannot_work_is_an_error(settings, name, value, told):
    setattr(settings, name, value)
    found = check_push_keys(None)
    assert [told in error.msg for error in found] == ([True] if told else [])


def test_a_push_with_such_settings_fails_in_words(settings, device, advisor):
    device(advisor)
    settings.VAPID_SUBJECT = "mailto:it@intranet"
    push = Push(user=advisor, subscription=PushSubscription.objects.get(), type="x", subject_id=1)
    verdict = deliver(push, b"{}")
    assert (verdict.outcome, "VAPID_SUBJECT" in verdict.reason) == (FAILED, True)
