"""Files that clients send for action items: what may come in, who gets it, and that a purge removes it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from contacts.domain.purging import purge_trash
from contacts.models import Contact
from core.models import Activity
from tests.factories import AssignmentFactory
from todos.domain import files
from todos.models import ActionItem, ItemFile

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 a passport"


def png() -> bytes:
    written = BytesIO()
    Image.new("RGB", (2, 2)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def portal(client, client_contact):
    """The test client, inside the portal."""
    client.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    return client


@pytest.fixture
def asking(client_contact):
    """An open action item that asks for a file."""
    return ActionItem.objects.create(contact=client_contact, title="Send your passport", asks_for_upload=True)


def send(client, item, name="passport.pdf", content=PDF, **data):
    upload = SimpleUploadedFile(name, content)
    return client.post(f"/portal/items/{item.pk}/upload/", {"file": upload, **data})


@pytest.mark.parametrize(("name", "content"), [("passport.pdf", PDF), ("Front side.PNG", png())])
def test_a_pdf_or_picture_is_kept_and_shown_by_its_name(portal, client_contact, asking, name, content):
    assert send(portal, asking, name, content).url == "/portal/items/"
    kept = ItemFile.objects.get()
    assert (kept.name, kept.size, kept.file.read()) == (name, len(content), content)
    assert portal.get("/portal/items/").context["waiting"][0].files == [name]
    told = Activity.objects.get(verb="action_item_file")
    assert (told.actor, told.subject_id) == (client_contact.user, client_contact.pk)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<html>", "Choose a PDF or a picture"),
        ("letter.docx", b"PK\x03\x04", "Choose a PDF or a picture"),
        ("trick.pdf", b"<script>", "something else inside"),
        ("empty.pdf", b"", "The file is empty"),
        ("none", PDF, "Choose a PDF or a picture"),
    ],
)
def test_anything_else_is_refused_beside_its_item(portal, asking, name, content, words):
    answer = send(portal, asking, name, content)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not ItemFile.objects.exists()


def test_nothing_chosen_too_large_and_too_many_are_refused(portal, asking, monkeypatch):
    assert portal.post(f"/portal/items/{asking.pk}/upload/").status_code == 422
    monkeypatch.setattr(files, "BYTES_AT_MOST", 10)
    assert send(portal, asking).status_code == 422
    monkeypatch.undo()
    monkeypatch.setattr(files, "FILES_AT_MOST", 1)
    assert [send(portal, asking, f"{n}.pdf").status_code for n in range(2)] == [302, 422]


def test_three_presses_send_one_file(portal, asking):
    for _ in range(3):
        assert send(portal, asking, csrfmiddlewaretoken="drawn").status_code == 302
    assert ItemFile.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"asks_for_upload": False},
        {"withdrawn_at": timezone.now()},
        {"done_at": timezone.now(), "done_by_client": True},
    ],
)
def test_only_an_open_item_that_asks_takes_files(portal, asking, values):
    ActionItem.objects.update(**values)
    assert send(portal, asking).status_code in {404, 422}
    assert not ItemFile.objects.exists()


def test_nobody_sends_files_for_another(portal):
    other = ActionItem.objects.create(contact=AssignmentFactory().contact, title="x", asks_for_upload=True)
    assert send(portal, other).status_code == 404


def test_staff_who_see_the_contact_download_it_and_nobody_else(
    as_user, portal, asking, admin, advisor, colleague, support, compliance
):
    send(portal, asking)
    address = f"/tasks/file/{ItemFile.objects.get().pk}/"
    assert portal.get(address).status_code in {302, 404}
    found = {user.last_name: as_user(user).get(address).status_code for user in (admin, advisor, compliance)}
    assert set(found.values()) == {200}
    answer = as_user(advisor).get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="passport.pdf"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert {as_user(user).get(address).status_code for user in (colleague, support)} == {404}


def test_the_contacts_page_leads_to_it(as_user, portal, asking, advisor):
    send(portal, asking, "My passport.pdf")
    html = as_user(advisor).get(f"/contacts/{asking.contact_id}/").content.decode()
    assert f'href="/tasks/file/{ItemFile.objects.get().pk}/"' in html
    assert "My passport.pdf" in html


def test_a_purge_removes_the_file_itself(files_on_disk, portal, asking, django_capture_on_commit_callbacks):
    send(portal, asking)
    path = files_on_disk / ItemFile.objects.get().file.name
    assert path.exists()
    Contact.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        purge_trash()
    assert (ItemFile.objects.exists(), path.exists()) == (False, False)
