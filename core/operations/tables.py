"""Tables of the operations pages."""

from functools import cached_property

import django_tables2 as tables
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.models import Operation, OperationLine
from core.templatetags.ui import ago, badge

STATE_TONES = {
    Operation.State.DRAFT: ("neutral", "circle"),
    Operation.State.QUEUED: ("neutral", "clock"),
    Operation.State.RUNNING: ("info", "loader"),
    Operation.State.PAUSED: ("warning", "clock"),
    Operation.State.FINISHED: ("success", "check"),
    Operation.State.STOPPED: ("warning", "ban"),
    Operation.State.FAILED: ("danger", "circle-x"),
}
LINE_TONES = {
    OperationLine.State.DONE: ("success", "check"),
    OperationLine.State.SKIPPED: ("warning", "minus"),
    OperationLine.State.FAILED: ("danger", "circle-x"),
    OperationLine.State.UNTOUCHED: ("neutral", "circle"),
}
NUMBER = {"td": {"class": "col-num"}, "th": {"class": "col-num"}}


class OperationTable(tables.Table):
    """One row an operation."""

    title = tables.Column(verbose_name="Operation", attrs={"td": {"class": "col-main"}})
    owner = tables.Column(order_by=("owner__last_name", "owner__first_name", "owner_id"))
    state = tables.Column()
    total = tables.Column(verbose_name="Rows", attrs=NUMBER)
    done = tables.Column(attrs=NUMBER)
    skipped = tables.Column(attrs=NUMBER)
    failed = tables.Column(attrs=NUMBER)
    started = tables.Column(accessor="created_at", order_by="pk")

    caption = "Operations"

    class Meta:
        order_by = "-started"

    def render_title(self, record: Operation) -> SafeString:
        """What was done, to which selection."""
        return format_html(
            '<a class="person" href="{}"><span class="person-text"><strong>{}</strong><small>{}</small></span></a>',
            reverse("core:operation", args=[record.pk]),
            record.title,
            record.selection,
        )

    def render_state(self, record: Operation) -> SafeString:
        """Icon and word."""
        return badge(record.get_state_display(), *STATE_TONES[record.state])

    def render_started(self, record: Operation) -> SafeString:
        """How long ago."""
        return ago(record.created_at)


class LineTable(tables.Table):
    """One row for each row of an operation. `kind` and `user` give the rows their names.

    With `by_name` they are sorted by these: else by their keys, as they are found.
    """

    subject = tables.Column(
        accessor="subject_id", verbose_name="For", order_by="subject_id", attrs={"td": {"class": "col-main"}}
    )
    state = tables.Column(verbose_name="Outcome", order_by=("state", "subject_id"))
    reason = tables.Column(order_by=("reason", "subject_id"), default="", attrs={"td": {"class": "col-wrap"}})

    caption = "What happened to each"

    class Meta:
        order_by = "subject"

    def __init__(self, *args, kind, user, by_name: bool = True, **kwargs) -> None:
        self.kind, self.user, self.by_name = kind, user, by_name
        super().__init__(*args, **kwargs)

    @cached_property
    def names(self) -> dict[int, tuple[str, str]]:
        """Names and addresses of the page's rows."""
        ids = [line.subject_id for line in self.page.object_list.data]
        return self.kind.subjects(ids, self.subject_rows) if self.kind else {}

    @cached_property
    def subject_rows(self) -> QuerySet | None:
        """What the rows may be about: asked once for the names and for their order."""
        return self.kind.subject_rows(self.user) if self.kind else None

    def order_subject(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the name shown, those without one at the end."""
        key = "-subject_id" if is_descending else "subject_id"
        if not self.by_name or self.subject_rows is None:
            return queryset.order_by(key), True
        named = self.subject_rows.filter(pk=OuterRef("subject_id")).order_by()
        name = Subquery(named.values(self.kind.subject_sort)[:1])
        named = F("subject_name").desc(nulls_last=True) if is_descending else F("subject_name").asc(nulls_last=True)
        return queryset.annotate(subject_name=name).order_by(named, key), True

    def render_subject(self, value: int) -> str:
        """Their name, linked."""
        name, url = self.names.get(value, (self.kind.unnamed if self.kind else "A row of an unknown kind", ""))
        return format_html('<a href="{}">{}</a>', url, name) if url else name

    def render_state(self, record: OperationLine) -> SafeString:
        """Icon and word."""
        return badge(record.get_state_display(), *LINE_TONES[record.state])
