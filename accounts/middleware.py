"""Times in the viewer's zone."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Firm


class ViewerTimeZoneMiddleware:
    """Puts the firm on the request and shows times in the user's zone, else the firm's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the viewer's zone for this request."""
        request.firm = SimpleLazyObject(Firm.get)
        if request.user.is_authenticated:
            timezone.activate(request.user.zone(request.firm))
        else:
            timezone.deactivate()
        return self.get_response(request)
