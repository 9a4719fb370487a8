"""Times in the viewer's zone, and limits of the accounts room."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.domain.alerts import alert_admins
from accounts.domain.guessing import GuessingClosed
from accounts.models import Firm
from core.limits import TooOften
from core.middleware import LimitsMiddleware


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


class AccountLimitsMiddleware(LimitsMiddleware):
    """As its base; guessed passwords have a page of their own, and admins are told who exports or imports too much."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page, by what was done too often."""
        if isinstance(exception, TooOften) and exception.first and request.user.is_authenticated:
            what = f"{request.user.name} reached the limit of {exception.limit.most:,} {exception.limit.what}"
            alert_admins("limit_reached", what)
        return super().process_exception(request, exception)

    def template_for(self, exception: TooOften) -> str:
        """Guessed passwords need other words: a mailed link lets their owner in."""
        return "accounts/locked_out.html" if isinstance(exception, GuessingClosed) else super().template_for(exception)
