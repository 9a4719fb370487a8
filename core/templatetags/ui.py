"""Template tags of the design system: icons, people, times, form fields, assets.

A builtin library, so no `{% load %}` is needed. Every tag is a plain function that returns safe HTML,
so table columns call them too: `from core.templatetags.ui import avatar, icon, ago`.
"""

import zlib
from functools import lru_cache

from django import template
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.files.bundles import files_of
from core.markup import markup

register = template.Library()

# Tone of a badge -> icon used when the caller names none.
TONE_ICONS = {
    "neutral": "circle",
    "success": "circle-check",
    "warning": "alert-triangle",
    "danger": "circle-x",
    "info": "info",
    "accent": "circle-dot",
}
MESSAGE_TONES = {"debug": "neutral", "success": "success", "warning": "warning", "error": "danger"}
AVATAR_HUES = 8
# Seconds in a unit and its name, longest first.
UNITS = (
    (365 * 86_400, "year"),
    (30 * 86_400, "month"),
    (86_400, "day"),
    (3600, "hour"),
    (60, "minute"),
)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 16, extra_class: str = "") -> SafeString:
    """Return one icon of the sprite, hidden from screen readers; words beside it carry the meaning."""
    return format_html(
        '<svg class="icon{}" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" {extra_class}" if extra_class else "",
        size,
        size,
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
@lru_cache(maxsize=32)
def stylesheets(names: str) -> SafeString:
    """Return `<link>`s for the named files of static/css, in the order given."""
    return _links([f"css/{name}.css" for name in names.split()])


@register.simple_tag
@lru_cache(maxsize=32)
def modules(names: str) -> SafeString:
    """Return module `<script>`s for the named files of static/js."""
    return _scripts([f"js/{name}.js" for name in names.split()])


@register.simple_tag
@lru_cache(maxsize=8)
def bundled_stylesheet(name: str) -> SafeString:
    """Return the `<link>` for a bundle of style sheets, see static/bundles.json."""
    return _links(files_of(f"css/{name}.css"))


@register.simple_tag
@lru_cache(maxsize=8)
def bundled_modules(name: str) -> SafeString:
    """Return the module `<script>` for a bundle of scripts, see static/bundles.json."""
    return _scripts(files_of(f"js/{name}.js"))


def _links(paths: list[str]) -> SafeString:
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(path),) for path in paths))


def _scripts(paths: list[str]) -> SafeString:
    return format_html_join("\n", '<script type="module" src="{}"></script>', ((static(path),) for path in paths))


def initials(subject) -> str:
    """Return one or two capitals for a person, a team or a plain string; "?" for nothing."""
    own = getattr(subject, "initials", None)
    if own and not callable(own):
        return str(own)
    parts = [getattr(subject, "first_name", ""), getattr(subject, "last_name", "")]
    words = [part for part in parts if part] or str(subject or "").split("@")[0].replace(".", " ").split()
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return "".join(letters).upper() or "?"


@register.simple_tag
def avatar(subject, size: str = "md", photo_url: str = "") -> SafeString:
    """Return a round picture: `photo_url` if given, else initials on a colour that stays the same.

    Sizes: sm 24, md 32, lg 48, xl 72 pixels. Decoration only: the name stands beside it.
    """
    if photo_url:
        return format_html('<img class="avatar avatar-{}" src="{}" alt="" loading="lazy">', size, photo_url)
    seed = str(getattr(subject, "pk", None) or subject)
    hue = zlib.crc32(seed.encode()) % AVATAR_HUES
    return markup(
        '<span class="avatar avatar-{} avatar-hue-{}" aria-hidden="true">{}</span>',
        size,
        hue,
        initials(subject),
    )


@register.simple_tag
def badge(label, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """Return a badge: icon and word. Tones: neutral, success, warning, danger, info, accent."""
    return format_html('<span class="badge badge-{}">{}{}</span>', tone, icon(icon_name or TONE_ICONS[tone], 12), label)


@register.filter
def message_tone(message) -> str:
    """Return the tone of a Django message."""
    return MESSAGE_TONES.get(message.level_tag, "info")


def distance(seconds: int) -> str:
    """Return a length of time in one unit: "3 days"."""
    unit, word = next(step for step in UNITS if seconds >= step[0])
    count = seconds // unit
    return f"{count} {word}{'' if count == 1 else 's'}"


@register.simple_tag
def ago(moment, never: str = "Never") -> SafeString:
    """Return "3 days ago" or "in 2 hours", with the exact time in the viewer's zone on hover."""
    if moment is None:
        return markup('<span class="muted">{}</span>', never)
    seconds = int((timezone.now() - moment).total_seconds())
    if abs(seconds) < 60:
        text = "just now"
    elif seconds > 0:
        text = f"{distance(seconds)} ago"
    else:
        text = f"in {distance(-seconds)}"
    return markup('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), text)


# `{{ moment|ago }}` where words follow without a blank: the formatter may break a line between two tags.
register.filter("ago", ago)


@register.filter
def exact(moment) -> str:
    """Return a moment in full, in the viewer's zone: "Mon 23 Nov 2026, 08:15 CET"."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def _errors(bound) -> SafeString:
    """Return a field's errors as a list whose id Django already put into `aria-describedby`."""
    if not bound.errors:
        return SafeString("")
    items = format_html_join("", "<li>{}{}</li>", ((icon("alert-triangle", 14), e) for e in bound.errors))
    return format_html('<ul class="field-errors" id="{}_error">{}</ul>', bound.auto_id, items)


def _help(bound) -> SafeString:
    """Return a field's help text. It may quote a file or a CRM, so it is text unless a form declares it to be HTML."""
    if not bound.help_text:
        return SafeString("")
    return format_html('<div class="field-help" id="{}_helptext">{}</div>', bound.auto_id, bound.help_text)


def _is_checkbox(bound) -> bool:
    return getattr(bound.field.widget, "input_type", "") == "checkbox" and not bound.field.widget.use_fieldset


@register.simple_tag
def field(bound, label: str | None = None, extra_class: str = "") -> SafeString:
    """Return a form field: label above, widget, errors beside it, help below. Hidden ones bare."""
    if bound.is_hidden:
        return bound.as_widget()
    words = bound.label if label is None else label
    mark = mark_safe('<span class="field-optional">optional</span>') if not bound.field.required else ""
    classes = " ".join(filter(None, ("field", "field-invalid" if bound.errors else "", extra_class)))
    if _is_checkbox(bound):
        return format_html(
            '<div class="{} field-check"><label for="{}">{}<span>{}</span></label>{}{}</div>',
            classes, bound.id_for_label, bound.as_widget(), words, _errors(bound), _help(bound),
        )  # fmt: skip
    if bound.field.widget.use_fieldset:
        described = bound.aria_describedby
        return format_html(
            '<fieldset class="{}"{}><legend>{} {}</legend>{}{}{}</fieldset>',
            classes, format_html(' aria-describedby="{}"', described) if described else "",
            words, mark, bound.as_widget(), _errors(bound), _help(bound),
        )  # fmt: skip
    return format_html(
        '<div class="{}"><label for="{}">{} {}</label>{}{}{}</div>',
        classes, bound.id_for_label, words, mark, bound.as_widget(), _errors(bound), _help(bound),
    )  # fmt: skip


@register.simple_tag
def fields(form: BaseForm) -> SafeString:
    """Return every field of a form, hidden ones included, one under the other."""
    return format_html_join("\n", "{}", ((field(bound),) for bound in form))


def _target(bound) -> str:
    """Return the id that a link to a field jumps to; of a group, its first choice."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """Return what stops the form, each with a link to its field; nothing when there is nothing.

    What others changed meanwhile and the form keeps is told here too: the answer to the next save says it no more.
    """
    if not form.is_bound or form.is_valid():
        return SafeString("")
    sentences = [*form.non_field_errors(), *getattr(form, "kept", ())]
    rows = [format_html("<li>{}</li>", sentence) for sentence in sentences]
    for bound in form:
        rows += [
            format_html('<li><a href="#{}">{}</a>: {}</li>', _target(bound), bound.label, error)
            for error in bound.errors
        ]
    return format_html(
        '<div class="notice notice-danger" role="alert" tabindex="-1" data-focus>{}'
        '<div><p class="notice-title">Please look at {}</p><ul>{}</ul></div></div>',
        icon("alert-triangle", 20),
        "this" if len(rows) == 1 else f"these {len(rows)} points",
        SafeString("".join(rows)),
    )


@register.simple_tag
def select_box(pk, label: str) -> SafeString:
    """Return the tick box of one row; `label` names the row for screen readers."""
    return markup('<input type="checkbox" class="tick" data-select value="{}" aria-label="Select {}">', pk, label)


@register.simple_tag
def select_all_box() -> SafeString:
    """Return the tick box of a table's head, which ticks every row of the page."""
    return mark_safe('<input type="checkbox" class="tick" data-select-all aria-label="Select all on this page">')
