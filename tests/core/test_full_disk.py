"""A disk without room: people are told what happened and what to do, and no half file is left.

On a real small file system where it may be mounted (tmpfs, as root), else under a real limit of the size of a file.
"""

import resource
import subprocess
import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.models import FileImport
from core import health
from core.models import ExportFile, Operation
from core.operations import running
from experiences.models import Resource
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
ROOM = 1024 * 1024
NEITHER = "NO SMALL DISK: neither may a tmpfs be mounted here (be root) nor the size of files be limited."


@pytest.fixture
def small_disk(tmp_path, settings):
    """A folder for kept files in which no more than a megabyte can be written."""
    folder = tmp_path / "small"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "core.files.storage.FileStorage"}}
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode == 0:
        yield folder
        subprocess.run(["umount", "--lazy", folder], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    except (ValueError, OSError):
        pytest.skip(NEITHER)
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files_in(folder):
    """What is kept, whole or not."""
    return [path for path in folder.rglob("*") if path.is_file()]


PDF = b"%PDF-1.4 " + b"x" * 2 * ROOM  # above what is kept in memory while it arrives: it passes through a file


@pytest.mark.parametrize("size", [1.5, 3])
def test_an_upload_says_that_the_disk_is_full_and_leaves_nothing(as_user, advisor, small_disk, size):
    client = as_user(advisor)
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + b"x" * int(size * ROOM), "application/pdf")
    answer = client.post("/experiences/resources/new/", {"name": "A", "kind": "file", "state": "draft", "file": file})
    page = answer.content.decode()
    assert answer.status_code == 507
    assert "The disk is full" in page and "Ask whoever runs AdvisorHub to free space" in page
    assert (files_in(small_disk), Resource.objects.count()) == ([], 0)


def test_an_import_says_so_too(as_user, advisor, small_disk):
    rows = b"First name,Last name\n" + b"Nia,New\n" * 200_000
    answer = as_user(advisor).post("/contacts/import/", {"file": SimpleUploadedFile("people.csv", rows)})
    assert answer.status_code == 507
    assert (files_in(small_disk), FileImport.objects.count()) == ([], 0)


def test_a_disk_that_is_full_before_an_upload_has_arrived_is_told(as_user, advisor, small_disk, settings, monkeypatch):
    settings.FILE_UPLOAD_TEMP_DIR = str(small_disk)
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + b"x" * 4 * ROOM, "application/pdf")
    answer = as_user(advisor).post(
        "/experiences/resources/new/", {"name": "A", "kind": "file", "state": "draft", "file": file}
    )
    assert answer.status_code == 507 and "The disk is full" in answer.content.decode()
    assert Resource.objects.count() == 0


@pytest.mark.parametrize("passing", [True, False], ids=["on its way", "when it is kept"])
def test_an_export_ends_in_words_leaves_nothing_and_can_be_begun_again(
    as_user, advisor, small_disk, monkeypatch, passing
):
    if passing:
        monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    ContactFactory.create_batch(30, primary_advisor=advisor, address_1="x" * 100)
    monkeypatch.setattr("contacts.export_columns.COLUMNS", [])
    monkeypatch.setattr("core.spreadsheets.exports.file_parts", lambda *args: (b"x" * 300_000 for _ in range(20)))
    params = {"format": "csv", "query": "", "ids": []}
    operation = Operation.objects.create(
        kind="contacts.export", title="x", owner=advisor, params=params, state="queued"
    )
    running.run(operation.pk)
    operation.refresh_from_db()
    assert operation.state == "failed"
    assert operation.error.startswith("The disk is full, so the file could not be written. Nothing of it was kept.")
    assert (files_in(small_disk), ExportFile.objects.count()) == ([], 0)
    page = as_user(advisor).get(f"/operations/{operation.pk}/").content.decode()
    assert "Ask whoever runs AdvisorHub to free space, then try again" in page


def test_readiness_tells_before_the_disk_is_full(client, small_disk, settings):
    for name in health.PROCESSES:
        health.beat(name)
    is_mounted = Path(small_disk).is_mount()
    settings.DISK_FREE_BYTES = 300_000
    assert client.get("/readyz").json()["disk"] == "ok"
    if is_mounted:
        (small_disk / "filler").write_bytes(b"x" * 800_000)
    else:
        settings.DISK_FREE_BYTES = 2**62
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["disk"], answer.json()["ready"]) == (503, "nearly full", False)
