"""What a connection brings in, and what is told of its credentials, through requests."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from crm.adapters.demo import DemoCRM
from crm.base import ConfigField
from crm.domain.credentials import unseal
from crm.domain.differences import differences
from crm.domain.importing import import_records
from crm.models import Connection, Record
from tests.crm.conftest import move_on
from tests.forms import as_shown, seen_at

State = Record.State
EVERYTHING = [
    *("preferred_name", "gender", "date_of_birth", "address", "do_not_contact", "deceased", "tags", "household"),
]
NO_HOSTS = ["a.example:99999", "a.example:0", "a.example:٣", "a..example", ".", f"{'a' * 64}.example"]


@pytest.fixture
def staged(demo, office, sync):
    """A connection whose records are in staging."""
    sync(demo, office["admin"])
    return demo


@pytest.fixture
def imported(staged, office, sync):
    """All that is ready is here, and the CRM has moved on."""
    import_records(list(Record.objects.filter(state=State.READY).values_list("pk", flat=True)), office["admin"])
    move_on(staged, 20)
    sync(staged, office["admin"])
    return staged


def test_credentials_that_end_soon_are_told_beforehand(as_user, office):
    client, today = as_user(office["admin"]), timezone.localdate()
    typed = {"name": "Ours", "size": "50", "token": "t", "credentials_expire_on": today + timedelta(days=20)}
    client.post(reverse("crm:add", args=["demo"]), typed)
    one = Connection.objects.get()
    client.post(reverse("crm:check", args=[one.pk]))
    for address in (reverse("crm:connections"), reverse("crm:connection", args=[one.pk])):
        assert "The credentials expire on" in client.get(address).content.decode()
    address = reverse("crm:edit", args=[one.pk])
    later = {"credentials_expire_on": today + timedelta(days=90)}
    client.post(address, typed | later | seen_at(client, address))
    page = client.get(reverse("crm:connection", args=[one.pk])).content.decode()
    assert "The credentials expire on" not in page and "Credentials expire" in page


def test_a_setting_that_is_emptied_is_empty_and_a_secret_stays(as_user, office, monkeypatch):
    choice = ConfigField("dates", "Dates", kind="choice", choices=(("", "None"), ("day", "Day first")), required=False)
    monkeypatch.setattr(DemoCRM, "config_fields", (*DemoCRM.config_fields, choice))
    client = as_user(office["admin"])
    client.post(reverse("crm:add", args=["demo"]), {"name": "Ours", "size": "50", "token": "t", "dates": "day"})
    one = Connection.objects.get()
    assert one.config["dates"] == "day"
    address = reverse("crm:edit", args=[one.pk])
    assert client.post(address, as_shown(client, address, dates="")).status_code == 302
    one.refresh_from_db()
    assert (one.config["dates"], unseal(one)["token"]) == ("", "t")


def test_custom_fields_are_chosen(as_user, staged, office):
    client = as_user(office["admin"])
    address = reverse("crm:fields", args=[staged.pk])
    client.post(address, {"fields_wanted": [], "ours": EVERYTHING} | seen_at(client, address))
    staged.refresh_from_db()
    assert (staged.fields, staged.left_out) == ([], [])


def test_fields_that_are_left_out_stay_here_as_they_are_and_mark_nobody(as_user, imported, office, sync):
    newer = set(Contact.objects.filter(crm_mark="newer").values_list("pk", flat=True))
    client = as_user(office["admin"])
    address = reverse("crm:fields", args=[imported.pk])
    assert client.get(address).content.decode().count("checked") == len(EVERYTHING) + 1
    chosen = {"fields_wanted": ["Risk profile"], "ours": ["preferred_name", "gender"]}
    client.post(address, chosen | seen_at(client, address))
    imported.refresh_from_db()
    assert {"date_of_birth", "city", "tags", "household"} <= set(imported.left_out)
    assert not Record.objects.filter(values__has_any_keys=["date_of_birth", "city", "tags", "household"]).exists()
    linked = Record.objects.filter(state=State.LINKED).select_related("contact").compared()
    found = {one.field for record in linked for one in differences(record, record.contact)}
    assert found == {"phone", "custom_data"}
    assert set(Contact.objects.filter(crm_mark="newer").values_list("pk", flat=True)) == newer
    client.post(address, {"fields_wanted": ["Risk profile"], "ours": EVERYTHING} | seen_at(client, address))
    found = {one.field for record in linked.all() for one in differences(record, record.contact)}
    assert {"city", "tags"} <= found


def test_what_is_left_out_is_not_imported(as_user, staged, office):
    client = as_user(office["admin"])
    address = reverse("crm:fields", args=[staged.pk])
    client.post(address, {"fields_wanted": [], "ours": []} | seen_at(client, address))
    import_records(list(Record.objects.filter(state=State.READY).values_list("pk", flat=True)), office["admin"])
    assert Contact.objects.count() > 60
    assert not Contact.objects.exclude(household=None, tags=None, city="", date_of_birth=None).exists()


@pytest.mark.parametrize(
    ("typed", "kept", "says"),
    [
        ("crm.firm.example", "crm.firm.example", ""),
        (" https://CRM.firm.example/ ", "crm.firm.example", ""),
        ("http://10.1.2.3:8000", "http://10.1.2.3:8000", ""),
        ("http://10.1.2.3", "", "CRM_PRIVATE_HOSTS"),
        ("http://crm.firm.example", "", "CRM_PRIVATE_HOSTS"),
        ("ftp://crm.firm.example", "", "Give the host alone"),
        ("crm.firm.example/path", "", "Give the host alone"),
        ("user@crm.firm.example", "", "Give the host alone"),
        ("crm.firm.example:8443", "crm.firm.example:8443", ""),
        *((host, "", "Give the host alone") for host in NO_HOSTS),
    ],
)
def test_an_address_without_tls_only_where_the_operator_says_so(settings, typed, kept, says):
    from crm.adapters.tryton import Tryton
    from crm.forms import ConnectionForm

    settings.CRM_PRIVATE_HOSTS = ["10.1.2.3:8000"]
    form = ConnectionForm({"name": "Ours", "host": typed, "database": "crm", "key": "k"}, adapter=Tryton)
    assert form.is_valid() is bool(kept)
    if kept:
        assert form.cleaned_data["host"] == kept
    else:
        assert says in str(form.errors["host"])


@pytest.mark.parametrize("host", NO_HOSTS)
def test_a_host_that_cannot_be_is_told_at_its_field(as_user, office, host):
    data = {"name": "Ours", "host": host, "database": "crm", "key": "k"}
    answer = as_user(office["admin"]).post(reverse("crm:add", args=["tryton"]), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["host"])


def known(connection):
    """What is known of a connection's users and categories."""
    return [list(rows.order_by("pk").values()) for rows in (connection.owners, connection.categories)]


def test_looking_at_users_and_categories_changes_nothing_and_a_button_reads_them(as_user, demo, office):
    client = as_user(office["admin"])
    before = known(demo)
    for name in ("owners", "categories"):
        page = client.get(reverse(f"crm:{name}", args=[demo.pk]))
        assert "Refresh from the CRM" in page.content.decode()
    assert known(demo) == before
    assert client.get(reverse("crm:learn", args=[demo.pk])).status_code == 405
    for name in ("owners", "categories"):
        assert client.post(reverse("crm:learn", args=[demo.pk]), {"page": name}).url == reverse(
            f"crm:{name}", args=[demo.pk]
        )
    users, categories = known(demo)
    assert {one["user_id"] for one in users} >= {office["one"].pk, office["two"].pk}
    assert {one["value"] for one in categories} > {"Client", "Prospect", "Lead"}


def test_a_crm_that_cannot_be_read_is_told_and_nothing_is_lost(as_user, demo, office):
    client = as_user(office["admin"])
    client.post(reverse("crm:learn", args=[demo.pk]))
    before = known(demo)
    Connection.objects.filter(pk=demo.pk).update(adapter="gone")
    page = client.post(reverse("crm:learn", args=[demo.pk]), follow=True)
    assert "could not be read" in page.content.decode()
    assert known(demo) == before


def test_a_new_connection_knows_who_is_who_at_once(as_user, office):
    client = as_user(office["admin"])
    client.post(reverse("crm:add", args=["demo"]), {"name": "Ours", "size": "50", "token": "t"})
    one = Connection.objects.get()
    assert len(client.get(reverse("crm:owners", args=[one.pk])).context["form"].owners) > 1
    assert len(client.get(reverse("crm:categories", args=[one.pk])).context["form"].categories) > 1
