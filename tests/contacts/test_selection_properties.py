"""Whatever is filtered, sorted, paged, ticked and edited meanwhile: what is changed is what was shown, or told.

What matches is worked out here a second time, in plain Python, so that the filters are held to it as well.
"""

from datetime import UTC, datetime
from random import Random

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Contact
from contacts.operations.preview import GONE
from core.listing import pages
from core.models import Operation
from core.operations import running
from core.registry import operation_types
from tests.contacts.test_drift import LEFT_OUT, settle
from tests.factories import (
    ContactFactory,
    ExperienceFactory,
    HouseholdFactory,
    TagFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

PEOPLE, A_PAGE, A_CHUNK = 8, 3, 2
NAMES = ["Abel", "Baker Abel", "Çelik", "Babić"]
TYPES = ["client", "lead", "prospect"]
LOGINS = [None, datetime(2026, 1, 10, 12, tzinfo=UTC), datetime(2026, 3, 10, 12, tzinfo=UTC)]
CHANGES = {"last_name": 4, "contact_type": 3, "team": 3, "experience": 2, "household": 2, "last_login_at": 3, "tag": 2}
NOTHING = "Already set to this value."

# What each filter asks of, so that most edits are about what was filtered by.
ASKS = {
    "q": "last_name",
    "name": "last_name",
    "type": "contact_type",
    "team": "team",
    "experience": "experience",
    "tag": "tag",
    "household": "household",
    "has_login": "last_login_at",
    "login_from": "last_login_at",
}
VALUES = {
    "q": st.sampled_from(["abel", "ab", "celik", "BAB carla", "2125"]),
    "name": st.sampled_from(["ba", "ab", "çe"]),
    "type": st.sampled_from([TYPES[:2], TYPES[1:], TYPES[:1]]),
    "team": st.sampled_from([["none"], ["any"], ["none", 1], [1]]),
    "experience": st.sampled_from([["none"], [1]]),
    "tag": st.sampled_from([[0], [1], [0, 1]]),
    "household": st.just("abel"),
    "has_login": st.sampled_from(["yes", "no"]),
    "login_from": st.just("2026-02-01"),
}


@st.composite
def stories(draw, *steps):
    """Filters, up to three at once, and the edits that others make: in each step by its name, and before each chunk.

    The edits come from a seed: left to itself, Hypothesis edits too little to make anybody leave a filter.
    """
    names = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=3, unique=True))
    dice = Random(draw(st.integers(0, 2**32)))
    asked = [ASKS[name] for name in names]

    def edits():
        """Some, mostly of what the filters ask about."""
        return [
            (dice.randrange(PEOPLE), dice.choice([*asked, *asked, *asked, *CHANGES, "advisor"]), dice.randrange(4))
            for _ in range(dice.randrange(1, 6))
        ]

    story = {step: edits() for step in steps}
    return {name: draw(VALUES[name]) for name in names}, story | {"during": [edits() for _ in range(4)]}


sorts = st.sampled_from(["", "name", "-name", "type", "-status", "team", "-experience", "advisor", "last_login"])
kinds = st.sampled_from(["deactivate", "edit"])
thorough = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Book:
    """Eight contacts of an advisor, who is signed in, and what they can be given."""

    def __init__(self, client, advisor, colleague) -> None:
        self.client, self.advisors = client, [advisor, colleague]
        self.given = {
            "last_name": NAMES,
            "contact_type": TYPES,
            "last_login_at": LOGINS,
            "team": [None, TeamFactory(), TeamFactory()],
            "experience": [None, ExperienceFactory()],
            "household": [None, HouseholdFactory(name="The Abels")],
        }
        self.tags = [TagFactory(), TagFactory()]
        people = [self._person(number) for number in range(PEOPLE)]
        self.pks = [ContactFactory(primary_advisor=advisor, **one).pk for one in people]
        for number, pk in enumerate(self.pks):
            self.tags[number % 2].contacts.add(pk)

    def _person(self, number) -> dict:
        """What one of the eight is at first: all a little different."""
        return {name: some[(number >> place) % len(some)] for place, (name, some) in enumerate(self.given.items())}

    def edit(self, some) -> None:
        """Others change contacts, or take them away."""
        for index, what, which in some:
            one = Contact.objects.filter(pk=self.pks[index])
            if what == "tag":
                tag = self.tags[which % 2]
                tag.contacts.remove(one.get()) if which > 1 else tag.contacts.add(one.get())
            elif what == "advisor":
                one.update(primary_advisor=self.advisors[which == 3])
            else:
                one.update(**{what: self.given[what][which % CHANGES[what]]})

    def query(self, wanted, sort="", **page) -> str:
        """The address of the list."""
        query = QueryDict(mutable=True)
        for name, value in wanted.items():
            values = value if isinstance(value, list) else [value]
            query.setlist(name, [self._key(name, one) for one in values])
        query.update({"sort": sort} if sort else {})
        query.update({name: str(value) for name, value in page.items()})
        return query.urlencode()

    def _key(self, name, value):
        """A filter's value as the address has it."""
        if name == "tag":
            return str(self.tags[value].pk)
        return str(self.given[name][value].pk) if value == 1 else value

    def matching(self, wanted) -> set[int]:
        """Those of the advisor's who match now."""
        rows = Contact.objects.filter(pk__in=self.pks, primary_advisor=self.advisors[0])
        return {row.pk for row in rows.select_related("household") if self._matches(row, wanted)}

    def _matches(self, row, wanted) -> bool:
        """Whether a contact is what every filter wants."""
        names = f"carla {row.last_name}".lower().replace("ç", "c").replace("ć", "c").split()
        text, last = f"{' '.join(names)} 1{row.phone[2:]}", " ".join(names[1:])
        tags = set(row.tags.values_list("pk", flat=True))
        tests = {
            "q": lambda q: all(
                word in text if len(word) > 2 else any(one.startswith(word) for one in names)
                for word in q.lower().split()
            ),
            "name": lambda name: last.startswith(name.replace("ç", "c")),
            "type": lambda types: row.contact_type in types,
            "team": lambda some: self._among(row.team_id, "team", some),
            "experience": lambda some: self._among(row.experience_id, "experience", some),
            "tag": lambda some: {self.tags[one].pk for one in some} <= tags,
            "household": lambda _: row.household_id is not None,
            "has_login": lambda answer: (row.last_login_at is not None) == (answer == "yes"),
            "login_from": lambda _: row.last_login_at == LOGINS[2],
        }
        return all(tests[name](value) for name, value in wanted.items())

    def _among(self, key, name, some) -> bool:
        """Whether a key, or its lack, is among the values of a filter."""
        return any((key is None) == (one == "none") if one != 1 else key == self.given[name][1].pk for one in some)

    def listed(self, wanted, sort, page) -> list[int]:
        """The rows of one page of the list."""
        answer = self.client.get(f"/contacts/?{self.query(wanted, sort, page=page, per_page=A_PAGE)}")
        return [row.record.pk for row in answer.context["table"].paginated_rows]

    def listed_in_all(self, wanted, sort) -> list[int]:
        """The rows of all pages of the list."""
        first = self.client.get(f"/contacts/?{self.query(wanted, sort, per_page=A_PAGE)}")
        last = first.context["page"].paginator.num_pages
        return [pk for page in range(1, last + 1) for pk in self.listed(wanted, sort, page)]

    def chosen(self, kind, **posted) -> str:
        """Freeze a selection and fill in the form, if there is one; the address of the preview, or of the list."""
        answer = self.client.post(f"/contacts/bulk/contacts.{kind}/", posted)
        if "draft=" not in answer.url or kind == "deactivate":
            return answer.url
        leave = {f"{name}_how": "leave" for name in ("primary_advisor", "team", "tags")}
        wanted = {"contact_type_how": "set", "contact_type": "lead", "draft": answer.url.split("draft=")[1]}
        return self.client.post(f"/contacts/bulk/contacts.{kind}/", leave | wanted).url


@pytest.fixture
def book(as_user, advisor, colleague, monkeypatch):
    """A book with short pages; operations are left to a worker, who takes short chunks."""
    monkeypatch.setattr(pages, "PAGE_SIZES", (A_PAGE, 50))
    monkeypatch.setattr(running, "INLINE_LIMIT", 0)
    for key in ("contacts.deactivate", "contacts.edit"):
        monkeypatch.setattr(operation_types[key], "chunk", A_CHUNK)
    return lambda: Book(as_user(advisor), advisor, colleague)


def outcome(book, pk, kind, *, matches, out=(), kept=()):
    """How a row has to end if its turn is now: the reason it is skipped for, or none."""
    row = Contact.objects.get(pk=pk)
    if pk in out:
        return LEFT_OUT
    if row.primary_advisor_id != book.advisors[0].pk:
        return GONE
    if kind == "edit" and row.contact_type == "lead":
        return NOTHING
    return "" if matches or pk in kept else "left"


def work(book, operation, kind, during, judge, monkeypatch):
    """A worker does it while others edit; every row has to end as `judge` says when it is its turn."""
    doing, expected, turns = operation_types[operation.kind].apply, {}, iter(during)

    def apply(current, ids):
        book.edit(next(turns, []))
        expected.update({pk: judge(pk) for pk in ids})
        return doing(current, ids)

    with monkeypatch.context() as patched:
        patched.setattr(operation_types[operation.kind], "apply", apply)
        running.run(operation.pk)
    operation.refresh_from_db()
    assert operation.state == "finished", operation.error
    lines = dict(operation.lines.values_list("subject_id", "reason"))
    told = {pk: "left" if reason.startswith("No longer in the filter") else reason for pk, reason in lines.items()}
    changed = set(Contact.objects.exclude(deactivated_at=None).values_list("pk", flat=True))
    if kind == "edit":
        changed = set(
            operation.lines.filter(state="done", after__contact_type="lead").values_list("subject_id", flat=True)
        )
    assert changed == {pk for pk, reason in told.items() if not reason}
    return expected, told


@thorough
@given(
    story=stories("first", "since", "late"),
    sort=sorts,
    kind=kinds,
    answer=st.sampled_from(["leave", "keep"]),
)
def test_all_that_match_are_what_was_shown_or_drift_is_told(book, monkeypatch, story, sort, kind, answer):
    with transaction.atomic():
        book, (wanted, edits) = book(), story
        book.edit(edits["first"])
        shown = book.listed_in_all(wanted, sort)
        assert len(shown) == len(set(shown))
        assert set(shown) == book.matching(wanted)
        url = book.chosen(kind, all="1", query=book.query(wanted, sort, page=2))
        assert ("draft=" in url) == bool(shown)
        if shown:
            book.edit(edits["since"])
            out, kept = answered(book, url, wanted, set(shown), edits["late"], answer)
            operation = Operation.objects.latest("pk")
            expected, told = work(
                book,
                operation,
                kind,
                edits["during"],
                lambda pk: outcome(book, pk, kind, matches=pk in book.matching(wanted), out=out, kept=kept),
                monkeypatch,
            )
            assert told == expected | dict.fromkeys(out, LEFT_OUT)
            assert set(told) == set(shown)
        transaction.set_rollback(True)


def answered(book, url, wanted, shown, late, answer):
    """Look at the preview, answer what is asked, and press the button; who was left out, and who was kept."""
    out, kept, page = set(), set(), book.client.get(url)
    while True:
        while "drift" in page.context:
            astray = set(page.context["drift"].contacts.values_list("pk", flat=True))
            mine = set(
                Contact.objects.filter(primary_advisor=book.advisors[0], pk__in=shown).values_list("pk", flat=True)
            )
            assert astray == mine - out - book.matching(wanted)
            out, kept = (out | astray, set()) if answer == "leave" else (out, astray)
            page = book.client.get(settle(book.client, url, answer).url)
        assert answer == "keep" or not kept
        hidden = page.context["hidden"]
        book.edit(late)
        late = []
        pressed = book.client.post(page.request["PATH_INFO"], hidden)
        if pressed.status_code == 302:
            return out, kept
        page = pressed


@thorough
@given(
    story=stories("first", "since", 0, 1, 2, 3, 4),
    looks=st.lists(st.tuples(sorts, st.integers(1, 3), st.sets(st.integers(0, A_PAGE - 1))), max_size=5),
    kind=kinds,
)
def test_ticks_of_several_pages_and_orders_are_what_is_changed(book, monkeypatch, story, looks, kind):
    with transaction.atomic():
        book, (wanted, edits) = book(), story
        book.edit(edits["first"])
        ticked = set()
        for number, (sort, page, positions) in enumerate(looks):
            rows = book.listed(wanted, sort, page)
            assert set(rows) <= book.matching(wanted)
            ticked |= {rows[at] for at in positions if at < len(rows)}
            book.edit(edits[number])
        mine = ticked & book.matching({})
        url = book.chosen(kind, ids=",".join(map(str, ticked)), query=book.query(wanted))
        assert ("draft=" in url) == bool(mine)
        if mine:
            operation = Operation.objects.latest("pk")
            outside = len(mine - book.matching(wanted))
            assert (f"{outside} not in the current filter" in operation.selection) == bool(outside)
            book.edit(edits["since"])
            page = book.client.get(url)
            assert book.client.post(page.request["PATH_INFO"], page.context["hidden"]).status_code == 302
            expected, told = work(
                book, operation, kind, edits["during"], lambda pk: outcome(book, pk, kind, matches=True), monkeypatch
            )
            assert told == expected
            assert set(told) == mine
        transaction.set_rollback(True)
