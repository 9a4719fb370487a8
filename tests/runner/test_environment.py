"""var/env keeps what a person wrote, and shows the addresses of a run only while it lasts."""

import pytest

from runner.environment import EnvironmentFile


@pytest.fixture
def file(tmp_path):
    """A file that does not exist yet."""
    return EnvironmentFile(tmp_path / "var" / "env")


def test_the_secret_key_is_made_once_and_for_our_eyes_only(file):
    file.ensure_secret_key()
    first = file.kept()["SECRET_KEY"]
    file.ensure_secret_key()
    assert file.kept() == {"SECRET_KEY": first}
    assert len(first) >= 80
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_addresses_are_shown_and_hidden_and_a_persons_lines_stay(file):
    file.path.parent.mkdir()
    file.path.write_text("# mine\nEMAIL_URL=smtp://mail.example.com\nTIME='$HOME # no comment'")
    file.show({"DATABASE_URL": "postgresql://postgres@%2Fa/advisorhub"})
    file.show({"DATABASE_URL": "postgresql://postgres@%2Fb/advisorhub"})
    text = file.path.read_text()
    assert text.count("DATABASE_URL") == 1
    assert "DATABASE_URL='postgresql://postgres@%2Fb/advisorhub'" in text
    file.hide()
    assert file.path.read_text() == ("# mine\nEMAIL_URL=smtp://mail.example.com\nTIME='$HOME # no comment'\n")
    assert file.kept() == {"EMAIL_URL": "smtp://mail.example.com", "TIME": "$HOME # no comment"}


def test_a_line_added_below_the_block_stays_and_a_block_cut_off_by_a_crash_goes(file):
    file.show({"DATABASE_URL": "old"})
    with file.path.open("a") as text:
        text.write("LOG_LEVEL=DEBUG\n")
    assert file.kept() == {"LOG_LEVEL": "DEBUG"}
    whole = file.path.read_text()
    file.path.write_text(whole[: whole.index("old")])
    assert file.kept() == {}
