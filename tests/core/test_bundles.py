"""Style sheets and scripts of every page are one file each once they are collected."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from core.files.bundles import BundledStaticFilesStorage, declared

BUNDLES = {"css/staff.css", "css/client.css", "css/visitor.css", "js/staff.js", "js/client.js", "js/visitor.js"}
SOURCE = Path(settings.BASE_DIR) / "static"


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The storage that `script/server` serves from, and the folder it has collected into."""
    folder = tmp_path_factory.mktemp("static")
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "core.files.bundles.BundledStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield BundledStaticFilesStorage(location=folder), folder


def test_every_bundle_is_written_with_a_hash_and_compressed(collected):
    storage, folder = collected
    assert set(declared()) == BUNDLES
    for name in BUNDLES:
        hashed = storage.stored_name(name)
        assert re.fullmatch(r"(css|js)/\w+\.[0-9a-f]{12}\.(css|js)", hashed)
        assert (folder / f"{hashed}.gz").is_file()


@pytest.mark.parametrize("name", sorted(name for name in BUNDLES if name.startswith("css/")))
def test_a_bundle_of_style_sheets_is_its_sources_in_order_with_fonts_that_are_there(collected, name):
    storage, folder = collected
    written = (folder / name).read_text()
    places = [written.index((SOURCE / source).read_text()) for source in declared()[name]]
    assert places == sorted(places)
    for address in re.findall(r'url\("([^"]+)"\)', (folder / storage.stored_name(name)).read_text()):
        assert (folder / "css" / address).resolve().is_file(), address


@pytest.mark.parametrize("name", sorted(name for name in BUNDLES if name.startswith("js/")))
def test_scripts_of_a_bundle_stand_alone(name):
    """Each in a block: it may neither import from another nor need what another declares."""
    for source in declared()[name]:
        text = (SOURCE / source).read_text()
        assert not re.search(r"^import ", text, re.MULTILINE), source
        assert not re.search(r"^export (?!const |function |class )", text, re.MULTILINE), source


def test_pages_name_the_sources_until_bundles_are_written(client, db):
    page = client.get(reverse("accounts:sign_in")).content.decode()
    assert "css/reset.css" in page
    assert "css/visitor.css" not in page
