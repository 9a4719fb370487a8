"""How the timeline tells what was given to a contact and what was changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import FilteredRelation, Q

from contacts.models import Contact

NAMES = {
    "experience": "Experience",
    "campaign": "Campaign",
    "card_template": "Cards",
    "resource_template": "Own library",
    "featured_template": "Own featured resources",
    "team": "Team",
}


def words_for_assigned(
    spec, replaced: dict[str, list[int]], ids: list[int], *, has_team: bool
) -> Iterator[tuple[str, list[int]]]:
    """Sentences for `assign`, each with the contacts it is about; `replaced` is contacts by ended experience."""
    extras = [
        f"{NAMES[name].lower()} {value}"
        for name, value in [*spec.parts().items(), ("team", spec.team if has_team else None)]
        if value is not None and name != "experience"
    ]
    base = f"{spec.experience} assigned" + (f", with {', '.join(extras)}" if extras else "")
    told: set[int] = set()
    for before, subject_ids in replaced.items():
        told.update(subject_ids)
        yield f"{base}; {before} ended", subject_ids
    fresh = [pk for pk in ids if pk not in told]
    if fresh:
        yield base, fresh


def words_for_changed(ids: list[int], elements: dict[str, Any]) -> list[tuple[str, list[int]]]:
    """Sentences for `change`, from → to, each with the contacts it is about. Ask before changing."""
    paths = {name: "team__name" if name == "team" else f"open__{name}__name" for name in elements}
    rows = Contact.objects.filter(pk__among=ids).order_by("pk")
    grouped: dict[tuple, list[int]] = {}
    for pk, *before in _named_before(rows, paths):
        grouped.setdefault(tuple(before), []).append(pk)
    return [(_sentence(elements, before), subject_ids) for before, subject_ids in grouped.items()]


def _named_before(rows, paths: dict[str, str]) -> Iterable[tuple]:
    """Each contact's key and the names of what it has at this moment, in the order of `paths`."""
    rows = rows.annotate(open=FilteredRelation("assignments", condition=Q(assignments__ended_at=None)))
    return rows.values_list("pk", *paths.values())


def _sentence(elements: dict[str, Any], before: tuple) -> str:
    """All changes of one contact in one sentence; what stayed the same is left out."""
    parts = []
    for (name, value), old in zip(elements.items(), before, strict=True):
        new = str(value) if value is not None else None
        if new != old:
            parts.append(f"{NAMES[name]}: {old or _nothing(name)} → {new or _nothing(name)}")
    return "; ".join(parts) or "Experience changed"


def _nothing(name: str) -> str:
    """What stands where there is none: an own template gives way to the experience's."""
    return "the experience’s" if name.endswith("_template") else "none"
