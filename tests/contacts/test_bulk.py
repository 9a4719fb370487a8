"""Bulk actions: the frozen selection, the preview, the confirmation, the report; and the same for one contact."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from contacts.models import Contact
from core.models import Activity, Operation, OperationLine
from tests.factories import ContactFactory, TagFactory, TeamFactory, UserFactory


def choose(client, action, contacts=(), **posted):
    """Post a selection to a bulk action, and give the address of its first page."""
    ids = ",".join(str(contact.pk) for contact in contacts)
    response = client.post(reverse("contacts:bulk", args=[f"contacts.{action}"]), {"ids": ids, **posted})
    assert response.status_code == 302
    return response.url


def confirm(client, url, **posted):
    """Press the button of the preview at `url`."""
    page = client.get(url)
    return client.post(page.request["PATH_INFO"], page.context["hidden"] | posted)


@pytest.fixture
def three(advisor):
    """Three contacts of the advisor."""
    return ContactFactory.create_batch(3, primary_advisor=advisor)


def test_ticked_contacts_are_closed_after_a_preview(as_user, advisor, three):
    Contact.objects.filter(pk=three[0].pk).update(deactivated_at="2026-01-01T00:00Z")
    client = as_user(advisor)
    url = choose(client, "deactivate", three)
    preview = client.get(url).context["preview"]
    assert (preview.total, preview.will, preview.skipped) == (3, 2, [("Deactivated already.", 1)])
    response = confirm(client, url)
    operation = Operation.objects.get()
    assert response.url == f"/operations/{operation.pk}/?started=1"
    assert (operation.state, operation.done, operation.skipped) == ("finished", 2, 1)
    assert {contact.status for contact in Contact.objects.all()} == {"deactivated"}
    assert Activity.objects.filter(verb="deactivated", operation=operation, actor=advisor).count() == 2


def test_what_was_shown_is_what_is_changed(as_user, advisor, three):
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="type=client")
    late = ContactFactory(primary_advisor=advisor)
    confirm(client, url)
    late.refresh_from_db()
    assert (late.status, Contact.objects.filter(deactivated_at=None).count()) == ("not_invited", 1)


def test_those_lost_since_the_selection_are_told(as_user, advisor, colleague, three):
    client = as_user(advisor)
    url = choose(client, "deactivate", three)
    Contact.objects.filter(pk=three[0].pk).update(primary_advisor=colleague)
    preview = client.get(url).context["preview"]
    assert preview.skipped == [("Deleted meanwhile, or no longer yours to change.", 1)]
    confirm(client, url)
    assert Operation.objects.get().skipped == 1
    assert Contact.objects.get(pk=three[0].pk).deactivated_at is None


@pytest.mark.parametrize("query", ["type=nobody", "advisor=abc", "login_from=soon"])
def test_a_filter_that_cannot_be_read_selects_nothing(as_user, advisor, three, query):
    assert choose(as_user(advisor), "delete", all="1", query=query) == "/contacts/"
    assert Operation.objects.count() == 0


@pytest.mark.parametrize("ids", ["", "x", "1;2", "0", "9" * 30])
def test_ids_that_are_none_select_nothing(as_user, advisor, three, ids):
    response = as_user(advisor).post(reverse("contacts:bulk", args=["contacts.delete"]), {"ids": ids})
    assert (response.status_code, response.url, Operation.objects.count()) == (302, "/contacts/", 0)


def test_nobody_changes_contacts_of_others(as_user, colleague, three):
    assert choose(as_user(colleague), "deactivate", three) == "/contacts/"
    assert Operation.objects.count() == 0


@pytest.mark.parametrize("action", ["edit", "deactivate", "reactivate", "delete"])
def test_those_who_only_read_are_not_let_in(as_user, compliance, contact, action):
    client = as_user(compliance)
    assert client.post(reverse("contacts:bulk", args=[f"contacts.{action}"]), {"ids": contact.pk}).status_code == 404
    if action != "edit":
        assert client.post(reverse("contacts:bulk_one", args=[contact.pk, f"contacts.{action}"])).status_code == 404


def test_a_draft_is_its_owners(as_user, admin, advisor, three):
    url = choose(as_user(advisor), "deactivate", three)
    draft = Operation.objects.get()
    client = as_user(admin)
    assert client.get(url).url == "/contacts/"
    assert client.post(url, {"draft": draft.pk, "confirm": 1}).url == "/contacts/"
    assert client.get(f"/operations/{draft.pk}/").status_code == 404
    assert Operation.objects.get().state == "draft"


def test_a_draft_of_one_action_is_none_of_another(as_user, advisor, three):
    client = as_user(advisor)
    url = choose(client, "deactivate", three)
    assert client.get(url.replace("deactivate", "delete")).url == "/contacts/"


@pytest.mark.parametrize("draft", ["", "x", "-1", "9" * 40, "٣"])
def test_garbage_for_a_draft_leads_back(as_user, advisor, draft):
    client = as_user(advisor)
    assert client.get("/contacts/bulk/contacts.delete/", {"draft": draft}).status_code == 302
    assert client.post("/contacts/bulk/contacts.delete/", {"draft": draft, "confirm": 1}).status_code == 302


def test_pressing_twice_does_it_once(as_user, advisor, three):
    client = as_user(advisor)
    url = choose(client, "deactivate", three)
    hidden = client.get(url).context["hidden"]
    first, second = (client.post("/contacts/bulk/contacts.deactivate/", hidden) for _ in range(2))
    assert (Operation.objects.count(), Activity.objects.count()) == (1, 3)
    assert first.url.startswith(second.url)


def test_deleting_many_asks_for_the_count(as_user, advisor):
    contacts = ContactFactory.create_batch(21, primary_advisor=advisor)
    client = as_user(advisor)
    url = choose(client, "delete", contacts)
    for typed in ("", "20", "yes"):
        assert confirm(client, url, typed_count=typed).status_code == 422
    assert confirm(client, url, typed_count="21").status_code == 302
    assert Contact.objects.visible_to(advisor).count() == 0
    assert Contact.objects.trash_of(advisor).count() == 21


def test_fields_are_left_set_and_cleared(as_user, advisor, three):
    client = as_user(advisor)
    team = TeamFactory()
    golf = TagFactory(name="Golf")
    golf.contacts.add(*three)
    Contact.objects.filter(pk=three[0].pk).update(team=team)
    url = choose(client, "edit", three)
    form = {"contact_type_how": "set", "contact_type": "lead", "primary_advisor_how": "leave", "team_how": "clear"}
    draft = re.search(r"draft=(\d+)", url)[1]
    response = client.post(
        "/contacts/bulk/contacts.edit/", form | {"tags_how": "set", "tags": "VIP, golf", "draft": draft}
    )
    page = client.get(response.url)
    assert page.context["title"] == "Set type to Lead; clear team; set tags to golf, VIP"
    confirm(client, response.url)
    rows = Contact.objects.all()
    assert {(row.contact_type, row.team_id, row.primary_advisor_id) for row in rows} == {("lead", None, advisor.pk)}
    assert {tuple(sorted(tag.name for tag in row.tags.all())) for row in rows} == {("Golf", "VIP")}
    line = OperationLine.objects.get(subject_id=three[0].pk)
    assert line.before == {
        "contact_type": "client",
        "team_id": team.pk,
        "tag_ids": [golf.pk],
    }


@pytest.mark.parametrize(
    ("how", "tags", "changed", "left"),
    [
        ("add", "golf", 2, {"golf"}),
        ("add", "golf, new", 3, {"golf", "new"}),
        ("remove", "golf, unknown", 1, set()),
        ("set", "golf", 2, {"golf"}),
        ("set", "new", 3, {"new"}),
        ("clear", "", 1, set()),
    ],
)
def test_tags_change_only_where_they_differ(as_user, advisor, three, how, tags, changed, left):
    TagFactory(name="golf").contacts.add(three[0])
    client = as_user(advisor)
    draft = re.search(r"draft=(\d+)", choose(client, "edit", three))[1]
    form = {f"{name}_how": "leave" for name in ("contact_type", "primary_advisor", "team")}
    response = client.post("/contacts/bulk/contacts.edit/", form | {"tags_how": how, "tags": tags, "draft": draft})
    assert client.get(response.url).context["preview"].will == changed
    confirm(client, response.url)
    assert {tag.name for tag in three[0].tags.all()} == left


def test_a_change_needs_a_field_and_its_value(as_user, advisor, three):
    client = as_user(advisor)
    draft = re.search(r"draft=(\d+)", choose(client, "edit", three))[1]
    leave = {f"{name}_how": "leave" for name in ("contact_type", "primary_advisor", "team", "tags")}
    for form, field in [
        (leave, "__all__"),
        (leave | {"team_how": "set"}, "team"),
        (leave | {"contact_type_how": "clear"}, "contact_type_how"),
        (leave | {"primary_advisor_how": "set", "primary_advisor": "x"}, "primary_advisor"),
    ]:
        response = client.post("/contacts/bulk/contacts.edit/", form | {"draft": draft})
        assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


def test_an_advisor_who_left_meanwhile_gets_nobody(as_user, admin, advisor, colleague, three):
    client = as_user(admin)
    draft = re.search(r"draft=(\d+)", choose(client, "edit", three))[1]
    form = {f"{name}_how": "leave" for name in ("contact_type", "team", "tags")}
    posted = form | {"primary_advisor_how": "set", "primary_advisor": colleague.pk, "draft": draft}
    url = client.post("/contacts/bulk/contacts.edit/", posted).url
    colleague.is_active = False
    colleague.save()
    preview = client.get(url).context["preview"]
    assert preview.skipped == [("The advisor chosen can no longer have contacts.", 3)]


def test_the_preview_takes_the_same_queries_for_any_number(as_user, advisor, three, django_assert_num_queries):
    client = as_user(advisor)
    urls = [choose(client, "deactivate", three[:1]), choose(client, "deactivate", three)]
    for url in urls:
        with django_assert_num_queries(8):
            client.get(url)


@pytest.mark.parametrize(("closed", "named"), [("", "DEFGH"), ("ED", "ABCFG")])
def test_the_preview_of_a_large_selection_names_some_who_will_change(as_user, advisor, monkeypatch, closed, named):
    """They come from its first rows, and from all of it where too few of those will change."""
    monkeypatch.setattr("contacts.operations.preview.LOOKED_THROUGH", 5)
    batch = [ContactFactory(primary_advisor=advisor, last_name=letter) for letter in "EDFHGCBA"]
    Contact.objects.filter(last_name__in=[*closed]).update(deactivated_at="2026-01-01T00:00Z")
    client = as_user(advisor)
    preview = client.get(choose(client, "deactivate", batch)).context["preview"]
    assert "".join(name[-1] for name in preview.names) == named


def test_one_contact_is_closed_and_opened_again(as_user, advisor, contact):
    client = as_user(advisor)
    Contact.objects.filter(pk=contact.pk).update(user=UserFactory(role=Role.CONTACT))
    assert client.get(reverse("contacts:bulk_one", args=[contact.pk, "contacts.deactivate"])).status_code == 200
    client.post(reverse("contacts:bulk_one", args=[contact.pk, "contacts.deactivate"]))
    contact.refresh_from_db()
    assert (contact.status, contact.user.is_active) == ("deactivated", False)
    again = client.post(reverse("contacts:bulk_one", args=[contact.pk, "contacts.deactivate"]))
    assert (again.status_code, again.context["refusal"]) == (422, "Deactivated already.")
    client.post(reverse("contacts:bulk_one", args=[contact.pk, "contacts.reactivate"]))
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.status, contact.user.is_active) == ("not_invited", True)
    assert list(Activity.objects.order_by("pk").values_list("sentence", flat=True)) == ["Deactivated", "Reactivated"]


def test_one_contact_is_deleted(as_user, advisor, colleague, contact):
    url = reverse("contacts:bulk_one", args=[contact.pk, "contacts.delete"])
    assert as_user(colleague).post(url).status_code == 404
    response = as_user(advisor).post(url)
    contact.refresh_from_db()
    assert (response.url, contact.deleted_by, contact.deleted_at is None) == ("/contacts/", advisor, False)


def test_more_than_a_few_are_left_to_the_worker(as_user, advisor, settings, django_capture_on_commit_callbacks):
    ContactFactory.create_batch(201, primary_advisor=advisor)
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="")
    with django_capture_on_commit_callbacks() as callbacks:
        response = confirm(client, url)
    operation = Operation.objects.get()
    assert (operation.state, operation.total, len(callbacks)) == ("queued", 201, 1)
    page = client.get(response.url).content.decode()
    assert f'hx-get="/operations/{operation.pk}/progress/"' in page
    callbacks[0]()
    operation.refresh_from_db()
    assert (operation.state, operation.done) == ("finished", 201)
