"""A mail's HTML as a page for a frame: it may look as it does in a mail reader, and do nothing."""

from django.http import HttpResponse

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)


def framed(html: str) -> HttpResponse:
    """The HTML with a policy of its own; its links open in the whole window."""
    response = HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
    response["Content-Security-Policy"] = POLICY
    return response
