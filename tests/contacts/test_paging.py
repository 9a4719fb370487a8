"""Long lists: however the page's rows are found, every row stands on exactly one page, in the order asked for."""

import re
import unicodedata

import pytest
from django.db import connection

from contacts.models import Contact
from contacts.querysets import fold
from contacts.tables import ContactTable
from core.listing import paging
from tests.factories import ContactFactory, ExperienceFactory, UserFactory
from tests.markup import one_line
from tests.walking import walked

pytestmark = pytest.mark.django_db

SORTS = ["name", "advisor", "type", "status", "last_login", "experience"]
COUNT = 83


@pytest.fixture
def many(admin):
    advisors = [UserFactory(role="advisor", last_name=name) for name in ("Zed", "abel", "Mid", "Nobody")]
    experiences = [ExperienceFactory(name=name) for name in ("Omega", "alpha")] + [None]
    for number in range(COUNT):
        ContactFactory(
            last_name=f"Name{number // 3}",
            primary_advisor=advisors[number % 3],
            experience=experiences[number % 5 % 3],
            contact_type=["client", "prospect"][number % 2],
        )


def test_long_lists_are_paged_as_short_ones(as_user, admin, many, monkeypatch):
    client = as_user(admin)
    sorts = [f"{sign}{name}" for name in SORTS for sign in ("", "-")]
    short = {sort: walked(client, "/contacts/", f"sort={sort}") for sort in sorts}
    assert all(len(keys) == len(set(keys)) == COUNT for keys in short.values())
    monkeypatch.setattr(paging, "EXACT_UP_TO", 30)
    assert {sort: walked(client, "/contacts/", f"sort={sort}") for sort in sorts} == short
    grouped = [sort for sort in sorts if sort.lstrip("-") in ContactTable.groupings]
    for near in (0, 30):  # groups are counted first for all pages; for all but the first
        monkeypatch.setattr(paging, "NEAR", near)
        assert {sort: walked(client, "/contacts/", f"sort={sort}") for sort in grouped} == {
            sort: short[sort] for sort in grouped
        }


def test_the_total_is_exact_while_that_is_cheap_and_told_as_an_estimate_beyond(as_user, admin, many, monkeypatch):
    client = as_user(admin)
    assert f'of <span class="num">{COUNT}</span>' in one_line(client.get("/contacts/"))
    monkeypatch.setattr(paging, "EXACT_UP_TO", 60)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_contact")
    first = one_line(client.get("/contacts/"))
    assert re.search(r'of about <span class="num">\d+</span>', first) and "data-list-about" in first
    assert f'of <span class="num">{COUNT}</span>' in one_line(client.get("/contacts/?page=2"))


def test_the_last_page_is_found_from_any_number_beyond(as_user, admin, many, monkeypatch):
    monkeypatch.setattr(paging, "EXACT_UP_TO", 30)
    page = as_user(admin).get("/contacts/?per_page=25&page=999").context["page"]
    assert (page.number, len(page.object_list)) == (4, COUNT - 75)


def test_names_are_ordered_as_people_do(as_user, admin):
    for last, first in [("Zuse", "A"), ("de la Cruz", "A"), ("Öst", "A"), ("Otto", "A"), ("de", "Z"), ("Ost", "B")]:
        ContactFactory(last_name=last, first_name=first)
    rows = as_user(admin).get("/contacts/").context["page"].object_list
    names = [f"{row.record.last_name} {row.record.first_name}" for row in rows]
    assert names == ["de Z", "de la Cruz A", "Öst A", "Ost B", "Otto A", "Zuse A"]


def test_names_are_folded_here_as_in_the_database():
    codes = [*range(0xC0, 0x13F), *range(0x141, 0x149), *range(0x14A, 0x17F), 0x2019]
    letters = "".join(one for one in map(chr, codes) if unicodedata.category(one) in {"Lu", "Ll", "Pf"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT contacts_sort_name(one, '') FROM unnest(%s::text[]) AS one", [list(letters)])
        kept = {letter: row[0].rstrip(chr(1)) for letter, row in zip(letters, cursor.fetchall(), strict=True)}
    assert {letter: fold(letter) for letter in letters} == kept


@pytest.mark.parametrize(
    ("typed", "found"),
    [("so", "Søren"), ("SØREN", "Søren"), ("o’br", "O'Brien"), ("ng", None), ("en", "Søren"), ("ya", "Ng")],
)
def test_short_words_are_looked_for_where_words_begin(as_user, admin, typed, found):
    ContactFactory(first_name="Søren", last_name="Lund", email="enquiry@example.com")
    ContactFactory(first_name="Tim", last_name="O'Brien", email="tim@example.com")
    if typed == "ya":
        ContactFactory(first_name="Ng", last_name="Ling", email="ya@example.com")
    rows = as_user(admin).get("/contacts/", {"q": typed}).context["page"].object_list
    names = {row.record.first_name for row in rows} | {row.record.last_name for row in rows}
    assert (found in names) if found else not names
    assert Contact.objects.search(typed).count() == len(rows)
