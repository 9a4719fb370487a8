"""The contact's own data and password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.known_browsers import remember_browser
from contacts.domain.signing_in import give_password
from contacts.models import Contact
from core.history.recording import record
from outreach.domain.passwords import tell_of_new_password
from portal.forms import ChangePasswordForm, ProfileForm
from portal.frame import frame


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Shows and changes what the contact may keep up to date; says so when somebody else did meanwhile."""
    viewing = request.viewing
    if request.method != "POST":
        form = ProfileForm(instance=viewing.contact, firm=request.firm)
        return _show(request, form)
    with transaction.atomic():
        own = Contact.objects.portal_of(request.user).select_for_update(of=("self",))
        form = ProfileForm(request.POST, instance=get_object_or_404(own), firm=request.firm)
        if form.is_valid():
            form.save()
            _record(request, form)
    if not form.is_valid():
        return _show(request, form, status=422)
    for sentence in form.kept:
        messages.info(request, sentence)
    messages.success(request, "Your profile is saved.")
    return redirect("portal:profile")


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Changes the password, which signs the contact out everywhere else."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = give_password(request.viewing.contact, form.cleaned_data["password"])
            record(
                "password_changed",
                "Changed their portal password",
                subject_ids=[request.viewing.contact.pk],
                actor=request.user,
            )
            tell_of_new_password(request.viewing.contact)
            update_session_auth_hash(request, user)
            remember_browser(request, user)
        messages.success(request, "Your password is changed. Other devices have been signed out.")
        return redirect("portal:profile")
    context = frame(request, "profile") | {"form": form}
    return render(request, "portal/password.html", context, status=422 if form.errors else 200)


def _record(request: HttpRequest, form: ProfileForm) -> None:
    """One event that names the fields, without their values: those are in the history."""
    names = [str(form[name].label).lower() for name in form.changed_data if name != "seen"]
    if names:
        record(
            "profile_changed",
            f"Changed their own profile: {', '.join(names)}",
            subject_ids=[form.instance.pk],
            actor=request.user,
        )


def _show(request: HttpRequest, form: ProfileForm, status: int = 200) -> HttpResponse:
    """The page with its form."""
    return render(request, "portal/profile.html", frame(request, "profile") | {"form": form}, status=status)
