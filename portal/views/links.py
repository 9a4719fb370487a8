"""Links from mails: an invitation is accepted, a forgotten password replaced.

Mail scanners fetch links, run scripts and press buttons. Following a link only notes in the session which one it
was, never its token, and leaves the address bar; the link is spent by nothing but a POST that carries the new password.
"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import anyone
from accounts.models import User
from contacts.domain.signing_in import MayNotEnter, give_password
from outreach.domain import links
from outreach.domain.passwords import mail_new_link, request_password_link
from outreach.models import Link
from portal.access import enter
from portal.forms import AddressForm, NewPasswordForm

KEPT = "portal_link"


@anyone
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, which would stand in histories and on screens."""
    link = links.find(token)
    if link:
        request.session[KEPT] = link.pk
    else:
        request.session.pop(KEPT, None)  # which leaves a stranger without a session
    response = redirect("portal:choose_password")
    response["Referrer-Policy"] = "no-referrer"
    return response


@anyone
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest) -> HttpResponse:
    """Choose a password, and be in; or read why the link does not work and what to do."""
    link = _link(request)
    if link is None or link.state != Link.State.USABLE:
        return _dead_end(request, link)
    contact = link.contact
    user = User(email=contact.email, first_name=contact.first_name, last_name=contact.last_name)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                links.spend(link)
                enter(request, contact, give_password(contact, form.cleaned_data["password"]))
        except (links.NotUsable, MayNotEnter):
            return _dead_end(request, _link(request))
        request.session.pop(KEPT, None)
        return redirect("portal:home")
    context = {"form": form, "contact": contact, "first": contact.start_at is None}
    return render(request, "portal/choose_password.html", context, status=422 if form.errors else 200)


@anyone
@require_POST
def new_link(request: HttpRequest) -> HttpResponse:
    """Mail a fresh link in place of an expired one, to the address on file."""
    link = _link(request)
    if link is not None:
        mail_new_link(link)
    return redirect("portal:forgotten_sent")


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to choose a new password. The answer is the same for every address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        request_password_link(form.cleaned_data["email"])
        return redirect("portal:forgotten_sent")
    return render(request, "portal/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@require_safe
def forgotten_sent(request: HttpRequest) -> HttpResponse:
    """Look into your mail."""
    return render(request, "portal/forgotten_sent.html")


def _link(request: HttpRequest) -> Link | None:
    """The link that was followed in this session."""
    key = request.session.get(KEPT)
    return Link.objects.select_related("contact", "invitation").filter(pk=key).first() if key else None


def _dead_end(request: HttpRequest, link: Link | None) -> HttpResponse:
    """Why the link does not work, and the next step."""
    state = link.state if link else ""
    return render(
        request, "portal/dead_link.html", {"state": state, "expired": state == Link.State.EXPIRED}, status=410
    )
