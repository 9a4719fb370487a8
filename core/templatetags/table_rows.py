"""Fast rendering of a django-tables2 body: what does not depend on the row is found out once."""

from collections.abc import Callable

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django_tables2 import ManyToManyColumn
from django_tables2.columns.linkcolumn import BaseLinkColumn
from django_tables2.utils import A, signature

from core.markup import escaped

register = template.Library()


def _is_constant(column) -> bool:
    """Say whether a column's cell attributes are the same in every row."""
    own = column.column.attrs
    cells = own.get("td", own.get("cell", {}))
    table_wide = column._table.attrs.get("td", {})
    return not any(callable(value) for attrs in (cells, table_wide) for value in attrs.values())


def _opening(column, label: str) -> str:
    return format_html('<td data-label="{}" {}>', label, column.attrs["td"].as_html())


def _is_plain(column) -> bool:
    """Say whether a cell is no more than `render(value, …)`: no link around it, no query of its own."""
    return not (column.link or isinstance(column.column, BaseLinkColumn | ManyToManyColumn))


def _choices(accessor: A, model: type[Model] | None) -> dict | None:
    """The words of a field's choices, by value; None for other fields."""
    if model is None or "__" in accessor:
        return None
    try:
        field = model._meta.get_field(accessor)
    except FieldDoesNotExist:
        return None
    return {value: str(label) for value, label in field.flatchoices} if getattr(field, "choices", None) else None


def _cell_maker(column, table) -> Callable:
    """Return what makes a column's cell from a bound row, as django-tables2's `BoundRow.get_cell` does.

    That one inspects the signature of `render` for every cell, which is half of the time of a table.
    """
    if not _is_plain(column):
        return lambda row: row.get_cell(column.name)
    accessor, render, default = A(column.accessor), column.render, column.default
    empty, plain = column.column.empty_values, "__" not in accessor and "." not in accessor
    wanted, catch_all = signature(render)
    choices = _choices(accessor, getattr(table.data, "model", None))

    def make(row):
        record, value = row.record, None
        try:
            value = getattr(record, accessor) if plain and isinstance(record, Model) else accessor.resolve(record)
        except Exception:  # noqa: S110 - what django-tables2 does: a column need not be a field
            pass
        if choices and isinstance(record, Model):
            value = choices.get(value, value)
        if value in empty:
            return default
        if wanted == ("value",):
            return render(value=value)
        if wanted == ("record",):
            return render(record=record)
        offered = {
            "value": value,
            "record": record,
            "column": column.column,
            "bound_column": column,
            "bound_row": row,
            "table": table,
        }
        return render(**(offered if catch_all else {name: offered[name] for name in wanted}))

    return make


@register.simple_tag
def table_rows(table) -> SafeString:
    """Return the `<tr>`s of the table's page; each cell carries its column's name as `data-label`."""
    plans = []
    for column in table.columns:
        label = "" if column.name == "select" else str(column.header)
        opening = _opening(column, label) if _is_constant(column) else None
        plans.append((column, label, opening, _cell_maker(column, table)))
    parts, opened = [], {}
    alike = not any(callable(value) for value in table.row_attrs.values())
    for number, row in enumerate(table.paginated_rows):
        if not alike or number < 2:  # odd and even
            opened[number % 2] = f"<tr {row.attrs.as_html()}>"
        parts.append(opened[number % 2])
        for column, label, opening, make in plans:
            cell = make(row)
            if opening is None:  # its attributes may ask for the row
                column.current_record, column.current_value = row.record, cell
            parts.append(opening or _opening(column, label))
            parts.append(escaped(cell))
            parts.append("</td>")
        parts.append("</tr>\n")
    return SafeString("".join(parts))


@register.filter
def thousands(number) -> str:
    """Return a whole number as people read it: "1,204"."""
    return f"{number:,}"


@register.filter
def roughly(number: int, about: bool = True) -> int:
    """Return an estimate without the digits it cannot know, 412,873 as 410,000; an exact number as it is."""
    return round(number, 2 - len(str(number))) if about else number


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
    replaced = dict(zip(pairs[::2], pairs[1::2], strict=True))
    kept = [(name, values) for name, values in context["request"].GET.lists() if name not in replaced]
    return f"?{urlencode(kept + [(name, value) for name, value in replaced.items() if value], doseq=True)}"
