"""Health pages, caching of personal pages, and who stands behind a change."""

import pghistory
from django.http import HttpRequest, HttpResponse, JsonResponse

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
