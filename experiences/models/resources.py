"""The firm's stock of resources, and how it is arranged for clients."""

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from experiences.models.template import Template, TemplateQuerySet


class ResourceQuerySet(TemplateQuerySet):
    """Questions asked of resources."""

    def published(self) -> "ResourceQuerySet":
        """Those a client may open today."""
        today = timezone.localdate()
        return self.filter(
            Q(expires_on=None) | Q(expires_on__gte=today), state=Resource.State.PUBLISHED, archived_at=None
        )


@pghistory.track(append_only=True)
class Resource(Template):
    """Something worth reading or watching: a file, a link or an embedded video."""

    class Kind(models.TextChoices):
        FILE = "file", "File"
        LINK = "link", "Link"
        VIDEO = "video", "Video"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    ICONS = {Kind.FILE: "file-text", Kind.LINK: "link", Kind.VIDEO: "play-circle"}

    kind = models.CharField(max_length=5, choices=Kind, default=Kind.LINK)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    file = models.FileField(upload_to="resources/", blank=True)
    file_name = models.CharField(max_length=200, blank=True, editable=False)
    url = models.URLField("link", blank=True, max_length=500)
    cover = models.ImageField(upload_to="covers/", blank=True)
    expires_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ResourceQuerySet.as_manager()

    class Meta(Template.Meta):
        constraints = [
            *Template.Meta.constraints,
            models.CheckConstraint(condition=~Q(kind="file") | ~Q(file=""), name="file_resource_has_file"),
            models.CheckConstraint(
                condition=~Q(kind__in=["link", "video"]) | ~Q(url=""), name="link_resource_has_link"
            ),
        ]

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return self.ICONS[self.kind]

    @property
    def is_expired(self) -> bool:
        """Whether its last day has passed, in the viewer's zone."""
        return self.expires_on is not None and self.expires_on < timezone.localdate()

    @property
    def is_published(self) -> bool:
        """Whether a client may open it today: `ResourceQuerySet.published` for a row that has been read already."""
        return self.state == self.State.PUBLISHED and self.archived_at is None and not self.is_expired


@pghistory.track(append_only=True)
class ResourceTemplate(Template):
    """A library arranged in categories."""


@pghistory.track(append_only=True)
class Category(models.Model):
    """A shelf of a resource template; one with a parent is a subcategory (two levels, no more)."""

    template = models.ForeignKey(ResourceTemplate, on_delete=models.CASCADE, related_name="categories")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="subcategories")
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    cover = models.ImageField(upload_to="covers/", blank=True)
    resources = models.ManyToManyField(Resource, through="CategoryResource", related_name="categories")

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint("template", "parent", Lower("title"), name="category_title_unique"),
        ]

    def __str__(self) -> str:
        return self.title


class CategoryResource(models.Model):
    """A resource on a shelf, at its place."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="placements")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="placements")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["category", "resource"], name="resource_once_per_category")]

    def __str__(self) -> str:
        return f"{self.resource_id} in {self.category_id}"


@pghistory.track(append_only=True)
class FeaturedTemplate(Template):
    """Ordered resources pinned to the client's home page."""

    resources = models.ManyToManyField(Resource, through="FeaturedResource", related_name="featured_in")

    class Meta(Template.Meta):
        verbose_name = "featured resource template"


class FeaturedResource(models.Model):
    """A pinned resource, at its place."""

    template = models.ForeignKey(FeaturedTemplate, on_delete=models.CASCADE, related_name="placements")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="pinned")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["template", "resource"], name="resource_pinned_once")]

    def __str__(self) -> str:
        return f"{self.resource_id} in {self.template_id}"
