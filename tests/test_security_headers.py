"""What every answer tells the browser to be careful about: over all addresses, and as a production server says it."""

import re
import runpy

import pytest
from django.test import Client

from runner.embedded import BASE_DIR
from tests.factories import PASSWORD
from tests.routing import ROUTES, answers

pytestmark = pytest.mark.django_db
# What is the same for everybody may be kept by browsers and proxies.
PUBLIC = {
    *("logo/", "portal/manifest.webmanifest", "portal/icon/<int:size>.png", "portal/offline/"),
    *("portal/worker.js", "notifications/worker.js"),
}
PICTURES = ("/photo/", "/picture/", "/image/", "/cover/")
TAG = re.compile(r"<(script|style)\b([^>]*)>")
INLINE = re.compile(r"""\s(style|on[a-z]+)=["']""")


@pytest.fixture(params=["owner", "contact", "nobody"])
def seen(request, world):
    """Every page that opens for the advisor, the contact or a stranger: route and answer."""
    user = {"owner": world.owner, "contact": world.contact.user, "nobody": None}[request.param]
    return [(route, answer) for route, answer in answers(user, ROUTES, world) if answer.status_code == 200]


def test_every_answer_is_careful(seen):
    assert len(seen) > 8
    faults = [fault for route, answer in seen for fault in faults_of(route, answer)]
    assert faults == []


def faults_of(route, answer):
    """What is wrong with an answer."""
    page = answer["Content-Type"].startswith("text/html")
    if answer.get("X-Content-Type-Options") != "nosniff":
        yield route, "may be sniffed"
    rule = answer.get("Cache-Control", "")
    is_picture = route.endswith(PICTURES) and rule == "private, max-age=3600"
    if route not in PUBLIC and not is_picture and not ("no-store" in rule and "private" in rule):
        yield route, f"may be kept: {rule}"
    yield from ((route, fault) for fault in policy_faults(answer, page))
    shown = page or answer["Content-Type"].startswith(("image/", "text/javascript", "application/manifest+json"))
    if not shown and not answer.get("Content-Disposition", "").startswith("attachment"):
        yield route, f"is {answer['Content-Type']} and no download"


def policy_faults(answer, page):
    """Faults of the content security policy, and of a page measured by it."""
    policy = answer.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy:
        yield "policy lets in what it does not name"
    if "unsafe" in policy:
        yield "policy lets in inline code"
    if not page:
        return
    nonce = re.search(r"'nonce-([^']+)'", policy)
    for name, attributes in TAG.findall(answer.read_text):
        own = re.search(r'nonce="([^"]+)"', attributes)
        inline = name == "style" or " src=" not in attributes
        if inline and not (own and nonce and own.group(1) == nonce.group(1)):
            yield f"inline {name} without the nonce"
    if INLINE.search(answer.read_text):
        yield "inline style or handler"


@pytest.fixture
def production(settings, monkeypatch):
    """The settings that say what cookies and https are like, as they are without INSECURE_HTTP."""
    for name in ("INSECURE_HTTP", "DEMO", "DEBUG", "SSL_REDIRECT", "HSTS_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSECURE_HTTP", "0")
    loaded = runpy.run_path(str(BASE_DIR / "advisorhub" / "settings.py"))
    for name, value in loaded.items():
        if name.startswith(("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_", "KNOWN_BROWSER_")):
            setattr(settings, name, value)


def test_plain_http_leads_to_https(production):
    answer = Client().get("/")
    assert (answer.status_code, answer.url) == (301, "https://testserver/")


def test_browsers_are_told_to_stay_with_https(production):
    answer = Client().get("/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Referrer-Policy"] == "same-origin"


def test_cookies_are_bound_to_the_host(production, advisor):
    client = Client()
    client.get("/", secure=True)
    client.post("/", {"email": advisor.email, "password": PASSWORD}, secure=True)
    assert set(client.cookies) == {"__Host-session", "__Host-csrf", "__Host-known"}
    for cookie in client.cookies.values():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert client.cookies["__Host-session"]["httponly"]
    assert client.cookies["__Host-session"]["samesite"] == "Lax"
