"""Pages are sent without the indentation of their templates; mails in plain text keep theirs."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse

FOLDER = Path(settings.BASE_DIR) / "templates"


@pytest.mark.django_db
def test_no_line_of_a_page_is_indented(client):
    page = client.get(reverse("accounts:sign_in")).content.decode()
    assert "<main" in page
    assert not re.search(r"^[ \t]+", page, re.MULTILINE)


def test_texts_keep_theirs():
    name = next(path for path in FOLDER.rglob("*.txt"))
    assert get_template(str(name.relative_to(FOLDER))).template.source == name.read_text()


def test_no_template_holds_text_in_which_white_space_counts():
    """A value in a `<textarea>` is not part of the template; text in one, or in `<pre>`, would lose its shape."""
    for path in FOLDER.rglob("*.html"):
        found = re.findall(r"<(pre|textarea)\b[^>]*>(.*?)</\1>", path.read_text(), re.DOTALL)
        assert all(text.strip().startswith("{{") for _, text in found), path
