"""The pages of the CRM room, through requests."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.domain.phone import readable
from contacts.models import Contact
from core.models import Activity
from core.words import counted
from crm.domain import syncing
from crm.domain.importing import import_records
from crm.models import Category, Connection, Owner, Record, Sync
from tests.crm.conftest import move_on
from tests.factories import ContactFactory
from tests.foreign_text import FOREIGN, shown_as_text
from tests.forms import seen_at

State = Record.State


@pytest.fixture
def staged(demo, office, sync):
    """A connection whose records are in staging."""
    sync(demo, office["admin"])
    return demo


def test_connecting_a_crm_checks_it_first_and_keeps_the_secret(as_user, office):
    client = as_user(office["admin"])
    assert "Demo CRM" in client.get(reverse("crm:choose")).content.decode()
    url = reverse("crm:add", args=["demo"])
    refused = client.post(url, {"name": "Ours", "size": "50", "token": "wrong"})
    assert (refused.status_code, Connection.objects.count()) == (422, 0)
    assert "refuses the token" in refused.content.decode()
    assert client.post(url, {"name": "Ours", "size": "x", "token": "t"}).status_code == 422
    page = client.post(url, {"name": "Ours", "size": "50", "token": "very-secret-token"}, follow=True)
    one = Connection.objects.get()
    assert (one.name, one.config["size"], one.who) == ("Ours", "50", "Demo CRM")
    assert "token" not in one.config and "very-secret" not in one.secrets
    assert "very-secret" not in page.content.decode()
    edit = client.get(reverse("crm:edit", args=[one.pk])).content.decode()
    assert "very-secret" not in edit
    address = reverse("crm:edit", args=[one.pk])
    client.post(address, {"name": "Renamed", "size": "60", "token": ""} | seen_at(client, address))
    one.refresh_from_db()
    assert (one.name, one.config["size"]) == ("Renamed", "60")
    from crm.domain.credentials import unseal

    assert unseal(one) == {"token": "very-secret-token"}


def test_syncing_from_the_page_and_what_it_shows(as_user, demo, office, sync):
    client = as_user(office["admin"])
    assert client.post(reverse("crm:sync", args=[demo.pk])).status_code == 302
    page = client.get(reverse("crm:connection", args=[demo.pk])).content.decode()
    assert "Waiting" in page
    client.post(reverse("crm:sync", args=[demo.pk]))
    from core.models import Operation
    from core.operations import running

    running.run(Operation.objects.get(kind="crm.sync").pk)
    page = client.get(reverse("crm:connection", args=[demo.pk])).content.decode()
    assert "Full sync" in page and "120 new" in page and "Email missing" in page
    assert client.get(reverse("crm:preview", args=[demo.pk])).content.decode().count('<dl class="facts">') == 10


def test_the_lag_counts_from_the_beginning_of_the_last_sync_that_ended(as_user, demo, office, sync):
    client, url = as_user(office["admin"]), reverse("crm:connection", args=[demo.pk])
    assert "Not synced yet" in client.get(url).content.decode()
    first = sync(demo, office["admin"])
    began = timezone.now() - timedelta(hours=3)
    Sync.objects.filter(pk=first.pk).update(created_at=began)
    syncing.begin(demo, office["admin"])  # under way: it says nothing yet
    page = client.get(url)
    assert page.context["known_as_of"] == began
    assert re.search(r"as of <time[^>]*>3 hours ago", page.content.decode())


def test_a_preview_of_what_is_staged_already_finds_no_duplicates(as_user, staged, office):
    page = as_user(office["admin"]).get(reverse("crm:preview", args=[staged.pk])).content.decode()
    assert "Another record has this email" not in page


def test_saying_who_is_who_makes_records_ready(as_user, staged, office):
    client = as_user(office["admin"])
    before = Record.objects.filter(state=State.READY).count()
    unknown = Owner.objects.get(user=None)
    data = {f"owner_{one.pk}": one.user_id or "" for one in Owner.objects.all()}
    address = reverse("crm:owners", args=[staged.pk])
    client.post(address, data | {f"owner_{unknown.pk}": office["two"].pk} | seen_at(client, address))
    unknown.refresh_from_db()
    assert (unknown.user, unknown.by_hand) == (office["two"], True)
    assert Record.objects.filter(state=State.READY).count() > before
    past = Category.objects.get(value="Past Client")
    data = {f"category_{one.pk}": one.contact_type for one in Category.objects.all()}
    before = Record.objects.filter(state=State.READY).count()
    address = reverse("crm:categories", args=[staged.pk])
    client.post(address, data | {f"category_{past.pk}": "client"} | seen_at(client, address))
    assert Record.objects.filter(state=State.READY).count() > before


@pytest.mark.parametrize("name", ["ready", "cannot", "linked"])
def test_lists_take_as_many_queries_for_three_rows_as_for_one(as_user, demo, office, name, django_assert_num_queries):
    def add(number):
        contact = ContactFactory(primary_advisor=office["one"]) if name == "linked" else None
        Record.objects.create(
            connection=demo,
            remote_id=str(number),
            name=f"N{number}",
            state=name,
            contact=contact,
            advisor=office["one"],
        )

    client = as_user(office["one"])
    add(1)
    client.get(reverse(f"crm:{name}"))
    with django_assert_num_queries(10):
        client.get(reverse(f"crm:{name}"))
    add(2)
    add(3)
    with django_assert_num_queries(10):
        assert b"N3" in client.get(reverse(f"crm:{name}")).content


def test_advisors_see_their_own_records_only(as_user, staged, office):
    client = as_user(office["one"])
    shown = client.get(reverse("crm:ready") + "?per_page=200")
    assert {record.advisor for record in shown.context["table"].page.object_list.data} == {office["one"]}
    foreign = Record.objects.filter(advisor=office["two"]).first()
    assert client.get(reverse("crm:record", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("crm:mend_one", args=[foreign.pk]), {"email": "x@example.com"}).status_code == 404
    nobodys = Record.objects.filter(advisor=None).first()
    assert client.get(reverse("crm:record", args=[nobodys.pk])).status_code == 404


def test_importing_all_that_match(as_user, staged, office):
    client = as_user(office["admin"])
    asked = client.post(reverse("crm:import"), {"all": "1", "query": "category=prospect"})
    assert asked.status_code == 200
    draft = asked.context["hidden"]["draft"]
    assert Contact.objects.count() == 0
    report = client.post(reverse("crm:import"), {"draft": draft})
    again = client.post(reverse("crm:import"), {"draft": draft})
    assert report.url == again.url
    assert Contact.objects.count() == Record.objects.filter(category="Prospect", state=State.LINKED).count() > 5
    assert set(Contact.objects.values_list("contact_type", flat=True)) == {"prospect"}
    assert client.get(report.url).status_code == 200


def test_another_users_draft_cannot_be_started(as_user, staged, office):
    asked = as_user(office["admin"]).post(reverse("crm:import"), {"all": "1", "query": ""})
    client = as_user(office["one"])
    assert client.post(reverse("crm:import"), {"draft": asked.context["hidden"]["draft"]}).status_code == 404


def test_an_unreadable_filter_selects_nothing(as_user, staged, office):
    client = as_user(office["admin"])
    assert client.post(reverse("crm:import"), {"all": "1", "query": "connection=x"}).url == reverse("crm:ready")


@pytest.mark.parametrize("key", ["²", "x", "9" * 30, "9" * 5000])
def test_keys_that_are_none_lead_nowhere(as_user, staged, office, key):
    client = as_user(office["admin"])
    listed = client.get(reverse("crm:ready"), {"connection": key, "advisor": key})
    assert (listed.status_code, len(listed.context["page"].object_list)) == (200, 0)
    assert client.post(reverse("crm:accept_vanished", args=[staged.pk]), {"sync": key}).status_code == 404
    assert client.post(reverse("crm:import"), {"draft": key}).status_code == 404


def test_mending_one_record(as_user, staged, office):
    client = as_user(office["admin"])
    record = Record.objects.filter(reasons=["no_email"]).first()
    url = reverse("crm:mend_one", args=[record.pk])
    assert client.post(url, {"email": "nonsense"}).status_code == 422
    opened = seen_at(client, reverse("crm:record", args=[record.pk]))
    client.post(url, {"email": "Mended@Example.com"} | opened)
    record.refresh_from_db()
    assert (record.state, record.email, record.reasons) == (State.READY, "mended@example.com", [])
    imported = client.post(reverse("crm:import_one", args=[record.pk]), follow=True)
    assert imported.status_code == 200
    assert Contact.objects.get().email == "mended@example.com"


def test_what_the_crm_says_is_text_and_not_a_part_of_the_page(as_user, staged, office):
    record = Record.objects.filter(contact=None).first()
    Record.objects.filter(pk=record.pk).update(values=record.values | {"first_name": FOREIGN})
    Owner.objects.create(connection=staged, remote_id="former", email=FOREIGN)
    client = as_user(office["admin"])
    assert shown_as_text(client.get(reverse("crm:record", args=[record.pk])))
    assert shown_as_text(client.get(reverse("crm:owners", args=[staged.pk])))


def test_a_mend_survives_the_next_sync(as_user, staged, office, sync):
    record = Record.objects.filter(reasons=["no_email"]).first()
    client = as_user(office["admin"])
    opened = seen_at(client, reverse("crm:record", args=[record.pk]))
    client.post(reverse("crm:mend_one", args=[record.pk]), {"email": "mended@example.com"} | opened)
    Record.objects.filter(pk=record.pk).update(payload_digest="changed there")
    sync(staged, office["admin"], whole=True)
    record.refresh_from_db()
    assert (record.state, record.email) == (State.READY, "mended@example.com")


def test_mending_many(as_user, staged, office):
    client = as_user(office["admin"])
    query = "reason=unknown_advisor"
    form = client.post(reverse("crm:mend"), {"all": "1", "query": query})
    assert form.status_code == 200
    count = Record.objects.filter(reasons__contains=["unknown_advisor"]).count()
    data = {"all": "1", "query": query, "mend": "1", "primary_advisor": office["two"].pk}
    page = client.post(reverse("crm:mend"), data, follow=True).content.decode()
    assert f"{count} records were given the values" in page
    assert not Record.objects.filter(reasons__contains=["unknown_advisor"]).exists()


def test_the_reasons_are_exported_for_whoever_keeps_the_crm(as_user, staged, office):
    client = as_user(office["admin"])
    answer = client.get(reverse("crm:export") + "?tab=cannot&reason=no_email&format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + Record.objects.filter(reasons__contains=["no_email"]).count()
    assert "Email missing" in lines[1]
    noted = Activity.objects.get(verb="exported")
    assert (noted.actor, noted.data["count"], noted.data["tab"]) == (office["admin"], len(lines) - 1, "cannot")
    assert noted.sentence.startswith(f"Exported {counted(len(lines) - 1, 'CRM record')} as CSV: Cannot be imported; ")


def test_a_possible_match_is_linked_or_kept_apart(as_user, demo, office, sync):
    sync(demo, office["admin"])
    one, two = Record.objects.filter(state=State.READY, advisor=office["one"])[:2]
    client = as_user(office["one"])
    for record in (one, two):
        ContactFactory(
            first_name=record.values["first_name"],
            last_name=record.values["last_name"],
            date_of_birth=record.values["date_of_birth"],
            primary_advisor=office["one"],
        )
    from crm.domain.staging import judge_again

    judge_again(Record.objects.filter(pk__in=[one.pk, two.pk]))
    assert b"keep apart" in client.get(reverse("crm:record", args=[one.pk])).content
    client.post(reverse("crm:link_match", args=[one.pk]))
    client.post(reverse("crm:keep_apart", args=[two.pk]))
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state, two.kept_apart) == (State.LINKED, State.READY, True)


@pytest.fixture
def imported(staged, office, sync):
    """All that is ready is here, and the CRM has moved on."""

    import_records(list(Record.objects.filter(state=State.READY).values_list("pk", flat=True)), office["admin"])
    move_on(staged, 20)
    sync(staged, office["admin"])
    return staged


def test_the_contact_list_marks_and_finds_newer_ones(as_user, imported, office):
    page = as_user(office["admin"]).get(reverse("contacts:list") + "?crm=newer")
    assert page.context["page"].paginator.count == Contact.objects.filter(crm_mark="newer").count() > 0
    assert "Newer in the CRM" in page.content.decode()


def test_one_contact_is_updated_from_their_page(as_user, imported, office):
    client = as_user(office["admin"])
    newer = Record.objects.filter(contact__crm_mark="newer").select_related("contact")
    record = next(one for one in newer if one.values["phone"] != one.contact.phone)
    contact = record.contact
    assert "The CRM has newer data" in client.get(reverse("contacts:detail", args=[contact.pk])).content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(office["admin"])
    page = strict.get(reverse("contacts:detail", args=[contact.pk])).content.decode()
    form = page[page.index(again := reverse("crm:read_again", args=[contact.pk])) :]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form[: form.index("</form>")])
    url = reverse("crm:update_one", args=[contact.pk])
    assert strict.post(again, {"csrfmiddlewaretoken": token[1]}).url == url
    assert readable(record.values["phone"]) in client.get(url).content.decode()
    stale = client.post(url, {"seen": "old", "field": ["phone"]})
    assert stale.url == url
    client.post(url, {"seen": client.get(url).context["seen"], "field": ["phone"]})
    contact.refresh_from_db()
    assert (contact.phone, contact.crm_mark) == (record.values["phone"], "linked")


def test_dismissing_ends_the_mark_and_changes_nothing(as_user, imported, office):
    record = Record.objects.filter(contact__crm_mark="newer").select_related("contact").first()
    url = reverse("crm:update_one", args=[record.contact_id])
    client = as_user(office["admin"])
    client.post(url, {"seen": client.get(url).context["seen"], "dismiss": "1"})
    after = Contact.objects.get(pk=record.contact_id)
    assert (after.phone, after.city, after.crm_mark) == (record.contact.phone, record.contact.city, "linked")


def test_many_are_updated_by_field_after_a_summary(as_user, imported, office):
    client = as_user(office["admin"])
    begun = client.post(reverse("contacts:bulk", args=["crm.update"]), {"all": "1", "query": "crm=newer"})
    form = client.get(begun.url)
    assert "Show who" in form.content.decode()
    drilled = client.get(f"{begun.url}&field=city").content.decode()
    assert "here and in the CRM" in drilled
    draft = begun.url.partition("draft=")[2]
    confirm = client.post(
        reverse("contacts:bulk", args=["crm.update"]), {"draft": draft, "fields_wanted": ["city", "phone"]}
    )
    page = client.get(confirm.url)
    assert page.status_code == 200
    data = page.context["hidden"]
    report = client.post(reverse("contacts:bulk", args=["crm.update"]), data)
    assert report.status_code == 302
    assert client.get(report.url).status_code == 200
    assert Contact.objects.filter(crm_mark="newer").count() == 0


def test_a_change_of_advisor_says_who_loses_sight(as_user, imported, office):
    client = as_user(office["admin"])
    Owner.objects.filter(remote_id="U1").update(user=office["two"], by_hand=True)
    from crm.domain import syncing

    syncing.apply_meanings(imported, Record.objects.filter(owner_id_there="U1"))
    begun = client.post(reverse("contacts:bulk", args=["crm.update"]), {"all": "1", "query": "crm=newer"})
    draft = begun.url.partition("draft=")[2]
    confirm = client.post(
        reverse("contacts:bulk", args=["crm.update"]), {"draft": draft, "fields_wanted": ["primary_advisor"]}
    )
    assert "Ada One will no longer see" in client.get(confirm.url).content.decode()


def test_a_contact_by_hand_is_linked_and_unlinked(as_user, staged, office):
    record = Record.objects.filter(state=State.READY, advisor=office["one"]).first()
    contact = ContactFactory(primary_advisor=office["one"], last_name="Elsewhere")
    client = as_user(office["one"])
    page = client.get(reverse("crm:link_one", args=[contact.pk]) + f"?find={record.email}")
    assert record.email in page.content.decode()
    client.post(reverse("crm:link_one", args=[contact.pk]), {"record": record.pk})
    record.refresh_from_db()
    assert record.contact == contact
    client.post(reverse("crm:unlink_one", args=[contact.pk]))
    record.refresh_from_db()
    assert record.contact is None


def test_removing_a_connection_forgets_the_credentials_and_keeps_the_contacts(as_user, imported, office):
    client = as_user(office["admin"])
    before = Contact.objects.count()
    client.post(reverse("crm:remove", args=[imported.pk]))
    imported.refresh_from_db()
    assert (imported.secrets, imported.removed_at is not None) == ("", True)
    assert Contact.objects.count() == before
    assert client.get(reverse("crm:connection", args=[imported.pk])).status_code == 404


def test_a_field_is_locked_and_unlocked_where_the_differences_are_shown(as_user, imported, office):
    record = next(
        one for one in Record.objects.filter(contact__crm_mark="newer") if one.values["city"] != one.contact.city
    )
    contact, client = record.contact, as_user(office["admin"])
    url, lock = (reverse(name, args=[contact.pk]) for name in ("crm:update_one", "crm:lock"))
    assert client.post(lock, {"lock": "city"}).url == url
    client.post(lock, {"lock": "gender"})
    shown = client.get(url)
    page = shown.content.decode()
    assert 'aria-label="Unlock City"' in page and 'aria-label="Unlock Gender"' in page
    client.post(url, {"seen": shown.context["seen"], "field": ["city", "phone", "state", "postal_code"]})
    before, contact = contact.city, Contact.objects.get(pk=contact.pk)
    assert (contact.city, contact.locked_fields) == (before, ["city", "gender"])
    client.post(lock, {"unlock": "city"})
    client.post(lock, {"lock": "status"})
    contact.refresh_from_db()
    assert contact.locked_fields == ["gender"]


def test_only_who_may_edit_a_contact_locks_its_fields(as_user, imported, office):
    contact = Contact.objects.filter(primary_advisor=office["one"]).first()
    stranger = as_user(office["two"])
    assert stranger.post(reverse("crm:lock", args=[contact.pk]), {"lock": "city"}).status_code == 404
    contact.refresh_from_db()
    assert contact.locked_fields == []
