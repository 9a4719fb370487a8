"""Tags."""

from django.db import models
from django.db.models.functions import Lower


class Tag(models.Model):
    """A word that groups contacts."""

    name = models.CharField(max_length=40)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="tag_name_unique", violation_error_message="This tag exists already."
            )
        ]

    def __str__(self) -> str:
        return self.name
