"""What pages for everybody may say of mail."""

from django import template

from core.mailing import server_status

register = template.Library()


@register.simple_tag
def mail_waits() -> bool:
    """Whether a link that somebody asks for now has to wait. The same for every address, known or not."""
    return server_status.obstacle(asked_for=True) is not None
