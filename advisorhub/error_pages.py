"""The pages of what went wrong: in words, and with a way on to the side, staff or portal, that the visitor is on."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from core.forms.resending import page_before, typed_into

ORIGIN_REFUSED = REASON_BAD_ORIGIN.partition("%")[0]


def start_page(request: HttpRequest) -> str:
    """Where to begin again: the portal for clients and on its pages, the staff's start page else."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return "/" if user.is_staff_side else reverse("portal:home")
    return reverse("portal:sign_in") if request.path.startswith(reverse("portal:home")) else "/"


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or not the visitor's to see."""
    return render(request, "404.html", {"start_url": start_page(request)}, status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, for reasons other than a form that is refused."""
    return render(request, "403.html", {"start_url": start_page(request)}, status=403)


class RefusedMethodMiddleware:
    """Says in words what an empty 405 leaves open: somebody opened an address that only a button may send to."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Fill in the page; the status and the methods that are allowed stay as they are."""
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and "text/html" in request.headers.get("Accept", ""):
            page = render(request, "405.html", {"start_url": start_page(request)}, status=405)
            page["Allow"] = response["Allow"]
            return page
        return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. Without context of the request, which may be what is wrong."""
    return HttpResponse(render_to_string("400.html", {"start_url": _start_by_path(request)}), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Without the database, which may be what has failed."""
    return HttpResponse(render_to_string("500.html", {"start_url": _start_by_path(request)}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form belongs to an earlier session, cookies are blocked, or another site made it.

    What was typed is kept only when the browser named a page of ours as the origin, which Django has checked by then.
    """
    ours = "HTTP_ORIGIN" in request.META and not reason.startswith(ORIGIN_REFUSED)
    start = start_page(request)
    context = {
        "typed": typed_into(request) if ours else None,
        "without_cookies": reason == REASON_NO_CSRF_COOKIE,
        "back_url": page_before(request, start) if ours else start,
    }
    return render(request, "core/form_refused.html", context, status=403)


def _start_by_path(request: HttpRequest) -> str:
    """The side's start page by the address alone."""
    portal = reverse("portal:home")
    return portal if request.path.startswith(portal) else "/"
