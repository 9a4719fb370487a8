"""References that the database does not check a row at a time: none ever points nowhere (docs/decisions/0023)."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ProtectedError
from django.utils import timezone

from accounts.models import Role, User
from contacts.domain import assigning
from contacts.domain.purging import purge_trash
from contacts.models import Assignment, Contact
from contacts.operations import undoing
from core.history.recording import record
from core.models import Activity, Operation, OperationLine
from core.operations import running, selecting
from experiences.models import Experience
from tests.factories import ContactFactory, ExperienceFactory, UserFactory

pytestmark = pytest.mark.django_db


def unchecked():
    """Every such reference: model and field. Histories have none that are checked, and outlive what they tell of."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and not field.db_constraint and not hasattr(model, "pgh_tracked_model")
    ]


def dangling():
    """The references that name a row that is not there."""
    return [
        str(field)
        for model, field in unchecked()
        if model.objects.filter(**{f"{field.name}__isnull": False})
        .exclude(**{f"{field.attname}__in": field.related_model.objects.values("pk")})
        .exists()
    ]


def test_the_test_looks_at_those_there_are():
    """It would pass if it looked at none."""
    names = {str(field) for _, field in unchecked()}
    assert names >= {"contacts.Assignment.contact", "contacts.Contact.experience", "core.Activity.actor"}
    Activity.objects.create(verb="x", subject_type="contact", subject_id=1, actor_id=987654321)
    assert dangling() == ["core.Activity.actor"]


def test_nothing_points_nowhere_after_a_life(advisor):
    """Assigned, undone, assigned again, changed, into the trash and out of the database."""
    contacts = ContactFactory.create_batch(3, primary_advisor=advisor)
    first, second = ExperienceFactory.create_batch(2)
    operation = Operation.objects.create(
        kind="contacts.assign", title="Assign", owner=advisor, params={"experience": first.pk}
    )
    selecting.freeze(operation, [one.pk for one in contacts])
    assert running.start(operation).done == 3
    undo = running.start(undoing.draft(operation, advisor))
    assert (undo.state, undo.done) == ("finished", 3)
    assert dangling() == []
    ids = [one.pk for one in contacts]
    acted, silent = UserFactory.create_batch(2, role=Role.CONTACT)
    Contact.objects.filter(pk=ids[0]).update(user=acted)
    Contact.objects.filter(pk=ids[1]).update(user=silent)
    record("signed_in", "Signed in", subject_ids=ids[:1], actor=acted)
    assigning.assign(ids, assigning.AssignmentSpec(experience=first), by=advisor)
    assigning.change(ids, assigning.Change(experience=second), by=advisor)
    Contact.objects.filter(pk__in=ids[:2]).update(deleted_at=timezone.now() - timedelta(days=31))
    purge_trash()
    assert dangling() == []
    assert set(User.objects.filter(pk__in=[acted.pk, silent.pk])) == {acted}
    assert set(Assignment.objects.values_list("contact", flat=True)) == {ids[2]}
    assert OperationLine.objects.filter(operation=operation).count() == 3


def test_what_is_named_cannot_be_deleted(advisor):
    """Who acted, who assigned, and what was given; the refusal is Django's now, for some of it."""
    contact, experience, admin = ContactFactory(primary_advisor=advisor), ExperienceFactory(), UserFactory()
    assigning.assign([contact.pk], assigning.AssignmentSpec(experience=experience), by=admin)
    for thing in (admin, experience):
        with pytest.raises(ProtectedError):
            thing.delete()
    assert Experience.objects.filter(pk=experience.pk).exists()
