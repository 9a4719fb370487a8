"""The contacts' way in and out."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import anyone
from accounts.domain.signing_in import leave
from accounts.forms import NO_MATCH
from accounts.models import Role
from accounts.session_switch import ASKS_FIRST, agreed_to_sign_out, signed_in_other
from contacts.domain.signing_in import MayNotEnter
from portal.access import enter
from portal.demo import demo_contact
from portal.forms import PortalSignInForm


@anyone
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The portal's sign-in page. Who is inside already goes home; nobody else is signed out without being named."""
    if request.method != "POST" and request.user.is_authenticated and request.user.role == Role.CONTACT:
        return redirect("portal:home")
    form = PortalSignInForm(request.POST if request.method == "POST" else None, request=request)
    matches = request.method == "POST" and form.is_valid()
    other, status = signed_in_other(request, form.user), 200
    if matches and agreed_to_sign_out(request, other):
        try:
            enter(request, form.contact, form.user)
            return HttpResponseRedirect(_next_page(request))
        except MayNotEnter:
            form.add_error(None, NO_MATCH)
    elif matches:
        status = ASKS_FIRST
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "other": other,
        "demo": demo_contact() if settings.DEMO else None,
    }
    return render(request, "portal/sign_in.html", context, status=422 if form.errors else status)


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    leave(request)
    return redirect("portal:sign_in")


def _next_page(request: HttpRequest) -> str:
    """The portal page that was asked for, else home."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours and target.startswith(reverse("portal:home")) else reverse("portal:home")
