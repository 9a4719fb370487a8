"""Fast rendering of a django-tables2 body: attributes that do not depend on the row are built once."""

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

register = template.Library()


def _is_constant(column) -> bool:
    """Say whether a column's cell attributes are the same in every row."""
    own = column.column.attrs
    cells = own.get("td", own.get("cell", {}))
    table_wide = column._table.attrs.get("td", {})
    return not any(callable(value) for attrs in (cells, table_wide) for value in attrs.values())


def _opening(column, label: str) -> str:
    return format_html('<td data-label="{}" {}>', label, column.attrs["td"].as_html())


@register.simple_tag
def table_rows(table) -> SafeString:
    """Return the `<tr>`s of the table's page; each cell carries its column's name as `data-label`."""
    labels = {column.name: "" if column.name == "select" else str(column.header) for column in table.columns}
    constant = {column.name: _opening(column, labels[column.name]) for column in table.columns if _is_constant(column)}
    parts = []
    for row in table.paginated_rows:
        parts.append(f"<tr {row.attrs.as_html()}>")
        for column, cell in row.items():
            parts.append(constant.get(column.name) or _opening(column, labels[column.name]))
            parts.append(conditional_escape(cell))
            parts.append("</td>")
        parts.append("</tr>\n")
    return SafeString("".join(parts))


@register.filter
def thousands(number) -> str:
    """Return a whole number as people read it: "1,204"."""
    return f"{number:,}"


@register.filter
def words(text: str) -> list:
    """Split "25 50 100" into numbers; a list stays as it is."""
    return [int(word) for word in text.split()] if isinstance(text, str) else list(text)


@register.filter
def page_range(page) -> list:
    """Return the page numbers to offer: first, last, two around the current one, "…" for the gaps."""
    last = page.paginator.num_pages
    near = sorted({1, last, *range(max(1, page.number - 2), min(last, page.number + 2) + 1)})
    numbers: list = []
    for number in near:
        if numbers and number - numbers[-1] > 1:
            numbers.append("…")
        numbers.append(number)
    return numbers


@register.simple_tag(takes_context=True)
def page_url(context, *pairs) -> str:
    """Return the current query string with `name value` pairs replaced; an empty value drops its name."""
    query = context["request"].GET.copy()
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"
