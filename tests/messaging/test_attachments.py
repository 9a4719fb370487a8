"""Files that come with messages: what may come in, who gets them, and that they are kept as the messages are."""

import csv
import hashlib
import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from contacts.domain.purging import purge_trash
from contacts.models import Contact
from messaging.domain import attachments, notices
from messaging.domain.writing import add_note, start_as_staff, write_as_client, write_as_staff
from messaging.models import Attachment, Message, Thread
from tests.factories import AssignmentFactory, UserFactory
from tests.world import picture

PDF = b"%PDF-1.4 a statement"
POLL = {"HTTP_HX_REQUEST": "true", "HTTP_X_POLL": "1"}


def png() -> bytes:
    return picture().read()


def upload(name="statement.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def write_url(thread):
    return f"/portal/messages/{thread.pk}/write/"


def reply_url(thread):
    return f"/messages/{thread.pk}/reply/"


def seen():
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first()


def check_constraints():
    """What else is checked when a transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def sent(asked, client_contact, advisor):
    """`sent(side="client", text="", names=…)`: a message with files."""

    def send(side="client", text="", names=("statement.pdf",)):
        with transaction.atomic(), attachments.stored([upload(name) for name in names]) as files:
            if side == "client":
                return write_as_client(client_contact, text, user=advisor, files=files)
            write = add_note if side == "note" else write_as_staff
            return write(asked, text, by=advisor, files=files)

    return send


def test_a_client_sends_files_without_a_text(portal, asked):
    files = [upload("My statement.pdf"), upload("Front side.PNG", png())]
    answer = portal.post(write_url(asked), {"text": " ", "files": files})
    assert answer["Location"] == f"/portal/messages/{asked.pk}/"
    message = Message.objects.last()
    assert (message.text, message.attachment_count, message.side) == ("", 2, "client")
    first, second = message.attachments.all()
    assert (first.name, first.size, first.content_type) == ("My statement.pdf", len(PDF), "application/pdf")
    assert (first.file.read(), first.sha256) == (PDF, hashlib.sha256(PDF).hexdigest())
    assert (second.name, second.content_type, second.icon) == ("Front side.PNG", "image/png", "image")
    check_constraints()


def test_the_staff_answer_with_a_file_and_note_with_another(as_user, advisor, asked):
    client = as_user(advisor)
    client.post(reply_url(asked), {"text": "Please sign", "files": [upload("form.pdf")], "seen": seen()})
    client.post(f"/messages/{asked.pk}/note/", {"note-files": [upload("note.pdf")]})
    found = Attachment.objects.order_by("pk").values_list("message__side", "message__text", "name")
    assert list(found) == [("staff", "Please sign", "form.pdf"), ("note", "", "note.pdf")]


def test_a_first_message_may_be_a_file(as_user, advisor, client_contact, portal):
    form = {"to": f"user-{advisor.pk}", "text": "", "files": [upload()]}
    assert as_user(advisor).post(f"/messages/contacts/{client_contact.pk}/write/", form).status_code == 302
    Thread.objects.update(last_message_at=None)  # as if nobody had written
    assert portal.post(f"/portal/messages/to/{advisor.pk}/write/", {"files": [upload()]}).status_code == 302
    assert Message.objects.filter(text="", attachment_count=1).count() == 2


def test_a_file_is_written_where_checks_are_made_at_once(sent):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert sent().attachments.count() == 1
    check_constraints()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<html>", "“page.html”: Choose a PDF or a picture"),
        ("drawing.svg", b"<svg/>", "“drawing.svg”: Choose a PDF or a picture"),
        ("letter.docx", b"PK\x03\x04", "“letter.docx”: Choose a PDF or a picture"),
        ("page.pdf", b"<html>%PDF-", "“page.pdf”: The file ends in .pdf, but is something else inside"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "something else inside"),
        ("photo.jpg", png(), "something else inside"),
        ("empty.pdf", b"", "“empty.pdf”: The file is empty"),
        ("none", PDF, "“none”: Choose a PDF or a picture"),
        ("statement.pdf.exe", PDF, "Choose a PDF or a picture"),
    ],
)
def test_what_is_no_pdf_or_picture_is_refused_by_name(portal, asked, name, content, words, files_on_disk):
    files = [upload("good.pdf"), upload(name, content)]
    answer = portal.post(write_url(asked), {"text": "Typed", "files": files})
    assert (answer.status_code, answer.context["form"]["text"].value()) == (422, "Typed")
    refusal, again = answer.context["form"].errors["files"]
    assert (words in refusal, again) == (True, "Choose your files again: they were not sent.")
    assert (Message.objects.count(), list(files_on_disk.iterdir())) == (1, [])


def test_too_large_and_too_many_are_refused(as_user, advisor, asked, monkeypatch):
    client = as_user(advisor)
    many = [upload(f"{number}.pdf") for number in range(attachments.FILES_AT_MOST + 1)]
    answer = client.post(reply_url(asked), {"text": "x", "files": many, "seen": seen()})
    assert answer.context["form"].errors["files"] == [
        "These are 6 files. Send at most 5 with one message, and the others with another.",
        "Choose your files again: they were not sent.",
    ]
    monkeypatch.setattr(attachments, "BYTES_AT_MOST", len(PDF) - 1)
    answer = client.post(reply_url(asked), {"text": "x", "files": [upload()], "seen": seen()})
    (sentence,) = answer.context["form"].errors["files"]
    assert "“statement.pdf”: The file is larger than" in sentence
    assert (answer.status_code, Message.objects.count()) == (422, 1)


@pytest.mark.parametrize("text", ["", "  \r\n "])
def test_neither_text_nor_file_is_no_message(portal, asked, text):
    answer = portal.post(write_url(asked), {"text": text})
    assert (answer.status_code, answer.context["form"].errors["text"]) == (422, ["Write something, or choose a file."])


def test_files_have_to_be_chosen_again_and_the_page_says_so(portal, asked):
    answer = portal.post(write_url(asked), {"text": "x" * 4001, "files": [upload()]})
    assert answer.context["form"].errors["files"] == ["Choose your files again: they were not sent."]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Carla\\tax.pdf", "tax.pdf"),
        ("tax\x07 \u202efdp.pdf", "tax fdp.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("Müller – Übersicht (final).pdf", "Müller – Übersicht (final).pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
    ],
)
def test_names_are_kept_without_paths_and_what_nobody_sees(portal, asked, given, kept):
    with transaction.atomic(), attachments.stored([upload()]) as files:
        files[0].name = attachments.safe_file_name(given)
        message = write_as_client(asked.contact, "", user=asked.user, files=files)
    assert message.attachments.get().name == kept
    page = portal.get(f"/portal/messages/{asked.pk}/").content.decode()
    assert "<img src=x" not in page


def test_a_long_name_comes_in_by_a_form(portal, asked):
    assert portal.post(write_url(asked), {"files": [upload("n" * 300 + ".pdf")]}).status_code == 302
    name = Attachment.objects.get().name
    assert (len(name), name[-6:]) == (200, "nn.pdf")


def test_three_presses_with_a_file_make_one_message(portal, asked, files_on_disk):
    for _ in range(3):
        form = {"text": "Once", "files": [upload()], "csrfmiddlewaretoken": "drawn"}
        assert portal.post(write_url(asked), form).status_code == 302
    assert (Message.objects.filter(text="Once").count(), Attachment.objects.count()) == (1, 1)
    assert len(list((files_on_disk / "attachments").iterdir())) == 1


def test_a_write_that_fails_leaves_no_file(portal, asked, files_on_disk, monkeypatch):
    def fail(thread):
        raise RuntimeError("The worker is gone")

    monkeypatch.setattr(notices, "notify_staff", fail)
    with pytest.raises(RuntimeError):
        portal.post(write_url(asked), {"text": "x", "files": [upload(), upload("b.pdf")]})
    assert (Attachment.objects.count(), list((files_on_disk / "attachments").iterdir())) == (0, [])


def test_a_closed_thread_takes_no_file_and_keeps_the_text(portal, asked, give_team, files_on_disk):
    give_team(reach="off")
    answer = portal.post(write_url(asked), {"text": "Typed", "files": [upload()]})
    assert (answer.status_code, answer.context["form"]["text"].value()) == (409, "Typed")
    assert (Attachment.objects.count(), list((files_on_disk / "attachments").iterdir())) == (0, [])


def test_an_answer_that_somebody_forestalled_asks_for_its_files_again(as_user, advisor, asked, client_contact):
    before = seen()
    write_as_client(client_contact, "Rather on Friday.", user=advisor)
    form = {"text": "Yes", "files": [upload()], "seen": before}
    answer = as_user(advisor).post(reply_url(asked), form)
    assert answer.status_code == 409
    assert answer.context["form"].errors["files"] == ["Choose your files again: they were not sent."]
    assert not Attachment.objects.exists()


def test_nobody_sends_files_into_another_clients_thread(portal, advisor, files_on_disk):
    other = AssignmentFactory(contact__primary_advisor=advisor).contact
    thread = start_as_staff(other, "Private", by=advisor, user=advisor).thread
    assert portal.post(write_url(thread), {"files": [upload()]}).status_code == 404
    assert (Attachment.objects.count(), list(files_on_disk.iterdir())) == (0, [])


def test_a_client_sends_so_much_a_day_and_the_staff_more(portal, asked, as_user, advisor, monkeypatch, sent):
    monkeypatch.setattr(attachments, "BYTES_A_DAY", 2 * len(PDF))
    sent("staff", names=["a.pdf", "b.pdf", "c.pdf"])
    codes = [
        portal.post(write_url(asked), {"text": f"{number}", "files": [upload()]}).status_code for number in range(3)
    ]
    assert codes == [302, 302, 409]
    answer = portal.post(write_url(asked), {"text": "Typed", "files": [upload()]})
    assert "in 24 hours. Send this later" in answer.content.decode()
    assert portal.post(write_url(asked), {"text": "A text"}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=True):
        assert attachments.sent_today(asked.contact) == 0


def test_who_sees_the_contact_gets_the_file(
    as_user, portal, sent, client_contact, advisor, admin, compliance, colleague, support, give_team
):
    mate = UserFactory(role="support")
    give_team(mate)
    address = f"/messages/file/{sent().attachments.get().pk}/"
    for user, status in (
        (advisor, 200), (admin, 200), (mate, 200), (compliance, 200), (colleague, 404), (support, 404),
    ):  # fmt: skip
        assert as_user(user).get(address).status_code == status, user
    answer = as_user(advisor).get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="statement.pdf"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert answer["Cache-Control"] == "no-store, private"
    assert portal.get(address).status_code in {302, 404}


def test_a_client_gets_files_of_their_own_threads_and_none_of_notes(portal, sent, advisor, client_contact):
    own, note = sent("staff").attachments.get(), sent("note").attachments.get()
    other = AssignmentFactory(contact__primary_advisor=advisor).contact
    with transaction.atomic(), attachments.stored([upload()]) as files:
        start_as_staff(other, "Private", by=advisor, user=advisor, files=files)
    answer = portal.get(f"/portal/messages/file/{own.pk}/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    assert answer["Content-Disposition"].startswith("attachment")
    for foreign in (note, files[0]):
        assert portal.get(f"/portal/messages/file/{foreign.pk}/").status_code == 404


def test_the_staffs_preview_of_the_portal_leads_to_the_file(as_user, advisor, sent, client_contact, colleague):
    message = sent("staff")
    address = f"/portal/preview/{client_contact.pk}/messages/file/{message.attachments.get().pk}/"
    page = as_user(advisor).get(f"/portal/preview/{client_contact.pk}/messages/{message.thread_id}/")
    assert address in page.content.decode()
    assert as_user(advisor).get(address).status_code == 200
    assert as_user(colleague).get(address).status_code == 404


def test_a_message_without_text_is_shown_by_its_files_wherever_texts_are(as_user, portal, advisor, sent, asked):
    message = sent(names=["a.pdf", "b.pdf"])
    words, client = "2 files: a.pdf, b.pdf", as_user(advisor)
    assert client.get("/messages/?tab=all").context["page"].threads[0].last_text == words
    contact_page = client.get(f"/contacts/{asked.contact_id}/").content.decode()
    assert contact_page.count(words) == 2, "in the section and on the timeline"
    assert portal.get("/portal/messages/").context["threads"][0].last_text == words
    page = client.get(f"/messages/{asked.pk}/").content.decode()
    assert page.count('class="message-text"') == 1, "of the first message alone"
    for one in message.attachments.all():
        assert f'href="/messages/file/{one.pk}/"' in page
    sent("staff", text="And this", names=["c.pdf"])
    assert client.get("/messages/?tab=all").context["page"].threads[0].last_text == "And this"


@pytest.mark.parametrize("side", ["client", "staff"])
def test_a_poll_brings_files_along(as_user, portal, advisor, asked, sent, side):
    before = seen()
    name = f"file/{sent(side).attachments.get().pk}/"
    assert name in as_user(advisor).get(f"/messages/{asked.pk}/new/?after={before}", **POLL).content.decode()
    assert name in portal.get(f"/portal/messages/{asked.pk}/new/?after={before}", **POLL).content.decode()


def test_the_archive_lists_and_exports_files(as_user, compliance, sent):
    one, two = sent(names=["a.pdf", "b.pdf"]).attachments.all()
    client = as_user(compliance)
    page = client.get("/messages/archive/").content.decode()
    assert [f'href="/messages/file/{file.pk}/">{file.name}</a>' in page for file in (one, two)] == [True, True]
    answer = client.post("/messages/archive/export/", {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    words = "; ".join(f"{file.name} ({len(PDF)} bytes, SHA-256 {file.sha256})" for file in (one, two))
    assert sorted(row["Attachments"] for row in rows) == ["", words]


def test_files_outlive_a_contact_who_is_deleted_for_good(as_user, sent, client_contact, compliance, advisor):
    file = sent().attachments.get()
    Contact.objects.filter(pk=client_contact.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    purge_trash()
    address = f"/messages/file/{file.pk}/"
    assert [as_user(user).get(address).status_code for user in (advisor, compliance)] == [404, 200]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda file: Attachment.objects.filter(pk=file.pk).update(name="other.pdf"),
        lambda file: Attachment.objects.filter(pk=file.pk)._raw_delete("default"),
        lambda file: connection.cursor().execute("TRUNCATE messaging_attachment"),
    ],
)
def test_attachments_cannot_be_changed_or_removed(sent, wrong):
    file = sent().attachments.get()
    check_constraints()
    with pytest.raises(Error), transaction.atomic():
        wrong(file)


def another(message, **values):
    return Attachment.objects.create(
        **{"message": message, "file": "attachments/x.pdf", "name": "x.pdf", "size": 1, "sha256": "0" * 64} | values
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda message: another(message),
        lambda message: Message.objects.create(thread=message.thread, side="client", text="", attachment_count=1),
        lambda message: Message.objects.create(thread=message.thread, side="client", text=""),
        lambda message: another(message, name=""),
        lambda message: another(message, size=0),
    ],
)
def test_the_database_knows_how_many_files_a_message_has(sent, wrong):
    message = sent()
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong(message)
        check_constraints()


@pytest.mark.parametrize("many", [1, 3])
def test_pages_take_the_same_queries_for_any_number_of_files(
    as_user, portal, advisor, compliance, asked, sent, many, django_assert_num_queries
):
    for _ in range(many):
        sent("staff", names=[f"{number}.pdf" for number in range(many)])
    for address, queries in ((f"/portal/messages/{asked.pk}/", 10), ("/portal/messages/", 8)):
        with django_assert_num_queries(queries):
            assert portal.get(address).status_code == 200
    staff = (
        (advisor, f"/messages/{asked.pk}/", 13),
        (advisor, "/messages/?tab=all", 6),
        (compliance, "/messages/archive/", 8),
    )
    for user, address, queries in staff:
        client = as_user(user)
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
