"""The staff's way in and out, and their forgotten passwords."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import admins_only, anyone
from accounts.demo import demo_sign_ins
from accounts.domain.alerts import dismiss_alert
from accounts.domain.link_requests import may_ask
from accounts.domain.signing_in import enter, leave
from accounts.forms import PasswordLinkForm, SignInForm
from accounts.session_switch import ASKS_FIRST, agreed_to_sign_out, signed_in_other
from mail.domain.requests import request_link
from mail.models import LinkRequest


def _next_page(request: HttpRequest) -> str:
    """Where to go after sign-in: the page asked for, when it is ours, else the contacts."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return "/contacts/"


@anyone
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def front_door(request: HttpRequest) -> HttpResponse:
    """The staff's sign-in page. Who is signed in already goes to their own side; nobody is signed out unnamed."""
    if request.method != "POST" and request.user.is_authenticated:
        if request.user.is_staff_side:
            return HttpResponseRedirect(_next_page(request))  # `redirect` would look for a view of that name
        return redirect("portal:home")
    form = SignInForm(request.POST if request.method == "POST" else None, request=request, side="staff")
    matches = request.method == "POST" and form.is_valid()
    other = signed_in_other(request, form.user)
    if matches and agreed_to_sign_out(request, other):
        enter(request, form.user)
        return HttpResponseRedirect(_next_page(request))
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "other": other,
        "demo_sign_ins": demo_sign_ins() if settings.DEMO else [],
    }
    status = 422 if form.errors else ASKS_FIRST if matches else 200
    return render(request, "accounts/sign_in.html", context, status=status)


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, of either side."""
    was_contact = request.user.is_authenticated and not request.user.is_staff_side
    leave(request)
    return redirect("portal:sign_in" if was_contact else "accounts:sign_in")


@admins_only
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Take an alert away from one's own pages."""
    dismiss_alert(request.user, request.POST.get("alert", ""))
    return HttpResponseRedirect(_next_page(request))


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Asks for the address. Answer and time are the same whether it is known or not."""
    form = PasswordLinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if may_ask(request, "staff", form.cleaned_data["email"]):
            request_link(LinkRequest.Side.STAFF, form.cleaned_data["email"])
        return redirect("accounts:password_reset_sent")
    return render(request, "accounts/password_reset.html", {"form": form}, status=422 if form.errors else 200)


@anyone
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    """Says what happens next."""
    return render(request, "accounts/password_reset_sent.html")
