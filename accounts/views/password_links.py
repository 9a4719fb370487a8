"""The staff's mailed links: each leads to a form that sets the password of that link's owner and of nobody else."""

import re

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import anyone
from accounts.followed_links import follow_link, followed_link, forget_link
from accounts.forms import NewPasswordForm
from accounts.known_browsers import remember_browser
from accounts.models import User
from accounts.session_switch import signed_in_other

SIDE = "staff"
# What Django's generator makes; mail programs glue a bracket or a full stop to the end of an address.
TOKEN = re.compile(r"[0-9a-z]+-[0-9a-f]{32}")


@anyone
@require_safe
def follow(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """Take the token out of the address, which would stand in histories and on screens."""
    whole = TOKEN.match(token)
    link = f"{uidb64}/{whole[0]}" if whole else ""
    if not link or _owner(link) is None:
        return render(request, "accounts/password_link_dead.html", status=410)
    response = redirect("accounts:choose_password", reference=follow_link(request, SIDE, link))
    response["Referrer-Policy"] = "no-referrer"
    return response


@anyone
@sensitive_post_parameters("new_password1", "new_password2")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, reference: str) -> HttpResponse:
    """Set the password of the owner of the link that this page was drawn for; nobody is signed in by it."""
    link = followed_link(request, SIDE, reference)
    user = _owner(link) if link else None
    if user is None:
        return render(request, "accounts/password_link_dead.html", {"lost": link is None}, status=410)
    form = NewPasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.save()
        remember_browser(request, user)  # let in by their own mail, whatever strangers guess meanwhile
        forget_link(request, reference)
        messages.success(request, f"The password of {user.email} is set.")
        if other := signed_in_other(request, user):
            messages.info(request, f"This browser is still signed in as {other.name} ({other.email}).")
        return redirect("accounts:sign_in")
    context = {"form": form, "owner": user}
    return render(request, "accounts/choose_password.html", context, status=422 if form.errors else 200)


def _owner(link: str) -> User | None:
    """The member of the staff whose link this is ("uid/token"), while it works and their access is open."""
    uidb64, _, token = link.partition("/")
    try:
        pk = int(force_str(urlsafe_base64_decode(uidb64)))
    except (ValueError, UnicodeDecodeError):
        return None
    user = User.objects.staff().filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
    return user if user and default_token_generator.check_token(user, token) else None
