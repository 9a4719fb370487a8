"""What a browser sends back of a form that was opened."""

from datetime import date, time

from django.forms import MultiWidget


def as_shown(client, url, **changes):
    """What is posted from the form at `url` when nothing is touched but `changes`; files are never sent back."""
    return as_answered(client.get(url), **changes)


def as_answered(page, **changes):
    """The same from an answer that holds a form; Django admin's hold theirs as `adminform`."""
    form = page.context["form"] if "form" in page.context else page.context["adminform"].form
    values = {}
    for bound in form:
        widget, value = bound.field.widget, bound.value()
        if widget.needs_multipart_form:
            continue
        if isinstance(widget, MultiWidget):
            parts = value if isinstance(value, list) else widget.decompress(value)
            pairs = zip(widget.widgets, widget.widgets_names, parts, strict=True)
            values |= {f"{bound.html_name}{suffix}": part.format_value(one) for part, suffix, one in pairs}
        else:
            values[bound.html_name] = widget.format_value(value) if isinstance(value, date | time) else value
    ticked = {name: "on" if value is True else value for name, value in values.items()}
    return {name: value for name, value in ticked.items() if value not in (None, False)} | changes


def seen_at(client, url):
    """The hidden field alone of the form at `url`: what says that it was opened."""
    return {"seen": client.get(url).context["form"].initial["seen"]}
