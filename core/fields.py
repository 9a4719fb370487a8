"""Model fields of our own."""

from typing import Any

from django.db import models

from core.emails import canonical


class EmailField(models.EmailField):
    """An email address, kept and looked up in its one form (`core.emails`), whoever writes or asks.

    Rows written past the ORM are brought into it by whoever writes them. To migrations it is Django's own field: the
    column is the same.
    """

    def to_python(self, value: Any) -> Any:
        """What a form or a fixture gave, in its one form."""
        value = super().to_python(value)
        return canonical(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """What is written, or looked for, in its one form."""
        value = super().get_prep_value(value)
        return canonical(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Let the instance hold what is written."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = canonical(value)
            setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, list, dict]:
        """As Django's field."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs
