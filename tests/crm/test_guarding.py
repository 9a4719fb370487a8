"""No adapter can bring a page down: classes, calls and records with a fault are told in words, and health is true."""

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint

import pytest
from django.urls import reverse

from crm import registry
from crm.adapters.demo import DemoCRM
from crm.base import Adapter, Capabilities, CheckResult, ConfigField
from crm.domain.opening import open_adapter
from crm.domain.syncing import learn
from crm.errors import WillNotWork
from crm.models import Connection, Record
from crm.reading import moment
from crm.records import Email, Gone, HouseholdLink, Page, RemoteContact, RemoteOwner
from crm.validation import class_problem, fault


class Sound(DemoCRM):
    key = "sound"
    label = "Sound CRM"


class NoLabel(Sound):
    label = None


class NoMethods(Adapter):
    key = "sound"
    label = "Sound CRM"
    capabilities = Capabilities()
    config_fields = ()


class OtherKey(Sound):
    key = "another"


class NoCapabilities(Sound):
    capabilities = {"incremental": "server"}


class OddCapabilities(Sound):
    capabilities = Capabilities(deletes="sometimes")


class FieldsOfAnotherKind(Sound):
    config_fields = (ConfigField("token", "Token", kind="number"),)


class BrokenPattern(Sound):
    config_fields = (ConfigField("token", "Token", pattern="("),)


class TakenName(Sound):
    config_fields = (ConfigField("name", "Name"),)


class HostsInAText(Sound):
    hosts = "api.example.com"


WRONG = [NoLabel, NoMethods, OtherKey, NoCapabilities, OddCapabilities, FieldsOfAnotherKind, BrokenPattern, TakenName]


@pytest.mark.parametrize("adapter", [*WRONG, HostsInAText, dict, None, "text"])
def test_a_class_with_a_fault_is_no_adapter(adapter):
    assert class_problem(adapter, "sound")
    assert class_problem(Sound, "sound") == ""


@pytest.fixture
def installed(monkeypatch):
    """`installed(Class)`: these classes are found beside the Demo CRM, by their names in lower case."""

    def install(*classes):
        points = [
            EntryPoint(one.__name__.lower(), f"{one.__module__}:{one.__name__}", registry.GROUP) for one in classes
        ]
        points.append(EntryPoint("demo", "crm.adapters.demo:DemoCRM", registry.GROUP))
        points.append(EntryPoint("gone", "no_such_module:Adapter", registry.GROUP))
        monkeypatch.setattr(registry, "entry_points", lambda group: points)
        registry.look_again()

    yield install
    monkeypatch.undo()
    registry.look_again()


def test_the_page_of_crms_offers_the_sound_and_names_the_others(installed, as_user, office, demo):
    installed(Sound, NoLabel, NoMethods)
    client = as_user(office["admin"])
    page = client.get(reverse("crm:choose")).content.decode()
    assert "Sound CRM" in page and "Demo CRM" in page
    assert "nolabel: Its key is not" in page and "gone: It cannot be loaded (ModuleNotFoundError)" in page
    Connection.objects.filter(pk=demo.pk).update(adapter="nomethods")
    for address in (reverse("crm:connections"), reverse("crm:connection", args=[demo.pk])):
        answer = client.get(address)
        assert (answer.status_code, "cannot be used" in answer.content.decode()) == (200, True)
    assert client.get(reverse("crm:add", args=["nolabel"])).status_code == 302


FAULTY = {
    "check": lambda self: 1 / 0,
    "owners": lambda self: [RemoteOwner("U1", "One"), 7, RemoteOwner("x" * 201, "Two"), RemoteOwner("U2", None)],
    "categories": lambda self: 5,
    "field_catalogue": lambda self: {}["x"],
    "fetch": lambda self, ids: [None, 3],
}


@pytest.mark.parametrize("method", FAULTY)
@pytest.mark.parametrize("page", ["connections", "connection", "check", "fields", "owners", "preview", "learn", "edit"])
def test_no_page_breaks(as_user, demo, office, sync, monkeypatch, method, page):
    sync(demo, office["admin"])
    monkeypatch.setattr(DemoCRM, method, FAULTY[method])
    client = as_user(office["admin"])
    address = reverse(f"crm:{page}", args=[] if page == "connections" else [demo.pk])
    answer = client.get(address) if page not in ("check", "learn") else client.post(address, follow=True)
    assert answer.status_code == 200 or answer.url == reverse("crm:connection", args=[demo.pk])


def test_a_check_that_raises_is_told_at_the_form_and_as_health(as_user, demo, office, monkeypatch):
    monkeypatch.setattr(DemoCRM, "check", lambda self: 1 / 0)
    client = as_user(office["admin"])
    answer = client.post(reverse("crm:add", args=["demo"]), {"name": "Ours", "size": "50", "token": "t"})
    assert answer.status_code == 422
    assert "The adapter “Demo CRM” has a fault (ZeroDivisionError in check)" in answer.content.decode()
    client.post(reverse("crm:check", args=[demo.pk]))
    demo.refresh_from_db()
    assert demo.state == Connection.State.ATTENTION


def test_an_answer_that_is_no_answer_is_a_fault(demo, monkeypatch):
    for found in (
        None,
        "Sam",
        CheckResult(7),
        CheckResult("Sam", quota_left=2**40),
        CheckResult("Sam", scopes="read"),
        CheckResult("\x00"),
    ):
        monkeypatch.setattr(DemoCRM, "check", lambda self, found=found: found)
        with pytest.raises(WillNotWork, match="has a fault"):
            open_adapter(demo).check()


GOOD = RemoteContact("D1", first_name="Sam", last_name="Rivera", emails=(Email("sam@example.com"),))
ODD = {
    "a long id": replace(GOOD, remote_id="x" * 201),
    "no id": replace(GOOD, remote_id=""),
    "a number as id": replace(GOOD, remote_id=7),
    "a number as name": replace(GOOD, last_name=7),
    "nothing as name": replace(GOOD, last_name=None),
    "a list of emails": replace(GOOD, emails=[Email("sam@example.com")]),
    "a text as email": replace(GOOD, emails=("sam@example.com",)),
    "a number in an email": replace(GOOD, emails=(Email(7),)),
    "a nul": replace(GOOD, last_name="Ri\x00vera"),
    "half a pair": replace(GOOD, last_name="Ri\ud800vera"),
    "a text as date": replace(GOOD, birth_date="1970-01-01"),
    "a moment as date": replace(GOOD, birth_date=datetime(1970, 1, 1)),
    "a moment without zone": replace(GOOD, updated_at=datetime(2026, 1, 1)),
    "a moment before our calendar": replace(GOOD, updated_at=datetime(1, 1, 1, tzinfo=UTC)),
    "a moment after our calendar": replace(GOOD, created_at=datetime(9999, 12, 31, tzinfo=UTC)),
    "a number without end in custom": replace(GOOD, custom={"risk": 10**5000}),
    "a list in custom": replace(GOOD, custom={"risk": ["a"]}),
    "no number in custom": replace(GOOD, custom={"risk": float("nan")}),
    "a long id of an owner": replace(GOOD, owner_id="x" * 201),
    "a long id of a household": replace(GOOD, household=HouseholdLink("x" * 201)),
    "another kind": replace(GOOD, kind="alien"),
    "a record without end": replace(GOOD, full_name="x" * 300_000),
    "a dict": {"remote_id": "D1"},
}


@pytest.mark.parametrize("odd", ODD)
def test_a_record_that_cannot_be_stored_is_told_and_harms_no_other(demo, office, sync, monkeypatch, odd):
    assert fault(GOOD, RemoteContact) == ""
    assert fault(ODD[odd], RemoteContact)
    fine = replace(GOOD, remote_id="D2", birth_date=date(1970, 1, 1))
    monkeypatch.setattr(DemoCRM, "changes", lambda self, state: iter([Page({}, (fine, ODD[odd]), last=True)]))
    done = sync(demo, office["admin"])
    assert (done.operation.state, done.added, done.bad) == ("finished", 1, 1)
    assert Record.objects.get().remote_id == "D2"
    assert "Rivera" not in done.notes[0][1]
    assert demo.state == Connection.State.GOOD


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-10:00"])
def test_a_moment_that_means_never_is_none(demo, office, sync, monkeypatch, as_user, never):
    monkeypatch.setattr(
        DemoCRM,
        "changes",
        lambda self, state: iter([Page({}, (replace(GOOD, updated_at=moment(never)),), last=True)]),
    )
    sync(demo, office["admin"])
    page = as_user(office["admin"]).get(reverse("crm:record", args=[Record.objects.get().pk]))
    assert (page.status_code, Record.objects.get().remote_updated_at) == (200, None)


@pytest.mark.parametrize("total", [float("inf"), float("nan"), 2.5, -1, 10**12])
def test_a_total_that_cannot_be_is_none(demo, office, sync, monkeypatch, total):
    page = Page({}, (GOOD,), total=total, last=True)
    monkeypatch.setattr(DemoCRM, "changes", lambda self, state: iter([page]))
    assert sync(demo, office["admin"]).operation.state == "finished"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://crm.example.com", "https://[", "//a.example/x", "x"])
def test_an_odd_link_is_no_link(demo, office, sync, monkeypatch, url):
    monkeypatch.setattr(DemoCRM, "changes", lambda self, state: iter([Page({}, (replace(GOOD, url=url),), last=True)]))
    sync(demo, office["admin"])
    assert Record.objects.get().url == ""


def test_where_no_record_could_be_read_health_says_so(demo, office, sync, monkeypatch):
    odd = (replace(GOOD, last_name=7), replace(GOOD, remote_id="D3", last_name=8))
    monkeypatch.setattr(DemoCRM, "changes", lambda self, state: iter([Page({}, odd, last=True)]))
    sync(demo, office["admin"])
    assert (demo.state, demo.trouble[:23]) == (Connection.State.ATTENTION, "None of 2 records could")


@pytest.mark.parametrize(
    "pages",
    [
        lambda self, state: 1 / 0,
        lambda self, state: None,
        lambda self, state: iter(["page"]),
        lambda self, state: iter([Page({"at": [1]}, last=True)]),
        lambda self, state: iter([Page({"at": "\x00"}, last=True)]),
        lambda self, state: iter([Page({})]),
        lambda self, state: iter([Page({}, last=True), Page({}, last=True)]),
        lambda self, state: iter([Page({}, contacts=None, last=True)]),
    ],
    ids=[
        "raises",
        "nothing",
        "no page",
        "no flat state",
        "a nul in the state",
        "no last page",
        "a page after the last",
        "no contacts",
    ],
)
def test_a_run_that_makes_no_sense_is_told_and_needs_attention(demo, office, sync, monkeypatch, pages):
    monkeypatch.setattr(DemoCRM, "changes", pages)
    done = sync(demo, office["admin"])
    assert done.operation.state == "failed"
    assert demo.state == Connection.State.ATTENTION
    assert "has a fault" in demo.trouble


def test_a_sync_that_fails_by_our_own_fault_is_not_called_working(demo, office, sync, monkeypatch):
    sync(demo, office["admin"])
    assert demo.state == Connection.State.GOOD

    def breaks(*args):
        raise KeyError("x")

    monkeypatch.setattr("crm.domain.going_through.stage", breaks)
    done = sync(demo, office["admin"])
    assert done.operation.state == "failed"
    assert demo.state == Connection.State.ATTENTION
    assert demo.trouble.startswith("The latest sync failed: ")


def test_a_user_named_twice_and_words_that_cannot_be_stored_stop_nothing(demo, office, sync, monkeypatch):
    monkeypatch.setattr(DemoCRM, "owners", lambda self: [RemoteOwner("U1", "One"), RemoteOwner("U1", "One again")])
    monkeypatch.setattr(DemoCRM, "categories", lambda self: ["Client", "\x00", None])
    assert sync(demo, office["admin"]).operation.state == "finished"
    assert list(demo.owners.values_list("name", flat=True)) == ["One"]
    learn(demo, open_adapter(demo))


def test_of_what_is_fetched_only_what_was_asked_for_counts(demo, monkeypatch):
    monkeypatch.setattr(
        DemoCRM, "fetch", lambda self, ids: [Gone("D9"), Gone("D1"), replace(GOOD, remote_id="D2"), None]
    )
    assert open_adapter(demo).fetch(["D1", "D2", "D3"]) == [replace(GOOD, remote_id="D2"), Gone("D1")]
