"""Making a copy of a template with all that it holds. Contacts stay with the original."""

from django.db import transaction
from django.db.models import Model

from accounts.models import User
from core.history.recording import record
from experiences.models import (
    Campaign,
    CardTemplate,
    CategoryResource,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Team,
)

NAME_LENGTH = 120


@transaction.atomic
def duplicate(template: Model, *, by: User) -> Model:
    """A copy under a name of its own ("Copy of …"), in use even where the original is archived.

    Files and pictures are shared with the original: they are never overwritten, only replaced by new ones.
    """
    model = type(template)
    # Held, for two who copy it at once would find the same name free.
    original = model.objects.select_for_update(of=("self",), no_key=True).get(pk=template.pk)
    copy = model.objects.get(pk=template.pk)
    copy.pk, copy._state.adding = None, True
    copy.name, copy.archived_at, copy.created_by = _free_name(model, original.name), None, by
    if isinstance(copy, Resource):
        copy.state, copy.version = Resource.State.DRAFT, 1
    copy.save()
    # What the database fills in by default stays the original's unless asked for again.
    model.objects.filter(pk=copy.pk).update(created_at=copy.updated_at)
    _copy_content(original, copy)
    record(
        "duplicated",
        f"Made as a copy of {original}",
        subject_ids=[copy.pk],
        subject_type=model._meta.model_name,
        actor=by,
    )
    return copy


def _free_name(model: type[Model], name: str) -> str:
    """ "Copy of NAME", or with a number when that is taken."""
    base = f"Copy of {name}"[: NAME_LENGTH - 5]
    found, number = base, 1
    while model.objects.usable().named(found).exists():
        number += 1
        found = f"{base} ({number})"
    return found


def _copy_content(original: Model, copy: Model) -> None:
    """The rows below the template."""
    if isinstance(original, CardTemplate):
        _copy_rows(original.cards.all(), template=copy)
    elif isinstance(original, Campaign):
        _copy_rows(original.touchpoints.all(), campaign=copy)
    elif isinstance(original, FeaturedTemplate):
        _copy_rows(original.placements.all(), template=copy)
    elif isinstance(original, Team):
        _copy_rows(original.memberships.all(), team=copy)
    elif isinstance(original, ResourceTemplate):
        _copy_shelves(original, copy)


def _copy_rows(rows, **owner) -> None:
    """Copies of `rows` that belong to another owner."""
    copies = list(rows)
    for one in copies:
        one.pk, one._state.adding = None, True
        for name, value in owner.items():
            setattr(one, name, value)
    rows.model.objects.bulk_create(copies)


def _copy_shelves(original: ResourceTemplate, copy: ResourceTemplate) -> None:
    """Categories before their subcategories, so that each copy finds its parent, and what is on them."""
    new: dict[int, int] = {}
    for category in sorted(original.categories.all(), key=lambda one: one.parent_id is not None):
        placements, old = list(category.placements.all()), category.pk
        category.pk, category._state.adding = None, True
        category.template, category.parent_id = copy, new.get(category.parent_id)
        category.save()
        new[old] = category.pk
        for one in placements:
            one.pk, one._state.adding, one.category = None, True, category
        CategoryResource.objects.bulk_create(placements)
