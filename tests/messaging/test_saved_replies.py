"""Saved replies: whose they are, what they say to a contact, and that they send nothing."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Firm
from contacts.models import Contact
from core.forms.conflicts import shown_state
from experiences.domain.placeholders import PLACEHOLDERS
from messaging.models import Message, SavedReply
from tests.factories import UserFactory
from tests.forms import as_shown

LIST, NEW = "/messages/replies/", "/messages/replies/new/"


def address(reply, what="edit"):
    return f"/messages/replies/{reply.pk}/{what}/"


def text_address(contact, reply):
    return f"/messages/contacts/{contact.pk}/replies/{reply.pk}/"


@pytest.fixture
def own(advisor):
    """A saved reply of the advisor's."""
    return SavedReply.objects.create(owner=advisor, title="Thanks", text="Thank you, {preferred_name}!")


@pytest.fixture
def shared(db):
    """One that the firm shares."""
    return SavedReply.objects.create(title="Opening hours", text="{firm_name} is open from nine to five.")


def titles(client):
    return [row.record.title for row in client.get(LIST).context["page"].object_list]


def test_everybody_who_writes_keeps_their_own_and_uses_the_shared_ones(
    as_user, advisor, colleague, admin, support, own, shared
):
    assert titles(as_user(advisor)) == ["Opening hours", "Thanks"]
    assert [titles(as_user(user)) for user in (colleague, admin, support)] == [["Opening hours"]] * 3


def test_compliance_has_none(as_user, compliance, asked, shared):
    client = as_user(compliance)
    assert {
        client.get(url).status_code for url in (LIST, NEW, address(shared), text_address(asked.contact, shared))
    } == {404}
    assert "Saved replies" not in client.get("/messages/").content.decode()
    assert "Saved replies" not in client.get(f"/messages/{asked.pk}/?reply={shared.pk}").content.decode()


def test_owners_change_their_own_and_admins_the_shared_ones(
    as_user, advisor, colleague, admin, compliance, own, shared
):
    for user, of_own, of_shared in (
        (advisor, 200, 404), (colleague, 404, 404), (admin, 404, 200), (compliance, 404, 404),
    ):  # fmt: skip
        client = as_user(user)
        for what in ("edit", "delete"):
            assert client.get(address(own, what)).status_code == of_own, (user, what)
            assert client.get(address(shared, what)).status_code == of_shared, (user, what)
            if of_own == 404:
                assert client.post(address(own, what), {"title": "x", "text": "x"}).status_code == 404
    assert SavedReply.objects.count() == 2


def test_one_is_made_changed_and_deleted(as_user, advisor, asked):
    client = as_user(advisor)
    answer = client.post(NEW, {"title": " Documents ", "text": "Dear {first_name},\r\nplease send them.", "owner": ""})
    reply = SavedReply.objects.get()
    assert (answer["Location"], reply.owner, reply.title) == (LIST, advisor, "Documents")
    assert reply.text == "Dear {first_name},\nplease send them."
    assert client.post(address(reply), as_shown(client, address(reply), text="Changed")).status_code == 302
    reply.refresh_from_db()
    assert reply.text == "Changed"
    assert client.get(address(reply, "delete")).status_code == 200
    assert client.post(address(reply, "delete"), {"state": shown_state(reply)}).status_code == 302
    assert not SavedReply.objects.exists()


def test_only_admins_share(as_user, advisor, admin):
    as_user(advisor).post(NEW, {"title": "One", "text": "x", "is_shared": "on"})
    as_user(admin).post(NEW, {"title": "Two", "text": "x", "is_shared": "on"})
    as_user(admin).post(NEW, {"title": "Three", "text": "x"})
    assert dict(SavedReply.objects.values_list("title", "owner")) == {"One": advisor.pk, "Two": None, "Three": admin.pk}


def test_an_admin_shares_and_takes_back(as_user, admin):
    client, reply = as_user(admin), SavedReply.objects.create(owner=admin, title="Mine", text="x")
    client.post(address(reply), as_shown(client, address(reply), is_shared="on"))
    reply.refresh_from_db()
    assert reply.is_shared
    form = as_shown(client, address(reply))
    del form["is_shared"]
    client.post(address(reply), form)
    reply.refresh_from_db()
    assert reply.owner == admin


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"title": "", "text": "x"}, "title", "required"),
        ({"title": "x", "text": "  "}, "text", "required"),
        ({"title": "x", "text": "Dear {frist_name}"}, "text", "{frist_name} is no placeholder"),
        ({"title": "x", "text": "y" * 4001}, "text", "at most 4000"),
        ({"title": "x" * 81, "text": "x"}, "title", "at most 80"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(as_user, advisor, form, field, words):
    answer = as_user(advisor).post(NEW, form)
    assert (answer.status_code, words in str(answer.context["form"].errors[field])) == (422, True)


@pytest.mark.parametrize("title", ["thanks", "THANKS "])
def test_a_title_is_given_once_by_each_and_once_by_the_firm(as_user, advisor, colleague, admin, own, shared, title):
    assert as_user(advisor).post(NEW, {"title": title, "text": "x"}).status_code == 422
    assert as_user(colleague).post(NEW, {"title": title, "text": "x"}).status_code == 302
    assert as_user(admin).post(NEW, {"title": "opening HOURS", "text": "x", "is_shared": "on"}).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedReply.objects.create(title="Opening Hours", text="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedReply.objects.create(title="Empty", text="")


def test_three_presses_make_one(as_user, advisor):
    client = as_user(advisor)
    form = {"title": "Once", "text": "x", "csrfmiddlewaretoken": "drawn"}
    assert [client.post(NEW, form)["Location"] for _ in range(3)] == [LIST] * 3
    assert SavedReply.objects.count() == 1


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_or_deleted(as_user, admin, shared):
    client = as_user(admin)
    form, state = as_shown(client, address(shared), text="Mine"), shown_state(shared)
    SavedReply.objects.filter(pk=shared.pk).update(text="Theirs")
    assert client.post(address(shared), form).status_code == 422
    assert client.post(address(shared, "delete"), {"state": state}).status_code == 409
    assert SavedReply.objects.get().text == "Theirs"


def test_a_reply_is_filled_for_the_contact_and_sends_nothing(as_user, advisor, asked, client_contact):
    Contact.objects.filter(pk=client_contact.pk).update(preferred_name="{last_name}")
    names = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    reply = SavedReply.objects.create(owner=advisor, title="All", text=f"{names} <b>")
    answer, firm = as_user(advisor).get(text_address(client_contact, reply)), Firm.get()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == (
        f"{{last_name}} {client_contact.first_name} {client_contact.last_name} {advisor.name} {advisor.email}"
        f" {advisor.phone or firm.phone} {firm.name} {firm.phone} <b>"
    )
    assert Message.objects.count() == 1


def test_a_text_is_for_who_may_write_to_the_contact_and_use_it(
    as_user, advisor, colleague, client_contact, own, shared
):
    mates = SavedReply.objects.create(owner=UserFactory(), title="Mate’s", text="x")
    found = [as_user(advisor).get(text_address(client_contact, one)).status_code for one in (own, shared, mates)]
    assert found == [200, 200, 404]
    assert as_user(colleague).get(text_address(client_contact, shared)).status_code == 404


def test_pages_offer_them_and_an_address_fills_the_empty_box(as_user, advisor, asked, own, shared, client_contact):
    client = as_user(advisor)
    for page in (f"/messages/{asked.pk}/", f"/messages/contacts/{client_contact.pk}/write/"):
        html = client.get(page).content.decode()
        assert f'data-reply="{text_address(client_contact, own)}"' in html
        form = client.get(f"{page}?reply={own.pk}").context["form"]
        assert form["text"].value() == f"Thank you, {client_contact.greeting_name}!"
    assert Message.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "9" * 30, "0"])
def test_an_address_that_names_none_fills_nothing(as_user, advisor, asked, key):
    assert not as_user(advisor).get(f"/messages/{asked.pk}/?reply={key}").context["form"]["text"].value()


def test_an_address_never_fills_in_what_is_a_colleagues(as_user, advisor, colleague, asked):
    reply = SavedReply.objects.create(owner=colleague, title="x", text="Private")
    assert "Private" not in as_user(advisor).get(f"/messages/{asked.pk}/?reply={reply.pk}").content.decode()


def test_what_is_typed_wins_over_the_address(as_user, advisor, client_contact, own):
    form = {"to": "nobody", "text": "Typed"}
    answer = as_user(advisor).post(f"/messages/contacts/{client_contact.pk}/write/?reply={own.pk}", form)
    assert (answer.status_code, answer.context["form"]["text"].value()) == (422, "Typed")


def test_the_list_is_searched(as_user, advisor, own, shared):
    client = as_user(advisor)
    for query, found in (("q=hours", 1), ("q=thank", 1), ("whose=own", 1), ("whose=shared", 1), ("q=nothing", 0)):
        assert client.get(f"{LIST}?{query}").context["page"].paginator.count == found, query


@pytest.mark.parametrize("many", [1, 3])
def test_pages_take_the_same_queries_for_any_number(as_user, advisor, asked, many, django_assert_num_queries):
    for number in range(many):
        SavedReply.objects.create(owner=advisor, title=f"{number}", text="x")
    client = as_user(advisor)
    for page, queries in ((LIST, 7), (f"/messages/{asked.pk}/", 13)):
        with django_assert_num_queries(queries):
            client.get(page)
