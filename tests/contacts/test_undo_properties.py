"""Whatever is done, and whatever happens in between: undoing gives back the rows of before, or says that it did not."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.domain.assigning import AssignmentSpec, assign, unassign
from contacts.models import Assignment, Contact
from contacts.operations import undoing
from core.models import Activity, Operation
from core.operations import running, selecting
from tests.factories import ContactFactory, ExperienceFactory, TagFactory, TeamFactory, UserFactory
from tests.listings import unlike

pytestmark = pytest.mark.django_db

PEOPLE = 4
EDITS = ["type", "advisor", "team", "closed", "trash", "tag", "assign", "unassign", "city"]
KINDS = ["edit", "assign", "change_experience", "unassign", "deactivate", "reactivate", "delete", "restore"]


@pytest.fixture
def firm(admin):
    """What contacts can be given."""
    return {
        "admin": admin,
        "advisors": [UserFactory(role="advisor") for _ in range(2)],
        "teams": [TeamFactory(), TeamFactory()],
        "experiences": [ExperienceFactory(), ExperienceFactory()],
        "tag": TagFactory(),
    }


def state(pk):
    """All of a contact that operations touch."""
    columns = ["contact_type", "primary_advisor_id", "team_id", "deactivated_at", "deleted_at", "deleted_by_id", "city"]
    row = Contact.objects.filter(pk=pk).values(*columns, "experience_id", "campaign_id").get()
    row["tags"] = sorted(Contact.tags.through.objects.filter(contact=pk).values_list("tag", flat=True))
    row["assignments"] = list(Assignment.objects.filter(contact=pk).order_by("pk").values_list())
    return row


def edit(firm, pk, what, which):
    """Somebody changes something of a contact by another way."""
    row, contact = Contact.objects.filter(pk=pk), Contact.objects.get(pk=pk)
    if what == "tag":
        firm["tag"].contacts.remove(contact) if which else firm["tag"].contacts.add(contact)
    elif what == "assign":
        assign([pk], AssignmentSpec(firm["experiences"][which], start_over=True), by=None)
    elif what == "unassign":
        unassign([pk], by=None)
    else:
        value = {
            "type": ("contact_type", ["lead", "prospect"][which]),
            "advisor": ("primary_advisor", firm["advisors"][which]),
            "team": ("team", [None, firm["teams"][0]][which]),
            "closed": ("deactivated_at", [None, timezone.now()][which]),
            "trash": ("deleted_at", [None, timezone.now()][which]),
            "city": ("city", ["", "Elsewhere"][which]),
        }[what]
        row.update(**dict([value]))


def operate(firm, kind, which, pks):
    """Run an operation of a kind over the contacts."""
    params = {
        "edit": {
            "contact_type": {"how": "set", "value": ["lead", "client"][which]},
            "team": {"how": "clear"} if which else {"how": "set", "value": firm["teams"][1].pk},
            "primary_advisor": {"how": "set", "value": firm["advisors"][which].pk},
            "tags": {"how": "clear"} if which else {"how": "add", "value": [firm["tag"].name, "fresh"]},
        },
        "assign": {"experience": firm["experiences"][which].pk, "campaign": None, "team": firm["teams"][which].pk},
        "change_experience": {"experience": firm["experiences"][which].pk},
    }.get(kind, {})
    operation = Operation.objects.create(kind=f"contacts.{kind}", title=kind, owner=firm["admin"], params=params)
    selecting.freeze(operation, Contact.objects.filter(pk__in=pks).values_list("pk", flat=True))
    return finished(operation)


def finished(operation):
    operation = running.start(operation)
    assert operation.state == "finished", operation.error
    assert unlike() == set(), "listings are as their contacts"
    kept = set(operation.lines.exclude(before=None).values_list("subject_id", flat=True))
    told = Activity.objects.filter(operation=operation, subject_type="contact")
    assert kept <= set(told.values_list("subject_id", flat=True)), "by their events a purge finds the values kept"
    return operation


edits = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(EDITS), st.integers(0, 1)), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=edits, kind=st.sampled_from(KINDS), which=st.integers(0, 1), since=edits)
def test_undoing_restores_exactly_or_leaves_alone_and_tells(firm, first, kind, which, since):
    with transaction.atomic():
        pks = [ContactFactory(primary_advisor=firm["admin"]).pk for _ in range(PEOPLE)]
        for index, what, value in first:
            edit(firm, pks[index], what, value)
        before = {pk: state(pk) for pk in pks}
        operation = operate(firm, kind, which, pks)
        changed = set(operation.lines.filter(state="done").values_list("subject_id", flat=True))
        after = {pk: state(pk) for pk in pks}
        assert all(after[pk] == before[pk] for pk in pks if pk not in changed)
        for index, what, value in since:
            edit(firm, pks[index], what, value)
        edited = {pk: state(pk) for pk in pks}
        undo = finished(undoing.draft(operation, firm["admin"])) if changed else operation
        lines = dict(undo.lines.values_list("subject_id", "state")) if changed else {}
        touched = {name for pk in changed for name in before[pk] if before[pk][name] != after[pk][name]}
        for pk in pks:
            now = state(pk)
            if lines.get(pk) == "done":
                anew = {"deleted_at", "deleted_by_id"} if before[pk]["deleted_at"] else set()
                exact, others = touched - anew, now.keys() - touched - anew
                assert {name: now[name] for name in exact} == {name: before[pk][name] for name in exact}
                assert bool(now["deleted_at"]) == bool(before[pk]["deleted_at"])  # there anew, with all of its days
                assert all(now[name] == edited[pk][name] for name in others)
            else:
                assert now == edited[pk]
                assert pk not in changed or edited[pk] != after[pk]  # told as left alone, and rightly so
        transaction.set_rollback(True)
