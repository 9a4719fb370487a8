"""Assigning in bulk: rights and states are asked for again when it runs, and every row ends with its reason."""

import pytest
from django.utils import timezone

from contacts.domain import assigning
from contacts.models import Contact
from contacts.operations.preview import GONE
from contacts.registry import AfterAssign, after_assign
from core.models import Operation
from core.operations import running, selecting
from tests.factories import AssignmentFactory, ContactFactory, ExperienceFactory, TeamFactory


def as_params(elements, **more):
    """What a form's choice is kept as: keys for objects, None for "nothing"; an element that is kept is left out."""
    chosen = {name: value.pk if value else None for name, value in elements.items() if value is not assigning.KEEP}
    return chosen | more


def start(owner, kind, params, contacts):
    operation = Operation.objects.create(kind=kind, title="Test", owner=owner, params=params)
    selecting.freeze(operation, Contact.objects.visible_to(owner).filter(pk__in=contacts).values_list("pk"))
    return operation


def lines(operation):
    return {line.subject_id: (line.state, line.reason) for line in operation.lines.all()}


def test_each_contact_is_assigned_or_left_with_the_reason(advisor, colleague):
    good, moved, closed = ContactFactory.create_batch(3, primary_advisor=advisor)
    experience = ExperienceFactory()
    params = as_params({"experience": experience, "team": assigning.KEEP})
    operation = start(advisor, "contacts.assign", params, [good.pk, moved.pk, closed.pk])
    Contact.objects.filter(pk=moved.pk).update(primary_advisor=colleague)
    Contact.objects.filter(pk=closed.pk).update(deactivated_at=timezone.now())
    operation = running.start(operation)
    assert lines(operation) == {
        good.pk: ("done", ""),
        moved.pk: ("skipped", GONE),
        closed.pk: ("skipped", assigning.DEACTIVATED),
    }
    assert (operation.state, operation.done, operation.skipped) == ("finished", 1, 2)
    assert [one.pk for one in experience.contacts.all()] == [good.pk]


def test_an_experience_archived_meanwhile_is_not_given(advisor, contact):
    experience = ExperienceFactory()
    operation = start(advisor, "contacts.assign", as_params({"experience": experience}), [contact.pk])
    experience.archive()
    running.start(operation)
    reason = "The chosen experience has been archived or deleted meanwhile."
    assert lines(operation) == {contact.pk: ("skipped", reason)}


def test_change_sets_clears_and_leaves(advisor, contact):
    assignment = AssignmentFactory(contact=contact)
    Contact.objects.filter(pk=contact.pk).update(team=TeamFactory())
    params = as_params({"experience": ExperienceFactory(name="New"), "team": None, "campaign": assigning.KEEP})
    running.start(start(advisor, "contacts.change_experience", params, [contact.pk]))
    contact.refresh_from_db()
    assignment.refresh_from_db()
    assert (contact.experience.name, contact.team, assignment.ended_at) == ("New", None, None)


def test_unassign_takes_the_experience_away(advisor, contact):
    AssignmentFactory(contact=contact)
    running.start(start(advisor, "contacts.unassign", {}, [contact.pk]))
    contact.refresh_from_db()
    assert contact.experience is None


@pytest.fixture
def invited(monkeypatch):
    calls = []

    def invite(ids, by, operation):
        calls.append((sorted(ids), by))
        return {}

    follow = AfterAssign("Invite", invite)
    monkeypatch.setitem(after_assign._entries, "invite", (1, follow))
    return calls


def test_assign_and_invite_invites_those_assigned(advisor, invited):
    experience = ExperienceFactory()
    new, same = ContactFactory.create_batch(2, primary_advisor=advisor)
    AssignmentFactory(contact=same, experience=experience)
    params = as_params({"experience": experience}, invite=True)
    running.start(start(advisor, "contacts.assign", params, [new.pk, same.pk]))
    assert invited == [([new.pk], advisor)]


def test_assign_alone_invites_nobody(advisor, contact, invited):
    running.start(start(advisor, "contacts.assign", as_params({"experience": ExperienceFactory()}), [contact.pk]))
    assert invited == []
