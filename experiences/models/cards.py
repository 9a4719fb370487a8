"""Cards: the tiles of a client's carousel."""

import pghistory
from django.db import models
from django.db.models import F, Q

from experiences.models.template import Template


@pghistory.track(append_only=True)
class CardTemplate(Template):
    """Ordered cards."""


@pghistory.track(append_only=True)
class Card(models.Model):
    """One tile of the carousel."""

    class Kind(models.TextChoices):
        SHORTCUT = "shortcut", "Shortcut in the portal"
        CUSTOM = "custom", "Link"
        DATA = "data", "Contact's own data"

    class Shortcut(models.TextChoices):
        LIBRARY = "library", "Open the library"
        TEAM = "team", "See my team"
        PROFILE = "profile", "Open my profile"
        CALL = "call", "Call my advisor"
        WRITE = "write", "Write to my advisor"

    template = models.ForeignKey(CardTemplate, on_delete=models.CASCADE, related_name="cards")
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CUSTOM)
    title = models.CharField(max_length=80)
    text = models.CharField(
        max_length=300,
        blank=True,
        help_text="A data card may use {preferred_name}, {advisor_name}, {city}, or {custom.FIELD}.",
    )
    icon = models.CharField(max_length=40, blank=True, default="star")
    image = models.ImageField(upload_to="cards/", blank=True)
    colour = models.CharField(max_length=7, blank=True, help_text="Empty: the firm's colour.")
    shortcut = models.CharField(max_length=10, choices=Shortcut, blank=True)
    url = models.URLField("link", blank=True, max_length=500)
    visible_from = models.DateField(null=True, blank=True)
    visible_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="custom") | ~Q(url=""), name="link_card_has_link"),
            models.CheckConstraint(condition=~Q(kind="shortcut") | ~Q(shortcut=""), name="shortcut_card_has_target"),
            models.CheckConstraint(
                condition=Q(visible_from=None) | Q(visible_to=None) | Q(visible_to__gte=F("visible_from")),
                name="card_window_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title
