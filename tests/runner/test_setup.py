"""`script/setup` says plainly what is missing."""

import shutil
import subprocess

import pytest

from advisorhub.embedded import BASE_DIR


@pytest.fixture
def checkout(tmp_path):
    """A folder with the script and requirements only: no virtual environment yet."""
    (tmp_path / "script").mkdir()
    shutil.copy(BASE_DIR / "script" / "setup", tmp_path / "script" / "setup")
    shutil.copy(BASE_DIR / "requirements.txt", tmp_path)
    return tmp_path


def run_with_python(checkout, script):
    """Run script/setup on a machine whose only Python is the given shell script."""
    programs = checkout / "bin"
    programs.mkdir()
    for name in ("bash", "env", "dirname", "basename", "cat", "rm"):
        (programs / name).symlink_to(shutil.which(name))
    if script:
        (programs / "python3").write_text(f"#!{shutil.which('bash')}\n{script}\n")
        (programs / "python3").chmod(0o755)
    return subprocess.run(
        [checkout / "script" / "setup"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_named(checkout):
    result = run_with_python(checkout, '[ "$1" = --version ] && { echo Python 3.9.2; exit; }; exit 1')
    assert result.returncode == 1
    assert "AdvisorHub needs Python 3.11 or newer. Found: Python 3.9.2." in result.stderr


def test_no_python_at_all_is_said(checkout):
    result = run_with_python(checkout, None)
    assert result.returncode == 1
    assert "AdvisorHub needs Python 3.11 or newer. Found: no Python at all." in result.stderr


def test_a_python_without_venv_is_told_what_to_install(checkout):
    result = run_with_python(checkout, '[[ "$2" == *ensurepip* ]] && exit 1; exit 0')
    assert result.returncode == 1
    assert "apt-get install python3-venv" in result.stderr
