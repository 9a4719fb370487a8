"""Telling admins that push services refuse our keys: once a day, for it is one mistake however many devices it hits."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from accounts.domain.alerts import alert_admins
from core.models import Activity
from notifications.models import PushSubscription

VERB = "push_refused"
AT_MOST = timedelta(days=1)


def alert_of_refusal(subscription: PushSubscription) -> None:
    """Show it above every admin's pages, unless that was done within a day. Names the service, and no person."""
    if Activity.objects.filter(verb=VERB, at__gt=timezone.now() - AT_MOST).exists():
        return
    host = urlsplit(subscription.endpoint).hostname
    alert_admins(
        VERB,
        f"The push service {host} refuses AdvisorHub's key, and the device was removed. After a change of"
        " VAPID_PRIVATE_KEY people turn notifications on again; otherwise check that setting and the server's clock.",
    )
