"""What a sync asks the CRM, step by step, and going through all records: what was missed, and what has vanished.

A record that a run through all did not meet counts as gone only after the CRM was asked about it by its id: a list
that was cut short, or moved while it was read, takes nobody away. Many missing at once are held back for a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from crm.domain.guarding import Guarded
from crm.domain.judging import Meanings
from crm.domain.staging import Counts, forget, see, stage
from crm.models import Connection, Record, Sync
from crm.records import Gone, Page, RemoteContact, RemoteOwner

VANISH_AT_MOST, VANISH_SHARE, VANISH_IGNORED = 50, 0.10, 5
FETCHED = 100  # records asked for by their ids at once
SAMPLE = 500  # of many missing ones, how many are asked about while the CRM says of all of them that they are gone


@dataclass(frozen=True)
class Step:
    """What is taken in one transaction: the CRM's users, or a page and the part of the run that it belongs to.

    `place`: what becomes known of how far going through all has come. `asked`: of how many
    records that the run did not meet the CRM was asked; `kept`: those of them that are there.
    """

    part: Literal["owners", "changes", "listing", "asking"]
    page: Page = field(default_factory=lambda: Page({}))
    owners: tuple[RemoteOwner, ...] = ()
    place: dict = field(default_factory=dict)
    asked: int = 0
    kept: tuple[str, ...] = ()


def steps(sync: Sync, adapter: Guarded) -> Iterator[Step]:
    """The steps that are still to be taken. Raises the errors of `crm.errors`."""
    if not sync.complete:
        if adapter.capabilities.owners:
            yield Step("owners", owners=tuple(adapter.owners()))
        state = Connection.objects.values_list("sync_state", flat=True).get(pk=sync.connection_id)
        for page in adapter.changes(state):
            yield Step("changes", page)
    if sync.by_ids and not sync.place.get("listed"):
        yield from _listing(sync, adapter)
    if sync.whole:
        yield from _asking(sync, adapter)


def take(sync: Sync, step: Step) -> Counts:
    """Take in a step that has records, inside the caller's transaction, and note on the sync how far it has come."""
    counts = stage(sync, step.page, Meanings.of(sync.connection))
    if step.asked:
        see(sync, step.kept)
        sync.asked, sync.kept = sync.asked + step.asked, sync.kept + len(step.kept)
    if step.part != "changes":
        told = {"added": counts.added, "changed": counts.changed, "gone": counts.gone}
        sync.found = {name: sync.found.get(name, 0) + number for name, number in told.items()}
    sync.place = {**sync.place, **step.place}
    sync.save(update_fields=["asked", "kept", "found", "place"])
    return counts


def _listing(sync: Sync, adapter: Guarded) -> Iterator[Step]:
    """List all; those that are unknown or have another time of change are fetched before their page is done."""
    for page in adapter.listing(sync.place.get("listing", {})):
        rows = Record.objects.filter(
            connection=sync.connection_id, gone_at=None, remote_id__in=[one.remote_id for one in page.listed]
        )
        known = dict(rows.values_list("remote_id", "remote_updated_at"))
        missed = [
            one.remote_id
            for one in page.listed
            if one.remote_id not in known or (one.updated_at and one.updated_at != known[one.remote_id])
        ]
        for start in range(0, len(missed), FETCHED):
            yield Step("listing", _fetched(adapter, missed[start : start + FETCHED]))
        yield Step("listing", page, place={"listing": dict(page.next_state), "listed": page.last})


def _asking(sync: Sync, adapter: Guarded) -> Iterator[Step]:
    """Ask about those that were not met. Of very many a sample is enough, as long as all of it is gone."""
    missing = vanished(sync)
    many = sync.place.get("many", _are_many(sync, missing.count()))
    at, asked, kept = sync.place.get("asked", 0), sync.asked, sync.kept
    while rows := list(missing.filter(pk__gt=at).order_by("pk").values_list("pk", "remote_id")[:FETCHED]):
        if many and asked >= SAMPLE and not kept:
            return
        ids = [remote_id for _, remote_id in rows]
        page = _fetched(adapter, ids)
        gone = {one.remote_id for one in page.gone}
        there = tuple(one for one in ids if one not in gone)  # one that nothing is said of is not said to be gone
        at, asked, kept = rows[-1][0], asked + len(ids), kept + len(there)
        page = replace(page, gone=()) if many else page
        yield Step("asking", page, place={"many": many, "asked": at}, asked=len(ids), kept=there)


def _fetched(adapter: Guarded, ids: list[str]) -> Page:
    """These records as the CRM says they are now."""
    found = adapter.fetch(ids)
    return Page(
        {},
        tuple(one for one in found if isinstance(one, RemoteContact)),
        gone=tuple(one for one in found if isinstance(one, Gone)),
    )


def held_back_words(sync: Sync, count: int) -> str:
    """What a person must know who is to say whether records that are missing are gone."""
    words = f"{count:,} records are missing in the CRM all at once. Nothing was changed here."
    if sync.kept:
        words += (
            f" Of {sync.asked:,} that were asked for one by one, {sync.kept:,} are there although the CRM’s list left "
            "them out; those stay. The list cannot be relied on."
        )
    elif sync.asked:
        words += f" Of {sync.asked:,} that were asked for one by one, the CRM says of all that they are gone."
    return words


def vanished(sync: Sync):
    """The records that a run through all did not meet, nor any sync since."""
    return Record.objects.filter(connection=sync.connection_id, gone_at=None, seen_in__lt=sync.pk)


def unanswered(connection: Connection) -> tuple[Sync | None, int]:
    """The run that missed many, about which nobody has decided yet, and how many of them no sync has met since."""
    held_back = Sync.objects.filter(connection=connection, vanished__gt=0, vanishing_accepted=False).first()
    missing = vanished(held_back).count() if held_back else 0
    return (held_back, missing) if missing else (None, 0)


def _are_many(sync: Sync, missing: int) -> bool:
    """Whether so many records are missing at once that a person must agree."""
    there = Record.objects.filter(connection=sync.connection_id, gone_at=None).count()
    return missing > VANISH_AT_MOST or (missing > VANISH_IGNORED and missing > there * VANISH_SHARE)


def settle_vanished(sync: Sync) -> int:
    """After a run through all: note as gone what it did not meet, unless that is so much that a person must agree.

    Returns how many are held back.
    """
    missing = vanished(sync)
    count = missing.count()
    if _are_many(sync, count) and not sync.vanishing_accepted:
        Sync.objects.filter(pk=sync.pk).update(vanished=count)
        return count
    gone = 0
    while ids := list(missing.values_list("remote_id", flat=True)[:2000]):
        gone += forget(sync.connection_id, dict.fromkeys(ids, ""))
    Sync.objects.filter(pk=sync.pk).update(gone=sync.gone + gone, vanished=0)
    return 0
