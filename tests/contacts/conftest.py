"""Fixtures of the file import, for all its tests."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.domain.purging import purge_trash
from contacts.models import FileImport


@pytest.fixture
def bring(as_user, django_capture_on_commit_callbacks):
    """`bring(user, text)`: upload a file, accept the guessed columns, and return the checked import."""

    def go(user, text, **options):
        client = as_user(user)
        content = text.encode() if isinstance(text, str) else text
        name = "people.xlsx" if content[:2] == b"PK" else "people.csv"
        answer = client.post("/contacts/import/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 302, answer.context["form"].errors
        page = client.get(answer.url)
        data = {name: field.initial or "" for name, field in page.context["form"].fields.items()}
        with django_capture_on_commit_callbacks(execute=True):
            checked = client.post(answer.url, data | options)
        assert checked.status_code == 302, checked.context["form"].errors
        return FileImport.objects.latest("pk")

    return go


@pytest.fixture
def apply(as_user, django_capture_on_commit_callbacks):
    """`apply(user, file_import)`: press Import and let the worker do it."""

    def go(user, file_import):
        with django_capture_on_commit_callbacks(execute=True):
            assert as_user(user).post(f"/contacts/import/{file_import.pk}/apply/").status_code == 302
        file_import.refresh_from_db()
        return file_import

    return go


@pytest.fixture
def purge(django_capture_on_commit_callbacks):
    """`purge()`: the night's work."""

    def run():
        with django_capture_on_commit_callbacks(execute=True):
            purge_trash()

    return run
