"""One button pressed three times makes one thing, and whoever pressed sees what it led to.

    @editors_only
    @once
    @require_POST
    def note_add(request, pk): ...

The first press claims its form in the transaction in which the view works; the others wait for it and are led where it
led. A form that was refused, or a view that failed, claims nothing. What is sent again from the same drawn page within
ten minutes counts as the same press: each drawing of a page has its own token against forgery. Without such a token
only what arrives while the first is at work counts.

JavaScript marks a pressed button as well (`data-once`), but a page without it, a slow network or a second tap before
the script has run send a form more than once.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.models import Press
from core.view_decorators import for_views

SAME_FOR = timedelta(minutes=10)
KEPT = timedelta(days=1)
REPEATED = "It was sent more than once, and done once."


@for_views
def once(view: Callable) -> Callable:
    """A view that answers each press of a form once; what it saves and the claim are one transaction."""

    @wraps(view)
    def pressed(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            if not claim(request):
                return repeated(request)
            response = view(request, *args, **kwargs)
            if 300 <= response.status_code < 400:
                note(request, response.url)
            else:
                Press.objects.filter(pk=key_of(request)).delete()
            return response

    pressed.once = True
    return pressed


def claim(request: HttpRequest) -> bool:
    """Claim the form in the caller's transaction: waits for an earlier press, and is False when that one was answered.

    The caller says with `note` where it led, or rolls back.
    """
    again = SAME_FOR if request.POST.get("csrfmiddlewaretoken") else timedelta(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_press (key, location, at) VALUES (%s, '', clock_timestamp())"
            " ON CONFLICT (key) DO UPDATE SET at = clock_timestamp(), location = ''"
            " WHERE core_press.at < statement_timestamp() - %s RETURNING key",
            [key_of(request), again],
        )
        return cursor.fetchone() is not None


def note(request: HttpRequest, location: str) -> None:
    """Say where a claimed press led."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_press SET location = %s, at = clock_timestamp() WHERE key = %s",
            [location[:2000], key_of(request)],
        )


def answered(request: HttpRequest) -> HttpResponse | None:
    """The answer to a press that was answered a moment ago; None for a new one."""
    if not request.POST.get("csrfmiddlewaretoken"):
        return None
    found = Press.objects.filter(pk=key_of(request), at__gt=timezone.now() - SAME_FOR)
    return repeated(request) if found.exists() else None


def repeated(request: HttpRequest) -> HttpResponse:
    """Lead where the first press led, whose claim kept this one out."""
    messages.info(request, REPEATED)
    return HttpResponseRedirect(Press.objects.values_list("location", flat=True).get(pk=key_of(request)))


def key_of(request: HttpRequest) -> str:
    """What is the same for all presses of one form by one person: the page, all that was typed, and the files' names.

    Under the secret key: what was typed cannot be guessed from it.
    """
    typed = sorted((name, values) for name, values in request.POST.lists())
    files = sorted((name, [(one.name, one.size) for one in found]) for name, found in request.FILES.lists())
    return salted_hmac(
        "core.forms.presses", repr((request.user.pk, request.get_full_path(), typed, files)), algorithm="sha256"
    ).hexdigest()


def clear_presses() -> None:
    """Forget what was pressed more than a day ago. Run once a day."""
    Press.objects.filter(at__lt=timezone.now() - KEPT).delete()
