"""The example of docs/writing-an-adapter.md: its own tests, run here too, and its way into AdvisorHub."""

import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from crm.registry import GROUP
from crm.validation import class_problem

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "example-adapter"
sys.path[:0] = [str(EXAMPLE), str(EXAMPLE / "tests")]

import acme_crm as acme  # noqa: E402 - only found there
from acme_fake import AcmeFake  # noqa: E402
from test_acme_adapter import (  # noqa: E402, F401 - collected here as well
    TestAcme,
    fake,
    test_a_merged_record_names_the_one_that_stays,
    test_a_record_without_an_id_is_told_and_does_not_stop_the_run,
)

__all__ = ["AcmeFake", "TestAcme", "acme"]


def test_the_package_names_its_adapter_as_it_calls_itself():
    told = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())
    points = told["project"]["entry-points"][GROUP]
    assert points == {"acme": "acme_crm:Acme"}
    for name, value in points.items():
        assert class_problem(EntryPoint(name, value, GROUP).load(), name) == ""


def test_its_tests_run_from_our_folder_wherever_it_lies(tmp_path):
    """Without Django, by the command that the page names; the package itself is found as an installed one is."""
    copy = tmp_path / "acme"
    shutil.copytree(EXAMPLE, copy)
    command = [sys.executable, "-m", "pytest", "-q", copy / "tests", "-k", "merged or declares"]
    env = {name: text for name, text in os.environ.items() if not name.startswith("DJANGO")}
    done = subprocess.run(command, cwd=ROOT, env=env | {"PYTHONPATH": str(copy)}, capture_output=True, text=True)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.realcrm
def test_it_is_installed_and_found_as_the_page_says(tmp_path):
    """In an environment without pip, as script/setup makes it."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    copy = tmp_path / "acme"
    shutil.copytree(EXAMPLE, copy)
    env = os.environ | {"VENV": str(venv)}
    done = subprocess.run([ROOT / "script" / "adapter", copy], cwd=tmp_path, env=env, capture_output=True, text=True)
    if done.returncode and "No matching distribution" in done.stderr and not os.environ.get("CI"):
        pytest.skip("NO PACKAGES: setuptools could not be had to build the example.")
    assert done.returncode == 0, done.stderr
    asked = f"from importlib.metadata import entry_points; print([p.value for p in entry_points(group={GROUP!r})])"
    found = subprocess.run([venv / "bin" / "python", "-c", asked], capture_output=True, text=True, check=True)
    assert "acme_crm:Acme" in found.stdout
    assert "Restart AdvisorHub" in done.stdout
