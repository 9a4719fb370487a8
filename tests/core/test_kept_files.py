"""Files keep the name that people gave them, for people; on disk they have one of our own, and only we read them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Firm
from contacts.models import FileImport
from core.files.storage import own_name
from experiences.models import Resource
from tests import world
from tests.core.test_saving_at_once import upload
from tests.forms import as_shown

pytestmark = pytest.mark.django_db
OWN = re.compile(r"[0-9a-f]{32}(\.[a-z0-9]{1,8})?")
NAMES = [
    "Mr. " + "Very long name of a perfectly ordinary document " * 4,
    "v1." + "x" * 230,
    "Q3.2026 Grüße an Familie Müller – Übersicht",
    "a.b.c.d",
    "résumé (final) [2]",
    "." * 40 + "x",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_resource_of_any_ordinary_name_comes_in_and_goes_out_under_it(as_user, advisor, files_on_disk, name):
    client, name = as_user(advisor), f"{name}.pdf"
    data = {"name": "Guide", "kind": "file", "state": "published", "file": SimpleUploadedFile(name, b"%PDF-1.4 x")}
    answer = client.post("/experiences/resources/new/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    resource = Resource.objects.get()
    assert resource.file_name[:100] == name[:100] and resource.file_name.endswith(".pdf")
    assert OWN.fullmatch(resource.file.name.removeprefix("resources/"))
    sent = client.get(f"/experiences/resources/{resource.pk}/file/")
    assert b"".join(sent.streaming_content) == b"%PDF-1.4 x"
    assert "attachment" in sent["Content-Disposition"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_ordinary_name_is_imported(as_user, advisor, files_on_disk, name):
    file = SimpleUploadedFile(f"{name}.csv", b"First name,Last name\nNia,New\n")
    assert as_user(advisor).post("/contacts/import/", {"file": file}).status_code == 302
    one = FileImport.objects.get()
    assert one.file_name.endswith(name[-60:] + ".csv")
    assert OWN.fullmatch(one.file.name.removeprefix("imports/"))


@pytest.mark.parametrize("name", NAMES)
def test_a_logo_of_any_ordinary_name_is_taken(as_user, admin, files_on_disk, name):
    logo = upload("blue")
    logo.name = f"{name}.png"
    client = as_user(admin)
    assert client.post("/settings/", as_shown(client, "/settings/", logo=logo)).status_code == 302
    assert OWN.fullmatch(Firm.get().logo.name.removeprefix("firm/"))


def test_all_that_is_kept_is_ours_alone_to_read_and_under_names_of_our_own(files_on_disk):
    world.build()
    found = list(files_on_disk.rglob("*"))
    files = [path for path in found if path.is_file()]
    assert len(files) >= 5
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in found if path.is_dir()} == {0o700}
    assert [path.name for path in files if not OWN.fullmatch(path.name)] == []


@pytest.mark.parametrize(
    ("given", "ending"),
    [("a/b.PDF", ".pdf"), ("a/b.tar.gz", ".gz"), ("a/b", ""), ("a/b.", ""), ("a/x.p df", ""), ("a/x." + "y" * 50, "")],
)
def test_an_own_name_keeps_an_ordinary_ending(given, ending):
    found = own_name(given)
    assert found.startswith("a/") and found.endswith(ending)
    assert OWN.fullmatch(found.removeprefix("a/")) and (ending or "." not in found)
