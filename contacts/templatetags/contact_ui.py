"""Template tags that show contacts; table columns call them too."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contacts.models import Status
from core.templatetags.ui import icon

register = template.Library()

# Colour never carries the meaning alone.
ICONS = {
    Status.NOT_INVITED: "circle",
    Status.ASSIGNED: "circle-quarter",
    Status.INVITED: "mail",
    Status.ACTIVE: "circle-full",
    Status.DEACTIVATED: "ban",
}


@lru_cache(maxsize=16)
def _badge(status: str) -> SafeString:
    known = Status(status)
    return format_html('<span class="status status-{}">{}{}</span>', known.value, icon(ICONS[known], 14), known.label)


@register.simple_tag
def status_badge(status) -> SafeString:
    """Return a contact's status as icon and word; the stored value or an object with `.status`."""
    return _badge(str(getattr(status, "status", status)))
