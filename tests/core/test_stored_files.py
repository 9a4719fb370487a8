"""Files that nothing refers to any more."""

import os
import time

import pytest

from core.domain.stored_files import STRAY_AFTER, remove_strays
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
