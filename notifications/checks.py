"""System checks: keys for web push that cannot work are told when a process starts, not when somebody opens a page."""

from django.core.checks import Error, register

from notifications.domain import vapid


@register
def check_push_keys(app_configs, **kwargs) -> list[Error]:
    """Sign once, as every push is signed. Without a key there is nothing to check."""
    if not vapid.is_set_up():
        return []
    try:
        vapid.signed_for("https://push.example.com/")
    except vapid.Unusable as error:
        return [Error(str(error), id="notifications.E001")]
    return []
