"""A record's address in its CRM is a link only where it leads to the web."""

import pytest
from django.urls import reverse

from crm.domain.importing import import_records
from crm.models import Record

pytestmark = pytest.mark.django_db
State = Record.State


@pytest.fixture
def imported(demo, office, sync):
    """The Demo CRM, with all that is ready imported."""
    sync(demo, office["admin"])
    ready = Record.objects.filter(state=State.READY).values_list("pk", flat=True)
    import_records(list(ready), office["admin"])


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://crm.example.com/1", True),
        ("HTTP://crm.example.com/1", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("JaVaScript://crm.example.com/%0aalert(1)", False),
        ("data:text/html,x", False),
        ("//crm.example.com/1", False),
    ],
)
def test_only_an_address_of_the_web_is_a_link_to_the_crm(as_user, imported, office, url, is_link):
    record = Record.objects.filter(state=State.LINKED).first()
    Record.objects.filter(pk=record.pk).update(url=url)
    client = as_user(office["admin"])
    for page in (reverse("crm:record", args=[record.pk]), reverse("contacts:detail", args=[record.contact_id])):
        html = client.get(page).content.decode()
        assert ("Open in the CRM" in html, f'href="{url}"' in html) == (is_link, is_link)
