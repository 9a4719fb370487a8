"""What pages for everybody may say of mail."""

from django import template

from core.domain import mail_flow

register = template.Library()


@register.simple_tag
def mail_waits() -> bool:
    """Whether a link that somebody asks for now has to wait. The same for every address, known or not."""
    return mail_flow.obstacle(asked_for=True) is not None
