"""Dataverse's Web API, its tokens from Entra, and what its refusals mean.

From the vendor's documentation: client credentials with the scope `https://ORG/.default`; pages by `@odata.nextLink`,
at most 5,000 rows, size and annotations asked for by `Prefer` with every page; 429 always names its Retry-After; errors
are `{"error": {"code": "0x…", "message": "…"}}`, those of Entra `{"error": "…", "error_description": "AADSTS…"}`.
Not verified against a live tenant: the code of a delta link that is too old. So whatever refuses the first question
from a saved link (400, 404, 410) means that the link is known no more. Clouds by their hosts, as public clients have
them: the commercial one and GCC at dynamics.com, GCC High at microsoftdynamics.us, DoD at appsplatform.us; the latter
two sign in at login.microsoftonline.us. The one in China is not known here. Power Platform shows an environment's host
with and without `.api`; its address for tokens and records is the one without.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from crm.errors import StateExpired, WillNotWork
from crm.http import Answer, ForeignHost, Http, Verdict, in_parts, retry_after
from crm.reading import rows, text

LOGIN, LOGIN_US = "https://login.microsoftonline.com", "https://login.microsoftonline.us"
HOST = r"[A-Za-z0-9-]+(\.api)?\.(crm\d{0,2}\.dynamics\.com|crm\.microsoftdynamics\.us|crm\.appsplatform\.us)"
HOSTS = ("*.dynamics.com", "*.microsoftdynamics.us", "*.appsplatform.us")
API = "/api/data/v9.2"
PAGE = 1000
FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
UNTRACKED = (
    "Dataverse does not track changes of contacts: switch on “Track changes” for the table Contact in Power Apps."
)
ENTRA = {
    "AADSTS7000222": "The client secret has expired: make a new one in Entra.",
    "AADSTS7000215": "Entra refuses the client secret. It wants the secret's value, not its ID.",
    "AADSTS700016": "Entra does not know this application in the tenant.",
    "AADSTS90002": "Entra does not know this tenant.",
    "AADSTS500011": "Entra does not know this environment in the tenant.",
}
REFUSED = {
    "0x80072560": "The application is no user of this environment: add it as an application user.",
    "0x80040220": "The application user lacks a right: it needs to read contacts and users of the whole organization.",
}
WRONG = {
    "0x80072491": UNTRACKED,
    "0x80060888": "Dataverse does not know a column or table that was asked for.",
}


def environment(host: str) -> str:
    """The host of an environment as its address has it, however it was entered."""
    return host.strip().lower().replace(".api.crm", ".crm", 1)


def sign_in_at(host: str) -> str:
    """Where the applications of an environment's cloud sign in."""
    return LOGIN_US if host.endswith(".us") else LOGIN


class Token:
    """A token of an application, got when it is needed and again before it ends."""

    def __init__(self, http: Http, url: str, form: Mapping[str, str]) -> None:
        self.http, self.url, self.form = http, url, dict(form)
        self._value, self._until = "", 0.0

    def headers(self) -> Mapping[str, str]:
        """The token; a new one when there is none or it is about to end."""
        if time.monotonic() >= self._until:
            self.renew()
        return {"Authorization": f"Bearer {self._value}"}

    def renew(self) -> bool:
        """Get a new one."""
        answer = self.http.post(self.url, route="/{tenant}/oauth2/v2.0/token", data=self.form, signed=False)
        told = _object(answer)
        self._value = text(told.get("access_token"), 20_000)
        if not self._value:
            raise WillNotWork("Entra answered without a token.")
        lasts = text(told.get("expires_in"))
        self._until = time.monotonic() + max(int(lasts) if lasts.isdigit() else 0, 120) - 60
        return True


class Client:
    """Asks one environment."""

    def __init__(self, config: Mapping[str, str], http: Http) -> None:
        self.http = http
        host = environment(config.get("host", ""))
        own = config.get("base_url", "")
        self.site = own or f"https://{host}"
        self.base = self.site + API
        form = {"grant_type": "client_credentials", "client_id": config.get("client_id", "")}
        form |= {"client_secret": config.get("client_secret", ""), "scope": f"https://{host}/.default"}
        tenant = quote(config.get("tenant", ""), safe="")
        http.auth = Token(http, f"{own or sign_in_at(host)}/{tenant}/oauth2/v2.0/token", form)
        self._resuming = False

    def get(self, path: str, params: Mapping[str, str] | None = None, *, route: str = "") -> dict:
        """One object."""
        return _object(self._ask(f"{self.base}/{path}", params, route=route or f"/{path}"))

    def walk(self, table: str, params: Mapping[str, str]) -> Iterator[list[dict]]:
        """The rows of a table, page by page."""
        answer = self.page(table, params)
        yield values(answer)
        while link := self.following(answer, table):
            answer = self.page(table, link=link)
            yield values(answer)

    def page(
        self,
        table: str,
        params: Mapping[str, str] | None = None,
        *,
        link: str = "",
        size: int = PAGE,
        track: bool = False,
        resuming: bool = False,
    ) -> dict:
        """A page, by question or by link. `resuming`: the link was kept from an earlier run. Raises StateExpired."""
        self._resuming = resuming
        try:
            url = self.checked(link, table) if link else f"{self.base}/{table}"
            answer = _object(self._ask(url, params, route=f"/{table}", size=size, track=track))
        except ForeignHost:
            if resuming:
                raise StateExpired("The last run stopped in another environment.") from None
            raise
        finally:
            self._resuming = False
        if link and self.following(answer, table) == link:
            raise WillNotWork("Dataverse's pages lead in a circle.")
        return answer

    def following(self, answer: Mapping, table: str) -> str:
        """Where the next page is; "" after the last."""
        link = text(answer.get("@odata.nextLink"), 20_000)
        return self.checked(link, table) if link else ""

    def delta(self, answer: Mapping, table: str) -> str:
        """Where the changes after this answer will be; "" when it does not say."""
        link = text(answer.get("@odata.deltaLink"), 20_000)
        return self.checked(link, table) if link else ""

    def checked(self, link: str, table: str) -> str:
        """A link as it is, when it leads to the same table of the same environment. Raises ForeignHost."""
        (there, _), (here, _) = in_parts(link), in_parts(self.base)
        same = (there.scheme, there.netloc.lower()) == (here.scheme, here.netloc.lower())
        if not same or there.path != f"{here.path}/{table}":
            raise ForeignHost("Dataverse led to an address outside of its environment.")
        return link

    def _ask(
        self, url: str, params: Mapping[str, str] | None, *, route: str, size: int = PAGE, track: bool = False
    ) -> Answer:
        """A GET with the headers that Dataverse wants on every page."""
        prefer = [f"odata.maxpagesize={size}", f'odata.include-annotations="{FORMATTED},{LOOKUP}"']
        prefer += ["odata.track-changes"] if track else []
        headers = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Prefer": ",".join(prefer)}
        return self.http.get(url, route=f"{API}{route}", params=params, headers=headers)

    def judge(self, answer: Answer) -> Verdict | None:
        """What Entra and Dataverse mean by their errors."""
        if answer.status < 400 or answer.status >= 500:
            return None
        error = _error(answer)
        if isinstance(error, str):
            return _entra(error, answer)
        if answer.status == 429:
            return Verdict("again", "Dataverse asks for a pause.", retry_after(answer))
        if self._resuming and answer.status in (400, 404, 410):
            raise StateExpired("Dataverse no longer knows where the last run stopped.")
        code = text(error.get("code")).lower()
        if answer.status == 403:
            return Verdict("refused", REFUSED.get(code, ""))
        return Verdict("wrong", WRONG[code]) if code in WRONG else None


def values(answer: Mapping) -> list[dict]:
    """The rows of an answer. Raises when it is no list."""
    if not isinstance(answer.get("value"), list):
        raise WillNotWork("Dataverse answered without a list of records.")
    return rows(answer["value"])


def _object(answer: Answer) -> dict[str, Any]:
    """The object that an answer is. Raises when it is something else; nothing at all is an empty one."""
    found = answer.json() if answer.body else {}
    if not isinstance(found, dict):
        raise WillNotWork("Dataverse answered with something that is not an object.")
    return found


def _error(answer: Answer) -> str | Mapping:
    """What an answer says under `error`: Entra a word, Dataverse an object; an empty one when there is none."""
    try:
        found = _object(answer).get("error")
    except WillNotWork:
        return {}
    if isinstance(found, str) and found:
        return f"{found} {text(_object(answer).get('error_description'), 200)}"
    return found if isinstance(found, dict) else {}


def _entra(error: str, answer: Answer) -> Verdict:
    """A refused application needs a person; a busy Entra does not."""
    if answer.status == 429 or error.startswith("temporarily_unavailable"):
        return Verdict("again", "Entra asks for a pause.", retry_after(answer))
    words = next((words for code, words in ENTRA.items() if f"{code}:" in error), "Entra refuses the application.")
    return Verdict("refused", words)
