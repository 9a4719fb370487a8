"""Components of the design system that have content: each is a block tag, so its words can run over several lines.

A builtin library, so no `{% load %}` is needed. A new one is added to `custom_blocks` of `[tool.djangofmt]` in
pyproject.toml, or the formatter takes it for a tag without an end.
"""

from django import template
from django.template import Context
from django.template.base import render_value_in_context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from core.templatetags.ui import icon

register = template.Library()


def _button(url: str, label: str, classes: str, icon_name: str = "") -> str:
    """Return a link that looks like a button; nothing without an address."""
    if not url:
        return ""
    return format_html('<a class="{}" href="{}">{}{}</a>', classes, url, icon(icon_name) if icon_name else "", label)


@register.simple_block_tag
def empty_state(
    content: str, title: str, icon_name: str = "", url: str = "", action: str = "", action_icon: str = "",
    more_url: str = "", more: str = "",
) -> SafeString:  # fmt: skip
    """Return what stands where a list has no rows: what this is (the content), and the one next step.

    `url`, `action` and `action_icon` are the main button, `more_url` and `more` the other one.
    """
    words = content.strip()
    main, other = _button(url, action, "btn btn-primary", action_icon), _button(more_url, more, "btn")
    return format_html(
        '<div class="empty"><span class="empty-icon">{}</span><h2>{}</h2>{}{}</div>',
        icon(icon_name or "inbox", 24),
        title,
        format_html("<p>{}</p>", words) if words else "",
        format_html('<div class="empty-actions">{}{}</div>', main, other) if main or other else "",
    )


@register.simple_tag(takes_context=True)
def fact(context: Context, label: str, value) -> SafeString:
    """Return one row of a `<dl class="facts">`: what it is, and its value as `{{ value }}` would show it."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, render_value_in_context(value, context))


@register.simple_tag
def stat(label: str, value, page: str = "", **query) -> SafeString:
    """Return a number with its name, as a link to the rows it counts.

    `page` is the name of an address without parameters; empty for the present page. `query` goes behind it.
    """
    address = reverse(page) if page else ""
    if query or not page:
        address = f"{address}?{urlencode(query)}"
    return format_html(
        '<a class="stat" href="{}"><span class="stat-label">{}</span><span class="stat-value">{}</span></a>',
        address,
        label,
        value,
    )


@register.simple_block_tag
def menu(content: str, label: str, icon_name: str = "", button: str = "btn", name: str = "") -> SafeString:
    """Return a button that opens a menu at its right edge; the content is the entries, links and buttons.

    `name` is what screen readers say when the label is empty; `button` the classes of the button.
    """
    return format_html(
        '<details class="menu" data-menu><summary class="{}"{}>{}{}</summary>'
        '<div class="menu-panel menu-right">{}</div></details>',
        button,
        format_html(' aria-label="{}"', name) if name else "",
        icon(icon_name) if icon_name else "",
        label,
        content,
    )
