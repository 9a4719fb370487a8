"""Assign and invite: the preview and the report say who is invited."""

import pytest
from django.utils import timezone

from core.models import Operation
from mail.models import Send
from outreach.domain import inviting, suppressing
from outreach.models import Suppression
from tests.factories import AssignmentFactory, ContactFactory, ExperienceFactory

pytestmark = pytest.mark.django_db


def previewed(client, contacts, experience):
    """Choose the contacts and the experience, ask for inviting; the preview's page."""
    ids = ",".join(str(one.pk) for one in contacts)
    draft = client.post("/contacts/bulk/contacts.assign/", {"ids": ids}, follow=True).context["operation"]
    return client.post(
        "/contacts/bulk/contacts.assign/",
        {"draft": draft.pk, "experience": experience.pk, "invite": "yes"},
        follow=True,
    )


def assign_and_invite(client, contacts, experience):
    """Do it to the end: the operation."""
    client.post("/contacts/bulk/contacts.assign/", previewed(client, contacts, experience).context["hidden"])
    return Operation.objects.filter(kind="contacts.assign").latest("pk")


@pytest.fixture
def welcome():
    """The experience that is given."""
    return ExperienceFactory(name="Welcome")


@pytest.fixture
def mixed(advisor, welcome):
    """Contacts who can be invited, have signed in, bounce; and one who has signed in and has the experience already."""
    plain, active, bounced = ContactFactory.create_batch(3, primary_advisor=advisor)
    same = AssignmentFactory(contact__primary_advisor=advisor, experience=welcome).contact
    type(active).objects.filter(pk__in=[active.pk, same.pk]).update(start_at=timezone.now())
    Suppression.objects.create(email=bounced.email, reason="Bounced")
    return plain, active, bounced, same


def test_the_report_says_who_was_assigned_and_not_invited(as_user, advisor, mixed, welcome):
    plain, active, bounced, same = mixed
    client = as_user(advisor)
    operation = assign_and_invite(client, mixed, welcome)
    assert (operation.done, operation.skipped, Send.objects.get().contact_id) == (3, 1, plain.pk)
    assert {line.subject_id: (line.state, line.reason) for line in operation.lines.all()} == {
        plain.pk: ("done", ""),
        active.pk: ("done", f"Assigned, not invited: {inviting.ACTIVE}"),
        bounced.pk: ("done", f"Assigned, not invited: {suppressing.WHY['firm']}"),
        same.pk: ("skipped", "Has exactly this already."),
    }
    report = b"".join(client.get(f"/operations/{operation.pk}/report/?format=csv")).decode()
    assert f'Done,"Assigned, not invited: {inviting.ACTIVE}"' in report


def test_the_preview_counts_only_those_who_will_be_assigned(as_user, advisor, mixed, welcome):
    page = previewed(as_user(advisor), mixed, welcome)
    assert page.context["preview"].will == 3
    assert sorted(page.context["consequences"]) == [
        f"1 will not be invited: {inviting.ACTIVE}",
        f"1 will not be invited: {suppressing.WHY['firm']}",
    ]


def test_one_contact_who_is_not_invited_is_told_about_at_once(as_user, advisor, mixed, welcome):
    _, active, *_ = mixed
    data = {"experience": welcome.pk, "invite": "yes"}
    page = as_user(advisor).post(f"/contacts/{active.pk}/do/contacts.assign/", data, follow=True)
    told = [(message.level_tag, str(message)) for message in page.context["messages"]]
    assert told == [("warning", f"{active.name}: Assigned, not invited: {inviting.ACTIVE}")]
