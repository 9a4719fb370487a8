"""Tryton's REST API: repeated `f` for fields, `d` a domain, `o` an order, `s` a size; domains and orders in base64.

Tried against Tryton 8.0: 401 for a wrong key, 400 or 500 with a short HTML page for an unknown field or a broken
domain, moments as objects in UTC, and no limit of calls.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from crm.errors import WillNotWork
from crm.http import Http, site

ANY = ["active", "in", [True, False]]  # inactive records are left out unless asked for
NEVER = ["active", "=", None]  # each nested list hides inactive records too unless it names `active` itself
TABLES = ("party.party", "party.contact_mechanism", "party.address")


class Bearer:
    """The key of a user application."""

    def __init__(self, key: str) -> None:
        self._headers = {"Authorization": f"Bearer {key}"}

    def headers(self) -> Mapping[str, str]:
        """The key."""
        return self._headers

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False


class Client:
    """Asks one database of one server."""

    def __init__(self, config: Mapping[str, str], http: Http) -> None:
        self.http = http
        self.http.auth = Bearer(config.get("key", ""))
        server = config.get("base_url") or site(config.get("host", ""))
        self.base = f"{server}/{quote(config.get('database', ''), safe='')}/rest/model"

    def records(self, model: str, fields: Sequence[str], domain: list, order: list, size: int) -> list[dict]:
        """The records of a model that a domain lets through."""
        params = [("f", field) for field in fields]
        params += [("d", encoded(domain)), ("o", encoded(order)), ("s", str(size))]
        found = self.http.get(f"{self.base}/{model}", route=f"/{{database}}/rest/model/{model}", params=params).json()
        if not isinstance(found, list):
            raise WillNotWork("Tryton answered without a list of records.")
        return [row for row in found if isinstance(row, dict)]

    def newest(self) -> datetime | None:
        """The latest change in any of the tables; an address or a number does not move its party's own date."""
        found = []
        for model in TABLES:
            rows = self.records(model, ["write_date"], [ANY], [["write_date", "DESC NULLS LAST"]], 1)
            found += [when for row in rows if (when := moment(row.get("write_date")))]
        return max(found, default=None)


def encoded(value: Any) -> str:
    """A domain or an order as the address carries it."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def moment(value: Any) -> datetime | None:
    """Tryton's object of a moment; None when it is something else."""
    if not isinstance(value, dict) or value.get("__class__") != "datetime":
        return None
    try:
        year, month, day = (int(value[name]) for name in ("year", "month", "day"))
        clock = ("hour", "minute", "second", "microsecond")
        hour, minute, second, micro = (int(value.get(name) or 0) for name in clock)
        return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return None


def as_object(when: datetime) -> dict[str, Any]:
    """A moment as Tryton's object."""
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime"} | {name: getattr(when, name) for name in names}
