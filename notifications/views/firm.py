"""What the firm has on: a page of its settings, with how pushes have fared."""

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import admins_only
from accounts.models import Firm
from core.forms.conflicts import for_saving
from core.listing.counting import how_many
from notifications.domain import vapid
from notifications.domain.choosing import choose_for_firm
from notifications.forms import FirmNotificationsForm
from notifications.models import Push, PushSubscription
from notifications.types import Channel
from notifications.views import devices

SHOWN = 20
TROUBLES_COUNTED, DEVICES_COUNTED = 99, 9_999  # beyond, the page says "99+"


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def firm(request: HttpRequest) -> HttpResponse:
    """The matrix of types and channels, for clients and for the staff."""
    with transaction.atomic():
        for_saving(Firm.objects.all(), request).get(pk=1)
        form = FirmNotificationsForm(request.POST if request.method == "POST" else None, channels=devices.channels())
        if request.method == "POST" and form.is_valid():
            choose_for_firm(form.wanted(), by=request.user)
            for sentence in form.kept:
                messages.warning(request, sentence)
            messages.success(request, "The firm's notifications are saved.")
            return redirect("notifications:firm")
    channels = [Channel(one).label for one in form.channels]
    context = {"form": form, "channels": channels, "push": _push() if vapid.is_set_up() else None}
    return render(request, "notifications/firm.html", context, status=422 if form.errors else 200)


def _push() -> dict:
    """How many devices there are, how many pushes went wrong in the last 30 days, and the latest of them."""
    troubles = Push.objects.in_trouble()
    return {
        "devices": _up_to(DEVICES_COUNTED, PushSubscription.objects.all()),
        "failed": _up_to(TROUBLES_COUNTED, troubles),
        "troubles": troubles.select_related("user")[:SHOWN],
    }


def _up_to(most: int, rows: QuerySet) -> str:
    """How many rows there are, in words: none is read beyond `most`."""
    number = how_many(rows, most + 1)
    return f"{number:,}" if number <= most else f"{most:,}+"
