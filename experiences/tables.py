"""Columns of the experiences room's lists."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.ui import ago, badge, icon
from core.words import counted
from experiences.domain.reach import reaches
from experiences.kinds import TemplateKind, kind_of
from experiences.models import Resource

NUMBER = {"td": {"class": "col-num"}, "th": {"class": "col-num"}}


class TemplateTable(tables.Table):
    """Name, what is in it, whom it reaches, when it was changed. Reach is counted once for the page's rows."""

    name = tables.Column(order_by=("sort_name", "pk"), attrs={"td": {"class": "col-main"}})
    reach = tables.Column("Reaches", empty_values=(), orderable=False, attrs=NUMBER)
    updated_at = tables.Column("Changed", order_by=("updated_at", "pk"))

    class Meta:
        attrs = {"class": "table-sticky-first"}
        sequence = ("name", "...", "reach", "updated_at")
        order_by = "name"

    def before_render(self, request) -> None:
        """Ask for the reach of all rows of this page at once."""
        records = [row.record for row in self.paginated_rows]
        self.reached = reaches(type(records[0]), [one.pk for one in records]) if records else {}
        self.kind: TemplateKind | None = kind_of(records[0]) if records else None
        before, self.after = self.kind.url(0).rsplit("0", 1) if records else ("", "")
        self.before = before

    def render_name(self, record) -> SafeString:
        """The name as a link, the description below, and whether it is archived."""
        return format_html(
            '<a class="person" href="{}{}{}"><span class="person-text"><strong>{}</strong><small>{}</small></span></a>'
            "{}",
            self.before,
            record.pk,
            self.after,
            record.name,
            record.description,
            badge("Archived", "neutral", "archive") if record.is_archived else "",
        )

    def render_reach(self, record) -> str:
        """How many contacts have it today."""
        return counted(self.reached.get(record.pk, 0), "contact")

    def render_updated_at(self, value) -> SafeString:
        """How long ago."""
        return ago(value)


class ExperienceTable(TemplateTable):
    """Experiences with their three templates."""

    card_template = tables.Column("Cards", accessor="card_template__name", order_by=("card_template__name", "pk"))
    resource_template = tables.Column(
        "Library", accessor="resource_template__name", order_by=("resource_template__name", "pk")
    )
    featured_template = tables.Column(
        "Featured", accessor="featured_template__name", order_by=("featured_template__name", "pk")
    )


class CountedTable(TemplateTable):
    """Templates with the number of what is in them, which the list counts as `parts`."""

    parts = tables.Column("Holds", order_by=("parts", "pk"), attrs=NUMBER)


class CardTemplateTable(CountedTable):
    """Card templates."""

    parts = tables.Column("Cards", order_by=("parts", "pk"), attrs=NUMBER)


class ResourceTemplateTable(CountedTable):
    """Resource templates."""

    parts = tables.Column("Categories", order_by=("parts", "pk"), attrs=NUMBER)


class FeaturedTemplateTable(CountedTable):
    """Featured resource templates."""

    parts = tables.Column("Resources", order_by=("parts", "pk"), attrs=NUMBER)


class TeamTable(CountedTable):
    """Teams."""

    parts = tables.Column("Members", order_by=("parts", "pk"), attrs=NUMBER)
    way = tables.Column("Clients reach it", accessor="reach", order_by=("reach", "pk"))

    def render_way(self, record) -> str:
        """The way in words."""
        return record.get_reach_display()


class CampaignTable(CountedTable):
    """Campaigns."""

    length_days = tables.Column("Days", order_by=("length_days", "pk"), attrs=NUMBER)
    parts = tables.Column("Steps", order_by=("parts", "pk"), attrs=NUMBER)


class ResourceTable(TemplateTable):
    """Resources."""

    kind_shown = tables.Column("Kind", accessor="kind", order_by=("kind", "pk"))
    state = tables.Column("State", order_by=("state", "pk"))
    expires_on = tables.Column("Expires", order_by=("expires_on", "pk"), default="Never")

    def render_kind_shown(self, record: Resource) -> SafeString:
        """Icon and word."""
        words = record.get_kind_display()
        return format_html('<span class="line-main">{}{}</span>', icon(record.icon), words)

    def render_state(self, record: Resource) -> SafeString:
        """Draft or published, or expired where that hides it."""
        if record.is_expired:
            return badge("Expired", "warning", "clock")
        if record.state == Resource.State.DRAFT:
            return badge("Draft", "neutral", "pencil")
        return badge("Published", "success", "check")
