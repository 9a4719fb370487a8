"""Devices: put in by their owner's browser, taken out by the owner, by another person there, or when they are gone."""

import base64
import re

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import MD5
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.domain.sessions import device
from accounts.models import User
from notifications.domain import vapid
from notifications.domain.push_service import why_not_endpoint
from notifications.models import Push, PushSubscription

AT_MOST = 10  # devices of one person; the oldest makes room
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
POINT, SECRET = 65, 16  # bytes of a device's public key and of its secret (RFC 8291)


class NotSubscribed(Exception):
    """What the browser sent is no subscription; the text says why."""


def _decoded(text: str, size: int) -> bytes | None:
    """Bytes of base64url without padding; None unless there are so many and nothing else.

    Python's decoder skips characters that it does not know, so they are refused first.
    """
    if len(text) != -(-size * 8 // 6) or not BASE64URL.fullmatch(text):
        return None
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return raw if len(raw) == size else None


def _at(endpoint: str) -> QuerySet[PushSubscription]:
    """The subscription with this address, if any, by the index."""
    return PushSubscription.objects.alias(hashed=MD5("endpoint")).filter(hashed=MD5(Value(endpoint)), endpoint=endpoint)


@transaction.atomic
def subscribe(user: User, *, endpoint: str, p256dh: str, auth: str, browser: str) -> PushSubscription:
    """Have a device pushed to for `user`, and for nobody else any more. Raises NotSubscribed for what is none.

    Pushes planned for the previous owner of the device are not sent: they belong to the subscription that ends.
    """
    if why := why_not_endpoint(endpoint):
        raise NotSubscribed(why)
    point = _decoded(p256dh, POINT)
    if point is None or point[0] != 4 or _decoded(auth, SECRET) is None:
        raise NotSubscribed("The browser sent keys that are not valid.")
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    values = {
        "p256dh": p256dh,
        "auth": auth,
        "mark": user.get_session_auth_hash(),
        "vapid_key": vapid.public_key(),
        "device": device(browser)[:60],
    }
    same = _at(endpoint)
    drop(list(same.exclude(user=user).values_list("pk", flat=True)), "Somebody else uses the device now.")
    if same.filter(user=user).update(**values):
        return same.get(user=user)
    try:
        with transaction.atomic():
            made = PushSubscription.objects.create(user=user, endpoint=endpoint, **values)
    except IntegrityError:  # two people at the same browser, at the same moment
        raise NotSubscribed("Somebody else has just turned notifications on here. Please try again.") from None
    older = PushSubscription.objects.filter(user=user).order_by("-pk")[AT_MOST:]
    drop(list(older.values_list("pk", flat=True)), f"{AT_MOST} newer devices were added.")
    return made


def unsubscribe(user: User, *, pk: int | None = None, endpoint: str = "") -> bool:
    """Take one of one's own devices out, by key or by the address that its browser knows; False when it is not."""
    own = PushSubscription.objects.filter(user=user)
    found = own.filter(pk=pk) if pk is not None else _at(endpoint).filter(user=user)
    pks = list(found.values_list("pk", flat=True))
    drop(pks, "The device was removed.")
    return bool(pks)


@transaction.atomic
def drop(pks: list[int], reason: str) -> None:
    """Remove subscriptions; what waits for them does not leave.

    They are locked first and in order: two workers that drop the same ones wait for each other.
    """
    if not pks:
        return
    list(PushSubscription.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    waiting = Push.objects.filter(subscription__in=pks, state="planned")
    waiting.update(state=Push.State.DROPPED, reason=reason[:200], settled_at=timezone.now())
    PushSubscription.objects.filter(pk__in=pks).delete()


def is_current(subscription: PushSubscription) -> bool:
    """Whether its owner may still sign in, and neither changed the password nor signed out everywhere since."""
    user = subscription.user
    marks = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user.is_active and any(constant_time_compare(subscription.mark, mark) for mark in marks)


def devices_of(user: User) -> list[PushSubscription]:
    """Their devices as they may see them, the newest first."""
    found = PushSubscription.objects.filter(user=user).select_related("user").order_by("-pk")
    return [one for one in found if is_current(one)]


def clear_subscriptions() -> None:
    """Remove what nobody can be pushed at any more. Run once a day; each push asks as well."""
    found = PushSubscription.objects.select_related("user").iterator(chunk_size=1000)
    stale = [one.pk for one in found if not is_current(one)]
    for start in range(0, len(stale), 1000):
        drop(stale[start : start + 1000], "The password was changed, or the account closed.")
