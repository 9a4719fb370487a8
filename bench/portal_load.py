"""The portal's home as a phone on slow 4G loads it the first time: its weight, and when its largest part is there."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from django.conf import settings
from django.db import close_old_connections
from django.urls import reverse

from bench import people
from bench.figures import Figure, Missing, p50
from runner import programs
from runner.ports import free_port
from tests.live.browser import ARGUMENTS, find_chromium

ORDER = 50
KILOBYTES, MILLISECONDS = 150, 1500
TIMES = 5
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True}
# Slow 4G and a slower processor, as the tools of browsers mean them: bytes a second, milliseconds.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
CPU_SLOWDOWN = 4
LARGEST = """
() => new Promise(answer => new PerformanceObserver(list => answer(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true}))
"""


def portal_load() -> Iterator[Figure]:
    """Load it with an empty cache, several times."""
    client = people.signed_in(people.contact().user, people.PORTAL)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    loads = []
    with web() as (base, _), _chromium() as browser:
        for _ in range(TIMES):
            loads.append(_load(browser, base, cookie))
    yield Figure("portal.home.weight", max(weight for weight, _ in loads) / 1000, "KB", KILOBYTES)
    yield Figure("portal.home.largest_paint", p50([moment for _, moment in loads]), "ms", MILLISECONDS)


def _load(browser, base: str, cookie: str) -> tuple[int, float]:
    """The bytes that came over the line, and the moment of the largest contentful paint in milliseconds."""
    context = browser.new_context(**PHONE)
    try:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        sizes = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        answer = page.goto(base + reverse("portal:home"), wait_until="networkidle")
        if answer.status != 200:
            raise Missing(f"The portal's home answers {answer.status}.")
        return sum(sizes), page.evaluate(LARGEST)
    finally:
        context.close()


@contextmanager
def _chromium() -> Iterator:
    """A browser without a window."""
    path = find_chromium()
    if path is None:
        raise Missing("There is no Chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def web(workers: int = 1) -> Iterator[tuple[str, subprocess.Popen]]:
    """The address of a web server on the scratch database, and its process."""
    close_old_connections()
    port = free_port()
    command = programs.web(["127.0.0.1"], port, workers=workers).command
    base = f"http://localhost:{port}"
    environment = os.environ | {"ALLOWED_HOSTS": "localhost", "BASE_URL": base}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{base}/healthz")
        yield base, process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            requests.get(address, timeout=1)
        except requests.RequestException:
            time.sleep(0.2)
        else:
            return
    raise Missing(f"{address} does not answer.")


BENCHMARKS = {"portal_load": portal_load}
