"""What makes the portal installable: manifest, icons, service worker, and the page shown without a network.

None of it is personal; the worker keeps static files only, and shows notifications.
"""

from functools import lru_cache
from io import BytesIO

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont

from accounts.access import anyone
from notifications.domain import vapid

SIZES = (180, 192, 512)


@anyone
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest, with the firm's name and colour."""
    firm = request.firm
    version = _version(firm)
    icons = [
        {
            "src": f"{reverse('portal:icon', kwargs={'size': size})}?v={version}",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    content = {
        "id": reverse("portal:home"),
        "name": firm.name,
        "short_name": firm.name[:12].strip(),
        "start_url": reverse("portal:home"),
        "scope": reverse("portal:home"),
        "display": "standalone",
        "theme_color": firm.brand_colour,
        "background_color": "#f8f9fb",
        "icons": icons,
    }
    response = JsonResponse(content, content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@anyone
@require_safe
def icon(request: HttpRequest, size: int) -> HttpResponse:
    """The firm's initial on its colour, as a square that can be cut to any shape."""
    if size not in SIZES:
        raise Http404
    firm = request.firm
    content = _drawn(firm.name[:1].upper() or "A", firm.brand_colour, firm.on_brand, size)
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@anyone
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Browsers look for a new one at each visit."""
    context = {"push_key": vapid.public_key() if vapid.is_set_up() else ""}
    response = render(request, "portal/worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@anyone
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a network; the same for everybody, so it may be kept."""
    response = render(request, "portal/offline.html")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _version(firm) -> str:
    """Changes with what the icons show."""
    return f"{firm.brand_colour[1:]}{ord(firm.name[:1] or 'A')}"


@lru_cache(maxsize=16)
def _drawn(letter: str, colour: str, on_colour: str, size: int) -> bytes:
    """A PNG of one letter; it stays within the middle 80 percent that every mask leaves."""
    picture = Image.new("RGB", (size, size), colour)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size * 0.5)
    draw.text((size / 2, size / 2), letter, fill=on_colour, font=font, anchor="mm")
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
