"""Calls to Wealthbox.

Relied on (dev.wealthbox.com): the header `ACCESS_TOKEN`; pages counted from 1, at most 100 rows each; counts in `meta`
(the docs' samples also show them beside it); one call a second, averaged over five minutes, then 429.
Not verified against a live tenant: whether 429 carries Retry-After (it is followed when it does).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crm.adapters.numbered import Place, Sheet, sheet_of
from crm.errors import WillNotWork
from crm.http import Answer, Http, Verdict, retry_after

BASE = "https://api.crmworkspace.com/v1"
PAGE = 100
BREATH = 5.0  # seconds to wait after a 429 that does not say how long


class Token:
    """Signs calls with a personal token, which cannot be renewed."""

    def __init__(self, token: str) -> None:
        self.token = token

    def headers(self) -> Mapping[str, str]:
        """The header that lets us in."""
        return {"ACCESS_TOKEN": self.token}

    def renew(self) -> bool:
        """There is no other token to be had."""
        return False


class Client:
    """Reads objects and lists."""

    def __init__(self, http: Http, config: Mapping[str, str]) -> None:
        self.http = http
        self.base = (config.get("base_url") or BASE).rstrip("/")
        self.size = PAGE
        http.auth = Token(config.get("token", ""))

    def get(self, path: str, *, route: str, **params: Any) -> Answer:
        """What stands at a path. Raises WillNotWork when there is nothing."""
        answer = self.find(path, route=route, **params)
        if answer.status == 404:
            raise WillNotWork("Wealthbox does not know what was asked for (404).")
        return answer

    def find(self, path: str, *, route: str, **params: Any) -> Answer:
        """What stands at a path, which may be 404."""
        return self.http.get(f"{self.base}{path}", route=route, params=params)

    def sheet(self, path: str, name: str, page: int, **params: Any) -> Sheet:
        """A page of a list."""
        answer = self.get(path, route=path, page=page, per_page=self.size, **params)
        return sheet_of(answer, answer.json(), name, page)

    def rows(self, path: str, name: str, **params: Any) -> Iterator[dict]:
        """All objects of a list."""
        place: Place | None = Place()
        while place:
            sheet = self.sheet(path, name, place.page, **params)
            yield from (row for row in sheet.rows if isinstance(row, dict))
            place = place.beyond(sheet)


def judge(answer: Answer) -> Verdict | None:
    """What Wealthbox means where the status alone does not say it."""
    if answer.status == 401:
        return Verdict("refused", "Wealthbox refuses the token. Make a new one under Settings, API Access.")
    if answer.status == 404:
        return Verdict("take")
    if answer.status == 429:
        asked = retry_after(answer)
        return Verdict("again", "Wealthbox asks for fewer calls (429).", BREATH if asked is None else asked)
    return None
