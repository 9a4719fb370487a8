"""Columns that lists of several rooms have."""

import django_tables2 as tables
from django.utils.safestring import SafeString

from core.markup import markup
from core.templatetags.ui import avatar, select_all_box, select_box

PERSON = '{}<span class="person-text"><strong>{}</strong><small>{}</small></span>'


def person_cell(person, address: str = "") -> SafeString:
    """Face, name and email of somebody, linked to their page where there is one."""
    parts = avatar(person, "md", getattr(person, "photo_url", "")), person.name, person.email
    if address:
        return markup(f'<a class="person" href="{{}}">{PERSON}</a>', address, *parts)
    return markup(f'<span class="person">{PERSON}</span>', *parts)


class SelectColumn(tables.Column):
    """The tick boxes of a list with bulk actions. Rows need a `name`."""

    def __init__(self) -> None:
        narrow = {"td": {"class": "col-select"}, "th": {"class": "col-select"}}
        super().__init__(accessor="pk", orderable=False, verbose_name=select_all_box(), attrs=narrow)

    def render(self, record) -> SafeString:
        """The row's tick box."""
        return select_box(record.pk, record.name)
