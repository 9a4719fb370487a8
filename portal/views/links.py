"""Links from mails: an invitation is accepted, a forgotten password replaced.

Mail scanners fetch links, run scripts and press buttons. Following a link only notes in the session which one it
was, never its token, and leaves the address bar; the link is spent by nothing but a POST that carries the new password.
Each followed link has pages of its own, found by a reference that only this session knows.
"""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import anyone
from accounts.domain.link_requests import may_ask
from accounts.followed_links import follow_link, followed_link, forget_link
from accounts.models import User
from accounts.session_switch import ASKS_FIRST, agreed_to_sign_out, signed_in_other
from contacts.domain.signing_in import MayNotEnter, give_password
from mail.domain.requests import request_link
from mail.models import LinkRequest
from outreach.domain import links
from outreach.domain.passwords import mail_new_link, tell_of_new_password
from outreach.models import Link
from portal.access import enter
from portal.forms import AddressForm, NewPasswordForm

SIDE = "portal"


@anyone
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, which would stand in histories and on screens.

    What mail programs glue to an address (a bracket, a quote, a full stop) is left out: a token has a fixed length.
    """
    link = links.find(token[: links.TOKEN_LENGTH])
    if link:
        response = redirect("portal:choose_password", reference=follow_link(request, SIDE, link.pk))
    else:
        response = redirect("portal:unknown_link")
    response["Referrer-Policy"] = "no-referrer"
    return response


@anyone
@require_safe
def unknown_link(request: HttpRequest) -> HttpResponse:
    """Says that the address which was followed is none of ours, or not whole."""
    return render(request, "portal/unknown_link.html", status=410)


@anyone
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose a password, and be in; or read why the link does not work and what to do.

    Whoever else is signed in in this browser is named, and signed out only by a form that named them.
    """
    link = _link(request, reference)
    if link is None:
        return _lost(request)
    if link.state != Link.State.USABLE:
        return _dead_end(request, link, reference)
    contact, other = link.contact, signed_in_other(request, link.contact.user)
    user = User(email=contact.email, first_name=contact.first_name, last_name=contact.last_name)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if agreed_to_sign_out(request, other):
            return _enter(request, reference, link, form.cleaned_data["password"])
        status = ASKS_FIRST
    context = {
        "form": form,
        "contact": contact,
        "first": contact.start_at is None,
        "other": other,
        "reference": reference,
    }
    return render(request, "portal/choose_password.html", context, status=status)


@anyone
@require_POST
def new_link(request: HttpRequest, reference: str) -> HttpResponse:
    """Mail a fresh link in place of an expired one, to the address on file."""
    link = _link(request, reference)
    if link is None:
        return _lost(request)
    if may_ask(request, "portal", f"link {link.pk}"):
        mail_new_link(link)
    return redirect("portal:forgotten_sent")


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to choose a new password. The answer is the same for every address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if may_ask(request, "portal", form.cleaned_data["email"]):
            request_link(LinkRequest.Side.PORTAL, form.cleaned_data["email"])
        return redirect("portal:forgotten_sent")
    return render(request, "portal/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@require_safe
def forgotten_sent(request: HttpRequest) -> HttpResponse:
    """Look into your mail."""
    return render(request, "portal/forgotten_sent.html")


def _link(request: HttpRequest, reference: str) -> Link | None:
    """The link that was followed in this session under this reference."""
    key = followed_link(request, SIDE, reference)
    if key is None:
        return None
    return Link.objects.select_related("contact__user", "invitation").filter(pk=key).first()


def _enter(request: HttpRequest, reference: str, link: Link, password: str) -> HttpResponse:
    """Spend the link, set the password and sign the contact in: all of it or nothing."""
    try:
        with transaction.atomic():
            links.spend(link)
            if link.contact.start_at:
                tell_of_new_password(link.contact)
            enter(request, link.contact, give_password(link.contact, password))
    except (links.NotUsable, MayNotEnter):
        return _dead_end(request, _link(request, reference) or link, reference)
    forget_link(request, reference)
    return redirect("portal:home")


def _lost(request: HttpRequest) -> HttpResponse:
    """This session does not know the link: it has ended, or the browser keeps no cookies."""
    without_cookies = settings.SESSION_COOKIE_NAME not in request.COOKIES
    return render(request, "portal/lost_link.html", {"without_cookies": without_cookies}, status=410)


def _dead_end(request: HttpRequest, link: Link, reference: str) -> HttpResponse:
    """Why the link does not work, and the next step."""
    context = {
        "state": link.state,
        "expired": link.state == Link.State.EXPIRED,
        "newer": links.has_newer(link),
        "reference": reference,
    }
    return render(request, "portal/dead_link.html", context, status=410)
