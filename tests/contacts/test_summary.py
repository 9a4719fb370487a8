"""The Contact Summary Page: who sees it, what it shows, and editing in place."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from PIL import Image

from accounts.models import Firm
from contacts.models import Contact, Note, PortalSignIn
from core.forms.conflicts import SEEN
from core.history.recording import record
from core.models import Operation
from tests.factories import ContactFactory, HouseholdFactory, NoteFactory, TeamFactory, UserFactory
from tests.forms import as_shown

pytestmark = pytest.mark.django_db


def page(client, contact, query=""):
    return client.get(f"/contacts/{contact.pk}/{query}")


def test_the_page_is_for_those_who_see_the_contact(as_user, admin, advisor, colleague, support, compliance, contact):
    mate = UserFactory(role="support")
    Contact.objects.update(team=TeamFactory(members=[mate]))
    seen = {user.last_name: page(as_user(user), contact).status_code for user in (admin, advisor, compliance, mate)}
    assert set(seen.values()) == {200}
    assert [page(as_user(user), contact).status_code for user in (colleague, support)] == [404, 404]


def test_compliance_reads_and_changes_nothing(as_user, compliance, contact):
    client = as_user(compliance)
    html = page(client, contact).content.decode()
    assert "/sections/" not in html
    assert "Save the note" not in html
    assert client.post(f"/contacts/{contact.pk}/sections/team/", {}).status_code in {403, 404}
    assert client.post(f"/contacts/{contact.pk}/notes/", {"text": "x"}).status_code in {403, 404}


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_any_amount(as_user, advisor, django_assert_max_num_queries, count):
    contact = ContactFactory(primary_advisor=advisor, household=HouseholdFactory(), team=TeamFactory(members=[advisor]))
    ContactFactory.create_batch(count, primary_advisor=advisor, household=contact.household)
    NoteFactory.create_batch(count, contact=contact)
    Contact.objects.filter(pk=contact.pk).update(start_at=timezone.now())
    for number in range(count):
        PortalSignIn.objects.create(contact=contact)
        Contact.objects.filter(pk=contact.pk).update(city=f"Town {number}")
    client = as_user(advisor)
    page(client, contact)
    with django_assert_max_num_queries(32):
        assert page(client, contact).status_code == 200


def test_a_section_is_edited_in_place(as_user, advisor, contact):
    client = as_user(advisor)
    address = f"/contacts/{contact.pk}/sections/information/"
    form = client.get(address, headers={"HX-Request": "true"})
    assert form.status_code == 200
    assert b"<html" not in form.content
    initial = client.get(address).context["form"].initial
    data = {name: value for name, value in initial.items() if value is not None}
    data |= {"city": "Springfield", "tag_names": "vip"}
    answer = client.post(address, data, headers={"HX-Request": "true"})
    assert answer.headers.get("HX-Refresh") == "true", answer.content.decode()[:2000]
    contact.refresh_from_db()
    assert (contact.city, [tag.name for tag in contact.tags.all()]) == ("Springfield", ["vip"])


def test_a_small_section_leaves_everything_else_alone(as_user, advisor, contact):
    client = as_user(advisor)
    contact.tags.create(name="kept")
    address = f"/contacts/{contact.pk}/sections/household/"
    seen = client.get(address).context["form"].initial[SEEN]
    Contact.objects.filter(pk=contact.pk).update(city="Elsewhere")
    assert client.post(address, {"household_name": "The Clients", SEEN: seen}).status_code == 302
    contact.refresh_from_db()
    assert (contact.city, contact.household.name, contact.tags.count()) == ("Elsewhere", "The Clients", 1)


def test_two_tabs_on_one_section_are_noticed(as_user, advisor, contact):
    client = as_user(advisor)
    address = f"/contacts/{contact.pk}/sections/household/"
    seen = client.get(address).context["form"].initial[SEEN]
    assert client.post(address, {"household_name": "First", SEEN: seen}).status_code == 302
    assert client.post(address, {"household_name": "Second", SEEN: seen}).status_code == 422
    contact.refresh_from_db()
    assert contact.household.name == "First"


def test_bad_input_to_a_section_keeps_what_was_typed(as_user, advisor, contact):
    client = as_user(advisor)
    address = f"/contacts/{contact.pk}/sections/information/"
    answer = client.post(address, {"email": "nonsense", "city": "Typed"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert b'value="Typed"' in answer.content
    assert client.get(f"/contacts/{contact.pk}/sections/nonsense/").status_code == 404


def test_a_change_by_plain_sql_stands_in_the_timeline(as_user, advisor, colleague, contact):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET primary_advisor_id = %s, city = 'Ogdenville'", [colleague.pk])
    entries = page(as_user(colleague), contact).context["entries"]
    changes = {(change.label, change.before, change.after) for entry in entries for change in entry.changes}
    assert changes == {("City", "", "Ogdenville"), ("Primary advisor", advisor.name, colleague.name)}


@pytest.mark.django_db(transaction=True)
def test_an_edit_is_one_entry_with_all_its_changes(as_user, transactional_db):
    Firm.objects.get_or_create(pk=1)  # tests that commit for real empty every table
    contact = ContactFactory()
    client = as_user(contact.primary_advisor)
    address = f"/contacts/{contact.pk}/sections/household/"
    seen = client.get(address).context["form"].initial[SEEN]
    client.post(address, {"household_name": "The Clients", SEEN: seen})
    edited, arrived = page(client, contact).context["entries"]
    assert (edited.sentence, [change.label for change in edited.changes]) == ("Edited household", ["Household"])
    assert arrived.sentence == "Contact created"


def test_the_timeline_goes_on_without_gap_or_repetition(as_user, advisor, contact):
    Contact.objects.filter(pk=contact.pk).update(start_at=timezone.now())
    for number in range(70):
        PortalSignIn.objects.create(contact=contact, at=f"2026-01-01T00:{number % 60:02d}:{number // 60:02d}Z")
    client, moments, query = as_user(advisor), [], "?kind=sign_in"
    while True:
        answer = page(client, contact, query)
        moments += [entry.at for entry in answer.context["entries"]]
        if not answer.context["earlier_query"]:
            break
        query = f"?{answer.context['earlier_query']}"
        assert "kind=sign_in" in query
    assert len(moments) == 70
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "?before=never",
        "?kind=nonsense",
        "?before=2026-01-01",
        "?before=0001-01-01T00:00:00%2B23:00",
        "?before=9999-12-31T23:59:59-23:00",
    ],
)
def test_nonsense_in_the_address_is_left_out(as_user, advisor, contact, query):
    assert page(as_user(advisor), contact, query).status_code == 200


def test_notes_are_added_and_changed_by_their_author_only(as_user, advisor, admin, contact):
    client = as_user(advisor)
    assert client.post(f"/contacts/{contact.pk}/notes/", {"text": "Called."}).status_code == 302
    note = Note.objects.get()
    assert (note.author, note.text) == (advisor, "Called.")
    edit = f"/contacts/{contact.pk}/notes/{note.pk}/"
    assert client.post(edit, as_shown(client, edit, text="Called twice.", pinned="on")).status_code == 302
    assert as_user(admin).post(edit, {"text": "Overwritten"}).status_code == 404
    note.refresh_from_db()
    assert (note.text, note.pinned) == ("Called twice.", True)
    assert as_user(advisor).post(f"{edit}delete/").status_code == 302
    assert not Note.objects.exists()


def test_a_photo_is_written_anew_and_shown_to_those_who_see_the_contact(
    as_user, advisor, colleague, contact, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    picture = BytesIO()
    Image.new("RGB", (900, 600), "teal").save(picture, "PNG")
    upload = SimpleUploadedFile("me.png", picture.getvalue(), "image/png")
    address = f"/contacts/{contact.pk}/photo/edit/"
    assert as_user(advisor).post(address, as_shown(as_user(advisor), address, photo=upload)).status_code == 302
    shown = as_user(advisor).get(f"/contacts/{contact.pk}/photo/")
    assert Image.open(BytesIO(b"".join(shown.streaming_content))).size == (512, 512)
    assert as_user(colleague).get(f"/contacts/{contact.pk}/photo/").status_code == 404


@pytest.fixture
def photo_of(files_on_disk, as_user, django_capture_on_commit_callbacks):
    """`photo_of(contact, by, **data)`: post the photo's form with a new picture, or what `data` says; the files."""

    def post(contact, by, **data):
        picture = BytesIO()
        Image.new("RGB", (60, 60), "teal").save(picture, "PNG")
        data = data or {"photo": SimpleUploadedFile("me.png", picture.getvalue(), "image/png")}
        address = f"/contacts/{contact.pk}/photo/edit/"
        data = as_shown(as_user(by), address, **data)
        with django_capture_on_commit_callbacks(execute=True):
            assert as_user(by).post(address, data).status_code == 302
        contact.refresh_from_db()
        return sorted(f"contacts/{path.name}" for path in (files_on_disk / "contacts").iterdir())

    return post


def test_a_photo_that_is_replaced_or_removed_is_gone(photo_of, advisor, contact):
    first = photo_of(contact, advisor)
    second = photo_of(contact, advisor)
    assert (first != second, second) == (True, [contact.photo.name])
    assert (photo_of(contact, advisor, remove="on"), contact.photo.name) == ([], "")


def test_saving_without_a_photo_keeps_the_present_one(photo_of, advisor, contact):
    photo_of(contact, advisor)
    assert photo_of(contact, advisor, nothing="") == [contact.photo.name]


def test_a_change_of_photo_that_is_taken_back_leaves_the_old_file(
    photo_of, advisor, contact, monkeypatch, files_on_disk
):
    before = photo_of(contact, advisor)

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("contacts.domain.photos.record", fail)
    with pytest.raises(RuntimeError):
        photo_of(contact, advisor)
    monkeypatch.undo()
    contact.refresh_from_db()
    assert before == [contact.photo.name]
    assert [f"contacts/{path.name}" for path in (files_on_disk / "contacts").iterdir()] == before


def test_what_is_no_photo_is_refused(as_user, advisor, contact):
    fake = SimpleUploadedFile("me.png", b"<script>alert(1)</script>", "image/png")
    assert as_user(advisor).post(f"/contacts/{contact.pk}/photo/edit/", {"photo": fake}).status_code == 422


def test_the_head_of_a_household_is_chosen(as_user, advisor):
    contact = ContactFactory(primary_advisor=advisor, household=HouseholdFactory())
    assert as_user(advisor).post(f"/contacts/{contact.pk}/household/").status_code == 302
    contact.household.refresh_from_db()
    assert contact.household.head == contact


def test_an_operation_is_linked_for_those_who_may_open_it_and_named_for_the_others(
    as_user, admin, advisor, compliance, contact
):
    mate = UserFactory()
    Contact.objects.update(team=TeamFactory(members=[mate]))
    operation = Operation.objects.create(kind="contacts.edit", title="x", owner=advisor, state="finished")
    record("changed", "Set type to Lead", subject_ids=[contact.pk], actor=advisor, operation=operation)
    link = f'href="/operations/{operation.pk}/"'
    linked = {}
    for user in (admin, advisor, compliance, mate):
        html = page(as_user(user), contact).content.decode()
        assert "Set type to Lead" in html and "bulk operation" in html
        linked[user] = link in html
        assert as_user(user).get(f"/operations/{operation.pk}/").status_code == (200 if linked[user] else 404)
    assert linked == {admin: True, advisor: True, compliance: True, mate: False}


def test_the_timeline_goes_on_from_a_moment_in_any_zone(as_user, advisor, contact):
    client = as_user(advisor)
    for before, count in (("2999-01-01T00:00:00%2B23:00", 1), ("2001-01-01T00:00:00-23:00", 0)):
        assert len(page(client, contact, f"?before={before}").context["entries"]) == count
