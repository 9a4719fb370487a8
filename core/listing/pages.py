"""The list page: a queryset, a filterset and a table make a page whose whole state stands in the URL.

Declare one like this, with its guard, and give it an address (no template of its own is needed):

    @staff_only
    class TeamList(ListPage):
        title = "Teams"
        noun = "teams"
        table_class = TeamTable        # django-tables2; each column's `order_by` is a tuple, the key comes by itself
        filterset_class = TeamFilter   # a ListFilter; one parameter per filter, so each is one chip

        def rows(self):
            return Team.objects.visible_to(self.request.user).only("name")

    path("teams/", TeamList.as_view(), name="teams")

Optional: `subtitle`, `empty` (title, text), `page_actions` and `selection()`; `template_name` may extend
`core/list_page.html`. It takes two queries for the rows (keys, then the page's rows) and one for the count; see
`core.listing.paging`, also for a table that is sorted by what its rows belong to.
An invalid filter selects nothing. Without JavaScript everything is links and one GET form. The panel with the
filters is fetched when it is first opened: its hundreds of choices would be half of the work of a page.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views import View
from django_filters import FilterSet
from django_tables2 import Table

from core.keys import read_key
from core.limits import Limit, take
from core.listing.paging import KeyPaginator, order_of, whole

SEARCHES = Limit("searches", settings.SEARCHES_PER_MINUTE, 60, "searches in a minute")
PAGE_SIZES = (25, 50, 100, 200)
PAGE_SIZE = 50
# Names in the URL that belong to the page and not to its filters.
PAGE_PARAMETERS = ("page", "per_page", "sort", "view", "columns", "filters")
PANEL = "filters-panel"


@dataclass(frozen=True)
class Chip:
    """A filter in use, in words, and the address without it."""

    label: str
    url: str


class ListFilter(FilterSet):
    """Base of all lists' filters: django-filter's, and what a list does before anybody has chosen anything."""

    def keep(self, names: Iterable[str]) -> None:
        """Forget all filters but these: a form with all its choices is much work."""
        self.filters = type(self.filters)((name, self.filters[name]) for name in self.filters if name in names)

    def by_default(self, rows: QuerySet) -> QuerySet:
        """The rows that match when no filter is in use."""
        return rows

    def panel_form(self) -> BaseForm:
        """The filters as the panel shows them."""
        return self.form


class ListPage(View):
    """Base of all list pages; see the head of this file."""

    title = ""
    subtitle = ""
    noun = "rows"
    table_class: type[Table]
    filterset_class: type[ListFilter] | None = None
    template_name = "core/list_page.html"
    partial_name = "core/list_page.html#list"
    page_size = PAGE_SIZE
    empty = ("Nothing here yet", "")

    def rows(self) -> QuerySet:
        """What the user may see, before any filter, without an order: the table brings that."""
        raise NotImplementedError

    def narrow_rows(self, rows: QuerySet, filterset: ListFilter | None, order: list[str]) -> QuerySet | None:
        """What finds the keys of a page sooner than `rows`, both before any filter, if anything: see `KeyPaginator`.

        `order` are the columns the table is sorted by, "-" before what goes downwards; none for its rows' own order.
        """
        return None

    def shown(self, matching: QuerySet) -> QuerySet:
        """The rows that match, with what only the table needs; counts and groups do without."""
        return matching

    def page_actions(self) -> list:
        """Buttons beside the heading: objects with `.label .url .icon .primary`."""
        return []

    def selection(self) -> dict:
        """Context of `core/selection_bar.html`; empty for a list whose rows cannot be ticked."""
        return {}

    def extra(self) -> dict:
        """More context for a template of one's own."""
        return {}

    def table_options(self) -> dict:
        """More arguments for the table, such as what the user may do."""
        return {}

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """The page, or for htmx only the part that holds `#list`, or the panel with the filters."""
        if self.filterset_class and request.htmx and request.htmx.target == PANEL:
            return render(request, "core/filter_form.html", self._panel())
        if request.GET.get("q"):
            take(SEARCHES, request.user.pk)
        rows = self.rows()
        filterset, matching = filtered(self.filterset_class, request.GET, rows, request)
        self.filterset, self.matching = filterset, matching
        table = self._table(self.shown(matching), rows)
        context = {
            "page_list": self,
            "title": self.title,
            "table": table,
            "page": table.page,
            "filter": filterset,
            "chips": chips(filterset, request.GET, request.path) if filterset else [],
            "narrowed": bool(filterset and in_use(self.filterset_class, request.GET)),
            "clear_url": request.path,
            "page_sizes": PAGE_SIZES,
            "list_actions": self.page_actions(),
        }
        if filterset and request.GET.get("filters") == "open":
            context |= self._panel()
        context |= self.extra()
        if request.htmx and request.htmx.target == "list":
            return render(request, self.partial_name, context)
        selection = self.selection()
        if selection:
            context |= {"selection_total": table.page.paginator.count, **selection}
        return render(request, self.template_name, context)

    def _panel(self) -> dict:
        """What the panel with the filters needs: the form with all of them."""
        filterset = self.filterset_class(self.request.GET, queryset=self.rows(), request=self.request)
        return {"panel": filterset.panel_form(), "clear_url": self.request.path}

    def _narrow(self, table: Table, rows: QuerySet) -> QuerySet | None:
        """What finds the keys of the page, with the filters."""
        found = self.narrow_rows(rows, self.filterset, list(table.order_by or ()))
        if found is None or self.filterset is None:
            return found
        matching = narrowed(self.filterset, self.request.GET, found)
        return self.shown(matching) if found.model is rows.model else matching

    def _table(self, matching: QuerySet, rows: QuerySet) -> Table:
        """The table, in the order of the URL and with the key last, cut to the page of the URL."""
        get = self.request.GET
        table = ordered_table(self.table_class, matching, get, **self.table_options())
        table.request = self.request  # given at once, it would make the table page itself, and count all rows
        table.order_by_field, table.page_field, table.per_page_field = "sort", "page", "per_page"
        size = whole(get.get("per_page"), self.page_size)
        table.paginate(
            page=get.get("page", 1),
            per_page=size if size in PAGE_SIZES else self.page_size,
            paginator_class=KeyPaginator,
            narrow=self._narrow(table, rows),
        )
        return table


def ordered_table(table_class: type[Table], rows: QuerySet, query: QueryDict, **options) -> Table:
    """A table of `rows` in the order that `sort` of the URL asks for, with the key last; all pages in one.

    An export takes its `.data.data`: the same rows in the same order as on the screen.
    """
    order = {"order_by": query.getlist("sort")[:3]} if query.get("sort") else {}
    table = table_class(rows, **order, **options)
    if isinstance(table.data.data, QuerySet):
        table.data.data = total_order(table.data.data)
    return table


def total_order(rows: QuerySet) -> QuerySet:
    """`rows` in their own order with the key as the last word, so that paging never shows a row twice."""
    order = order_of(rows)
    names = {str(part).lstrip("-") for part in order}
    if names & {"pk", "id"} or any("F(id)" in name for name in names):
        return rows
    return rows.order_by(*order, "pk")


def filtered(
    filterset_class: type[ListFilter] | None, query: QueryDict, rows: QuerySet, request: HttpRequest | None
) -> tuple[ListFilter | None, QuerySet]:
    """The filterset and the rows that match. A filter that cannot be read matches nothing: it never widens.

    `request` is for filters that ask who looks; a worker has none.
    """
    if filterset_class is None:
        return None, rows
    filterset = filterset_class(query, queryset=rows, request=request)
    wanted = in_use(filterset_class, query)
    if wanted:
        filterset.keep(wanted)
    return filterset, narrowed(filterset, query, rows)


def narrowed(filterset: ListFilter, query: QueryDict, rows: QuerySet) -> QuerySet:
    """What a filterset leaves of `rows`, of its own model or of another whose columns have the same names."""
    if not in_use(type(filterset), query):
        return filterset.by_default(rows)  # without a form, which is costly to build
    return filterset.filter_queryset(rows.all()) if filterset.is_valid() else rows.none()


def narrowing(query: QueryDict) -> dict[str, list[str]]:
    """The parts of a query string that narrow a list, without empty ones."""
    return {
        name: [value for value in values if value]
        for name, values in query.lists()
        if name not in PAGE_PARAMETERS and any(values)
    }


def in_use(filterset_class: type[ListFilter], query: QueryDict) -> dict[str, list[str]]:
    """The parts of a query string that are filters of this list; whatever else stands there narrows nothing."""
    return {name: values for name, values in narrowing(query).items() if name in filterset_class.base_filters}


def chips(filterset: ListFilter, query: QueryDict, path: str) -> list[Chip]:
    """A chip for every value of every filter in use, unreadable ones included: they can be removed too."""
    wanted = in_use(type(filterset), query)
    if not wanted:
        return []
    fields = filterset.form.fields
    found = []
    for name, values in wanted.items():
        for value in values:
            words = _words(fields[name], value)
            found.append(Chip(f"{fields[name].label or name}: {words}", _without(query, path, name, value)))
    return found


def filters_in_words(filterset_class: type[ListFilter], request: HttpRequest) -> str:
    """Which rows a list with the request's filters shows, as its chips say it."""
    filterset = filterset_class(request.GET, queryset=filterset_class.Meta.model.objects.none(), request=request)
    words = "; ".join(chip.label for chip in chips(filterset, request.GET, request.path))
    return f"All that match {words}"[:400] if words else "All"


def _words(field, value: str) -> str:
    """What people call a value of a filter: the label of a choice, the field's own words, the text itself otherwise."""
    describe = getattr(field, "describe", None)
    if describe is not None:
        return describe(value)
    queryset = getattr(field, "queryset", None)
    if queryset is not None:
        key = read_key(value)
        named = queryset.filter(pk=key).first() if key is not None else None
        return str(named) if named else "unknown"
    if hasattr(field, "choices"):
        known = {str(key): str(label) for key, label in field.choices if not isinstance(label, list | tuple)}
        return known.get(value, value)
    return value


def _without(query: QueryDict, path: str, name: str, value: str) -> str:
    """The address of this list without one value of one filter, back on its first page."""
    query = query.copy()
    query.setlist(name, [kept for kept in query.getlist(name) if kept != value])
    query.pop("page", None)
    return f"{path}?{query.urlencode()}" if query else path
