"""Exports in the background: exact, their owner's alone, begun again when broken off, gone after a day."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from contacts.views import exporting
from core.models import Activity, ExportFile, Operation
from core.operations import running
from core.registry import operation_types
from core.spreadsheets import exports
from core.spreadsheets.retention import clear_old_exports
from reports.views import experience as views
from tests.factories import AssignmentFactory, ContactFactory, UserFactory

CONTACTS, REPORT = "/contacts/export/", "/reports/experience/export/"


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch, settings, tmp_path):
    """Three rows are many here, and told of two by two; files go to a folder of the test."""
    for module in (exporting, views):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    monkeypatch.setattr(exports, "ROWS_TOLD", 2)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def five(advisor, colleague):
    """Three contacts of the advisor, two of the colleague, all with an experience."""
    owners = [advisor, advisor, colleague, advisor, colleague]
    contacts = [ContactFactory(last_name=f"Name{n}", primary_advisor=owner) for n, owner in enumerate(owners)]
    for contact in contacts:
        AssignmentFactory(contact=contact)
    return contacts


def begun(client, url, posted) -> Operation:
    """The operation that an export has become."""
    answer = client.post(url, posted)
    assert answer.status_code == 302 and "/operations/" in answer.url
    return Operation.objects.latest("pk")


def names(answer) -> list[str]:
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [line["Last name"] for line in csv.DictReader(io.StringIO(text, newline=""))]


def written(client, operation) -> list[str]:
    """What is in the file once a worker has been there."""
    running.run(operation.pk)
    operation.refresh_from_db()
    assert operation.state == "finished", operation.error
    return names(client.get(f"/operations/{operation.pk}/file/"))


@pytest.mark.parametrize(
    ("url", "posted"),
    [(CONTACTS, {"all": "1", "query": "sort=-name", "format": "csv"}), (f"{REPORT}?sort=-name", {"format": "csv"})],
)
def test_many_rows_are_written_in_the_background_in_the_order_of_the_list(as_user, admin, five, url, posted):
    client = as_user(admin)
    operation = begun(client, url, posted)
    assert "Download" not in client.get(f"/operations/{operation.pk}/").content.decode()
    assert client.get(f"/operations/{operation.pk}/file/").status_code == 404
    assert written(client, operation) == ["Name4", "Name3", "Name2", "Name1", "Name0"]
    assert (operation.total, operation.done) == (5, 5)
    page = client.get(f"/operations/{operation.pk}/?started=1").content.decode()
    assert f"/operations/{operation.pk}/file/" in page and ".csv" in page
    assert "Nothing matches" not in page and "state=done" not in page  # there are no lines to look at
    noted = Activity.objects.get(verb="exported")
    assert (noted.actor, noted.operation, noted.data["count"]) == (admin, operation, 5)
    assert noted.sentence.startswith("Exported") and "5 contacts as CSV: All contacts" in noted.sentence


def test_the_ticked_ones_alone(as_user, admin, five):
    client = as_user(admin)
    ids = ",".join(str(one.pk) for one in five[:3])
    page = client.post(CONTACTS, {"ids": ids})
    assert "in the background" in page.content.decode()
    assert written(client, begun(client, CONTACTS, page.context["hidden"] | {"format": "csv"})) == [
        "Name0",
        "Name1",
        "Name2",
    ]


def test_the_record_names_no_more_ids_than_for_a_small_one(as_user, admin, five, monkeypatch):
    monkeypatch.setattr(exports, "IDS_KEPT", 2)
    client = as_user(admin)
    ids = sorted(one.pk for one in five[:3])
    for url_ids in (ids, ids[:1]):
        client.post(CONTACTS, {"ids": ",".join(map(str, url_ids)), "format": "csv"})
    running.run(Operation.objects.get().pk)
    small, large = Activity.objects.filter(verb="exported").order_by("pk")
    assert (small.data["ids"], large.data["ids"]) == (ids[:1], ids[:2])
    assert small.data.keys() == large.data.keys()


def test_a_press_too_many_leads_to_the_export_that_is_under_way(as_user, admin, advisor, five):
    client, posted = as_user(admin), {"all": "1", "query": "sort=name", "format": "csv"}
    first = begun(client, CONTACTS, posted)
    assert begun(client, CONTACTS, posted) == first
    assert begun(client, CONTACTS, posted | {"format": "xlsx"}) != first
    assert begun(as_user(advisor), CONTACTS, posted).owner == advisor
    running.run(first.pk)
    again = begun(as_user(admin), CONTACTS, posted)
    assert again.owner == admin and again.pk > first.pk  # that one has its file; this asks for how it is now


def test_whoever_may_export_may_stop_it(as_user, compliance, advisor, five):
    client = as_user(compliance)
    operation = begun(client, CONTACTS, {"all": "1", "format": "csv"})
    assert f"/operations/{operation.pk}/cancel/" in client.get(f"/operations/{operation.pk}/").content.decode()
    assert as_user(advisor).post(f"/operations/{operation.pk}/cancel/").status_code == 404
    assert as_user(compliance).post(f"/operations/{operation.pk}/cancel/").status_code == 302
    operation.refresh_from_db()
    assert operation.state == "stopped"


def test_whoever_may_not_edit_any_more_has_no_hand_in_changes(as_user, admin, compliance):
    deleting = Operation.objects.create(kind="contacts.delete", title="x", owner=compliance, state="queued")
    assert as_user(compliance).post(f"/operations/{deleting.pk}/cancel/").status_code == 404
    assert as_user(admin).post(f"/operations/{deleting.pk}/cancel/").status_code == 302


def test_the_file_is_stored_outside_of_the_transaction_that_tells_of_it(as_user, admin, five, monkeypatch):
    operation = begun(as_user(admin), CONTACTS, {"all": "1", "format": "csv"})
    taken, inside, storage = exports.ExportType.take, [], ExportFile.file.field.storage.__class__
    save = storage._save

    def take(self, operation, batch):
        inside.append(True)
        try:
            return taken(self, operation, batch)
        finally:
            inside.pop()

    def stored(self, *args, **kwargs):
        assert not inside
        return save(self, *args, **kwargs)

    monkeypatch.setattr(exports.ExportType, "take", take)
    monkeypatch.setattr(storage, "_save", stored)
    running.run(operation.pk)
    operation.refresh_from_db()
    assert operation.state == "finished", operation.error


def test_a_workbook(as_user, admin, five):
    client = as_user(admin)
    operation = begun(client, CONTACTS, {"all": "1", "query": "name=name", "format": "xlsx"})
    running.run(operation.pk)
    answer = client.get(f"/operations/{operation.pk}/file/")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 6


def test_rights_are_those_of_the_moment_at_which_it_is_written(as_user, advisor, colleague, five):
    client = as_user(advisor)
    operation = begun(client, CONTACTS, {"all": "1", "format": "csv"})
    five[1].primary_advisor = colleague
    five[1].save()
    assert written(client, operation) == ["Name0", "Name3"]
    assert operation.total == 2


def test_who_is_gone_by_their_turn_is_left_out_and_counted(as_user, admin, five, monkeypatch):
    client = as_user(admin)
    operation = begun(client, CONTACTS, {"all": "1", "format": "csv"})
    take = exports.ExportType.take

    def deleting(self, operation, batch):
        if isinstance(batch, exports.Begun):
            type(five[2]).objects.filter(pk=five[2].pk).update(deleted_at=timezone.now())
        return take(self, operation, batch)

    monkeypatch.setattr(exports.ExportType, "take", deleting)
    assert written(client, operation) == ["Name0", "Name1", "Name3", "Name4"]
    assert (operation.total, operation.done, operation.skipped) == (5, 4, 1)


def test_nobody_else_gets_the_file_and_nobody_whose_role_is_another_now(as_user, admin, advisor, five):
    operation = begun(as_user(advisor), CONTACTS, {"all": "1", "format": "csv"})
    running.run(operation.pk)
    url = f"/operations/{operation.pk}/file/"
    assert as_user(admin).get(url).status_code == 404
    assert "Download contacts" not in as_user(admin).get(f"/operations/{operation.pk}/").content.decode()
    assert as_user(UserFactory(role="contact")).get(url).status_code == 404
    advisor.role = "support"
    advisor.save()
    assert as_user(advisor).get(url).status_code == 404


def test_a_small_one_is_sent_at_once(as_user, admin, five):
    assert names(as_user(admin).post(CONTACTS, {"ids": str(five[0].pk), "format": "csv"})) == ["Name0"]
    assert not Operation.objects.exists()


def test_stopped_on_its_way_it_leaves_no_file(as_user, admin, five, monkeypatch):
    operation = begun(as_user(admin), CONTACTS, {"all": "1", "format": "csv"})
    kind, take = operation_types["contacts.export"], exports.ExportType.take

    def stop(self, operation, batch):
        if isinstance(batch, exports.Written):
            running.cancel(operation)
        return take(self, operation, batch)

    monkeypatch.setattr(type(kind), "take", stop)
    running.run(operation.pk)
    operation.refresh_from_db()
    # Asked to stop while it took its last piece, it may end either way; never with half a file.
    assert operation.state in ("stopped", "finished")
    assert ExportFile.objects.exists() == (operation.state == "finished")


def test_broken_off_it_is_written_again_from_the_beginning(as_user, admin, five, monkeypatch):
    client = as_user(admin)
    operation = begun(client, CONTACTS, {"all": "1", "format": "csv"})
    with monkeypatch.context() as broken:

        def no_disk(self, *args, **kwargs):
            raise OSError("No space left on device")

        broken.setattr(ExportFile.file.field.storage.__class__, "_save", no_disk)
        running.run(operation.pk)
    operation.refresh_from_db()
    assert operation.state == "failed" and "(OSError)" in operation.error
    Operation.objects.filter(pk=operation.pk).update(state="queued")
    assert written(client, operation) == [f"Name{n}" for n in range(5)]
    assert operation.done == 5


def test_broken_off_after_its_last_piece_it_only_ends(as_user, admin, five):
    client = as_user(admin)
    operation = begun(client, CONTACTS, {"all": "1", "format": "csv"})
    before = written(client, operation)
    Operation.objects.filter(pk=operation.pk).update(state="running", lease_until=timezone.now() - timedelta(1))
    assert written(client, operation) == before
    assert (operation.done, ExportFile.objects.count(), Activity.objects.filter(verb="exported").count()) == (5, 1, 1)


def test_after_a_day_the_file_is_gone(as_user, admin, five, django_capture_on_commit_callbacks):
    client = as_user(admin)
    operation = begun(client, CONTACTS, {"all": "1", "format": "csv"})
    written(client, operation)
    name = ExportFile.objects.get().file.name
    clear_old_exports()
    assert ExportFile.objects.exists()
    ExportFile.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert client.get(f"/operations/{operation.pk}/file/").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        clear_old_exports()
    assert not default_storage.exists(name) and not ExportFile.objects.exists()
