"""The words of a search, in every list alike."""

import pytest

from core.listing.searching import words_of
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"Baker, Felix" <felix@example.com>;', ["Baker", "Felix", "felix@example.com"]),
        ("O’Brien 'Pat'", ["O’Brien", "Pat"]),
        ("a b c d e f g a", ["a", "b", "c", "d", "e", "f", "g"]),
        ("; , \"\"", []),
    ],
)  # fmt: skip
def test_what_stands_around_words_does_not_count(text, words):
    assert words_of(text) == words


def test_the_staff_are_found_alike(as_user, admin):
    felix = UserFactory(first_name="Felix", last_name="Baker", email="felix@example.com")
    UserFactory(first_name="Felix", last_name="Archer")
    for text in ("Baker, Felix", "Felix Baker <felix@example.com>;"):
        rows = as_user(admin).get("/users/", {"q": text}).context["table"].paginated_rows
        assert [row.record.pk for row in rows] == [felix.pk]
    rows = as_user(admin).get("/users/", {"q": "f e l i x b nobody"}).context["table"].paginated_rows
    assert list(rows) == []
