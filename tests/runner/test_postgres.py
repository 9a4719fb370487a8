"""The embedded PostgreSQL survives what crashes leave behind."""

import os
import signal

import psutil
import pytest

from runner.errors import RunnerError
from runner.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One data folder for the module: making one is the slow part."""
    return tmp_path_factory.mktemp("pg") / "postgres"


@pytest.fixture
def postgres(folder):
    """A server on the module's folder, not started yet; stopped at the end."""
    server = EmbeddedPostgres(folder, disposable=True)
    yield server
    server.stop()
    assert server.processes() == []


def query(server, statement):
    """Return the rows of a statement in the database postgres."""
    connection = server.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def pid_of(server):
    """Return the number of the server's main process."""
    (process,) = server.processes()
    return process.pid


def test_a_second_start_keeps_the_data(postgres):
    postgres.start()
    query(postgres, "CREATE TABLE kept AS SELECT 7 AS number")
    postgres.stop()
    postgres.start()
    assert query(postgres, "SELECT number FROM kept") == [(7,)]


def test_letters_beyond_ascii_are_letters(postgres):
    postgres.start()
    query(postgres, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert query(postgres, "SELECT upper('müller'), similarity('müller', 'MÜLLER')") == [("MÜLLER", 1.0)]


def test_a_database_is_made_once(postgres):
    postgres.start()
    postgres.ensure_database("some name")
    postgres.ensure_database("some name")
    assert query(postgres, "SELECT count(*) FROM pg_database WHERE datname = 'some name'") == [(1,)]
    postgres.drop_database("some name")
    assert query(postgres, "SELECT count(*) FROM pg_database WHERE datname = 'some name'") == [(0,)]


def test_a_leftover_pid_file_that_names_another_program_does_not_block(postgres):
    postgres.start()
    text = (postgres.data / "postmaster.pid").read_text()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(text.replace(text.split("\n")[0], str(os.getpid()), 1))
    postgres.start()
    assert query(postgres, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("text", ["", "12", "not a number\n", "1\n/elsewhere\n"])
def test_a_damaged_pid_file_does_not_block(postgres, text):
    postgres.start()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(text)
    postgres.start()
    assert query(postgres, "SELECT 1") == [(1,)]


def test_a_server_that_still_runs_is_taken_over(postgres, folder):
    postgres.start()
    before = pid_of(postgres)
    EmbeddedPostgres(folder, disposable=True).start()
    assert pid_of(postgres) == before


def test_a_running_server_that_lost_its_pid_file_is_replaced(postgres):
    postgres.start()
    before = pid_of(postgres)
    (postgres.data / "postmaster.pid").unlink()
    postgres.start()
    assert pid_of(postgres) != before
    assert query(postgres, "SELECT 1") == [(1,)]


def test_a_killed_server_starts_again_with_what_was_committed(postgres):
    postgres.start()
    query(postgres, "CREATE TABLE IF NOT EXISTS survivor (number int)")
    query(postgres, "TRUNCATE survivor; INSERT INTO survivor VALUES (1)")
    os.kill(pid_of(postgres), signal.SIGKILL)
    postgres.start()
    assert query(postgres, "SELECT number FROM survivor") == [(1,)]


def test_stopping_what_does_not_run_is_quiet(tmp_path):
    EmbeddedPostgres(tmp_path / "never", disposable=True).stop()


@pytest.mark.parametrize("name", ["long" * 30, "with space 'and' quötes, comma"])
def test_any_folder_name_will_do_and_no_socket_folder_is_left(tmp_path, name):
    server = EmbeddedPostgres(tmp_path / name, disposable=True)
    server.start()
    try:
        sockets = server._socket_folder_in_use()
        assert sockets != server.data
        assert query(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()
    assert not sockets.exists()


def test_a_first_start_that_was_cut_off_does_not_block(tmp_path):
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(tmp_path / "postgres", disposable=True)
    server.start()
    try:
        assert query(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()


def test_disposable_data_is_made_anew_when_damaged_and_kept_data_is_not_touched(tmp_path):
    folder = tmp_path / "postgres"
    server = EmbeddedPostgres(folder, disposable=True)
    server.start()
    server.stop()
    (server.data / "global" / "pg_control").write_bytes(b"garbage")

    with pytest.raises(RunnerError, match="did not start"):
        EmbeddedPostgres(folder).start()
    assert (server.data / "global" / "pg_control").read_bytes() == b"garbage"

    server.start()
    try:
        assert query(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()


def test_data_of_another_version_is_refused_with_a_sentence(tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(RunnerError, match="made by PostgreSQL 9"):
        EmbeddedPostgres(tmp_path / "postgres").start()


def test_only_our_own_server_counts_as_ours(postgres, tmp_path):
    postgres.start()
    assert EmbeddedPostgres(tmp_path / "other").processes() == []
    assert psutil.pid_exists(pid_of(postgres))
