"""The one way to a CRM's server, against a real server on a loopback port."""

import email.utils
import logging
import time

import pytest

from crm import http as module
from crm.errors import SignInAgain, TryLater, WillNotWork
from crm.http import ForeignHost, Http, Verdict, retry_after
from crm.testing import FakeServer, Reply, Trouble


class Echo(FakeServer):
    """Answers everything with what it was asked."""

    def answer(self, request):
        return Reply({"path": request.path, "token": request.headers.get("x-token")})


@pytest.fixture
def server():
    with Echo() as server:
        yield server


@pytest.fixture
def slept():
    return []


@pytest.fixture
def http(slept):
    return Http(private=("127.0.0.1",), sleep=slept.append, patience=3)


def busy(**headers):
    return Trouble(reply=Reply({}, 429, headers))


def test_a_good_answer(server, http):
    assert http.get(server.url + "/a", route="/a").json() == {"path": "/a", "token": None}


def test_it_asks_again_and_waits_as_long_as_it_is_told(server, http, slept):
    server.trouble(busy(**{"Retry-After": "2"}), Trouble(reply=Reply({}, 502)))
    assert http.get(server.url, route="/").status == 200
    assert 2 <= slept[0] < 2.2
    assert len(server.seen) == 3


def test_a_long_wait_is_left_for_later(server, http, slept):
    server.trouble(busy(**{"Retry-After": "120"}))
    with pytest.raises(TryLater) as later:
        http.get(server.url, route="/")
    assert 120 <= later.value.wait < 122
    assert slept == []


def test_it_gives_up_after_five(server, http):
    server.trouble(*[Trouble(reply=Reply({}, 503))] * 9)
    with pytest.raises(TryLater):
        http.get(server.url, route="/")
    assert len(server.seen) <= 5


def test_retry_after_is_read_in_seconds_and_as_a_date():
    def told(value):
        return retry_after(module.Answer(429, {"retry-after": value}, b""))

    assert told("7") == 7
    assert 50 < told(email.utils.formatdate(time.time() + 60, usegmt=True)) <= 60
    assert (told(""), told("soon")) == (None, None)


def test_a_refused_token_is_renewed_once(server, http):
    class Auth:
        token = "old"

        def headers(self):
            return {"X-Token": self.token}

        def renew(self):
            self.token = "new"
            return True

    http.auth = Auth()
    server.trouble(Trouble(reply=Reply({}, 401)))
    assert http.get(server.url, route="/").json()["token"] == "new"
    server.trouble(Trouble(reply=Reply({}, 401)), Trouble(reply=Reply({}, 401)))
    with pytest.raises(SignInAgain):
        http.get(server.url, route="/")


@pytest.mark.parametrize(("status", "error"), [(403, SignInAgain), (404, WillNotWork), (302, WillNotWork)])
def test_what_asking_again_does_not_mend(server, http, status, error):
    server.trouble(Trouble(reply=Reply({}, status, {"Location": "https://elsewhere.example.org"})))
    with pytest.raises(error):
        http.get(server.url, route="/")
    assert len(server.seen) == 1


def test_a_vendor_judges_its_own_answers(server, http):
    http.judge = lambda answer: Verdict("later", "The quota of today is used up.", 3600)
    with pytest.raises(TryLater, match="quota") as later:
        http.get(server.url, route="/")
    assert later.value.wait == 3600


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/",
        "https://evil.example.org/",
        "https://api.example.com:8443/",
        "https://user@api.example.com/",
        "https://api.example.com.evil.example.org/",
        "https://api.example.com:99999/",
        "https://api.example.com:x/",
        "https://[api.example.com/",
    ],
)
def test_only_its_own_hosts_by_https(url):
    with pytest.raises(ForeignHost):
        Http(("api.example.com",)).get(url, route="/")


def test_a_public_name_that_leads_inside_is_refused(server):
    """The check is on the connection itself: a name may say one address now and another later."""
    port = server.url.rpartition(":")[2]
    http = Http(("localhost",), patience=1, sleep=lambda seconds: None)
    http.check_host = lambda url: None
    with pytest.raises((ForeignHost, TryLater)):
        http.get(f"http://localhost:{port}/", route="/")
    assert server.seen == []


def test_too_large_an_answer_is_refused(server, http, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 1000)
    server.trouble(Trouble(reply=Reply(b"x" * 5000)))
    with pytest.raises(WillNotWork, match="too large"):
        http.get(server.url, route="/")


def test_html_is_not_json(server, http):
    server.trouble(Trouble(reply=Reply(b"<html>", 200)))
    with pytest.raises(WillNotWork, match="not JSON"):
        http.get(server.url, route="/").json()


def test_the_log_has_the_route_and_no_secret(server, http, caplog):
    with caplog.at_level(logging.DEBUG):
        http.get(server.url + "/people/sam", route="/people/{id}", params={"email": "sam@example.com"})
    assert "GET /people/{id}: 200" in caplog.text
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("crm")]
    assert not [line for line in ours if "sam" in line]
