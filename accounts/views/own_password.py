"""The staff's own password, changed while signed in."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import staff_only
from accounts.domain.own_password import set_own_password
from accounts.forms import ChangePasswordForm
from accounts.known_browsers import remember_browser


@staff_only
@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's password, which signs one out everywhere else."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        set_own_password(request.user, form.cleaned_data["password"], by_link=False)
        update_session_auth_hash(request, request.user)
        remember_browser(request, request.user)
        messages.success(request, "Your password is changed. Other devices have been signed out.")
        return redirect("accounts:profile")
    return render(request, "accounts/own_password.html", {"form": form}, status=422 if form.errors else 200)
