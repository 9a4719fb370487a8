"""The mailbox of the demo set-up, for staff. Elsewhere it does not exist."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import staff_only
from outreach.mailbox import StoredMail, latest, read
from outreach.views.mail_frame import framed


@staff_only
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """The latest mails, and the one that is open."""
    _only_in_demo()
    to = request.GET.get("to", "").strip()
    return render(request, "outreach/mailbox.html", {"mails": latest(to=to), "to": to})


@staff_only
@require_GET
def mailbox_mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail: its HTML in a frame, its text with links."""
    return render(request, "outreach/mailbox_mail.html", {"mail": _mail(key)})


@staff_only
@require_GET
def mailbox_html(request: HttpRequest, key: str) -> HttpResponse:
    """A mail's HTML, for the frame."""
    return framed(_mail(key).html)


def _mail(key: str) -> StoredMail:
    _only_in_demo()
    mail = read(key)
    if mail is None:
        raise Http404
    return mail


def _only_in_demo() -> None:
    """Mail of a real firm is never shown here."""
    if not settings.DEMO:
        raise Http404
