"""`script/setup` says plainly what is missing."""

import shutil
import subprocess
import sys

import pytest

from runner.embedded import BASE_DIR


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
    programs.mkdir(exist_ok=True)
    for name in ("bash", "env", "dirname", "basename", "cat", "rm"):
        if not (programs / name).exists():
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


# Notes how it is called; makes a virtual environment that is itself again, with or without pip as it was told to.
FAKE = """
here="${0%/*}"
echo "${0##*/} $*" >> "$LOG"
case "$*" in
    *"import pip"*) [ -e "$here/pip" ] ;;
    *--version*) echo Python 3.11.0 ;;
    *"-m venv"*)
        for last in "$@"; do :; done
        mkdir -p "$last/bin"; cp "$0" "$last/bin/python"
        [[ "$*" == *--without-pip* ]] || : > "$last/bin/pip" ;;
    *hexdigest*) cat > /dev/null; echo sum ;;
esac
"""


@pytest.mark.parametrize("base_has_pip", [True, False])
def test_a_pip_that_is_there_is_used_and_none_is_brought(checkout, base_has_pip):
    for name in ("mkdir", "cp"):
        (checkout / "bin").mkdir(exist_ok=True)
        (checkout / "bin" / name).symlink_to(shutil.which(name))
    if base_has_pip:
        (checkout / "bin" / "pip").touch()
    for _twice in range(2):
        result = run_with_python(checkout, FAKE.replace("$LOG", str(checkout / "log")))
        assert result.returncode == 0, result.stderr
    calls = (checkout / "log").read_text().splitlines()
    assert len([call for call in calls if "-m venv" in call]) == 1
    (install,) = [call for call in calls if " install " in call]
    tool = "python3 -m pip --python .venv/bin/python" if base_has_pip else "python -m pip"
    assert install.startswith(f"{tool} install --quiet")


def test_what_is_warmed_up_is_there():
    result = subprocess.run(
        [sys.executable, "-m", "runner.warm"], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
