"""The contact list: what it shows, in which order, narrowed by what, and to whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from core.models import Operation
from tests.factories import (
    AssignmentFactory,
    ContactFactory,
    HouseholdFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
)
from tests.markup import one_line

LIST = "/contacts/"


def shown(response):
    """Last names in the order of the page."""
    return [row.record.last_name for row in response.context["table"].paginated_rows]


def test_everybody_of_the_staff_sees_their_own(as_user, admin, advisor, colleague, compliance, support, contact):
    seen = {user: shown(as_user(user).get(LIST)) for user in (admin, advisor, colleague, compliance, support)}
    name = [contact.last_name]
    assert seen == {admin: name, advisor: name, colleague: [], compliance: name, support: []}


def test_strangers_are_asked_to_sign_in(client, db):
    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(as_user, advisor, django_assert_num_queries, count):
    for number in range(count):
        contact = ContactFactory(primary_advisor=advisor, last_login_at=timezone.now())
        AssignmentFactory(contact=contact)
        TagFactory(name=f"tag {number}").contacts.add(contact)
    client = as_user(advisor)
    client.get(LIST)
    with django_assert_num_queries(9):
        assert len(shown(client.get(LIST))) == count


@pytest.fixture
def three(admin):
    """Three contacts that differ in everything the list shows."""
    now = timezone.now()
    zoe, abe, bea = (UserFactory(last_name=name) for name in ("Zander", "Abel", "Beck"))
    one = ContactFactory(last_name="One", contact_type="prospect", primary_advisor=zoe, last_login_at=now, start_at=now)
    two = ContactFactory(last_name="Two", contact_type="client", primary_advisor=abe)
    six = ContactFactory(last_name="Six", contact_type="lead", primary_advisor=bea)
    six.last_login_at = six.start_at = now - timedelta(days=3)
    six.save()
    AssignmentFactory(contact=two, experience__name="Alpha")
    AssignmentFactory(contact=six, experience__name="Beta")
    return one, two, six


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["One", "Six", "Two"]),
        ("-name", ["Two", "Six", "One"]),
        ("advisor", ["Two", "Six", "One"]),
        ("-advisor", ["One", "Six", "Two"]),
        ("type", ["Two", "Six", "One"]),
        ("status", ["One", "Six", "Two"]),
        ("last_login", ["Two", "Six", "One"]),
        ("-last_login", ["One", "Six", "Two"]),
        ("experience", ["Two", "Six", "One"]),
        ("nonsense", ["One", "Six", "Two"]),
    ],
)
def test_every_column_sorts(as_user, admin, three, sort, order):
    assert shown(as_user(admin).get(LIST, {"sort": sort})) == order


def test_every_filter_narrows(as_user, admin, three):
    one, two, six = three
    TagFactory(name="golf").contacts.add(one, six)
    Contact.objects.filter(pk=one.pk).update(
        household=HouseholdFactory(name="The Ones"),
        team=TeamFactory(name="North"),
        created_at=timezone.now() - timedelta(days=40),
    )
    one.refresh_from_db()
    week_ago = (timezone.now() - timedelta(days=7)).date().isoformat()
    client = as_user(admin)
    for query, names in [
        ({"q": one.email}, ["One"]),
        ({"name": "tw"}, ["Two"]),
        ({"advisor": one.primary_advisor_id}, ["One"]),
        ({"advisor_name": "beck"}, ["Six"]),
        ({"type": ["client", "lead"]}, ["Six", "Two"]),
        ({"status": "assigned"}, ["Two"]),
        ({"experience": two.experience_id}, ["Two"]),
        ({"team": one.team_id}, ["One"]),
        ({"tag": one.tags.get().pk}, ["One", "Six"]),
        ({"household": "ones"}, ["One"]),
        ({"has_login": "no"}, ["Two"]),
        ({"login_from": week_ago}, ["One", "Six"]),
        ({"created_to": week_ago}, ["One"]),
        ({"created_from": week_ago}, ["Six", "Two"]),
    ]:
        assert (query, shown(client.get(LIST, query))) == (query, names)


@pytest.mark.parametrize(
    "query", ["type=nobody", "advisor=abc", "advisor=999999", "login_from=soon", "tag=x", "advisor=²"]
)
def test_a_filter_that_cannot_be_read_selects_nothing(as_user, admin, contact, query):
    response = as_user(admin).get(f"{LIST}?{query}")
    assert (response.status_code, shown(response)) == (200, [])
    assert len(response.context["chips"]) == 1


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(("day", "before", "after"), [("0001-01-01", 0, 1), ("9999-12-30", 1, 0), ("9999-12-31", 1, 0)])
def test_the_first_and_the_last_day_there_are_bound_lists_too(as_user, admin, zone, day, before, after):
    ContactFactory(last_login_at=timezone.now())
    ContactFactory(deleted_at=timezone.now())
    admin.time_zone = zone
    admin.save()
    client = as_user(admin)
    for page, name in (("/contacts/", "login"), ("/contacts/", "created"), ("/contacts/trash/", "deleted")):
        found = [len(shown(client.get(f"{page}?{name}_{bound}={day}"))) for bound in ("to", "from")]
        assert found == [before, after], name


def test_each_filter_in_use_is_a_chip_that_can_be_removed(as_user, admin, contact):
    response = as_user(admin).get(f"{LIST}?type=client&type=lead&sort=-name&page=2")
    assert [(chip.label, chip.url) for chip in response.context["chips"]] == [
        ("Type: Client", "/contacts/?type=lead&sort=-name"),
        ("Type: Lead", "/contacts/?type=client&sort=-name"),
    ]


def test_pages_cover_every_row_once_and_clamp(as_user, admin, advisor):
    ContactFactory.create_batch(60, primary_advisor=advisor, last_name="Same", first_name="Same")
    client = as_user(admin)
    pages = [client.get(LIST, {"per_page": 25, "page": page, "sort": "-name"}) for page in (1, 2, 3)]
    keys = [row.record.pk for page in pages for row in page.context["table"].paginated_rows]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) == 60
    assert client.get(LIST, {"per_page": 25, "page": 99}).context["page"].number == 3
    assert client.get(LIST, {"per_page": 7, "page": "x"}).context["page"].paginator.per_page == 50


def test_htmx_gets_the_list_alone(as_user, advisor, contact):
    html = one_line(as_user(advisor).get(LIST, headers={"HX-Request": "true", "HX-Target": "list"}))
    assert html.startswith('<div id="list"')
    assert contact.last_name in html


def test_the_filters_come_when_their_panel_is_opened(as_user, admin, contact):
    client = as_user(admin)
    assert "field-optional" not in client.get(LIST).content.decode()
    opened = one_line(
        client.get(
            f"{LIST}?filters=open&status=active&sort=-name",
            headers={"HX-Request": "true", "HX-Target": "filters-panel"},
        )
    )
    assert "<html" not in opened and 'name="created_from"' in opened
    assert 'name="status" value="active" id="id_status_3" checked>' in opened
    assert '<input type="hidden" name="sort" value="-name" >' in opened


def test_without_scripts_a_link_opens_the_panel(as_user, admin, contact):
    client = as_user(admin)
    page = client.get(f"{LIST}?type=client").content.decode()
    assert 'href="?type=client&amp;filters=open"' in page
    opened = client.get(f"{LIST}?type=client&filters=open").content.decode()
    assert 'name="created_from"' in opened and "<html" in opened
    assert 'name="type" value="client" id="id_type_0" checked>' in opened


def test_a_parameter_that_is_no_filter_narrows_nothing(as_user, admin):
    ContactFactory(primary_advisor=admin)
    client = as_user(admin)
    page = client.get("/contacts/?utm_source=mail")
    assert (page.context["narrowed"], len(page.context["page"].object_list)) == (False, 1)
    asked = client.post("/contacts/bulk/contacts.deactivate/", {"all": "1", "query": "utm_source=mail"})
    draft = Operation.objects.get(pk=asked.url.partition("draft=")[2])
    assert (draft.query, draft.selection, draft.total) == ("", "All contacts", 1)


@pytest.fixture
def felix(advisor):
    """One among others with whom he shares a name each."""
    ContactFactory(first_name="Felix", last_name="Archer", primary_advisor=advisor)
    ContactFactory(first_name="Nora", last_name="Baker", primary_advisor=advisor)
    return ContactFactory(
        first_name="Felix", last_name="Baker", email="felix@example.com", phone="+12125550199", primary_advisor=advisor
    )


@pytest.mark.parametrize(
    "text",
    [
        "Baker, Felix",
        "Baker,Felix;",
        "Felix Baker <felix@example.com>",
        "Felix Baker <Felix@Example.com>;",
        '"Felix Baker"',
        "“Felix Baker”",
        "'Felix' 'Baker'",
        "Felix Baker (212) 555-0199",
        "baker felix baker felix baker felix baker",
    ],
)
def test_a_person_is_found_as_other_programs_write_them(as_user, advisor, felix, text):
    rows = as_user(advisor).get(LIST, {"q": text}).context["table"].paginated_rows
    assert [row.record.pk for row in rows] == [felix.pk]


@pytest.mark.parametrize("text", ["f b fel bak feli bake nobody", "felix " + "x1 x2 x3 x4 x5 x6 x7 " * 9, ";", '""'])
def test_every_word_narrows_however_many_there_are(as_user, advisor, felix, text):
    assert shown(as_user(advisor).get(LIST, {"q": text})) == []


def test_more_words_than_anybody_has_find_nobody(as_user, advisor, felix):
    text = " ".join(str(number) for number in range(500))
    assert shown(as_user(advisor).get(LIST, {"q": text})) == []


def test_a_domain_is_found_however_it_is_written(as_user, advisor):
    ContactFactory(last_name="Zorn", email="zorn@müller.example", primary_advisor=advisor)
    for text in ("müller.example", "muller", "zorn@xn--mller-kva.example", "XN--MLLER-KVA.example"):
        assert shown(as_user(advisor).get(LIST, {"q": text})) == ["Zorn"]
