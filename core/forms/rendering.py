"""The form renderer: Django's own, but inputs and choices are built in Python instead of by templates.

A list page has some sixteen filters with hundreds of choices, and Django renders a template for each choice and
another for its attributes: a third of the page's time. The markup is the same as Django's.
"""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from core.markup import escaped

PATH = "django/forms/widgets/"
INPUTS = (
    "text",
    "number",
    "email",
    "url",
    "password",
    "hidden",
    "date",
    "datetime",
    "time",
    "checkbox",
    "search",
    "tel",
)


class FormRenderer(DjangoTemplates):
    """Renders single inputs and drop-downs directly, and everything else as Django does."""

    def render(self, template_name: str, context: dict, request=None) -> str:
        """The widget as HTML."""
        build = BUILDERS.get(template_name)
        return build(context["widget"]) if build else super().render(template_name, context, request)


def attributes(attrs: dict[str, Any]) -> str:
    """Attributes with a blank before each: False leaves one out, True is its name alone."""
    parts = []
    for name, value in attrs.items():
        if value is True:
            parts.append(f" {name}")
        elif value is not False:
            parts.append(f' {name}="{escaped(value)}"')
    return "".join(parts)


def build_input(widget: dict) -> SafeString:
    """One `<input>`."""
    value = "" if widget["value"] is None else f' value="{escaped(widget["value"])}"'
    return SafeString(
        f'<input type="{widget["type"]}" name="{escaped(widget["name"])}"{value}{attributes(widget["attrs"])}>'
    )


def build_select(widget: dict) -> SafeString:
    """A `<select>` with its options and groups."""
    parts = [f'<select name="{escaped(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{escaped(group)}">')
        for option in options:
            value = escaped(option["value"])
            label = escaped(option["label"])
            parts.append(f'<option value="{value}"{attributes(option["attrs"])}>{label}</option>')
        if group:
            parts.append("</optgroup>")
    parts.append("</select>")
    return SafeString("\n".join(parts))


def build_ticks(widget: dict) -> SafeString:
    """Tick boxes, each in its label, and their groups."""
    own = {name: widget["attrs"].get(name) or False for name in ("id", "class")}
    parts = [f"<div{attributes(own)}>"]
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f"<div><label>{escaped(group)}</label>")
        for option in options:
            box = build_input(option)
            target = attributes({"for": option["attrs"].get("id") or False})
            parts.append(f"<div><label{target}>{box} {escaped(option['label'])}</label></div>")
        if group:
            parts.append("</div>")
    parts.append("</div>")
    return SafeString("\n".join(parts))


BUILDERS = {f"{PATH}select.html": build_select, f"{PATH}checkbox_select.html": build_ticks} | {
    f"{PATH}{kind}.html": build_input for kind in INPUTS
}
