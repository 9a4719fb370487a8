"""The one way to a push service: what is sent is encrypted for one device, and where it goes is not trusted.

An endpoint is whatever a browser told us. So it must be https at a public host, and what its name resolves to is
looked at before it is connected to; redirects are not followed, an answer has its time, and only its head is read. Only
hosts that the operator names in PUSH_PRIVATE_HOSTS may be private or plain http.
"""

import email.utils
import json
import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from urllib3.exceptions import LocationValueError

from core.network.connecting import CONNECT, Checked, PrivateAddress, is_named, until
from notifications.domain import vapid
from notifications.models import Push, PushSubscription

SECONDS = 10  # for an answer as a whole
# Visible ASCII without the backslash, at which parsers of addresses part ways: browsers send nothing else.
PLAIN = re.compile(r"[!-\[\]-~]{1,2000}")
HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f.]*:[0-9a-f:.]+")  # a name, or an IP address
NO_ADDRESS = "The address of the push service is not a plain one."
REFUSED_BY_REQUESTS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    LocationValueError,
    UnicodeError,
)
TTL = 24 * 3600  # seconds that a service keeps a push for a device that is off
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=2)
SENT, GONE, REFUSED, LATER, FAILED, UNKNOWN = "sent", "gone", "refused", "later", "failed", "unknown"


@dataclass(frozen=True)
class Verdict:
    """What became of a push: SENT; the subscription is GONE or our keys are REFUSED; try LATER; FAILED; or UNKNOWN
    whether it left. `retry_at` is when a service that asks for patience may be asked again.
    """

    outcome: str
    reason: str = ""
    retry_at: datetime | None = None


def why_not_endpoint(endpoint: str) -> str:
    """Why an address cannot be that of a push service, in words; empty when it can. Looks nothing up."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return NO_ADDRESS
    if parts.username is not None or parts.scheme not in ("http", "https"):
        return NO_ADDRESS
    if not PLAIN.fullmatch(endpoint) or not HOST.fullmatch(parts.hostname or ""):
        return NO_ADDRESS
    if is_named(parts.hostname, port, settings.PUSH_PRIVATE_HOSTS):
        return ""
    if parts.scheme != "https" or port not in (None, 443):
        return "The address of the push service is not https."
    return ""


class _Session(requests.Session):
    """Looks at no redirect: requests reads its body and where it leads to also when it is not to follow it."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def session() -> requests.Session:
    """A session whose connections are checked; to be closed by the caller."""
    made = _Session()
    made.trust_env = False  # no proxies and no .netrc
    adapter = Checked(settings.PUSH_PRIVATE_HOSTS)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made


def payload(sentence: str, firm_name: str, path: str) -> bytes:
    """What a device is told: a fixed sentence, the firm's name and a path. Nothing about anybody."""
    return json.dumps({"title": firm_name, "body": sentence, "path": path}, ensure_ascii=False).encode()


def encrypted(subscription: PushSubscription, content: bytes) -> bytes:
    """The body for this device alone (RFC 8291). Raises ValueError for keys that are none."""
    from pywebpush import WebPusher, WebPushException  # late: it loads an HTTP client that we do not use

    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    try:
        return WebPusher({"endpoint": subscription.endpoint, "keys": keys}).encode(content)["body"]
    except WebPushException as error:
        raise ValueError(error.message) from None


def topic_of(push: Push) -> str:
    """Under which a later push about the same replaces an earlier one that waits: tells nobody what it is about."""
    mark = f"{push.user_id}:{push.type}:{push.subject_id}"
    return salted_hmac("notifications.topic", mark, algorithm="sha256").hexdigest()[:32]


def deliver(push: Push, content: bytes) -> Verdict:
    """Hand one push over, in one call. Touches no database, so that several can be under way at once."""
    endpoint = push.subscription.endpoint
    if why := why_not_endpoint(endpoint):
        return Verdict(GONE, why)
    try:
        body, signature = encrypted(push.subscription, content), vapid.signed_for(endpoint)
    except vapid.Unusable as error:
        return Verdict(FAILED, str(error))
    except ValueError:
        return Verdict(GONE, "The device's keys are not valid.")
    headers = {
        "Authorization": signature,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL),
        "Topic": topic_of(push),
        "Urgency": "normal",
    }
    began = time.monotonic()
    try:
        with (
            until(began + SECONDS),
            session() as calls,
            calls.post(
                endpoint, data=body, headers=headers, timeout=(CONNECT, SECONDS), allow_redirects=False, stream=True
            ) as answer,
        ):
            return _verdict(answer)
    except PrivateAddress:
        return Verdict(GONE, "The address of the push service leads into a private network.")
    except REFUSED_BY_REQUESTS:  # before anything has left
        return Verdict(GONE, NO_ADDRESS)
    except requests.ConnectionError as error:
        return _unreached(error)
    except (requests.RequestException, OSError):
        return Verdict(UNKNOWN, "The push service did not answer in time.")


def _unreached(error: requests.ConnectionError) -> Verdict:
    """Nothing has left when no connection was made; when one broke, nobody knows."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError) or "NewConnection" in repr(reason):
        return Verdict(LATER, "The push service cannot be reached.")
    return Verdict(UNKNOWN, "The connection broke before the push service answered.")


def _verdict(answer: requests.Response) -> Verdict:
    """What the status says (RFC 8030)."""
    status = answer.status_code
    if 200 <= status < 300:
        return Verdict(SENT)
    if status in (404, 410):
        return Verdict(GONE, "The device has ended its subscription.")
    if status in (401, 403):
        return Verdict(REFUSED, f"The push service refuses our key ({status}).")
    if status == 429 or status >= 500:
        return Verdict(LATER, f"The push service is busy or out of order ({status}).", _retry_at(answer))
    if 300 <= status < 400:
        return Verdict(FAILED, "The push service answered with a redirect, which is not followed.")
    return Verdict(FAILED, f"The push service refuses the push ({status}).")


def _retry_at(answer: requests.Response) -> datetime | None:
    """The moment of a Retry-After, in seconds or as a date, no sooner and no later than makes sense."""
    value, now = answer.headers.get("Retry-After", "").strip()[:40], timezone.now()
    try:
        if value.replace(".", "", 1).isdigit():
            wait = timedelta(seconds=min(float(value), LONGEST_WAIT.total_seconds()))
        else:
            wait = email.utils.parsedate_to_datetime(value) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return now + min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)
