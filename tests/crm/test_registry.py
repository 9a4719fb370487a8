"""Adapters are found by what pyproject.toml declares, wherever the process that asks was started."""

import json
import os
import subprocess
import sys
import tomllib

import pytest

from crm.registry import GROUP
from runner.embedded import BASE_DIR

ASK = "import json; from crm.registry import adapters, unusable; print(json.dumps([sorted(adapters()), unusable()]))"


@pytest.fixture
def declared():
    """The keys of the adapters in pyproject.toml."""
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    return sorted(project["entry-points"][GROUP])


@pytest.mark.parametrize("folder", ["elsewhere", "checkout"])
def test_our_adapters_are_found_from_any_folder(tmp_path, declared, folder):
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))}
    result = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=BASE_DIR if folder == "checkout" else tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == [declared, {}]


def test_every_adapter_of_ours_is_declared(declared):
    folders = [path.parent.name for path in (BASE_DIR / "crm" / "adapters").glob("*/__init__.py")]
    assert declared == sorted(folders)
