"""What a campaign's page shows of its running: paused or not, how many have it, where its calendar is."""

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string

from experiences.domain.rights import may_change
from experiences.models import Campaign
from outreach.domain.steps.forecast import on_the_way
from outreach.domain.steps.pausing import open_pause


def panel(template: Model, request: HttpRequest) -> str | None:
    """The panel Running; None for other templates."""
    if not isinstance(template, Campaign):
        return None
    waiting, begun = on_the_way(template)
    context = {
        "campaign": template,
        "pause": open_pause(template),
        "held_at": request.firm.campaigns_held_at,
        "waiting": waiting,
        "begun": begun,
        "may_change": may_change(request.user, template),
    }
    return render_to_string("outreach/campaign_panel.html", context, request)
