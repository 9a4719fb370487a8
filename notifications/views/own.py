"""The staff's own notifications: what, by which channel, when, and on which devices."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import anyone, staff_only
from core.history.recording import record
from notifications.domain import vapid
from notifications.domain.choosing import choose_for_person, personal_choices
from notifications.domain.digests import set_daily
from notifications.forms import StaffNotificationsForm, preference_of
from notifications.types import Audience
from notifications.views import devices


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """Shows and saves one's own choices."""
    form = StaffNotificationsForm(
        request.POST if request.method == "POST" else None,
        choices=personal_choices(request.user, Audience.STAFF),
        channels=devices.channels(),
        preference=preference_of(request.user),
    )
    if request.method == "POST" and form.is_valid():
        _save(request, form)
        messages.success(request, "Your notifications are saved.")
        return redirect("notifications:own")
    status = 422 if form.errors else 200
    return render(request, "notifications/own.html", {"form": form} | devices.context(request), status=status)


@transaction.atomic
def _save(request: HttpRequest, form: StaffNotificationsForm) -> None:
    """All of it or nothing; the person is held first."""
    words = choose_for_person(request.user, form.wanted())
    quiet = form.cleaned_data["quiet_from"], form.cleaned_data["quiet_until"]
    set_daily(request.user, form.daily_time, quiet)
    if words:
        sentence = f"Own notifications changed: {', '.join(words)}"
        subject = {"subject_ids": [request.user.pk], "subject_type": "user"}
        record("notifications_changed", sentence, actor=request.user, **subject)


@staff_only
@require_POST
def add_device(request: HttpRequest) -> HttpResponse:
    """The browser of one of the staff has subscribed."""
    return devices.add(request)


@staff_only
@require_POST
def remove_device(request: HttpRequest) -> HttpResponse:
    """One of the staff removes a device of theirs."""
    devices.remove(request)
    return redirect("notifications:own")


@anyone
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The staff's service worker, which does nothing but push. Browsers look for a new one at each visit."""
    context = {"push_key": vapid.public_key() if vapid.is_set_up() else ""}
    response = render(request, "notifications/worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response
