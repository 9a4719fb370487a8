"""The client's notifications: what they leave on of what the firm has on, and their devices."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.history.recording import record
from notifications.domain.choosing import choose_for_person, personal_choices
from notifications.forms import OwnNotificationsForm
from notifications.types import Audience
from notifications.views import devices
from portal.frame import frame


@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Shows and saves their choices."""
    form = OwnNotificationsForm(
        request.POST if request.method == "POST" else None,
        choices=personal_choices(request.user, Audience.CLIENT),
        channels=devices.channels(),
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            words = choose_for_person(request.user, form.wanted())
            if words:
                sentence = f"Changed their notifications: {', '.join(words)}"
                subject = [request.viewing.contact.pk]
                record("notifications_changed", sentence, subject_ids=subject, actor=request.user)
        messages.success(request, "Your notifications are saved.")
        return redirect("portal:notifications")
    context = frame(request, "profile") | {"form": form} | devices.context(request)
    return render(request, "portal/notifications.html", context, status=422 if form.errors else 200)


@require_POST
def add_device(request: HttpRequest) -> HttpResponse:
    """The client's browser has subscribed."""
    return devices.add(request)


@require_POST
def remove_device(request: HttpRequest) -> HttpResponse:
    """The client removes a device of theirs."""
    devices.remove(request)
    return redirect("portal:notifications")
