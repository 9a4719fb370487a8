"""Turning notifications on and off for a device: the same for the staff and, behind the portal's guard, for clients."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from core.keys import read_key
from core.limits import Limit, take
from notifications.domain import vapid
from notifications.domain.subscribing import NotSubscribed, devices_of, subscribe, unsubscribe
from notifications.types import Channel

CHANGES = Limit("push_devices", most=60, seconds=3600, what="changes of devices")


def channels() -> list[str]:
    """The channels that there are: push only with keys."""
    return [one.value for one in Channel if one != Channel.PUSH or vapid.is_set_up()]


def context(request: HttpRequest) -> dict:
    """What the panel of devices needs: nothing without keys."""
    if not vapid.is_set_up():
        return {"push_key": "", "devices": []}
    return {"push_key": vapid.public_key(), "devices": devices_of(request.user)}


def add(request: HttpRequest) -> HttpResponse:
    """Answer a browser that has subscribed: 204, or 422 with what is wrong in plain words."""
    if not vapid.is_set_up():
        raise Http404
    take(CHANGES, request.user.pk)
    try:
        subscribe(
            request.user,
            endpoint=request.POST.get("endpoint", ""),
            p256dh=request.POST.get("p256dh", ""),
            auth=request.POST.get("auth", ""),
            browser=request.headers.get("User-Agent", ""),
        )
    except NotSubscribed as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def remove(request: HttpRequest) -> None:
    """Take out the device that is named by its key, or by the address that only its own browser knows."""
    endpoint, key = request.POST.get("endpoint", ""), read_key(request.POST.get("device", ""))
    if endpoint:
        unsubscribe(request.user, endpoint=endpoint)
    elif key is not None and unsubscribe(request.user, pk=key):
        messages.success(request, "That device gets no more notifications.")
    else:
        messages.info(request, "That device had been removed already.")
