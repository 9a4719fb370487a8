"""Photos of the staff: shown to colleagues, set by oneself or an admin."""

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import admins_only, staff_only
from accounts.domain.photos import put_staff_photo
from accounts.models import User
from core.forms.conflicts import for_saving
from core.forms.photos import PhotoForm


@staff_only
@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of one of the staff."""
    user = get_object_or_404(User.objects.staff(), pk=pk)
    if not user.photo:
        raise Http404
    try:
        response = FileResponse(user.photo.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "private, max-age=3600"
    return response


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def own_photo(request: HttpRequest) -> HttpResponse:
    """Put one's own photo in place, or take it away."""
    return _edit(request, request.user.pk, "Your photo", reverse("accounts:profile"))


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def user_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody's photo in place, or take it away."""
    user = get_object_or_404(User.objects.staff(), pk=pk)
    return _edit(request, pk, f"Photo of {user.name}", reverse("accounts:user", args=[pk]))


def _edit(request: HttpRequest, pk: int, title: str, back_url: str) -> HttpResponse:
    """The form with the photo as it is now; who changed it meanwhile is not overwritten unseen."""
    with transaction.atomic():
        user = get_object_or_404(for_saving(User.objects.staff(), request), pk=pk)
        form = PhotoForm(request.POST if request.method == "POST" else None, request.FILES or None, person=user)
        if request.method == "POST" and form.is_valid():
            if form.changes:
                put_staff_photo(user, form.chosen, by=request.user)
                messages.success(request, "The photo has been saved.")
            for sentence in form.kept:
                messages.warning(request, sentence)
            return redirect(back_url)
    context = {
        "form": form,
        "title": title,
        "subtitle": "Colleagues see it, and clients beside their team.",
        "person": user,
        "submit_label": "Save the photo",
        "cancel_url": back_url,
    }
    return render(request, "accounts/photo.html", context, status=422 if form.errors else 200)
