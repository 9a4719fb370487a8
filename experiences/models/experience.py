"""The experience: what a client finds in the portal."""

import pghistory
from django.db import models

from experiences.models.cards import CardTemplate
from experiences.models.resources import FeaturedTemplate, ResourceTemplate
from experiences.models.template import Template


@pghistory.track(append_only=True)
class Experience(Template):
    """Card template + resource template + featured resource template."""

    card_template = models.ForeignKey(CardTemplate, on_delete=models.PROTECT, related_name="experiences")
    resource_template = models.ForeignKey(ResourceTemplate, on_delete=models.PROTECT, related_name="experiences")
    featured_template = models.ForeignKey(FeaturedTemplate, on_delete=models.PROTECT, related_name="experiences")
