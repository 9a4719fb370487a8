"""Gone, merged and re-assigned records are reported with choices, and nothing happens by itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact
from core.models import Activity
from crm.domain.importing import import_records
from crm.domain.staging import judge_again
from crm.models import Owner, Record
from tests.crm.conftest import move_on
from tests.factories import TeamFactory
from tests.forms import seen_at
from tests.markup import one_line

LOSER, WINNER = "D00063", "D00064"  # merged at the twelfth step


@pytest.fixture
def imported(demo, office, sync):
    """All but the record that another is merged into are contacts; twelve steps have passed."""
    sync(demo, office["admin"])
    ready = Record.objects.filter(state="ready").exclude(remote_id=WINNER)
    import_records(list(ready.values_list("pk", flat=True)), office["admin"])
    move_on(demo, 12)
    sync(demo, office["admin"])
    return demo


def record(remote_id: str) -> Record:
    return Record.objects.select_related("contact").get(remote_id=remote_id)


def page(client, one: Record) -> str:
    return client.get(reverse("crm:record", args=[one.pk])).content.decode()


def test_a_merged_record_is_reported_and_its_contact_goes_on_with_the_one_that_stayed(as_user, imported, office):
    one, client = record(LOSER), as_user(office["one"])
    contact, applied = one.contact, one.applied
    assert contact.crm_mark == "gone"
    summary = client.get(reverse("contacts:detail", args=[contact.pk])).content.decode()
    assert "merged into another in the CRM" in summary
    assert "Go on with that record" in page(client, one)
    answer = client.post(reverse("crm:follow", args=[one.pk]))
    assert answer["Location"] == reverse("crm:update_one", args=[contact.pk])
    winner = record(WINNER)
    assert (winner.contact, winner.state, winner.applied) == (contact, "linked", applied)
    assert not Record.objects.filter(remote_id=LOSER).exists()
    after = Contact.objects.get(pk=contact.pk)
    assert (after.first_name, after.email, after.crm_mark) == (contact.first_name, contact.email, "newer")
    assert Activity.objects.filter(subject_id=contact.pk, verb="crm_linked").exists()
    assert "Apply selected changes" in client.get(answer["Location"]).content.decode()


def test_two_contacts_for_one_person_are_told_and_left_to_a_person(as_user, imported, office):
    client, winner = as_user(office["one"]), record(WINNER)
    opened = seen_at(client, reverse("crm:record", args=[winner.pk]))
    client.post(reverse("crm:mend_one", args=[winner.pk]), {"contact_type": "client"} | opened)
    client.post(reverse("crm:import_one", args=[winner.pk]))
    assert "two contacts for one person" in page(client, record(LOSER))
    client.post(reverse("crm:follow", args=[record(LOSER).pk]))
    assert record(LOSER).contact is not None


def test_nobody_follows_to_a_record_that_is_not_theirs(as_user, imported, office):
    """The contact is theirs; the record that stayed is another advisor's, and they could neither see nor import it."""
    one, winner = record(LOSER), record(WINNER)
    Record.objects.filter(pk=winner.pk).update(advisor=office["two"])
    client = as_user(office["one"])
    shown = page(client, one)
    assert "Go on with that record" not in shown and str(winner) not in shown.replace(str(one), "")
    assert client.post(reverse("crm:follow", args=[one.pk])).status_code == 302
    assert (record(LOSER).contact, record(WINNER).contact) == (one.contact, None)
    as_user(office["admin"]).post(reverse("crm:follow", args=[one.pk]))
    assert record(WINNER).contact == one.contact


def test_only_who_may_edit_the_contact_follows(as_user, imported, office):
    one = record(LOSER)
    assert as_user(office["two"]).post(reverse("crm:follow", args=[one.pk])).status_code == 404
    assert record(LOSER).contact == one.contact


def test_the_imported_list_tells_how_they_stand(as_user, imported, office):
    client = as_user(office["admin"])

    def listed(stands: str) -> str:
        return client.get(reverse("crm:linked"), {"stands": stands}).content.decode()

    def row(one: Record) -> str:
        return reverse("crm:record", args=[one.pk])

    merged, newer = record(LOSER), Record.objects.filter(contact__crm_mark="newer").first()
    assert row(merged) in listed("merged") and row(merged) not in listed("gone") + listed("newer")
    assert row(newer) in listed("newer")
    address = reverse("crm:export")
    exported = b"".join(client.get(address, {"tab": "linked", "stands": "merged", "format": "csv"}).streaming_content)
    assert exported.decode().count(LOSER) == 1 and newer.remote_id not in exported.decode()


def test_a_record_assigned_to_another_advisor_is_reported_and_changes_nothing(as_user, imported, office):
    page_of_owners = reverse("crm:owners", args=[imported.pk])
    users = {owner.remote_id: owner for owner in Owner.objects.all()}
    chosen = {f"owner_{one.pk}": office["two"].pk if key in ("U1", "U2") else "" for key, one in users.items()}
    client = as_user(office["admin"])
    assert client.post(page_of_owners, seen_at(client, page_of_owners) | chosen).status_code == 302
    moved = Record.objects.filter(owner_id_there="U1", state="linked", gone_at=None)
    assert {one.contact.primary_advisor for one in moved} == {office["one"]}
    assert {one.contact.crm_mark for one in moved} == {"newer"}
    client, one = as_user(office["admin"]), moved.first()
    assert "Ada Two in the CRM" in client.get(reverse("crm:linked"), {"stands": "advisor"}).content.decode()
    assert "Assigned to Ada Two in the CRM, to Ada One here" in page(client, one)
    overview = one_line(client.get(reverse("crm:connection", args=[imported.pk])))
    assert f'Another advisor there</span><span class="stat-value">{moved.count()}<' in overview


def test_who_loses_sight_is_counted_without_those_whose_team_keeps_it(as_user, imported, office):
    team = TeamFactory(members=[office["one"]])
    rows = list(Record.objects.filter(advisor=office["one"], state="linked", gone_at=None).order_by("pk")[:3])
    for one in rows:
        one.values |= {"primary_advisor": office["two"].pk}
        one.save(update_fields=["values"])
    Contact.objects.filter(pk=rows[0].contact_id).update(team=team)
    client = as_user(office["admin"])
    chosen = {"ids": ",".join(str(one.contact_id) for one in rows)}
    draft = client.post(reverse("contacts:bulk", args=["crm.update"]), chosen).url.partition("draft=")[2]
    confirm = client.post(
        reverse("contacts:bulk", args=["crm.update"]), {"draft": draft, "fields_wanted": ["primary_advisor"]}
    )
    words = client.get(confirm.url).content.decode()
    assert "Ada One will no longer see these 2 contacts." in words
    assert "Ada Two will see these 3 contacts." in words


def test_news_that_change_nothing_can_be_dismissed(as_user, imported, office):
    one = Record.objects.filter(state="linked", gone_at=None, contact__crm_mark="linked").order_by("pk").first()
    Record.objects.filter(pk=one.pk).update(payload=one.payload | {"emails": []})
    judge_again(Record.objects.filter(pk=one.pk))
    client, address = as_user(office["admin"]), reverse("crm:update_one", args=[one.contact_id])
    assert Contact.objects.get(pk=one.contact_id).crm_mark == "newer"
    assert "nothing that would change the contact" in client.get(address).content.decode()
    client.post(address, {"seen": client.get(address).context["seen"], "dismiss": "1"})
    assert Contact.objects.get(pk=one.contact_id).crm_mark == "linked"


def test_the_pages_of_many_take_as_many_queries_for_three_as_for_one(as_user, imported, office):
    """The summary with a field's drill-down, and the preview."""
    client, counts = as_user(office["admin"]), []
    newer = list(Contact.objects.filter(crm_mark="newer").order_by("pk").values_list("pk", flat=True)[:3])
    for chosen in (newer[:1], newer):
        draft = client.post(reverse("contacts:bulk", args=["crm.update"]), {"ids": ",".join(map(str, chosen))}).url
        with CaptureQueriesContext(connection) as asked:
            assert "Show who" in client.get(f"{draft}&field=phone").content.decode()
        key = draft.partition("draft=")[2]
        confirm = client.post(reverse("contacts:bulk", args=["crm.update"]), {"draft": key, "fields_wanted": ["phone"]})
        with CaptureQueriesContext(connection) as previewed:
            assert client.get(confirm.url).status_code == 200
        counts.append((len(asked), len(previewed)))
    assert counts[0] == counts[1]
