"""Records of several owners, custom fields by their labels, what could not be read, and servers at a path."""

from dataclasses import replace

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.adapters.demo import DemoCRM
from crm.adapters.demo.adapter import OWNERS
from crm.base import ConfigField
from crm.domain.importing import import_records
from crm.domain.opening import open_adapter
from crm.forms import ConnectionForm
from crm.models import Connection, Owner, Record
from crm.records import Page, RemoteField
from tests.factories import UserFactory
from tests.forms import seen_at


@pytest.fixture
def changed(monkeypatch):
    """`changed(values)`: the Demo CRM's records say this besides."""
    real = DemoCRM.changes

    def change(**values):
        def changes(self, state):
            for page in real(self, state):
                found = tuple(replace(one, **values) for one in page.contacts)
                yield Page(page.next_state, found, gone=page.gone, last=page.last)

        monkeypatch.setattr(DemoCRM, "changes", changes)

    return change


@pytest.fixture
def second(demo, office, sync, changed):
    """All records are the first user's, and the second's besides."""
    changed(owner_id="U1", other_owner_ids=("U2", "U1", "U9"))
    sync(demo, office["admin"])
    return demo


def seen(user, state=None) -> int:
    rows = Record.objects.in_state(state, user) if state else Record.objects.visible_to(user)
    return rows.count()


def test_a_record_is_seen_by_all_it_is_assigned_to(second, office):
    stranger = UserFactory()
    for state in (None, "ready", "cannot"):
        assert seen(office["one"], state) == seen(office["two"], state) == seen(office["admin"], state) > 0
        assert seen(stranger, state) == 0
    record = Record.objects.filter(state="ready").first()
    assert (record.advisor, record.other_advisors) == (office["one"], [office["two"].pk])


def test_the_second_may_open_and_import_it_and_the_first_is_its_advisor(second, office, as_user):
    record = Record.objects.filter(state="ready").first()
    client = as_user(office["two"])
    page = client.get(reverse("crm:record", args=[record.pk])).content.decode()
    assert "Also assigned to" in page and office["two"].name in page
    assert as_user(UserFactory()).get(reverse("crm:record", args=[record.pk])).status_code == 404
    answer = as_user(office["two"]).post(reverse("crm:import_one", args=[record.pk]), follow=True)
    assert answer.status_code == 200
    assert "was imported, and is seen by the primary advisor." in answer.content.decode()
    assert Contact.objects.get().primary_advisor == office["one"]


def test_saying_who_the_second_is_counts_at_once(second, office, as_user):
    three = UserFactory()
    owner = Owner.objects.get(remote_id="U2")
    answers = {f"owner_{one.pk}": one.user_id or "" for one in Owner.objects.all()} | {f"owner_{owner.pk}": three.pk}
    client, address = as_user(office["admin"]), reverse("crm:owners", args=[second.pk])
    client.post(address, answers | seen_at(client, address))
    assert seen(three) == Record.objects.count()
    assert seen(office["two"]) == 0


def test_one_who_is_second_no_more_sees_it_no_more(second, office, sync, changed):
    changed(owner_id="U1", other_owner_ids=())
    sync(second, office["admin"], whole=True)
    assert (seen(office["one"]), seen(office["two"])) == (120, 0)
    assert len(OWNERS) == 3


def test_custom_fields_are_shown_by_their_labels(demo, office, sync, as_user, monkeypatch):
    catalogue = [RemoteField("Risk profile", "How much risk"), RemoteField("other__c", "Company")]
    monkeypatch.setattr(DemoCRM, "field_catalogue", lambda self: catalogue)
    sync(demo, office["admin"])
    import_records(list(Record.objects.filter(state="ready").values_list("pk", flat=True)), office["admin"])
    assert Contact.objects.filter(custom_data__has_key="Risk profile").exists()
    typed = {"fields_wanted": ["Risk profile", "other__c"], "ours": []}
    client, address = as_user(office["admin"]), reverse("crm:fields", args=[demo.pk])
    client.post(address, typed | seen_at(client, address))
    demo.refresh_from_db()
    assert demo.field_labels == {"Risk profile": "How much risk"}, "a label that stands for something else is not taken"
    custom = [record.values.get("custom_data", {}) for record in Record.objects.all()]
    assert any("How much risk" in one for one in custom) and not any("Risk profile" in one for one in custom)
    assert not Contact.objects.filter(crm_mark="newer").exists(), "another name for it makes nobody newer"


def test_names_without_a_field_here_are_among_the_data_of_the_crm(demo, office, sync, changed):
    changed(prefix="Dr.", middle_name="Q.", suffix="III")
    sync(demo, office["admin"])
    said = Record.objects.first().values["custom_data"]
    assert (said["Prefix"], said["Middle name"], said["Suffix"]) == ("Dr.", "Q.", "III")


def test_what_could_not_be_read_is_told_on_the_record(demo, office, sync, changed, as_user):
    changed(birth_date=None, odd=("birth_date", "some_thing"))
    sync(demo, office["admin"])
    page = as_user(office["admin"]).get(reverse("crm:record", args=[Record.objects.first().pk])).content.decode()
    assert "Could not be read" in page and "Some thing" in page


class AtAPath(DemoCRM):
    config_fields = (ConfigField("host", "Server", kind="host", path=True),)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://CRM.firm.example/Base/crm/", "crm.firm.example/Base/crm"),
        ("crm.firm.example", "crm.firm.example"),
        ("crm.firm.example:8443/x", "crm.firm.example:8443/x"),
        ("http://10.1.2.3:8000/x/", "http://10.1.2.3:8000/x"),
        ("crm.firm.example/../x", ""),
        ("crm.firm.example/x?y=1", ""),
        ("crm.firm.example/x y", ""),
        ("ftp://crm.firm.example/x", ""),
        ("user@crm.firm.example/x", ""),
    ],
)
def test_a_server_at_a_path_where_the_adapter_says_so(settings, demo, monkeypatch, typed, kept):
    settings.CRM_PRIVATE_HOSTS = ["10.1.2.3:8000"]
    form = ConnectionForm({"name": "Ours", "host": typed}, adapter=AtAPath)
    assert form.is_valid() is bool(kept)
    if kept:
        assert form.cleaned_data["host"] == kept
        monkeypatch.setattr(DemoCRM, "config_fields", AtAPath.config_fields)
        Connection.objects.filter(pk=demo.pk).update(config={"host": kept})
        demo.refresh_from_db()
        url = kept if kept.startswith("http") else f"https://{kept}"
        open_adapter(demo).http.check_host(f"{url}/rest")
