"""The switch that holds all campaigns."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import admins_only
from accounts.models import Firm
from outreach.domain.steps import holding


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def campaigns_hold(request: HttpRequest) -> HttpResponse:
    """Hold all campaigns, or let them go on; the button says which, so that pressing it twice does one of them."""
    firm = Firm.get()
    on_hold = firm.campaigns_held_at is not None
    if request.method == "POST":
        if request.POST.get("action") == "resume":
            holding.resume(by=request.user)
            messages.success(request, "Campaigns go on.")
        else:
            holding.hold(by=request.user)
            messages.success(request, "All campaigns are on hold.")
        return redirect("accounts:firm")
    late = f"Steps that are more than {firm.step_window_hours} hours late are skipped and shown as skipped."
    context = {
        "title": "Resume all campaigns?" if on_hold else "Hold all campaigns?",
        "text": f"Steps that became due meanwhile happen within minutes. {late}"
        if on_hold
        else f"No step of any campaign happens until you resume. {late}",
        "hidden": {"action": "resume" if on_hold else "hold"},
        "submit_label": "Resume campaigns" if on_hold else "Hold all campaigns",
        "cancel_url": reverse("accounts:firm"),
        "danger": "no" if on_hold else "",
    }
    return render(request, "core/confirm.html", context)
