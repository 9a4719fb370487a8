"""Calls to Redtail.

Relied on (the vendor's help and public Postman collection): an API key per partner; `Basic` with key, user and password
is exchanged once for a user key, which does not expire; then `Userkeyauth` with both keys. Not verified against a live
tenant: whether size and `include` are read from headers or from the query (both are sent, neither is trusted), the key
list of the sign-in answer, whether a single contact comes wrapped, and any limit of calls (we keep to two a second).
A 401 is not always a refusal of the credentials: as others probed it (a client's notes of September 2026), one whose
body says "Gateway Time-out" is an outage, and one that says "Account Locked" a user whom Redtail has locked.
"""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from crm.adapters.numbered import Sheet, sheet_of
from crm.errors import SignInAgain, WillNotWork
from crm.http import Answer, Http, Verdict
from crm.reading import as_dict, text

HOST = "crm.redtailtechnology.com"
PATH = "/api/public/v1"
PAGE = 200
LOCKED_FOR = 3600  # seconds until a locked user is tried again: each try may keep the lock closed
INCLUDE = "addresses,phones,emails,family,tag_memberships"


class Keys:
    """Signs calls with the partner's key and the user's. `sign_in` gets the latter anew while a password is known."""

    def __init__(self, api_key: str, user_key: str, sign_in: Callable[[], str] | None) -> None:
        self.api_key, self.user_key, self.sign_in = api_key, user_key, sign_in

    def headers(self) -> Mapping[str, str]:
        """The header that lets us in."""
        return {"Authorization": "Userkeyauth " + encoded(self.api_key, self.user_key)}

    def renew(self) -> bool:
        """Sign in again, where that is possible."""
        if self.sign_in is None:
            return False
        self.user_key = self.sign_in()
        return True


class Client:
    """Signs in, and reads objects and lists."""

    def __init__(self, http: Http, config: Mapping[str, str]) -> None:
        self.http, self.config = http, config
        self.base = (config.get("base_url") or f"https://{config.get('host') or HOST}").rstrip("/") + PATH
        known = config.get("username") and config.get("password")
        self.keys = Keys(config.get("api_key", ""), config.get("user_key", ""), self.sign_in if known else None)
        self.size = PAGE
        http.auth = self.keys

    def sign_in(self) -> str:
        """Exchange user name and password for the user's key."""
        basic = "Basic " + encoded(self.keys.api_key, self.config["username"], self.config["password"])
        path = "/authentication"
        answer = self.http.get(f"{self.base}{path}", route=path, headers={"Authorization": basic}, signed=False)
        body = answer.json() if answer.status == 200 else None
        body = as_dict(body)
        inner = as_dict(body.get("authenticated_user"))
        key = text(inner.get("user_key")) or text(body.get("user_key")) or text(body.get("userkey"))
        if not key:
            raise WillNotWork("Redtail let us in without giving a user key.")
        return key

    def enrol(self) -> dict[str, str]:
        """The user's key for what was typed; nothing when only a key is known."""
        if self.keys.sign_in is None:
            return {}
        self.keys.user_key = self.keys.sign_in()
        return {"user_key": self.keys.user_key}

    def find(self, path: str, *, route: str, **params: Any) -> Answer:
        """What stands at a path, which may be 404."""
        if not self.keys.user_key:
            raise SignInAgain("Enter the user name and the password of a Redtail user.")
        query = {"page_size": self.size, "include": INCLUDE, **params}
        headers = {"pagesize": str(self.size), "include": INCLUDE}
        return self.http.get(f"{self.base}{path}", route=route, params=query, headers=headers)

    def sheet(self, path: str, name: str, page: int, **params: Any) -> Sheet:
        """A page of a list. Raises WillNotWork when there is none."""
        answer = self.find(path, route=path, page=page, **params)
        if answer.status == 404:
            raise WillNotWork("Redtail does not know the list that was asked for (404).")
        return sheet_of(answer, answer.json(), name, page)

    def listed(self, name: str) -> list[dict]:
        """One of the short lists that a database keeps, such as its categories."""
        return [row for row in self.sheet(f"/lists/{name}", name, 1).rows if isinstance(row, dict)]

    def one(self, remote_id: str) -> dict | None:
        """A contact, wrapped or bare; None when there is none."""
        answer = self.find(f"/contacts/{remote_id}", route="/contacts/{id}")
        if answer.status == 404:
            return None
        body = answer.json()
        inner = body.get("contact", body) if isinstance(body, dict) else None
        if not isinstance(inner, dict) or text(inner.get("id")) != remote_id:
            raise WillNotWork("Redtail answered with something that is not the contact that was asked for.")
        return inner

    def part(self, remote_id: str, name: str) -> Any:
        """The phones, emails, addresses or family of a contact; None when it has none of its own."""
        found: list[dict] = []
        page = 1
        while page:
            answer = self.find(f"/contacts/{remote_id}/{name}", route=f"/contacts/{{id}}/{name}", page=page)
            if answer.status == 404:
                return None
            body = answer.json()
            if name == "family":
                return body.get("family", body) if isinstance(body, dict) else None
            sheet = sheet_of(answer, body, name, page)
            found += sheet.rows
            page = page + 1 if sheet.rows and page < (sheet.pages or 1) else 0
        return found


def encoded(*parts: str) -> str:
    """Parts of a credential as Redtail wants them."""
    return base64.b64encode(":".join(parts).encode()).decode()


def judge(answer: Answer) -> Verdict | None:
    """What Redtail means where the status alone does not say it."""
    if answer.status == 401:
        said = answer.body[:2000].decode(errors="replace")
        if re.search(r"time[- ]?out|timed[- ]out|gateway|unavailable", said, re.IGNORECASE):
            return Verdict("again", "Redtail is busy or out of order: it did not answer in time.")
        if re.search(r"\blocked\b", said, re.IGNORECASE):
            return Verdict("later", "Redtail has locked this user. Have the user unlocked there.", LOCKED_FOR)
        return Verdict("renew", "Redtail refuses the credentials. Enter user name and password again.")
    return Verdict("take") if answer.status == 404 else None
