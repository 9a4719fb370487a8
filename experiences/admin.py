"""Django admin of the experiences room: to look; the room's own pages say whom a change reaches."""

from django.contrib import admin

from core.admin import RecordAdmin
from experiences.models import (
    Campaign,
    CardTemplate,
    Experience,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Team,
)


@admin.register(Campaign, CardTemplate, Experience, FeaturedTemplate, Resource, ResourceTemplate, Team)
class TemplateAdmin(RecordAdmin):
    """Templates of every kind."""

    list_display = ["name"]
    list_select_related = False
    search_fields = ["name__istartswith"]
