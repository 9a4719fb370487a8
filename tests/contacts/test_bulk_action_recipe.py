"""The bulk action that the recipe shows, run as it is printed: one class and its registration are all it takes."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from contacts.models import Contact
from contacts.registry import contact_actions, contact_bulk_actions
from core.models import Activity, Operation
from core.registry import operation_types
from tests.contacts.test_bulk import choose, confirm
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
RECIPE = Path(__file__).resolve().parents[2] / "docs/recipes/add-a-bulk-action.md"
KEY = "contacts.set_city"
REGISTRIES = (operation_types, contact_bulk_actions, contact_actions)


@pytest.fixture(autouse=True)
def set_city():
    """The action, registered for one test."""
    printed = re.findall(r"^   ```python\n(.*?)^   ```", RECIPE.read_text(), re.DOTALL | re.MULTILINE)
    action, imports = ("\n".join(line[3:] for line in code.splitlines()) for code in printed)
    exec(compile(f"{imports}\n\n{action}", str(RECIPE), "exec"), {"__name__": "recipe"})  # noqa: S102 - our own page
    yield operation_types[KEY]
    for registry in REGISTRIES:
        registry._entries.pop(KEY)


@pytest.fixture
def three(advisor):
    """Three contacts of the advisor, one of whom lives there already."""
    there = ContactFactory(primary_advisor=advisor, city="Springfield")
    return [there, *ContactFactory.create_batch(2, primary_advisor=advisor, city="Shelbyville")]


def cities() -> list[str]:
    return list(Contact.objects.order_by("pk").values_list("city", flat=True))


def test_it_is_offered_to_those_who_may_edit(as_user, advisor, compliance, three):
    bar, page = reverse("contacts:list"), reverse("contacts:detail", args=[three[0].pk])
    addresses = f'formaction="/contacts/bulk/{KEY}/"', f'href="/contacts/{three[0].pk}/do/{KEY}/"'
    for user, offered in ((advisor, True), (compliance, False)):
        client = as_user(user)
        found = [
            address in client.get(url).content.decode() for url, address in zip((bar, page), addresses, strict=True)
        ]
        assert found == [offered, offered]


def test_from_the_bar_over_the_preview_to_the_report_and_back(as_user, advisor, three):
    client = as_user(advisor)
    url = choose(client, "set_city", three)
    draft = url.partition("draft=")[2]
    path = url.partition("?")[0]
    assert client.post(path, {"draft": draft, "city": ""}).status_code == 422
    url = client.post(path, {"draft": draft, "city": "Springfield"}).url
    page = client.get(url)
    assert (page.context["preview"].will, page.context["preview"].skipped) == (2, [("Has this city already.", 1)])
    assert "Set the city of 2 contacts" in page.content.decode()
    report = confirm(client, url).url
    assert cities() == ["Springfield"] * 3
    operation = Operation.objects.get()
    assert (operation.title, operation.done, operation.skipped) == ("Set city to Springfield", 2, 1)
    assert Activity.objects.filter(sentence="Set city to Springfield", operation=operation).count() == 2
    assert f'action="/contacts/undo/{operation.pk}/"' in client.get(report).content.decode()
    confirm(client, client.post(f"/contacts/undo/{operation.pk}/").url)
    assert cities() == ["Springfield", "Shelbyville", "Shelbyville"]


def test_for_one_contact_the_form_is_the_whole_dialogue(as_user, advisor, colleague, three):
    client, url = as_user(advisor), f"/contacts/{three[1].pk}/do/{KEY}/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"city": "Springfield"}).url == f"/contacts/{three[1].pk}/"
    assert cities() == ["Springfield", "Springfield", "Shelbyville"]
    refused = client.post(f"/contacts/{three[0].pk}/do/{KEY}/", {"city": "Springfield"})
    assert (refused.status_code, refused.context["refusal"]) == (422, "Has this city already.")
    assert as_user(colleague).get(url).status_code == 404


def test_each_chunk_asks_for_the_owners_rights_again(as_user, advisor, colleague, three):
    client = as_user(advisor)
    url = choose(client, "set_city", three)
    url = client.post(url.partition("?")[0], {"draft": url.partition("draft=")[2], "city": "Ogdenville"}).url
    Contact.objects.filter(pk=three[2].pk).update(primary_advisor=colleague)
    confirm(client, url)
    assert cities() == ["Ogdenville", "Ogdenville", "Shelbyville"]


def test_an_address_that_names_no_bulk_action_is_not_there(as_user, admin, three):
    client = as_user(admin)
    for key in ("contacts.nothing", "contacts.import_check", "core.export"):
        assert client.get(f"/contacts/bulk/{key}/").status_code == 404
        assert client.get(f"/contacts/{three[0].pk}/do/{key}/").status_code == 404
    for key in ("contacts.undo", "contacts.hand_over", "crm.update", "messaging.write_many"):
        assert client.get(f"/contacts/{three[0].pk}/do/{key}/").status_code == 404
