"""HubSpot's addresses, its bearer token, and what its refusals mean.

From the vendor's documentation: `Authorization: Bearer` with a Service Key or a private app's token; paths by date
(`/crm/objects/2026-09/contacts`, and so for owners, properties and the account, as the vendor's collection of
specifications has them) or by number, unsupported from September 2027 on; 429 with `policyName`, of which DAILY lasts
until midnight in the account's own time zone; 423 wants two seconds at least, 477 names its wait. Retry-After is not
promised.
"""

from collections.abc import Mapping
from typing import Any

from crm.http import Answer, Http, Verdict, retry_after

BASE = "https://api.hubapi.com"
VERSIONS = (("2026-09", "2026-09"), ("2026-03", "2026-03"), ("v3", "v3 (until September 2027)"))
BUSY = "HubSpot asks for a pause."


class Bearer:
    """A fixed token."""

    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}

    def headers(self) -> Mapping[str, str]:
        """The token."""
        return self._headers

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False


class Client:
    """Asks HubSpot, in the version of the connection."""

    def __init__(self, config: Mapping[str, str], http: Http) -> None:
        self.http = http
        self.http.auth = Bearer(config.get("token", ""))
        self.base = config.get("base_url") or BASE
        version = config.get("version") or VERSIONS[0][0]
        numbered = version == "v3"
        self.contacts = "/crm/v3/objects/contacts" if numbered else f"/crm/objects/{version}/contacts"
        self._owners = "/crm/v3/owners" if numbered else f"/crm/owners/{version}"
        self._properties = "/crm/v3/properties/contacts" if numbered else f"/crm/properties/{version}/contacts"
        self._account = f"/account-info/{version}/details"
        self.daily_left: int | None = None

    def list(self, params: Mapping[str, str]) -> dict:
        """A page of the list of contacts."""
        return self._get(self.contacts, params)

    def search(self, question: Mapping) -> dict:
        """The first page of a search: `after` is required by the specification, even where there is nothing before."""
        return self._post(f"{self.contacts}/search", {"after": "0", **question}, "search")

    def read(self, question: Mapping) -> dict:
        """Some contacts by their ids."""
        return self._post(f"{self.contacts}/batch/read", question)

    def owners(self, params: Mapping[str, str]) -> dict:
        """A page of the users."""
        return self._get(self._owners, params)

    def properties(self) -> dict:
        """What fields there are."""
        return self._get(self._properties, {})

    def account(self) -> dict:
        """Whose the token is."""
        return self._get(self._account, {})

    def _get(self, path: str, params: Mapping[str, str]) -> dict:
        return _object(self.http.get(self.base + path, route=path, params=params).json())

    def _post(self, path: str, question: Mapping, bucket: str = "") -> dict:
        return _object(self.http.post(self.base + path, route=path, json=question, bucket=bucket).json())

    def judge(self, answer: Answer) -> Verdict | None:
        """What HubSpot means by its own statuses; remembers what is left of the day."""
        left = answer.headers.get("x-hubspot-ratelimit-daily-remaining", "")
        if left.isdigit():
            self.daily_left = int(left)
        if answer.status == 429:
            return _too_many(answer)
        if answer.status in (423, 477):
            return Verdict("again", BUSY, max(2, retry_after(answer) or 0))
        return None


def _too_many(answer: Answer) -> Verdict:
    """How long the policy that was broken lasts."""
    try:
        policy = str(_object(answer.json()).get("policyName", "")).upper()
    except Exception:  # whatever the body is, it is a 429
        policy = ""
    asked = retry_after(answer)
    if policy == "DAILY":
        return Verdict("later", "HubSpot's calls for today are used up.", asked or 3600)
    usual = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}
    return Verdict("again", BUSY, usual.get(policy) if asked is None else asked)


def _object(found: Any) -> dict:
    """The answer when it is an object; an empty one otherwise."""
    return found if isinstance(found, dict) else {}
