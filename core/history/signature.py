"""Who signs what the history triggers write.

    with signed(user=request.user.pk):
        ...

pghistory's own context is written before single statements, so that COPY, `executemany`, `execute_values` on the raw
cursor and text beginning with SELECT go past it, and it stays set until the transaction ends. Here it is written in one
place, at the start of each transaction (`core.postgresql`), and taken back when the block ends. pghistory's triggers
read it as they read the library's. See docs/decisions/0034-history-is-signed-by-transaction.md.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INERROR


@dataclass(frozen=True, slots=True)
class Signature:
    """One block's: entries of history made in it share a row of pghistory's contexts, with this metadata."""

    id: uuid.UUID
    metadata: dict[str, Any]


_present: ContextVar[Signature | None] = ContextVar("signature", default=None)


@contextmanager
def signed(**metadata: Any) -> Iterator[None]:
    """Sign every entry of history that is made inside the block, and none after it.

    A block within a block adds to the metadata of the outer one, which is as before when the inner one ends.
    """
    outer = _present.get()
    token = _present.set(Signature(uuid.uuid4(), (outer.metadata if outer else {}) | metadata))
    try:
        _sign_open_transaction()
        with connection.execute_wrapper(_in_transaction) if outer is None else nullcontext():
            yield
    finally:
        _present.reset(token)
        with suppress(psycopg2.Error):  # without a connection there is no transaction that could go on
            _sign_open_transaction()


def sign(raw_connection: Any) -> None:
    """Write the present signature, or that there is none, into the transaction of a psycopg2 connection."""
    signature = _present.get()
    values = [str(signature.id), json.dumps(signature.metadata)] if signature else ["", ""]
    with raw_connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            values,
        )


def is_signed() -> bool:
    """Whether a block is open."""
    return _present.get() is not None


def _sign_open_transaction() -> None:
    """Sign the transaction that is open already; what is to be rolled back needs no signature any more."""
    raw = connection.connection
    if not connection.in_atomic_block or raw is None or raw.closed:
        return
    if raw.info.transaction_status != TRANSACTION_STATUS_INERROR:
        sign(raw)


def _in_transaction(execute, sql, params, many, context):
    """Run a statement outside any transaction in one of its own, which is signed at its start; reads need none."""
    if context["connection"].in_atomic_block or str(sql).lstrip()[:6].upper() == "SELECT":
        return execute(sql, params, many, context)
    with transaction.atomic():
        return execute(sql, params, many, context)
