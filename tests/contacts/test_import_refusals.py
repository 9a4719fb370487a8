"""File import: what cannot be taken is refused with its true reason, at the dry run or when it is applied."""

import pytest

from contacts.models import Contact
from tests.contacts.test_imports import HEADINGS, messages_of, verdicts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("length", "verdict"), [(120, "create"), (121, "cannot")])
def test_a_household_with_too_long_a_name_stops_its_row_and_nothing_else(admin, advisor, bring, apply, length, verdict):
    line = "N,N,n{}@example.com,2125550101,client,{},,{}"
    lines = [line.format(n, advisor.email, "H" * size) for n, size in ((1, length), (2, 9))]
    file_import = bring(admin, "\n".join([f"{HEADINGS},Household", *lines]))
    assert verdicts(file_import) == {2: verdict, 3: "create"}
    if verdict == "cannot":
        assert messages_of(file_import, 2) == ["Household is longer than 120 characters."]
    assert apply(admin, file_import).state == "applied"
    assert Contact.objects.count() == list(verdicts(file_import).values()).count("create")
