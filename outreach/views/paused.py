"""Sending is paused after a backup was restored: what may have left, and letting mail go on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import admins_only
from core.models import MailStatus
from outreach.domain import restoring


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def paused(request: HttpRequest) -> HttpResponse:
    """What may have left since the backup, where to decide about it, and the button that resumes sending."""
    status = MailStatus.get()
    if status.held_at is None:
        messages.info(request, "Sending is not paused.")
        return redirect("outreach:sends")
    if request.method == "POST":
        if request.POST.get("held") != str(status.held_at.timestamp()):
            messages.warning(request, "Sending has been paused once more since you opened the page. Look again.")
            return redirect("outreach:paused")
        restoring.resume(send_scheduled=request.POST.get("scheduled") == "send", by=request.user)
        messages.success(request, "Sending has been resumed.")
        return redirect("outreach:sends")
    return render(
        request,
        "outreach/paused.html",
        {
            "status": status,
            "held": str(status.held_at.timestamp()),
            "doubts": restoring.doubts(status),
            "tab": "sends",
        },
    )
