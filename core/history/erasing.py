"""Erasing what rows hold of a person: everything but what is named as kept, so that a new column is erased unasked."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import CASCADE, SET_NULL, BooleanField, CharField, Field, ForeignObjectRel, Model, TextField


def emptied(model: type[Model], *, kept: Collection[str], replaced: dict[str, Any]) -> dict[str, Any]:
    """Values for `update()` that leave nothing in a row but `kept` fields and what `replaced` puts in their place.

    Raises ImproperlyConfigured for a column that may not be empty and of which neither says anything.
    """
    own = [field for field in model._meta.concrete_fields if not (field.primary_key or field.generated)]
    return {field.name: _nothing(field) for field in own if field.name not in {*kept, *replaced}} | replaced


def remove_dependants(model: type[Model], ids: list[int], *, kept: Collection[str]) -> None:
    """Delete all rows that belong to these, whatever their table, and point references to them nowhere.

    `kept` are labels of models of which rows may stay. Histories, which are protected, are left to the caller; so is
    what refuses the deletion of what it names (PROTECT), and what a trigger keeps up (DO_NOTHING).
    """
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many or relation.related_model._meta.proxy:
            continue
        theirs, name = relation.related_model, relation.field.name
        if theirs._meta.label in kept or hasattr(theirs, "pgh_tracked_model"):
            continue
        rows = theirs._base_manager.filter(**{f"{name}__in": ids})
        if relation.on_delete is SET_NULL:
            rows.update(**{name: None})
        elif relation.on_delete is CASCADE:
            rows.delete()


def _nothing(field: Field) -> Any:
    """What a column holds that nobody has filled in."""
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    if isinstance(field, BooleanField):
        return False
    if isinstance(field, CharField | TextField) or (field.empty_strings_allowed and field.blank):
        return ""
    raise ImproperlyConfigured(f"{field}: a purge must be told what it leaves there.")
