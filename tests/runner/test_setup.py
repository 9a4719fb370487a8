"""`script/setup` says plainly what is missing, and installs what has to be, once."""

import re
import shutil
import subprocess
import sys

import pytest

from runner.embedded import BASE_DIR

SETUP = BASE_DIR / "script" / "setup"


@pytest.fixture
def checkout(tmp_path):
    """A folder with the script, requirements and project only: no virtual environment yet."""
    folder = tmp_path / "checkout"
    (folder / "script").mkdir(parents=True)
    shutil.copy(SETUP, folder / "script" / "setup")
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(BASE_DIR / name, folder)
    return folder


def run_with_python(checkout, script, *, activated=False):
    """Run script/setup on a machine whose only Python is the given shell script, perhaps with .venv activated."""
    programs = checkout / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("bash", "env", "dirname", "basename", "cat", "rm", "mkdir", "cp"):
        if not (programs / name).exists():
            (programs / name).symlink_to(shutil.which(name))
    if script:
        (programs / "python3").write_text(f"#!{shutil.which('bash')}\n{script}\n")
        (programs / "python3").chmod(0o755)
    return subprocess.run(
        [checkout / "script" / "setup"],
        env={
            "PATH": f"{checkout}/.venv/bin:{programs}" if activated else str(programs),
            "LOG": str(checkout.parent / "calls"),
        },
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


# Notes how it is called; makes a virtual environment that is itself again, with or without pip as it was told to.
FAKE = """
here="${0%/*}"
echo "${0##*/} $*" >> "$LOG"
case "$*" in
    *"import pip"*) [ -e "$here/pip" ] ;;
    *--version*) echo Python 3.11.0 ;;
    *"-m venv"*)
        for last in "$@"; do :; done
        mkdir -p "$last/bin"; cp "$0" "$last/bin/python"; cp "$0" "$last/bin/python3"
        [[ "$*" == *--without-pip* ]] || : > "$last/bin/pip" ;;
    *hexdigest*) text="$(cat)"; echo "sum of ${#text}" ;;
esac
"""


def calls_of_setup(checkout, **how):
    """Run script/setup with the fake Python; how that was called this time."""
    log = checkout.parent / "calls"
    log.unlink(missing_ok=True)
    result = run_with_python(checkout, FAKE, **how)
    assert result.returncode == 0, result.stderr
    return log.read_text().splitlines()


def installs(calls):
    """What was installed: `requirements` or `project`."""
    names = {"--requirement requirements.txt": "requirements", "--editable .": "project"}
    return [names[end] for call in calls for end in names if call.endswith(end)]


@pytest.mark.parametrize("base_has_pip", [True, False])
def test_a_pip_that_is_there_is_used_and_none_is_brought(checkout, base_has_pip):
    (checkout / "bin").mkdir()
    if base_has_pip:
        (checkout / "bin" / "pip").touch()
    calls = calls_of_setup(checkout)
    assert len([call for call in calls if "-m venv" in call]) == 1
    tool = "python3 -m pip --python .venv/bin/python" if base_has_pip else "python -m pip"
    found = [call for call in calls if " install " in call]
    assert [call.startswith(f"{tool} install --quiet") for call in found] == [True, True]
    assert installs(calls) == ["requirements", "project"]


def test_a_second_time_nothing_is_installed(checkout):
    calls_of_setup(checkout)
    again = calls_of_setup(checkout)
    assert (installs(again), [call for call in again if "-m venv" in call]) == ([], [])


def test_an_activated_environment_without_pip_is_not_made_again(checkout):
    (checkout / "bin").mkdir()
    (checkout / "bin" / "pip").touch()
    calls_of_setup(checkout)
    assert [call for call in calls_of_setup(checkout, activated=True) if "-m venv" in call] == []


def test_a_new_entry_point_installs_the_project_again(checkout):
    calls_of_setup(checkout)
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("# longer\n")
    assert installs(calls_of_setup(checkout)) == ["project"]


def test_a_folder_that_has_moved_installs_the_project_again(checkout):
    calls_of_setup(checkout)
    moved = checkout.rename(checkout.parent / "moved")
    assert installs(calls_of_setup(moved)) == ["project"]
    assert installs(calls_of_setup(moved)) == []


def test_the_environment_of_another_checkout_is_left_alone_while_that_is_there(checkout):
    calls_of_setup(checkout)
    other = checkout.parent / "other"
    shutil.copytree(checkout, other, symlinks=True, ignore=shutil.ignore_patterns(".venv"))
    (other / ".venv").symlink_to(checkout / ".venv")
    assert installs(calls_of_setup(other)) == []
    (checkout / "pyproject.toml").unlink()
    assert installs(calls_of_setup(other)) == ["project"]


def test_settings_of_linters_do_not_install_the_project_again():
    """The real Python reads pyproject.toml: only what an install depends on counts."""
    code = re.search(r"python\" -c '\n(import hashlib, json.*?)' < pyproject", SETUP.read_text(), re.DOTALL)[1]
    said = (BASE_DIR / "pyproject.toml").read_text()

    def checksum(text):
        return subprocess.run(
            [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True
        ).stdout

    assert len(checksum(said)) == 65
    assert checksum(said.replace("line-length = 120", "line-length = 100")) == checksum(said)
    assert checksum(said.replace('tryton = "', 'third = "')) != checksum(said)


def test_what_is_warmed_up_is_there():
    result = subprocess.run(
        [sys.executable, "-m", "runner.warm"], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
