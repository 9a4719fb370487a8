"""A database of an earlier build is refused in words, before anything is changed."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


def check():
    call_command("check", databases=["default"], tags=["database"], verbosity=0)


def test_a_database_of_this_build_is_taken(capsys):
    check()


@pytest.mark.parametrize("command", [check, lambda: call_command("migrate", skip_checks=False, verbosity=0)])
def test_a_database_of_an_earlier_build_is_refused(command, capsys):
    MigrationRecorder(connection).record_applied("contacts", "0028_first_invitation_index")
    with pytest.raises(SystemCheckError, match="earlier build of AdvisorHub") as refused:
        command()
    assert "contacts.0028_first_invitation_index" in str(refused.value)


def test_migrations_of_packages_that_were_removed_do_not_matter(capsys):
    MigrationRecorder(connection).record_applied("axes", "0008_accessfailurelog")
    check()
