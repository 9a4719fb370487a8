"""The invitation's text: the firm's own, with placeholders, preview and test send."""

from copy import copy

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import admins_only
from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.models import Contact
from core.mailing import delivery
from core.mailing.delivery import MailServer
from experiences.domain.placeholders import PLACEHOLDERS
from outreach.domain.mail_text import MailText, compose, message_for
from outreach.forms import MailTextForm
from outreach.models import Purpose
from outreach.views.mail_frame import framed


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def mail_text(request: HttpRequest) -> HttpResponse:
    """The text, its placeholders, a preview; a test goes to oneself, with what is typed and not yet saved."""
    testing = request.POST.get("action") == "test"
    with transaction.atomic():
        rows = Firm.objects.select_for_update() if request.method == "POST" else Firm.objects
        form = MailTextForm(request.POST if request.method == "POST" else None, instance=rows.get(pk=1))
        valid = request.method == "POST" and form.is_valid()
        if valid and not testing:
            form.save()
            for sentence in form.kept:
                messages.warning(request, sentence)
            messages.success(request, "The text of the invitation has been saved. It holds for every mail from now on.")
            return redirect("outreach:mail_text")
    if valid and send_test(request, sample(form.instance, request.user)):
        messages.info(request, "The text is not saved yet.")
    context = {"form": form, "tab": "text", "placeholders": PLACEHOLDERS.items()}
    return render(request, "outreach/mail_text.html", context, status=422 if form.errors else 200)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def mail_text_preview(request: HttpRequest) -> HttpResponse:
    """The mail as it would look, for the frame: as saved, or with what is being typed."""
    firm = copy(Firm.get())
    if request.method == "POST":
        firm.invitation_subject = request.POST.get("invitation_subject", "")[:200]
        firm.invitation_text = request.POST.get("invitation_text", "")[:20_000]
    return framed(sample(firm, request.user).html)


def sample(firm: Firm, user) -> MailText:
    """An invitation to an invented contact of `user`; its link leads to the portal's door."""
    return compose(Purpose.INVITATION, values_for(sample_contact(user), firm), firm, settings.BASE_URL + "/portal/")


def sample_contact(user) -> Contact:
    """An invented contact of `user`, for previews."""
    return Contact(first_name="Margaret", last_name="Sample", preferred_name="Maggie", primary_advisor=user)


def send_test(request: HttpRequest, mail: MailText) -> bool:
    """Send a mail to the one who asks for it, at once, and say what the mail server answered. Whether it took it."""
    message = message_for(mail, request.user.email, request.firm)
    message.subject = f"[Test] {message.subject}"
    with MailServer() as server:
        verdict = server.open() or server.hand_over(message)
    if verdict.outcome == delivery.ACCEPTED:
        messages.success(request, f"The mail server has the test for {request.user.email}.")
    else:
        messages.error(request, f"The test could not be sent. {verdict.reason}")
    return verdict.outcome == delivery.ACCEPTED
