"""Undoing an operation: the exact rows of before, except those changed since, which are told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.domain import what_is_gone
from contacts.models import Assignment, Contact, ResourceView
from contacts.operations.undoing import snapshot_of
from core.models import Activity, Operation
from core.operations import running, selecting
from experiences.domain.reach import delete_template
from tests.factories import (
    AssignmentFactory,
    CampaignFactory,
    ContactFactory,
    ExperienceFactory,
    ResourceFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def rows():
    """Everything about all contacts that an operation could touch, without the moment of the last change."""
    columns = [field.attname for field in Contact._meta.concrete_fields if field.attname != "updated_at"]
    worn = Contact.tags.through.objects.order_by("contact", "tag").values_list("contact", "tag")
    return (
        list(Contact.objects.order_by("pk").values_list(*columns)),
        list(worn),
        list(Assignment.objects.order_by("pk").values_list()),
    )


def operate(kind, owner, contacts, **params):
    """Run an operation over contacts to its end."""
    operation = Operation.objects.create(kind=kind, title=kind, owner=owner, params=params)
    chosen = Contact.objects.filter(pk__in=[one.pk for one in contacts])
    selecting.freeze(operation, chosen.values_list("pk", flat=True))
    operation = running.start(operation)
    assert operation.state == "finished", operation.error
    return operation


def undo(client, operation):
    """Press Undo, look at the preview, confirm. The undoing and its preview."""
    answer = client.post(f"/contacts/undo/{operation.pk}/")
    page = client.get(answer["Location"])
    preview = page.context["preview"]
    if preview.will:
        client.post(reverse("contacts:bulk", args=["contacts.undo"]), page.context["hidden"])
    return Operation.objects.filter(undoes=operation).latest("pk"), preview


@pytest.fixture
def book(advisor):
    """Four contacts of the advisor: with and without an experience, a team, tags; one closed."""
    team, tag = TeamFactory(members=[advisor]), TagFactory(name="golf")
    plain, teamed, given, closed = ContactFactory.create_batch(4, primary_advisor=advisor)
    Contact.objects.filter(pk=teamed.pk).update(team=team)
    tag.contacts.add(teamed, given)
    AssignmentFactory(contact=given, campaign=CampaignFactory())
    Contact.objects.filter(pk=closed.pk).update(deactivated_at=timezone.now())
    return [plain, teamed, given, closed]


@pytest.fixture
def whatever():
    """Parameters of every kind that can be undone."""
    experience, team = ExperienceFactory(), TeamFactory()
    other = UserFactory(role="advisor")
    return {
        "contacts.deactivate": {},
        "contacts.reactivate": {},
        "contacts.delete": {},
        "contacts.assign": {"experience": experience.pk, "campaign": None, "team": team.pk},
        "contacts.change_experience": {"experience": experience.pk},
        "contacts.unassign": {},
        "contacts.edit": {
            "primary_advisor": {"how": "set", "value": other.pk},
            "contact_type": {"how": "set", "value": "lead"},
            "team": {"how": "clear"},
            "tags": {"how": "set", "value": ["new tag"]},
        },
    }


KINDS = ["deactivate", "reactivate", "delete", "assign", "change_experience", "unassign", "edit"]


@pytest.mark.parametrize("kind", [f"contacts.{name}" for name in KINDS])
def test_it_gives_back_exactly_the_rows_of_before_and_undoing_that_does_it_again(as_user, admin, book, whatever, kind):
    client, before = as_user(admin), rows()
    operation = operate(kind, admin, book, **whatever[kind])
    done, after = operation.done, rows()
    assert done and after != before
    undoing, preview = undo(client, operation)
    assert (preview.will, preview.skipped) == (done, [])
    restored = rows()
    for one, other in zip(restored, before, strict=True):
        assert one == other
    assert (undoing.state, undoing.done, undoing.skipped) == ("finished", done, 0)
    assert Activity.objects.filter(verb="undone", operation=undoing, actor=admin).count() == done
    again, _ = undo(client, undoing)
    assert (again.state, again.done) == ("finished", done)
    assert whenever(rows()) == whenever(after)
    assert again.title == f"Redo: {kind}"
    once_more, _ = undo(client, again)
    assert (once_more.done, rows(), once_more.title) == (done, before, f"Undo: {kind}")


def whenever(found):
    """Rows, whenever their contacts were deleted."""
    place = [field.attname for field in Contact._meta.concrete_fields].index("deleted_at")
    contacts, *others = found
    return [(*row[:place], row[place] is None, *row[place + 1 :]) for row in contacts], *others


@pytest.mark.parametrize("way", ["undone restoring", "done again"])
def test_whoever_goes_back_into_the_trash_has_all_of_the_30_days(as_user, admin, book, way):
    deleting = operate("contacts.delete", admin, book)
    before, last = rows(), timezone.now()
    if way == "done again":
        restoring, _ = undo(as_user(admin), deleting)
    else:
        restoring = operate("contacts.restore", admin, book)
    undoing, _ = undo(as_user(admin), restoring)
    assert (undoing.done, whenever(rows())) == (4, whenever(before))
    assert Contact.objects.filter(deleted_at__gt=last, deleted_by=admin).count() == 4


def test_what_has_been_deleted_since_is_not_given_back_and_stops_nobody_else(as_user, admin, book):
    kept, gone = TeamFactory(), TeamFactory()
    plain, teamed, *_ = book
    Contact.objects.filter(pk=plain.pk).update(team=gone)
    Contact.objects.filter(pk=teamed.pk).update(team=kept)
    operation = operate("contacts.edit", admin, book, team={"how": "clear"})
    delete_template(gone, by=admin)
    undoing, preview = undo(as_user(admin), operation)
    assert preview.skipped == [(what_is_gone.TEAM_GONE, 1)]
    assert (undoing.state, undoing.done, undoing.skipped) == ("finished", 1, 1)
    assert Contact.objects.get(pk=teamed.pk).team == kept


@pytest.mark.parametrize("part", ["experience", "campaign"])
def test_a_part_of_an_experience_that_has_been_deleted_since_is_not_given_back(as_user, admin, book, part):
    gone, other = {"experience": ExperienceFactory, "campaign": CampaignFactory}[part].create_batch(2)
    plain, _, given, _ = book
    AssignmentFactory(contact=plain)
    Assignment.objects.filter(contact=given).update(**{part: gone})
    Contact.objects.filter(pk=given.pk).update(**{part: gone})
    operation = operate("contacts.change_experience", admin, [plain, given], **{part: other.pk})
    delete_template(gone, by=admin)
    undoing, preview = undo(as_user(admin), operation)
    assert preview.skipped == [(what_is_gone.PARTS_GONE, 1)]
    assert (undoing.state, undoing.done, undoing.skipped) == ("finished", 1, 1)


def test_what_has_changed_since_is_left_alone_and_told(as_user, admin, advisor, book):
    plain, teamed, *_ = book
    operation = operate("contacts.edit", admin, book, contact_type={"how": "set", "value": "lead"})
    Contact.objects.filter(pk=plain.pk).update(contact_type="prospect")
    Contact.objects.filter(pk=teamed.pk).update(city="Elsewhere")  # not what the operation touched
    undoing, preview = undo(as_user(admin), operation)
    reason = "Changed since, so left alone: type."
    assert preview.skipped == [(reason, 1)]
    assert (undoing.done, undoing.lines.get(subject_id=plain.pk).reason) == (3, reason)
    types = dict(Contact.objects.values_list("pk", "contact_type"))
    assert (types[plain.pk], types[teamed.pk]) == ("prospect", "client")


def test_all_that_stands_in_the_way_is_named(as_user, admin, advisor, book, whatever):
    operation = operate("contacts.edit", admin, book, **whatever["contacts.edit"])
    Contact.objects.update(team=TeamFactory(), contact_type="prospect")
    TagFactory(name="late").contacts.add(book[0])
    given = operate("contacts.assign", admin, book[1:2], experience=ExperienceFactory().pk, campaign=None)
    Assignment.objects.filter(contact=book[1], ended_at=None).update(ended_at=timezone.now())
    client = as_user(admin)
    reasons = {reason for reason, _ in undo(client, operation)[1].skipped}
    assert reasons == {
        "Changed since, so left alone: team, type.",
        "Changed since, so left alone: team, type, tags.",
    }
    assert undo(client, given)[1].skipped[0][0].endswith("details of the assignments.")


def test_a_second_undoing_finds_nothing_left(as_user, admin, book):
    operation = operate("contacts.deactivate", admin, book)
    undo(as_user(admin), operation)
    _, preview = undo(as_user(admin), operation)
    assert (preview.will, preview.skipped) == (0, [("Is as before already.", 3)])


def test_an_address_that_was_taken_meanwhile_keeps_its_contact_in_the_trash(as_user, admin, book):
    operation = operate("contacts.delete", admin, book)
    ContactFactory(email=book[0].email.upper())
    undoing, preview = undo(as_user(admin), operation)
    assert preview.skipped == [("Another contact has this email address now.", 1)]
    assert (undoing.done, Contact.objects.filter(deleted_at=None).count()) == (3, 4)


def test_nobody_gets_an_advisor_back_who_has_left(as_user, admin, advisor, book):
    other = UserFactory(role="advisor")
    operation = operate("contacts.edit", admin, book, primary_advisor={"how": "set", "value": other.pk})
    type(advisor).objects.filter(pk=advisor.pk).update(is_active=False)
    _, preview = undo(as_user(admin), operation)
    assert preview.skipped == [("The advisor they had can no longer have contacts.", 4)]


def test_what_clients_did_under_an_assignment_stays_on_record(as_user, admin, book):
    plain = book[0]
    operation = operate("contacts.assign", admin, [plain], experience=ExperienceFactory().pk, campaign=None)
    given = plain.assignments.get()
    ResourceView.objects.create(contact=plain, resource=ResourceFactory(), assignment=given)
    undoing, _ = undo(as_user(admin), operation)
    given.refresh_from_db()
    plain.refresh_from_db()
    assert (undoing.done, given.ended_at is not None, plain.experience_id) == (1, True, None)
    assert ResourceView.objects.get().assignment == given


def test_rights_are_asked_again(as_user, admin, advisor, colleague, book):
    operation = operate("contacts.deactivate", advisor, book)
    assert as_user(colleague).post(f"/contacts/undo/{operation.pk}/").status_code == 404
    Contact.objects.filter(pk=book[0].pk).update(primary_advisor=colleague)
    _, preview = undo(as_user(advisor), operation)
    assert preview.skipped == [("Deleted meanwhile, or no longer yours to change.", 1)]
    assert undo(as_user(admin), operation)[1].will == 1


@pytest.mark.parametrize("how", ["late", "running", "kind", "nothing"])
def test_what_cannot_be_undone_says_why(as_user, admin, book, how):
    operation = operate("contacts.deactivate", admin, book[3:] if how == "nothing" else book)
    rows = Operation.objects.filter(pk=operation.pk)
    if how == "late":
        Firm.objects.update(undo_days=7)
        rows.update(finished_at=timezone.now() - timedelta(days=8))
    elif how == "running":
        rows.update(state="running")
    elif how == "kind":
        rows.update(kind="outreach.invite")
    words = {
        "late": "more than 7 days ago",
        "running": "still running",
        "kind": "This kind",
        "nothing": "changed nothing",
    }
    client = as_user(admin)
    assert 'action="/contacts/undo/' not in client.get(f"/operations/{operation.pk}/").content.decode()
    page = client.post(f"/contacts/undo/{operation.pk}/", follow=True).content.decode()
    assert words.get(how, "changed nothing") in page and not Operation.objects.filter(kind="contacts.undo").exists()


def test_a_second_press_starts_nothing_and_the_pages_name_each_other(as_user, admin, book):
    client, operation = as_user(admin), operate("contacts.deactivate", admin, book)
    assert f'action="/contacts/undo/{operation.pk}/"' in client.get(f"/operations/{operation.pk}/").content.decode()
    page = client.get(client.post(f"/contacts/undo/{operation.pk}/")["Location"])
    answers = [
        client.post(reverse("contacts:bulk", args=["contacts.undo"]), page.context["hidden"])["Location"]
        for _ in range(2)
    ]
    undoing = Operation.objects.get(kind="contacts.undo")
    assert [answer.partition("?")[0] for answer in answers] == [f"/operations/{undoing.pk}/"] * 2
    assert undoing.done == 3
    assert f"/operations/{undoing.pk}/" in client.get(f"/operations/{operation.pk}/").content.decode()
    assert f"/operations/{operation.pk}/" in client.get(f"/operations/{undoing.pk}/").content.decode()


def test_mails_that_left_are_named(as_user, admin, book):
    from mail.models import Send

    operation = operate("contacts.assign", admin, book[:1], experience=ExperienceFactory().pk, campaign=None)
    Send.objects.create(
        purpose="invitation",
        subject_id=1,
        contact=book[0],
        recipient=book[0].email,
        state="accepted",
        operation=operation,
    )
    client = as_user(admin)
    page = client.get(client.post(f"/contacts/undo/{operation.pk}/")["Location"]).content.decode()
    assert "1 mail has left already" in page


def test_every_kind_on_contacts_says_what_it_keeps(whatever, admin):
    for kind, params in whatever.items():
        assert snapshot_of(Operation(kind=kind, params=params, owner=admin))


def test_what_could_be_undone_at_the_preview_is_asked_again_at_the_end(as_user, admin, book):
    client, operation = as_user(admin), operate("contacts.deactivate", admin, book)
    page = client.get(client.post(f"/contacts/undo/{operation.pk}/")["Location"])
    Operation.objects.filter(pk=operation.pk).update(finished_at=timezone.now() - timedelta(days=31))
    answer = client.post(reverse("contacts:bulk", args=["contacts.undo"]), page.context["hidden"], follow=True)
    assert "more than 30 days ago" in answer.content.decode()
    assert Operation.objects.get(kind="contacts.undo").state == "draft"
    assert Contact.objects.exclude(deactivated_at=None).count() == 4
