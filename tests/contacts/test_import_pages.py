"""The pages of an import, through requests."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.models import FileImport
from tests.foreign_text import FOREIGN, shown_as_text

pytestmark = pytest.mark.django_db


def test_cells_beside_the_columns_of_a_file_and_in_a_row_to_be_mended(
    as_user, admin, files_on_disk, django_capture_on_commit_callbacks
):
    client = as_user(admin)
    text = f"First Name,Last Name,E-mail,Mobile\nAnna,{FOREIGN},{FOREIGN},+12025550123\n"
    columns = client.post(
        reverse("contacts:import"), {"file": SimpleUploadedFile("people.csv", text.encode())}, follow=True
    )
    assert shown_as_text(columns)
    data = {name: field.initial or "" for name, field in columns.context["form"].fields.items()}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(columns.request["PATH_INFO"], data)
    brought = FileImport.objects.get()
    assert shown_as_text(client.get(reverse("contacts:import_row", args=[brought.pk, brought.rows.get().pk])))
