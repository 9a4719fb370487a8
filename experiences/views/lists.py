"""Lists of every kind of template. What they share is declared once."""

from types import SimpleNamespace

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest

from accounts.access import staff_only
from core.listing.pages import ListPage
from experiences import kinds, tables
from experiences.filters import ResourceFilter, TemplateFilter


@staff_only
class TemplateList(ListPage):
    """Base: all templates of one kind. `parts` names the relation whose rows are counted, if any."""

    kind: kinds.TemplateKind
    filterset_class = TemplateFilter
    template_name = "experiences/list.html"
    parts = ""

    title = property(lambda self: self.kind.title)
    subtitle = property(lambda self: self.kind.subtitle)
    noun = property(lambda self: self.kind.many)
    empty = property(lambda self: self.kind.empty)
    empty_icon = property(lambda self: self.kind.icon)

    def rows(self) -> QuerySet:
        """All of them, with what the table shows."""
        rows = self.kind.model.objects.visible_to(self.request.user).annotate(sort_name=Lower("name"))
        return rows.annotate(parts=number_of(self.kind.model, self.parts)) if self.parts else rows

    def page_actions(self) -> list:
        """Making a new one, for those who may."""
        if not self.request.user.may_edit:
            return []
        label = f"New {self.kind.noun}"
        return [SimpleNamespace(label=label, icon="plus", url=self.kind.new_url, primary=True)]

    def table_options(self) -> dict:
        """What all kinds share stands last."""
        return {"sequence": ("name", "...", "reach", "updated_at")}

    def extra(self) -> dict:
        """Tabs, and what an empty list offers."""
        context = {"section_tabs": section_tabs(self.request, self.kind)}
        if self.request.user.may_edit:
            context |= {"empty_url": self.kind.new_url, "empty_label": f"New {self.kind.noun}"}
        return context


def number_of(model, relation: str) -> Coalesce:
    """How many rows of a reverse relation each row has, by a subquery that leaves the order alone."""
    field = model._meta.get_field(relation)
    owner = field.field.name
    rows = field.related_model.objects.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def section_tabs(request: HttpRequest, current: kinds.TemplateKind) -> list[SimpleNamespace]:
    """The tabs across the template kinds; none where the kind stands alone in the rail."""
    if current not in kinds.TABS:
        return []
    return [SimpleNamespace(label=kind.tab, url=kind.list_url, current=kind is current) for kind in kinds.TABS]


class ExperienceList(TemplateList):
    """Experiences."""

    kind = kinds.EXPERIENCE
    table_class = tables.ExperienceTable

    def rows(self) -> QuerySet:
        """With the names of the three templates."""
        return super().rows().select_related("card_template", "resource_template", "featured_template")


class CardTemplateList(TemplateList):
    """Card templates."""

    kind, table_class, parts = kinds.CARDS, tables.CardTemplateTable, "cards"


class ResourceTemplateList(TemplateList):
    """Resource templates."""

    kind, table_class, parts = kinds.LIBRARIES, tables.ResourceTemplateTable, "categories"


class FeaturedTemplateList(TemplateList):
    """Featured resource templates."""

    kind, table_class, parts = kinds.FEATURED, tables.FeaturedTemplateTable, "placements"


class TeamList(TemplateList):
    """Teams."""

    kind, table_class, parts = kinds.TEAMS, tables.TeamTable, "memberships"


class CampaignList(TemplateList):
    """Campaigns."""

    kind, table_class, parts = kinds.CAMPAIGNS, tables.CampaignTable, "touchpoints"


class ResourceList(TemplateList):
    """The stock of resources."""

    kind, table_class, filterset_class = kinds.RESOURCES, tables.ResourceTable, ResourceFilter


LISTS = (
    ExperienceList,
    CardTemplateList,
    ResourceTemplateList,
    FeaturedTemplateList,
    ResourceList,
    TeamList,
    CampaignList,
)
