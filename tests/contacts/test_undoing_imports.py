"""Undoing a file import: what it changed is as before, what it added is in the trash, what changed since is told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.imports import steps
from contacts.models import Contact, FileImport, Household, ImportedContact
from core.models import Activity, Operation
from core.operations import running
from tests.contacts.test_undoing import rows, undo
from tests.factories import (
    AssignmentFactory,
    ContactFactory,
    HouseholdFactory,
    NoteFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HEADINGS = "First Name,Last Name,E-mail,Mobile,Type,Advisor,City,Household,Tags"
IN_TRASH = "Deleted meanwhile, or no longer yours to change."


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def bring(text, by, **options):
    """Check and apply a file as the worker does; the import."""
    received = steps.receive(SimpleUploadedFile("people.csv", text.encode()), by)
    steps.check(received, received.mapping, options, by)
    received.refresh_from_db()
    running.run(received.check_operation_id)
    received.refresh_from_db()
    steps.apply(received, by)
    received.refresh_from_db()
    running.run(received.apply_operation_id)
    return FileImport.objects.select_related("apply_operation").get(pk=received.pk)


@pytest.fixture
def kim(advisor):
    """A contact with a household and a tag of her own."""
    kim = ContactFactory(
        email="kim@example.com", primary_advisor=advisor, city="Old Town", household=HouseholdFactory(name="Known")
    )
    kim.tags.add(TagFactory(name="golf"))
    return kim


@pytest.fixture
def imported(admin, advisor, kim):
    """A file that changes Kim in every way, and adds Nora and Ned."""
    return bring(
        f"{HEADINGS}\n"
        f"Kimberly,Changed,KIM@example.com,2125550199,lead,{advisor.email},New Town,Newcomers,vip\n"
        f"Nora,New,nora@example.com,2125550101,client,{advisor.email},New Town,Newcomers,vip\n"
        f"Ned,New,ned@example.com,2125550102,client,{advisor.email},,,\n",
        admin,
    )


def of(name):
    return Contact.objects.get(email=f"{name}@example.com")


def test_everything_is_as_before_and_what_was_added_lies_in_the_trash(as_user, admin, advisor, kim):
    client, before = as_user(admin), rows()
    imported = bring(
        f"{HEADINGS}\nKimberly,Changed,kim@example.com,2125550199,lead,{advisor.email},New Town,Newcomers,vip\n"
        f"Nora,New,nora@example.com,2125550101,client,{advisor.email},New Town,Newcomers,vip\n",
        admin,
    )
    after, nora = rows(), of("nora")
    undoing, preview = undo(client, imported.apply_operation)
    assert (preview.will, preview.skipped) == (2, [])
    assert preview.words == [
        "1 contact that this import added goes into the trash and can be restored from there for 30 days.",
        "1 contact that it changed gets back exactly what was there before.",
    ]
    now = rows()
    assert [row for row in now[0] if row[0] != nora.pk] == before[0]
    assert [row for row in now[1] if row[0] != nora.pk] == before[1]
    nora.refresh_from_db()
    assert (nora.deleted_at is None, nora.deleted_by) == (False, admin)
    assert (nora.household.name, [tag.name for tag in nora.tags.all()]) == ("Newcomers", ["vip"])
    assert Activity.objects.filter(verb="undone", operation=undoing).count() == 2
    again, preview = undo(client, undoing)
    assert preview.words == [
        "1 contact that the import added comes back from the trash.",
        "1 contact that it changed gets again what it wrote.",
    ]
    assert (again.title, again.done, rows()) == ("Redo: Import people.csv", 2, after)
    third, preview = undo(client, again)
    assert (third.done, preview.words[0][:43]) == (2, "1 contact that this import added goes into ")
    first_time = nora.deleted_at
    nora.refresh_from_db()
    assert nora.deleted_at > first_time, "each time they have all of their 30 days"
    Contact.objects.filter(pk=nora.pk).update(deleted_at=first_time)
    assert rows() == now


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("city", "city"),
        ("note", "notes"),
        ("experience", "experience, details of the assignments"),
        ("team", "team"),
        ("advisor", "primary advisor"),
        ("closed", "deactivation"),
        ("tag", "tags"),
        ("locked", "locked fields"),
    ],
)
def test_who_was_added_and_changed_since_is_left_alone_and_told(as_user, admin, imported, what, words):
    nora = of("nora")
    if what == "note":
        NoteFactory(contact=nora)
    elif what == "experience":
        AssignmentFactory(contact=nora)
    elif what == "tag":
        nora.tags.clear()
    else:
        values = {
            "city": {"city": "By hand"},
            "team": {"team": TeamFactory()},
            "advisor": {"primary_advisor": UserFactory()},
            "closed": {"deactivated_at": "2026-01-01T00:00Z"},
            "locked": {"locked_fields": ["city"]},
        }
        Contact.objects.filter(pk=nora.pk).update(**values[what])
    undoing, preview = undo(as_user(admin), imported.apply_operation)
    reason = f"Changed since, so left alone: {words}."
    assert preview.skipped == [(reason, 1)]
    assert (undoing.done, undoing.lines.get(subject_id=nora.pk).reason) == (2, reason)
    assert of("nora").deleted_at is None and of("ned").deleted_at is not None


def test_who_was_changed_by_it_is_asked_only_for_what_it_may_write(as_user, admin, imported, kim):
    Contact.objects.filter(pk=kim.pk).update(country="Elsewhere", team=TeamFactory())
    AssignmentFactory(contact=Contact.objects.get(pk=kim.pk))
    undoing, _ = undo(as_user(admin), imported.apply_operation)
    kim.refresh_from_db()
    assert (undoing.done, kim.city, kim.household.name, kim.country) == (3, "Old Town", "Known", "Elsewhere")
    assert kim.experience is not None


def test_who_was_changed_by_it_and_since_is_left_alone(as_user, admin, imported, kim):
    Contact.objects.filter(pk=kim.pk).update(city="By hand", household=None)
    undoing, preview = undo(as_user(admin), imported.apply_operation)
    assert preview.skipped == [("Changed since, so left alone: city, household.", 1)]
    kim.refresh_from_db()
    assert (undoing.done, kim.city, kim.first_name) == (2, "By hand", "Kimberly")


def test_who_was_deleted_since_stays_deleted_also_when_all_is_done_again(as_user, admin, imported, kim):
    client = as_user(admin)
    undoing, _ = undo(client, imported.apply_operation)
    Contact.objects.filter(pk=kim.pk).update(deleted_at="2026-11-01T00:00Z", deleted_by=admin)
    Contact.objects.filter(pk=kim.pk).update(deleted_at=of("ned").deleted_at)
    again, preview = undo(client, undoing)
    assert preview.skipped == [("Changed since, so left alone: deletion, who deleted them.", 1)]
    assert (again.done, of("kim").deleted_at is None, of("nora").deleted_at) == (2, False, None)


def test_a_second_undoing_finds_nothing_left(as_user, admin, imported):
    undo(as_user(admin), imported.apply_operation)
    _, preview = undo(as_user(admin), imported.apply_operation)
    assert (preview.will, sorted(preview.skipped)) == (0, [(IN_TRASH, 2), ("Is as before already.", 1)])


def test_an_address_taken_meanwhile_keeps_its_contact_in_the_trash(as_user, admin, imported):
    undoing, _ = undo(as_user(admin), imported.apply_operation)
    ContactFactory(email="NORA@example.com")
    _, preview = undo(as_user(admin), undoing)
    assert preview.skipped == [("Another contact has this email address now.", 1)]


def test_a_household_that_is_gone_is_no_obstacle(as_user, admin, imported, kim):
    Household.objects.filter(pk=kim.household_id).delete()
    undo(as_user(admin), imported.apply_operation)
    kim.refresh_from_db()
    assert (kim.city, kim.household) == ("Old Town", None)


def test_rights_are_asked_for_each(as_user, admin, advisor, colleague, support):
    mine = bring(
        f"{HEADINGS}\nNora,New,nora@example.com,2125550101,client,,,,\nNed,New,ned@example.com,2125550102,client,,,,\n",
        advisor,
        primary_advisor=advisor.pk,
    )
    address = f"/contacts/undo/{mine.apply_operation_id}/"
    assert [as_user(user).post(address).status_code for user in (colleague, support)] == [404, 404]
    Contact.objects.filter(email="ned@example.com").update(primary_advisor=colleague)
    _, preview = undo(as_user(advisor), mine.apply_operation)
    assert (preview.will, preview.skipped) == (1, [(IN_TRASH, 1)])
    assert (of("nora").deleted_by, of("ned").deleted_at) == (advisor, None)


def test_an_import_that_was_stopped_can_be_undone_as_far_as_it_got(as_user, admin, imported):
    Operation.objects.filter(pk=imported.apply_operation_id).update(state="running")
    client = as_user(admin)
    page = client.post(f"/contacts/undo/{imported.apply_operation_id}/", follow=True).content.decode()
    assert "still running" in page
    Operation.objects.filter(pk=imported.apply_operation_id).update(state="stopped")
    FileImport.objects.filter(pk=imported.pk).update(state="checked")
    assert (
        f"/contacts/undo/{imported.apply_operation_id}/"
        in client.get(f"/contacts/import/{imported.pk}/").content.decode()
    )
    assert undo(client, imported.apply_operation)[0].done == 3


def test_an_import_that_was_stopped_and_begun_again_is_undone_part_by_part(as_user, admin, advisor):
    received = bring(f"{HEADINGS}\nNora,New,nora@example.com,2125550101,client,{advisor.email},,,\n", admin)
    first = received.apply_operation
    row = received.rows.get()
    values = row.values | {"first_name": "Ned", "email": "ned@example.com"}
    received.rows.create(number=3, key="ned@example.com", values=values, verdict="create")
    FileImport.objects.filter(pk=received.pk).update(state="checked")
    received.refresh_from_db()
    steps.apply(received, admin)
    received.refresh_from_db()
    running.run(received.apply_operation_id)
    client = as_user(admin)
    page = client.get(f"/contacts/import/{received.pk}/").content.decode()
    assert "Undo part 1" in page and "Undo part 2" in page
    assert undo(client, first)[0].done == 1
    assert (of("nora").deleted_at is None, of("ned").deleted_at) == (False, None)


def test_a_dry_run_and_an_import_that_did_nothing_cannot_be_undone(as_user, admin, kim):
    imported = bring(f"{HEADINGS}\n,,kim@example.com,,,,Old Town,,\n", admin)
    client = as_user(admin)
    for operation, words in ((imported.apply_operation, "changed nothing"), (imported.check_operation, "This kind")):
        page = client.post(f"/contacts/undo/{operation.pk}/", follow=True).content.decode()
        assert words in page
        assert 'action="/contacts/undo/' not in client.get(f"/operations/{operation.pk}/").content.decode()


def test_both_pages_offer_it_and_name_it_afterwards(as_user, admin, imported):
    client, button = as_user(admin), f'action="/contacts/undo/{imported.apply_operation_id}/"'
    pages = [f"/contacts/import/{imported.pk}/", f"/operations/{imported.apply_operation_id}/"]
    assert all(button in client.get(page).content.decode() for page in pages)
    page = client.get(client.post(f"/contacts/undo/{imported.apply_operation_id}/")["Location"]).content.decode()
    assert "2 contacts that this import added go into the trash" in page
    assert "Undo the import of 3 contacts" in page
    undoing, _ = undo(client, imported.apply_operation)
    assert all(f'href="/operations/{undoing.pk}/"' in client.get(page).content.decode() for page in pages)


def test_an_undoing_by_an_admin_is_told_to_the_importer_without_a_link_that_leads_nowhere(as_user, admin, advisor):
    text = f"{HEADINGS}\nNora,New,nora@example.com,2125550101,client,{advisor.email},,,\n"
    received = steps.receive(SimpleUploadedFile("people.csv", text.encode()), advisor)
    steps.check(received, received.mapping, {}, advisor)
    received.refresh_from_db()
    running.run(received.check_operation_id)
    received.refresh_from_db()
    steps.apply(received, admin)
    received.refresh_from_db()
    running.run(received.apply_operation_id)
    page, button = f"/contacts/import/{received.pk}/", f'action="/contacts/undo/{received.apply_operation_id}/"'
    assert button in as_user(admin).get(page).content.decode()
    assert button in as_user(advisor).get(page).content.decode()  # it is the importer's, whoever began it
    undoing, _ = undo(as_user(admin), Operation.objects.get(pk=received.apply_operation_id))
    link = f'href="/operations/{undoing.pk}/"'
    assert link in as_user(admin).get(page).content.decode()
    told = as_user(advisor).get(page).content.decode()
    assert "Undone" in told and link not in told  # which leads nowhere for them


def test_mails_that_left_since_for_those_of_the_import_are_named(as_user, admin, imported, kim):
    from mail.models import Send

    common = {"purpose": "invitation", "contact": kim, "recipient": kim.email, "state": "accepted"}
    Send.objects.create(subject_id=1, **common)
    early = Send.objects.create(subject_id=2, **common)
    Send.objects.filter(pk=early.pk).update(created_at="2020-01-01T00:00Z")
    client = as_user(admin)
    page = client.get(client.post(f"/contacts/undo/{imported.apply_operation_id}/")["Location"]).content.decode()
    assert "1 mail has left already to a contact of this import and cannot be taken back." in page


def test_what_is_kept_of_a_contact_goes_with_the_purge(admin, imported):
    from contacts.domain.purging import purge_trash

    nora = of("nora")
    Contact.objects.filter(pk=nora.pk).update(deleted_at="2026-01-01T00:00Z")
    assert ImportedContact.objects.count() == 3
    purge_trash()
    assert not ImportedContact.objects.filter(subject_id=nora.pk).exists()
    assert ImportedContact.objects.count() == 2
