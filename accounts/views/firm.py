"""The firm's settings and its logo."""

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import admins_only, anyone
from accounts.forms import FirmForm
from accounts.models import Firm
from core.forms.conflicts import for_saving


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Name, colours, limits: what makes this firm's AdvisorHub its own."""
    with transaction.atomic():
        firm = for_saving(Firm.objects.all(), request).get(pk=1)
        form = FirmForm(request.POST if request.method == "POST" else None, request.FILES or None, instance=firm)
        if request.method == "POST" and form.is_valid():
            form.save()
            for sentence in form.kept:
                messages.warning(request, sentence)
            messages.success(request, "The firm's settings have been saved.")
            return redirect("accounts:firm")
    return render(request, "accounts/firm.html", {"form": form}, status=422 if form.errors else 200)


@anyone
def logo(request: HttpRequest) -> HttpResponse:
    """The firm's logo, which strangers see too: on the sign-in page and in mails."""
    image = request.firm.logo
    if not image:
        raise Http404
    try:
        response = FileResponse(image.open("rb"))
    except FileNotFoundError:  # a restored backup knows files that are gone
        raise Http404 from None
    response["Cache-Control"] = "public, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
