"""All that match were chosen and some unticked then: everything is done to the others, and to nobody else."""

import pytest
from django.http import QueryDict

from contacts.models import Contact
from core.models import ExportFile, FrozenSelection, Operation
from core.operations import running
from crm.models import Connection, Record
from tests.contacts.test_exporting import URL, lines, names
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
ALL = {"all": "1", "query": "type=client&sort=-name"}


@pytest.fixture
def book(advisor):
    """Seven clients of the advisor, a lead, and somebody else's client."""
    made = [ContactFactory(last_name=f"Client{n}", primary_advisor=advisor, contact_type="client") for n in range(7)]
    ContactFactory(last_name="Lead", primary_advisor=advisor, contact_type="lead")
    ContactFactory(last_name="Foreign", contact_type="client")
    return made


def posted(*unticked):
    """What the bar sends."""
    return ALL | {"without": ",".join(str(one.pk) for one in unticked)}


def test_a_bulk_change_is_about_all_but_the_unticked(as_user, advisor, book):
    draft = as_user(advisor).post("/contacts/bulk/contacts.edit/", posted(book[0], book[3])).url.partition("draft=")[2]
    operation = Operation.objects.get(pk=draft)
    frozen = FrozenSelection.objects.get(operation=operation).subject_ids
    assert frozen == sorted(one.pk for one in book if one not in (book[0], book[3]))
    assert operation.selection.endswith(", without 2 deselected")
    assert QueryDict(operation.query).dict() == {"type": "client"}, "how a list is sorted narrows nothing"


def test_who_is_unticked_need_not_be_there_any_more(as_user, advisor, book):
    gone = book.pop()
    data = posted(gone)
    Contact.objects.filter(pk=gone.pk).delete()
    draft = as_user(advisor).post("/contacts/bulk/contacts.edit/", data).url.partition("draft=")[2]
    assert Operation.objects.get(pk=draft).total == len(book)


@pytest.mark.parametrize("unreadable", ["x", "1;2", "1,-2", "9" * 30, "1,2,x"])
def test_what_cannot_be_read_chooses_nobody(as_user, advisor, book, unreadable):
    client = as_user(advisor)
    assert client.post("/contacts/bulk/contacts.edit/", ALL | {"without": unreadable}).url == "/contacts/"
    assert client.post(URL, ALL | {"without": unreadable}).context["count"] == 0


def test_the_unticked_are_not_exported_and_the_file_has_the_lists_order(as_user, advisor, book):
    client = as_user(advisor)
    page = client.post(URL, posted(book[2]))
    assert "Export 6 contacts" in page.content.decode()
    assert "sort=-name" in page.context["back_url"]
    found = names(lines(client.post(URL, page.context["hidden"] | {"format": "csv"})))
    assert found == ["Client6", "Client5", "Client4", "Client3", "Client1", "Client0"]


def test_ticked_rows_are_exported_in_the_lists_order(as_user, advisor, book):
    ids = ",".join(str(book[n].pk) for n in (1, 5, 3))
    for order, meant in (("-name", [5, 3, 1]), ("name", [1, 3, 5])):
        data = {"ids": ids, "query": f"sort={order}", "format": "csv"}
        assert names(lines(as_user(advisor).post(URL, data))) == [f"Client{n}" for n in meant]


def test_an_export_in_the_background_leaves_them_out_too(as_user, advisor, book, monkeypatch, files_on_disk):
    monkeypatch.setattr("contacts.views.exporting.AT_ONCE", 2)
    as_user(advisor).post(URL, posted(book[2]) | {"format": "csv"})
    operation = Operation.objects.get(kind="contacts.export")
    if not operation.is_over:
        running.run(operation.pk)
    with ExportFile.objects.get().file.open() as file:
        text = file.read().decode("utf-8-sig")
    found = [line.split(",")[1] for line in text.splitlines()[1:]]
    assert found == ["Client6", "Client5", "Client4", "Client3", "Client1", "Client0"]


def test_records_of_a_crm_are_chosen_likewise(as_user, admin):
    connection = Connection.objects.create(name="CRM", adapter="demo")
    rows = [Record.objects.create(connection=connection, remote_id=str(n), state="ready") for n in range(5)]
    asked = as_user(admin).post("/crm/records/import/", {"all": "1", "query": "", "without": f"{rows[1].pk}"})
    draft = Operation.objects.get(pk=asked.context["hidden"]["draft"])
    assert FrozenSelection.objects.get(operation=draft).subject_ids == [r.pk for r in rows if r != rows[1]]


def test_the_trash_is_restored_but_for_the_unticked(as_user, advisor, book):
    Contact.objects.filter(pk__in=[one.pk for one in book]).update(deleted_at="2026-11-29T00:00Z", deleted_by=advisor)
    data = {"all": "1", "query": "", "without": f"{book[0].pk},{book[1].pk}"}
    draft = as_user(advisor).post("/contacts/bulk/contacts.restore/", data).url.partition("draft=")[2].partition("&")[0]
    assert Operation.objects.get(pk=draft).total == 5
