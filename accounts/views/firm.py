"""The firm's settings and its logo."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict

from accounts.access import admins_only, anyone
from accounts.forms import FirmForm
from accounts.models import Firm
from core.forms.conflicts import for_saving
from core.forms.pages import FormPage


@admins_only
class FirmSettings(FormPage):
    """Name, colours, limits: what makes this firm's AdvisorHub its own."""

    template_name = "accounts/firm.html"
    saved_message = "The firm's settings have been saved."

    def make_form(self, data: QueryDict | None) -> FirmForm:
        """For the one firm."""
        firm = for_saving(Firm.objects.all(), self.request).get(pk=1)
        return FirmForm(data, self.request.FILES or None, instance=firm)

    def next_url(self, form: FirmForm) -> str:
        """Here again."""
        return "accounts:firm"


@anyone
def logo(request: HttpRequest) -> HttpResponse:
    """The firm's logo, which strangers see too: on the sign-in page and in mails."""
    image = request.firm.logo
    if not image:
        raise Http404
    try:
        response = FileResponse(image.open("rb"))
    except FileNotFoundError:  # a restored backup knows files that are gone
        raise Http404 from None
    response["Cache-Control"] = "public, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
