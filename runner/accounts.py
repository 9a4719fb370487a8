"""The unprivileged account PostgreSQL runs as when AdvisorHub is started by root."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from runner.errors import RunnerError

SYSTEM_USER = "embedded_postgres"
TRAVERSE = stat.S_IXGRP | stat.S_IXOTH
READ = stat.S_IRGRP | stat.S_IROTH


def server_account() -> pwd.struct_passwd | None:
    """Return the account to run PostgreSQL as, made when missing; None means: as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _make_account()
    return pwd.getpwnam(SYSTEM_USER)


def open_way_to(path: Path) -> None:
    """Let the account walk through the folders above `path`; it may not list or read them."""
    for folder in path.resolve().parents:
        _add_mode(folder, TRAVERSE)


def open_program(root: Path) -> None:
    """Let the account read and run the installed PostgreSQL below `root`."""
    open_way_to(root)
    _add_mode(root, TRAVERSE | READ)
    for path in root.rglob("*"):
        if path.is_symlink():
            continue
        executable = path.is_dir() or path.parent.name == "bin"
        _add_mode(path, READ | (TRAVERSE if executable else 0))


def _make_account() -> None:
    """Make the account: no password, no home, no shell."""
    if useradd := shutil.which("useradd"):
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    elif adduser := shutil.which("adduser"):
        command = [adduser, "-S", "-D", "-H", "-s", "/sbin/nologin", SYSTEM_USER]
    else:
        raise RunnerError(
            "PostgreSQL does not run as root, and this machine has no useradd to make an account for it. "
            "Start AdvisorHub as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
        )
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (fixed words)
    if result.returncode != 0:
        raise RunnerError(f"The account {SYSTEM_USER} for PostgreSQL could not be made: {result.stderr.strip()}")


def _add_mode(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)
