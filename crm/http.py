"""The one way to a CRM's server: time-outs, pace, retries, bounded answers, checked hosts, quiet logs.

Nothing here knows a vendor. An adapter is handed an `Http`, sets `auth` when it signs its calls, and says by `judge`
what answers mean where the status alone does not.
"""

import email.utils
import fnmatch
import json
import logging
import math
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from urllib.parse import SplitResult, urlsplit

import requests

from crm.connecting import CONNECT, Checked, is_named, issuer, trusting, until
from crm.errors import ForeignHost, OwnPace, SignInAgain, TooSlow, TryLater, WillNotWork

logger = logging.getLogger(__name__)

READ = 30  # seconds that one answer may take where its adapter says nothing else
LONGEST = 90  # seconds that any answer may take: a worker that dies meanwhile is found soon enough
LARGEST = 32 * 1024 * 1024  # bytes of one answer
PATIENCE = 40  # seconds that one call may take with its retries, if no answer may take longer
TRIES = 5
NOT_PLAIN = "The address of the CRM is not a plain one."
OF_ANOTHER_AUTHORITY = {18, 19, 20, 21}  # OpenSSL's: self-signed, alone or in the chain; issuer unknown
LONGEST_WAIT = 900  # seconds of a Retry-After that are believed


class Auth(Protocol):
    """Signs calls. `renew` gets a new token and says whether it is worth trying again."""

    def headers(self) -> Mapping[str, str]: ...
    def renew(self) -> bool: ...


class Pace(Protocol):
    """Tells how many seconds to wait before a call of a bucket; see `crm.limits.Limiter`."""

    def take(self, bucket: str = "") -> float: ...


@dataclass(frozen=True)
class Answer:
    """What came back: whole, bounded, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises WillNotWork when it is something else, or nested without sense."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise WillNotWork("The CRM answered with something that is not JSON.") from None

    @property
    def at(self) -> datetime | None:
        """The time by the server's clock, in UTC; None when it does not tell."""
        try:
            found = email.utils.parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, TypeError):
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Verdict:
    """What an answer means.

    "take" it; ask "again", after `wait` seconds when given; come back "later" (a quota is used up); "renew" the token;
    "refused", the credentials need a person; "wrong", asking again will not help. `words` are shown to people.
    """

    what: Literal["take", "again", "later", "renew", "refused", "wrong"]
    words: str = ""
    wait: float | None = None


class Http:
    """Calls to one connection's CRM.

    `hosts`: patterns of hosts it may call, by https. `private`: hosts named by the operator's setting, which may also
    be private and plain http; both with or without a port. `pace` limits calls; `sleep` is replaced by tests.
    `seconds`: how long one answer may take, from its question to its last byte; `patience`: a call with all its
    retries; `in_all`: all calls together, from now on. `ca_bundle`: a PEM file of authorities that are trusted
    besides the public ones. `holds` is called before all that takes time, with how many seconds that may be: whoever
    has a lease renews it.
    """

    def __init__(
        self,
        hosts: Sequence[str] = (),
        *,
        private: Sequence[str] = (),
        pace: Pace | None = None,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = PATIENCE,
        seconds: float = READ,
        in_all: float | None = None,
        ca_bundle: str = "",
    ) -> None:
        self.hosts, self.private, self.pace = tuple(hosts), tuple(private), pace
        self.sleep, self.patience, self.seconds = sleep, patience, seconds
        self.ends = time.monotonic() + in_all if in_all else None
        self.auth: Auth | None = None
        self.judge: Callable[[Answer], Verdict | None] = lambda answer: None
        self.holds: Callable[[float], None] = lambda seconds: None
        self.calls = 0
        self._session = requests.Session()
        self._session.trust_env = False  # no proxies and no .netrc: credentials go where we say
        try:
            adapter = Checked(self.private, trusting(ca_bundle))
        except OSError:
            raise WillNotWork("The file that CRM_CA_BUNDLE names holds no certificates, or cannot be read.") from None
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def get(self, url: str, *, route: str, **options) -> Answer:
        """GET `url`; see `call`."""
        return self.call("GET", url, route=route, **options)

    def post(self, url: str, *, route: str, **options) -> Answer:
        """POST to `url`, only for what may safely be repeated, such as searches and tokens; see `call`."""
        return self.call("POST", url, route=route, **options)

    def call(
        self,
        method: str,
        url: str,
        *,
        route: str,
        params: Mapping | Sequence[tuple[str, Any]] | None = None,
        json: Any = None,
        data: Mapping[str, str] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        bucket: str = "",
        signed: bool = True,
        seconds: float | None = None,
    ) -> Answer:
        """Make one call, again as often as sense allows, and return the answer once it is good.

        `method` may be any of HTTP or WebDAV. `data` is a form, or a body as it is (name its type in `headers`).
        `route` is the path for the logs, with placeholders for all that varies. `signed` False leaves `auth` out, for
        the call that gets the token. `seconds`: how long this answer may take, where that is not as the adapter's
        `Capabilities.seconds` says; never beyond the patience there is. Raises the errors of `crm.errors`.
        """
        self.check_host(url)
        options = {"params": params, "json": json, "data": data.encode() if isinstance(data, str) else data}
        allowed = min(seconds or self.seconds, LONGEST, self.patience)
        deadline, renewed = self._deadline(), False
        for attempt in range(TRIES):
            self._wait_for_turn(bucket, deadline)
            own = dict(self.auth.headers()) if self.auth and signed else {}
            options["headers"] = {"Accept": "application/json", **own, **(headers or {})}
            answer = self._attempt(method, url, route, options, allowed, deadline)
            verdict = self._verdict(answer)
            if answer is not None and verdict.what == "take":
                return answer
            if verdict.what == "renew" and signed and self.auth and not renewed:
                renewed = True
                if self.auth.renew():
                    continue
            self._give_up(verdict)
            self._pause(verdict, attempt, deadline)
        raise TryLater("The CRM did not give a usable answer.", 60)

    def _deadline(self) -> float:
        """When a call must have come to its end. Raises TooSlow when all calls together have used up their time."""
        now = time.monotonic()
        deadline = min(now + self.patience, self.ends or math.inf)
        if deadline <= now:
            raise TooSlow("The CRM takes too long for somebody to wait for it.", 60)
        return deadline

    def check_host(self, url: str) -> None:
        """Raise ForeignHost unless `url` is one that this connection may call."""
        parts, port = in_parts(url)
        if parts.username or not parts.hostname:
            raise ForeignHost(NOT_PLAIN)
        if parts.scheme not in ("http", "https"):
            raise ForeignHost(NOT_PLAIN)
        if is_at(url, self.private):
            return
        if parts.scheme != "https" or not self._is_own(parts.hostname, port):
            raise ForeignHost("The CRM led to an address this connection may not call.")

    def _is_own(self, host: str, port: int | None) -> bool:
        """Whether a host is among those that may be called; at another port only where that is named with it."""
        if port in (None, 443):
            return any(fnmatch.fnmatch(host, pattern) for pattern in self.hosts)
        return any(fnmatch.fnmatch(f"{host}:{port}", pattern) for pattern in self.hosts if ":" in pattern)

    def _wait_for_turn(self, bucket: str, deadline: float) -> None:
        """Wait until the limit allows a call; a wait beyond patience is for later."""
        for one in dict.fromkeys(("", bucket)):
            while self.pace and (wait := self.pace.take(one)) > 0:
                if time.monotonic() + wait > deadline:
                    raise OwnPace("The limit of calls is used up for the moment.", wait)
                self.holds(wait)
                self.sleep(wait)

    def _attempt(
        self, method: str, url: str, route: str, options: Mapping, allowed: float, deadline: float
    ) -> Answer | None:
        """One call, within what is left until `deadline`. Raises TooSlow when that was all it is allowed."""
        seconds = min(allowed, max(deadline - time.monotonic(), 1))
        try:
            return self._once(method, url, route, options, seconds)
        except TooSlow:
            if seconds == allowed:
                raise
            return None

    def _once(self, method: str, url: str, route: str, options: Mapping, allowed: float) -> Answer | None:
        """One call as it is; None when no whole answer came back. Raises TooSlow when it took longer than `allowed`."""
        self.calls += 1
        self.holds(allowed)
        began = time.monotonic()
        status: int | str = "no answer"
        try:
            with (
                until(began + allowed),
                self._session.request(
                    method,
                    url,
                    timeout=(CONNECT, allowed),
                    allow_redirects=False,
                    stream=True,
                    **options,
                ) as response,
            ):
                body = _bounded(response)
                status = response.status_code
                lower = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, lower, body)
        except requests.exceptions.SSLError as error:
            status = "certificate"
            raise WillNotWork(self._untrusted(url, error)) from None
        except (requests.RequestException, OSError) as error:
            status = type(error).__name__
            if time.monotonic() - began >= allowed * 0.95 and not isinstance(error, requests.ConnectTimeout):
                raise TooSlow("The CRM took too long to answer.", 30) from None
            return None
        finally:
            spent = (time.monotonic() - began) * 1000
            logger.info("CRM call %s %s: %s in %d ms", method, route, status, spent)

    def _untrusted(self, url: str, error: requests.exceptions.SSLError) -> str:
        """What is wrong with a host's certificate, and what can be done about it."""
        parts, port = in_parts(url)
        host = parts.hostname or ""
        found = next((one for one in _causes(error) if isinstance(one, ssl.SSLCertVerificationError)), None)
        if found is None:
            return f"No secure connection to {host} could be made."
        by = issuer(host, port or 443, private=is_at(url, self.private))
        signed = f", issued by “{by}”," if by else ""
        words = f"The certificate of {host}{signed} is not trusted: {found.verify_message}."
        if found.verify_code in OF_ANOTHER_AUTHORITY:
            words += " Whoever runs AdvisorHub can name the firm's own authority in CRM_CA_BUNDLE."
        return words

    def _verdict(self, answer: Answer | None) -> Verdict:
        """The adapter's judgement, else that of the status."""
        if answer is None:
            return Verdict("again", "The CRM could not be reached.")
        return self.judge(answer) or by_status(answer)

    def _give_up(self, verdict: Verdict) -> None:
        """Raise what cannot be mended by asking again."""
        if verdict.what == "later":
            raise TryLater(verdict.words or "The CRM asks to come back later.", verdict.wait or 600)
        if verdict.what in ("renew", "refused"):
            raise SignInAgain(verdict.words or "The CRM refuses the credentials.")
        if verdict.what == "wrong":
            raise WillNotWork(verdict.words or "The CRM refuses the question.")

    def _pause(self, verdict: Verdict, attempt: int, deadline: float) -> None:
        """Wait before asking again: as long as was asked, else with full jitter."""
        wait = random.uniform(0, min(20, 0.5 * 2**attempt))  # noqa: S311 - spreads calls, guards nothing
        if verdict.wait is not None:
            wait = min(verdict.wait, LONGEST_WAIT) + wait / 10
        if attempt == TRIES - 1 or time.monotonic() + wait > deadline:
            raise TryLater(verdict.words or "The CRM is busy.", max(wait, 5))
        self.holds(wait)
        self.sleep(wait)


def site(host: str) -> str:
    """Where a host that was entered is called: by https, unless it was entered with `http://`."""
    return host if host.startswith("http://") else f"https://{host}"


def in_parts(url: str) -> tuple[SplitResult, int | None]:
    """The parts of an address and its port, if it names one. Raises ForeignHost where no server can be at it."""
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise ForeignHost(NOT_PLAIN) from None


def is_at(url: str, patterns: Sequence[str]) -> bool:
    """Whether an address lies at one of these hosts, given with or without a port."""
    parts, port = in_parts(url)
    return is_named(parts.hostname or "", port, patterns)


def by_status(answer: Answer) -> Verdict:
    """What the status of an answer says where the vendor says nothing else."""
    status = answer.status
    if 200 <= status < 300:
        return Verdict("take")
    if status in (408, 425, 429) or status >= 500:
        return Verdict("again", f"The CRM is busy or out of order ({status}).", retry_after(answer))
    if status == 401:
        return Verdict("renew", "The CRM refuses the credentials (401).")
    if status == 403:
        return Verdict("refused", "The credentials lack a right that is needed (403).")
    if 300 <= status < 400:
        return Verdict("wrong", "The CRM answered with a redirect, which is not followed.")
    return Verdict("wrong", f"The CRM refuses the question ({status}).")


def retry_after(answer: Answer) -> float | None:
    """Seconds of a Retry-After header, given in seconds or as a date; None without one."""
    value = answer.headers.get("retry-after", "").strip()
    try:
        if value.replace(".", "", 1).isdigit():
            return float(value)
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time()) if value else None
    except (ValueError, TypeError):
        return None


def _bounded(response: requests.Response) -> bytes:
    """The whole body. Raises WillNotWork beyond the largest size."""
    body = bytearray()
    for piece in response.iter_content(65536):
        body += piece
        if len(body) > LARGEST:
            raise WillNotWork("The CRM's answer is too large.")
    return bytes(body)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what lies behind it."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
