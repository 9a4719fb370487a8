"""Files that nothing refers to any more."""

import os
import time

import pytest
from django.urls import reverse

from accounts.models import Firm
from core.files.references import STRAY_AFTER, remove_strays
from core.models import ExportFile, Operation
from tests import world

pytestmark = pytest.mark.django_db


def test_strays_are_removed_and_nothing_else(files_on_disk):
    world.build()
    wanted = {path for path in files_on_disk.rglob("*") if path.is_file()}
    assert len(wanted) >= 5
    stray, young, elsewhere = (files_on_disk / name for name in ("contacts/1.jpg", "contacts/2.jpg", "own/3.jpg"))
    elsewhere.parent.mkdir()
    for path in (stray, young, elsewhere):
        path.write_bytes(b"x")
    past = time.time() - STRAY_AFTER.total_seconds() - 60
    for path in {*wanted, stray, elsewhere}:
        os.utime(path, (past, past))
    remove_strays()
    assert {path for path in files_on_disk.rglob("*") if path.is_file()} == {*wanted, young, elsewhere}


def test_a_firm_without_files_has_no_strays(files_on_disk):
    remove_strays()


def test_a_file_that_a_restored_backup_has_lost_is_not_found(as_user, client, admin):
    Firm.objects.update(logo="firm/lost.png")
    assert client.get("/logo/").status_code == 404
    operation = Operation.objects.create(
        kind="contacts.export", title="Export", owner=admin, params={"format": "csv"}, state=Operation.State.FINISHED
    )
    ExportFile.objects.create(operation=operation, role=admin.role, name="a.csv", size=3, file="exports/lost.csv")
    assert as_user(admin).get(reverse("core:export_file", args=[operation.pk])).status_code == 404
