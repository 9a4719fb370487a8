"""Health pages, caching of personal pages, what no database can keep, and who stands behind a change."""

import pghistory
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render

from core.forms import SEEN, read_seen
from core.health import readiness


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
        seen = read_seen(request.POST.get(SEEN))
        if seen is None:
            return None
        typed = [(name.replace("_", " ").capitalize(), request.POST.getlist(name)) for name in seen["values"]]
        shown = [(label, ", ".join(values)) for label, values in typed if any(values)]
        return render(request, "core/gone.html", {"typed": shown}, status=410)


class HistoryContextMiddleware:
    """Tells the history triggers who is asking, for every request that may change something."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the view inside a history context naming the user."""
        if request.method in {"GET", "HEAD", "OPTIONS"} or not request.user.is_authenticated:
            return self.get_response(request)
        with pghistory.context(user=request.user.pk):
            return self.get_response(request)
