"""The links and passwords of one contact, and whether their address gets mail. Inviting is a bulk action."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import editors_only
from contacts.domain import signing_in
from contacts.forms import contact_url
from contacts.models import Contact
from core.history.recording import record
from core.mailing.server_status import promise
from outreach.domain import links, passwords, suppressing


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def password_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a contact a link to choose a new password. Nobody of the staff ever sees or sets it."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    if request.method == "POST":
        try:
            passwords.send_password_link(contact, by=request.user)
        except passwords.NotSent as refusal:
            messages.error(request, str(refusal))
        else:
            link = promise("A link to choose a new password", contact.email, within="two hours")
            tell = messages.success if link.flows else messages.warning
            tell(request, link.words)
        return redirect(contact_url(pk))
    context = {
        "title": f"Reset the password of {contact.name}?",
        "text": f"{contact.email} gets a mail with a link to choose a new password. The present one works until then.",
        "submit_label": "Send the link",
        "cancel_url": contact_url(pk),
        "danger": "no",
    }
    return render(request, "core/confirm.html", context)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def end_access(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a contact out everywhere and end their password, where somebody else has come into the account."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    if request.method == "POST":
        try:
            ended = signing_in.end_access(contact, by=request.user)
        except signing_in.MayNotEnter:
            ended = False
        if ended:
            words = f"{contact.name} is signed out everywhere. Mail a link to choose a new password when you are ready."
            messages.success(request, words)
        else:
            messages.info(request, f"{contact.name} has no password that works.")
        return redirect(contact_url(pk))
    context = {
        "title": f"End the sign-in of {contact.name}?",
        "text": "For when somebody else may have got into the account, as by a mistyped address. All devices are "
        "signed out at once and the password stops working. A new one is chosen with a link that is mailed to "
        f"{contact.email}: check the address first.",
        "submit_label": "End the sign-in",
        "cancel_url": contact_url(pk),
    }
    return render(request, "core/confirm.html", context)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Kill all links that a contact was mailed."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    if request.method == "POST":
        links.revoke_all([contact.pk], f"Revoked by {request.user.name}")
        record("revoked", "Invitation revoked", subject_ids=[contact.pk], actor=request.user)
        messages.success(request, f"The links mailed to {contact.name} no longer work.")
        return redirect(contact_url(pk))
    context = {
        "title": f"Revoke the invitation of {contact.name}?",
        "text": "Every link they were mailed stops working at once. They can be invited again later.",
        "submit_label": "Revoke the invitation",
        "cancel_url": contact_url(pk),
    }
    return render(request, "core/confirm.html", context)


@editors_only
@require_POST
def allow_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a contact's address off the list of those that get no mail, with one click."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    if suppressing.allow_again(contact.email, contact_id=contact.pk, by=request.user):
        messages.success(request, f"{contact.email} gets mail again. If it bounces again, you will see it here.")
    else:
        messages.info(request, f"{contact.email} gets mail already.")
    return redirect(contact_url(pk))
