"""Salesforce's REST API, its tokens, and what its refusals mean.

From the vendor's documentation: tokens of client credentials and of the JWT bearer flow carry neither a refresh token
nor the time they last, so one is kept until it is refused (401) and then got anew once; errors are arrays of
`errorCode` and `message`, those of the token endpoint objects; limits that are used up answer 403, not 429; each
answer tells in `Sforce-Limit-Info` how many calls of the day are used. `getDeleted` answers 400 with
INVALID_REPLICATION_DATE when its start lies more than thirty days back, or before the organization was set up for it
(github.com/getomnico/omni/pull/450, github.com/jsforce/jsforce/issues/406), and EXCEEDED_ID_LIMIT beyond 600,000 ids.
All calls go to the My Domain host that was entered, whatever `instance_url` says; one that is not Salesforce's is
refused. Pages follow from the last row, never from `nextRecordsUrl`: no locator can expire, no link lead elsewhere.
Not verified against a live organization: those of Government Cloud Plus under salesforce.mil, whose certificates are
taken to be addressed to the My Domain itself.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

import jwt

from crm.errors import SignInAgain, StateExpired, TryLater, WillNotWork
from crm.http import Answer, ForeignHost, Http, Verdict, in_parts
from crm.reading import rows, text

VERSIONS = (("67.0", "67.0 (Summer ’26)"), ("66.0", "66.0"), ("65.0", "65.0"), ("64.0", "64.0"))
AUDIENCES = (
    ("https://login.salesforce.com", "Production (login.salesforce.com)"),
    ("https://test.salesforce.com", "Sandbox (test.salesforce.com)"),
)
SIGN_IN = (("client_credentials", "Client credentials"), ("jwt", "JWT bearer (certificate)"))
GRANT_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
JWT_LASTS = 180  # seconds: more is refused
OURS = (".salesforce.com", ".force.com", ".salesforce.mil")
GOVERNMENT = ".salesforce.mil"
SHARE = 0.8  # of the day's calls that a run may see used before it leaves the rest to others
WAIT = 3600  # seconds until a limit of the day is asked for again
REFUSED = {
    "invalid_client_id": "Salesforce does not know the consumer key.",
    "invalid_client": "Salesforce refuses the consumer key or secret.",
    "invalid_grant": "Salesforce refuses to sign in: look at the app's policies, the user and the certificate.",
    "inactive_user": "The user of the app is inactive in Salesforce.",
    "inactive_org": "The Salesforce organization is inactive.",
    "API_DISABLED_FOR_ORG": "This Salesforce edition or user has no API.",
    "INSUFFICIENT_ACCESS": "The user of the app lacks the right to read contacts.",
}
WRONG = {
    "INVALID_FIELD": "Salesforce does not know a field that was asked for, or the user may not read it.",
    "INVALID_TYPE": "Salesforce does not know an object that was asked for, or the user may not read it.",
    "MALFORMED_QUERY": "Salesforce does not understand the question.",
    "NOT_FOUND": "Salesforce has nothing there: look at the API version and at the profile.",
}

# What getDeleted answers when it cannot tell all that was deleted since then.
FORGOTTEN = ("INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT")


class Token:
    """A token, got when it is needed and again once it is refused."""

    def __init__(self, http: Http, site: str, config: Mapping[str, str]) -> None:
        self.http, self.site, self.config = http, site, config
        self._value = ""

    def headers(self) -> Mapping[str, str]:
        """The token; a new one when there is none."""
        if not self._value:
            self.renew()
        return {"Authorization": f"Bearer {self._value}"}

    def renew(self) -> bool:
        """Get a new one."""
        url = f"{self.site}/services/oauth2/token"
        told = _object(self.http.post(url, route="/services/oauth2/token", data=self._form(), signed=False).json())
        host = in_parts(text(told.get("instance_url"), 2000))[0].hostname or ""
        if host and not host.endswith(OURS) and host != in_parts(self.site)[0].hostname:
            raise ForeignHost("Salesforce led to an address that is not its own.")
        self._value = text(told.get("access_token"), 20_000)
        if not self._value:
            raise WillNotWork("Salesforce answered without a token.")
        return True

    def _form(self) -> dict[str, str]:
        """What is sent for a token. Raises SignInAgain for a key that is none."""
        client = self.config.get("client_id", "")
        if self.config.get("sign_in", SIGN_IN[0][0]) != "jwt":
            secret = self.config.get("client_secret", "")
            return {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        claims = {
            "iss": client,
            "sub": self.config.get("username", ""),
            "aud": self._audience(),
            "exp": int(time.time()) + JWT_LASTS,
        }
        try:
            assertion = jwt.encode(claims, self.config.get("private_key", ""), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise SignInAgain("The private key cannot be read: it is wanted as PEM, unencrypted.") from None
        return {"grant_type": GRANT_JWT, "assertion": assertion}

    def _audience(self) -> str:
        """To whom an assertion is addressed."""
        if self.site.endswith(GOVERNMENT):
            return self.site
        return self.config.get("audience") or AUDIENCES[0][0]


class Client:
    """Asks one organization."""

    def __init__(self, config: Mapping[str, str], http: Http) -> None:
        self.http = http
        self.site = config.get("base_url") or f"https://{config.get('host', '').strip().lower()}"
        self.base = f"{self.site}/services/data/v{config.get('version') or VERSIONS[0][0]}"
        self.used: tuple[int, int] | None = None
        self._asks_anyway = True  # how many are used is not known, or was known too long ago
        http.auth = Token(http, self.site, config)

    def query(self, question: str, *, deleted: bool = False) -> dict[str, Any]:
        """The answer to a question; with `deleted`, of the recycle bin too. Raises TryLater near the day's limit."""
        self._leave_some()
        kind = "queryAll" if deleted else "query"
        answer = _object(self._ask(f"{self.base}/{kind}", {"q": question}, route=f"/{kind}"))
        if not isinstance(answer.get("records"), list):
            raise WillNotWork("Salesforce answered without a list of records.")
        return answer

    def describe(self, table: str) -> dict[str, Any]:
        """What an object consists of."""
        return _object(self._ask(f"{self.base}/sobjects/{table}/describe", None, route="/sobjects/{object}/describe"))

    def deleted(self, table: str, start: str, end: str) -> dict[str, Any]:
        """Ids deleted between two moments, those no longer in the bin included.

        Seconds are ignored, so the two must lie a minute apart. Raises StateExpired when Salesforce cannot tell them
        all: the start is more than thirty days back, or there are too many.
        """
        url, route = f"{self.base}/sobjects/{table}/deleted/", "/sobjects/{object}/deleted/"
        answer = self._ask(url, {"start": start, "end": end}, route=route)
        if any(text(one.get("errorCode")) in FORGOTTEN for one in rows(answer)):
            raise StateExpired("Salesforce no longer knows what was deleted since the last sync.")
        return _object(answer)

    def _ask(self, url: str, params: Mapping[str, str] | None, *, route: str) -> Any:
        answer = self.http.get(url, route=f"/services/data{route}", params=params)
        found = re.search(r"api-usage=(\d+)/(\d+)", answer.headers.get("sforce-limit-info", ""))
        if found:
            self.used, self._asks_anyway = (int(found[1]), int(found[2])), False
        return answer.json()

    def _leave_some(self) -> None:
        if self._asks_anyway or not self.used or not self.used[1]:
            return
        if self.used[0] >= SHARE * self.used[1]:
            self._asks_anyway = True  # the next attempt asks how it is then
            raise TryLater("Most of the firm's Salesforce calls of today are used; the rest is left to others.", WAIT)


def judge(answer: Answer) -> Verdict | None:
    """What Salesforce means by its errors."""
    if not 400 <= answer.status < 500:
        return None
    code, message = _error(answer)
    if answer.status == 401 and code in ("INVALID_SESSION_ID", "INVALID_AUTH_HEADER", ""):
        return Verdict("renew", "Salesforce refuses the token.")
    if code in FORGOTTEN:
        return Verdict("take")  # `Client.deleted` reads it
    if code == "REQUEST_LIMIT_EXCEEDED":
        if "concurrent" in message.lower():
            return Verdict("again", "Too many questions to Salesforce at once.")
        return Verdict("later", "The firm's Salesforce calls of today are used up.", WAIT)
    if code in REFUSED:
        return Verdict("refused", REFUSED[code])
    if code in WRONG:
        return Verdict("wrong", WRONG[code])
    return Verdict("again", "Salesforce is busy.") if code in ("UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT") else None


def _error(answer: Answer) -> tuple[str, str]:
    """The code and the message of an error."""
    try:
        told = answer.json()
    except WillNotWork:
        return "", ""
    if isinstance(told, dict):
        return text(told.get("error")), text(told.get("error_description"))
    first = next(iter(rows(told)), {})
    return text(first.get("errorCode")), text(first.get("message"))


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise WillNotWork("Salesforce answered with something that is not an object.")
    return found
