"""How many contacts a template reaches, and who uses it: asked before it is changed or deleted."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model, ProtectedError
from django.urls import reverse

from accounts.models import User
from core.history.recording import record
from experiences.models import (
    CardTemplate,
    Experience,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Touchpoint,
)
from experiences.registry import template_reach


class InUse(Exception):
    """A template cannot be deleted; `uses` names what uses it: words, and an address or ""."""

    def __init__(self, uses: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(words for words, _ in uses))
        self.uses = uses


def reach_of(template: Model) -> int:
    """How many contacts have `template` today: as many as see a change of it at once."""
    return reaches(type(template), [template.pk]).get(template.pk, 0)


def reaches(model: type[Model], pks: Iterable[int]) -> dict[int, int]:
    """The same for many of one kind, in as many queries as for one; without the zeros."""
    entry, pks = template_reach.get(model._meta.model_name), list(pks)
    return entry.counts(pks) if entry and pks else {}


def uses_of(template: Model) -> list[tuple[str, str]]:
    """Everything that uses `template`: other templates by name, then people by number, past use included."""
    entry = template_reach.get(template._meta.model_name)
    return _in_this_room(template) + (entry.uses(template.pk) if entry else [])


@transaction.atomic
def delete_template(template: Model, *, by: User) -> None:
    """Delete a template that nothing uses. Raises InUse, naming what does."""
    type(template).objects.select_for_update().get(pk=template.pk)
    uses = uses_of(template)
    if uses:
        raise InUse(uses)
    pk, name = template.pk, str(template)
    try:
        with transaction.atomic():
            template.delete()
    except ProtectedError as error:
        kinds = sorted({str(one._meta.verbose_name_plural) for one in error.protected_objects})
        raise InUse([(f"Records that are kept: {', '.join(kinds)}", "")]) from error
    kind = template._meta.verbose_name
    record(
        "deleted",
        f"{kind.capitalize()} {name} deleted",
        subject_ids=[pk],
        subject_type=template._meta.model_name,
        actor=by,
    )


def _in_this_room(template: Model) -> list[tuple[str, str]]:
    """Other templates that hold this one."""
    if isinstance(template, CardTemplate | ResourceTemplate | FeaturedTemplate):
        return _named("Experience", "experiences:experience", template.experiences.all())
    if isinstance(template, Resource):
        shelves = [one.category for one in template.placements.select_related("category__template")]
        libraries = {one.template_id: one.template for one in shelves}.values()
        pinned = [one.template for one in template.pinned.select_related("template")]
        uses = Touchpoint.with_removed.filter(resource=template).select_related("campaign")
        steps = {one.campaign_id: one.campaign for one in uses}.values()  # reports speak of removed steps too
        return [
            *_named("Resource template", "experiences:resource_template", libraries),
            *_named("Featured resources", "experiences:featured_template", pinned),
            *_named("Campaign", "experiences:campaign", steps),
        ]
    return []


def _named(kind: str, url_name: str, found: Iterable[Experience | Model]) -> list[tuple[str, str]]:
    return [(f"{kind}: {one}", reverse(url_name, args=[one.pk])) for one in found]
