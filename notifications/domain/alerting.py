"""Telling admins that push services refuse our keys: once a day, for it is one mistake however many devices it hits."""

from datetime import timedelta
from fnmatch import fnmatch
from urllib.parse import urlsplit

from django.utils import timezone

from accounts.domain.alerts import alert_admins
from core.models import Activity
from notifications.models import PushSubscription

VERB = "push_refused"
AT_MOST = timedelta(days=1)
# The push services of the common browsers, by host: the list in docs/notifications.md. Any other host may be a client's
# own, and must not decide what admins read; so an alert says our word for a service, and never what a browser sent.
SERVICES = {
    "fcm.googleapis.com": "Google",
    "updates.push.services.mozilla.com": "Mozilla",
    "*.push.apple.com": "Apple",
    "*.notify.windows.com": "Microsoft",
}


def service_of(endpoint: str) -> str:
    """Our word for the known push service that an endpoint belongs to; empty for any other."""
    host = urlsplit(endpoint).hostname or ""
    return next((name for pattern, name in SERVICES.items() if fnmatch(host, pattern)), "")


def alert_of_refusal(subscription: PushSubscription) -> None:
    """Show it above every admin's pages, unless that was done within a day or the service is not a known one."""
    service = service_of(subscription.endpoint)
    if not service or Activity.objects.filter(verb=VERB, at__gt=timezone.now() - AT_MOST).exists():
        return
    alert_admins(
        VERB,
        f"{service}'s push service refuses AdvisorHub's key, and the device was removed. After a change of"
        " VAPID_PRIVATE_KEY people turn notifications on again; otherwise check that setting and the server's clock.",
    )
