"""Whatever a file brings, and whatever happens since: undoing gives back what was before, or says that it did not."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.domain.assigning import AssignmentSpec, assign
from contacts.models import Assignment, Contact, ImportedContact, Note
from contacts.operations import undoing
from core.operations import running
from tests.contacts.test_undoing_imports import bring
from tests.factories import ContactFactory, ExperienceFactory, NoteFactory, TagFactory, TeamFactory

pytestmark = pytest.mark.django_db

HERE, PEOPLE = 3, 5  # contacts who are here before; and people of whom a file may speak
OPTIONAL = ["City", "Household", "Tags", "Date of birth"]
CELLS = {
    "City": ["", "Old Town", "New Town"],
    "Household": ["", "Known", "Newcomers"],
    "Tags": ["", "golf", "golf, vip"],
    "Date of birth": ["", "1970-01-31"],
}
EDITS = ["city", "phone", "household", "team", "invited", "trash", "tag", "assign", "note", "country"]


def state(pk):
    """Everything about a contact."""
    columns = [one.attname for one in Contact._meta.concrete_fields if one.attname != "updated_at"]
    row = Contact.objects.filter(pk=pk).values(*columns).get()
    row["tags"] = sorted(Contact.tags.through.objects.filter(contact=pk).values_list("tag", flat=True))
    row["assignments"] = list(Assignment.objects.filter(contact=pk).order_by("pk").values_list())
    row["notes"] = list(Note.objects.filter(contact=pk).order_by("pk").values_list())
    return row


def edit(firm, pk, what):
    """Somebody changes something of a contact by another way."""
    rows, contact = Contact.objects.filter(pk=pk), Contact.objects.get(pk=pk)
    values = {
        "city": {"city": "By hand"},
        "phone": {"phone": "+12125550177"},
        "household": {"household": None},
        "team": {"team": firm["team"]},
        "invited": {"first_invited_at": timezone.now(), "invitations_sent": 1},
        "trash": {"deleted_at": timezone.now(), "deleted_by": firm["admin"]},
        "country": {"country": "Elsewhere"},
    }
    if what == "tag":
        firm["tag"].contacts.remove(contact) if contact.tags.exists() else firm["tag"].contacts.add(contact)
    elif what == "assign":
        assign([pk], AssignmentSpec(firm["experience"], start_over=True), by=None)
    elif what == "note":
        NoteFactory(contact=contact)
    else:
        rows.update(**values[what])


def text_of(firm, columns, people):
    """A file that says these cells of these people."""
    heads = ["First name", "Last name", "Email", "Phone", "Type", "Advisor", *columns]
    lines = [";".join(heads)]
    for number, (type_, picks) in sorted(people.items()):
        cells = [CELLS[name][pick % len(CELLS[name])] for name, pick in zip(columns, picks, strict=False)]
        known = [f"First{number}", "Last", f"p{number}@example.com", "2125550100", type_, firm["admin"].email]
        lines.append(";".join(known + cells))
    return "\n".join(lines)


def undone(operation, by):
    """Undo it to its end: how each contact's line ended, and the undoing."""
    undo = running.start(undoing.draft(operation, by))
    assert undo.state == "finished", undo.error
    return undo, dict(undo.lines.values_list("subject_id", "state"))


edits = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(EDITS)), max_size=6)
picks = st.lists(st.integers(0, 2), min_size=len(OPTIONAL), max_size=len(OPTIONAL))
files = st.dictionaries(
    st.integers(0, PEOPLE - 1), st.tuples(st.sampled_from(["client", "lead"]), picks), min_size=1, max_size=PEOPLE
)


@pytest.fixture
def firm(admin):
    """What contacts can be given. The admin has contacts of their own, so that all belong to one."""
    return {"admin": admin, "team": TeamFactory(), "experience": ExperienceFactory(), "tag": TagFactory(name="golf")}


def check_put_back(by, lines, states, added, changed):
    """Each contact is as its line says: as before, in the trash, or left as they had become."""
    before, after, edited, now = states
    written = {name for pk in changed for name in before[pk] if before[pk][name] != after[pk][name]}
    for pk, row in now.items():
        if lines.get(pk) == "done" and pk in added:
            assert edited[pk] == after[pk]
            assert row | {"deleted_at": None, "deleted_by_id": None} == edited[pk]
            assert (row["deleted_at"] is not None, row["deleted_by_id"]) == (True, by.pk)
        elif lines.get(pk) == "done":
            assert {name: row[name] for name in written} == {name: before[pk][name] for name in written}
            assert all(row[name] == edited[pk][name] for name in row if name not in written)
        else:
            assert row == edited[pk]
            assert pk not in added | changed or edited[pk] != after[pk]  # told as left alone, and rightly so


def states_of(pks):
    """All of these contacts."""
    return {pk: state(pk) for pk in pks}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(columns=st.sets(st.sampled_from(OPTIONAL)), first=edits, people=files, since=edits)
def test_undoing_an_import_restores_exactly_or_leaves_alone_and_tells(firm, columns, first, people, since):
    admin = firm["admin"]
    with transaction.atomic():
        of = {n: ContactFactory(email=f"p{n}@example.com", primary_advisor=admin).pk for n in range(HERE)}
        for number, what in first:
            if number in of:
                edit(firm, of[number], what)
        before = states_of(of.values())
        operation = bring(text_of(firm, sorted(columns), people), admin).apply_operation
        kept = dict(ImportedContact.objects.filter(operation=operation).values_list("subject_id", "before"))
        added, changed = {pk for pk, was in kept.items() if was is None}, {pk for pk, was in kept.items() if was}
        after = states_of(Contact.objects.values_list("pk", flat=True))
        assert after.keys() - before.keys() == added
        assert {pk for pk in before if before[pk] != after[pk]} == changed
        of |= {int(after[pk]["email"][1]): pk for pk in added}
        for number, what in since:
            if number in of:
                edit(firm, of[number], what)
        edited = states_of(after)
        if kept:
            undo, lines = undone(operation, admin)
            assert lines.keys() == kept.keys()
            check_put_back(admin, lines, (before, after, edited, states_of(after)), added, changed)
            done = {pk for pk, how in lines.items() if how == "done"}
            again = undone(undo, admin)[1] if done else {}
            assert {pk for pk, how in again.items() if how == "done"} == done
        assert states_of(after) == edited
        transaction.set_rollback(True)
