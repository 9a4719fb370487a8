"""A real Chromium for tests marked `browser`: `browser_page`, and `new_page` for further people."""

import os
import shutil
from pathlib import Path

import pytest

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # tests run as root in containers, and open our own pages only
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_CHROMIUM = "NO CHROMIUM FOUND: install one (Debian: apt-get install chromium) or set CHROMIUM to its path."


def find_chromium() -> str | None:
    """Return the path of a Chromium: what CHROMIUM names, the system's, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for name in SYSTEM_NAMES:
        if path := shutil.which(name):
            return path
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next((str(path) for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"))), None)


def is_required() -> bool:
    """Tell whether browser tests must fail rather than be skipped."""
    return any(os.environ.get(name, "") not in {"", "0", "false"} for name in ("CI", "REQUIRE_BROWSER"))


def pytest_collection_modifyitems(items):
    """Skip what needs a browser where there is none, unless one is required: then it fails in its fixture."""
    if find_chromium() or is_required():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def pytest_terminal_summary(terminalreporter):
    """Say loudly that the browser tests did not run."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NO_CHROMIUM in str(report.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", red=True, bold=True)
        terminalreporter.write_line(f"{NO_CHROMIUM}\n{len(skipped)} browser tests were SKIPPED.", red=True, bold=True)
        terminalreporter.write_sep("!", red=True, bold=True)


@pytest.fixture(scope="session")
def chromium():
    """The running Chromium of the session."""
    path = find_chromium()
    if path is None:
        pytest.fail(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def new_page(chromium, live_app):
    """Open a page for another person: `new_page()`, with Playwright's context options such as `viewport`.

    Paths are relative to the live application; nothing else can be reached. A JavaScript error or a breach
    of the content security policy fails the test.
    """
    contexts, complaints = [], []

    def complain_about(message):
        if "Content Security Policy" in message.text:
            complaints.append(f"{message.text} at {message.location}")

    def open_page(**options):
        options = {"viewport": {"width": 1440, "height": 900}, "base_url": live_app.base_url} | options
        context = chromium.new_context(**options)
        contexts.append(context)
        context.route(
            lambda address: not address.startswith((live_app.base_url, "data:", "blob:")),
            lambda route: route.abort(),
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", complain_about)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def browser_page(new_page):
    """A page of a desktop screen, not signed in."""
    return new_page()
