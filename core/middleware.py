"""Health pages, caching, what no database can keep, who stands behind a change, and limits that are used up."""

import logging
from contextlib import suppress

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict, UnreadablePostError
from django.shortcuts import render

from core.files.disk import NEXT, WORDS, is_full
from core.forms.conflicts import SEEN, read_seen
from core.forms.resending import typed_into
from core.health import readiness
from core.history.signature import signed
from core.limits import TooOften

logger = logging.getLogger(__name__)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class HealthMiddleware:
    """Answers `/healthz` and `/readyz` before host checks, redirects and sessions."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the two health addresses; pass on everything else."""
        if request.path == "/healthz":
            return HttpResponse("alive", content_type="text/plain")
        if request.path == "/readyz":
            report = readiness()
            response = JsonResponse(report, status=200 if report["ready"] else 503)
            response._has_been_logged = True  # not ready yet is an answer, no error of ours to be logged as one
            return response
        return self.get_response(request)


class PersonalPagesMiddleware:
    """Keeps pages made for a person out of every cache, unless the view has said otherwise."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add `no-store` to answers that have no caching rule of their own."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response


NUL = "\0"


class NoNulMiddleware:
    """Refuses what holds the character NUL, before anything is done with it: PostgreSQL keeps no such text.

    Nobody can type it. Form fields refuse it too, but much of an address reaches the database without a form.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the address and the cookies: the key of a session comes from one."""
        if NUL in request.path_info or holds_nul(request.GET) or any(NUL in text for text in request.COOKIES.values()):
            raise BadRequest("The request holds the character NUL.")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        """Look at a form, which the check against forgery has read by now; a view without that check reads its own."""
        if request.method == "POST" and not getattr(view, "csrf_exempt", False) and holds_nul(request.POST):
            raise BadRequest("The form holds the character NUL.")


def holds_nul(values: QueryDict) -> bool:
    """Whether a name or a value holds NUL; `query` is a query string itself, of the list that rows were chosen from."""
    texts = (text for name, given in values.lists() for text in (name, *given))
    return any(NUL in text for text in texts) or any("%00" in query for query in values.getlist("query"))


class ReadableFormMiddleware:
    """Reads forms before the check against forgery does, and says in words what keeps one from being read or saved.

    A character set that nobody knows or that is no text is refused, a disk without room for an upload is told.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the form. What raises here would be an error of ours anywhere further in."""
        if request.method != "POST" or request.content_type not in FORMS:
            return self.get_response(request)
        charset = request.content_params.get("charset", "utf-8").strip().lower()
        if charset not in ("utf-8", "utf8"):
            raise BadRequest("Forms are read as UTF-8 only.")
        request.encoding = "utf-8"  # by its one name: Django knows no other
        try:
            request.POST  # noqa: B018 - reads it
        except UnreadablePostError:
            pass  # whoever sent it has gone: the check against forgery answers
        except (LookupError, UnicodeError) as error:
            raise BadRequest("A part of the form names a character set that is not known.") from error
        except OSError as error:
            if not is_full(error):
                raise
            _drop_upload(request)
            return self.process_exception(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that the disk is full, where that is what happened."""
        if not is_full(exception):
            return None
        logger.error("The disk is full: %s", exception)
        return render(request, "core/disk_full.html", {"words": WORDS, "next": NEXT}, status=507)


def _drop_upload(request: HttpRequest) -> None:
    """Remove what has arrived, which frees its room at once, and take what is still on its way.

    A browser that is answered before it has sent all shows no answer.
    """
    for handler in request.upload_handlers:
        with suppress(OSError):
            if file := getattr(handler, "file", None):
                file.close()
    with suppress(OSError):
        while request.read(1 << 16):
            pass


class GoneMeanwhileMiddleware:
    """Gives back what was typed into a form about something that was deleted, or taken from one, while it was open."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a 404 with what was typed, if a page of ours with this form was really open."""
        if request.method != "POST" or not isinstance(exception, Http404):
            return None
        if read_seen(request.POST.get(SEEN)) is None:
            return None
        typed = typed_into(request)
        return render(request, "core/gone.html", {"typed": typed.shown if typed else ()}, status=410)


class HistoryContextMiddleware:
    """Tells the history triggers who is asking, for every request that may change something."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the view; what it changes is signed by the user."""
        if request.method in {"GET", "HEAD", "OPTIONS"} or not request.user.is_authenticated:
            return self.get_response(request)
        with signed(user=request.user.pk):
            return self.get_response(request)


class LimitsMiddleware:
    """Says in words that something was done too often, and when it can be done again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; what matters is raised by views."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for `TooOften` (429), with the seconds to wait in `Retry-After`."""
        if not isinstance(exception, TooOften):
            return None
        context = {"what": exception.limit.what, "minutes": (exception.wait + 59) // 60}
        response = render(request, self.template_for(exception), context, status=429)
        response["Retry-After"] = str(exception.wait)
        response._has_been_logged = True  # an answer, no error of ours to be logged as one
        return response

    def template_for(self, exception: TooOften) -> str:
        """The page's template; its context is `what` in the plural, and the `minutes` to wait."""
        return "429.html"
