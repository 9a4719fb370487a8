"""Tags and households that change in the CRM are differences like others: offered, respected, applied, undone."""

from datetime import timedelta

import pytest

from contacts.domain.households import make_head
from contacts.domain.tagging import set_tags
from contacts.models import Contact, Household
from contacts.operations import undoing
from core.models import Activity, Operation
from core.operations import running, selecting
from crm.domain.differences import differences
from crm.domain.importing import import_records
from crm.models import Category, Connection, Owner, Record
from crm.testing import World
from tests.crm.fakes.wealthbox import WealthboxFake


class Book:
    """A CRM that tests change, its connection, and the contacts that were imported from it, by number."""

    def __init__(self, fake, connection, by, sync):
        self.world, self.connection, self.by, self._sync = fake.world, connection, by, sync
        self.numbers = [one.number for one in self.world.there()]

    def sync(self) -> None:
        """Bring what changed."""
        self._sync(self.connection, self.by)

    def change(self, number: int, **values) -> None:
        """Change a person in the CRM, an hour later, and bring it."""
        self.world.now += timedelta(hours=1)
        self.world.change(number, **values)
        self.sync()

    def record(self, number: int) -> Record:
        """As the pages compare it."""
        return Record.objects.select_related("contact").compared().get(remote_id=str(number))

    def contact(self, number: int) -> Contact:
        """The contact made of a person."""
        return self.record(number).contact

    def difference(self, number: int, field: str):
        """The difference of one field, or None."""
        found = {one.field: one for one in differences(self.record(number), self.contact(number))}
        return found.get(field)

    def tags(self, number: int) -> list[str]:
        """The contact's tags."""
        return [tag.name for tag in self.contact(number).tags.all()]

    def home(self, number: int) -> tuple:
        """The contact's household, role, and whether they are its head."""
        contact = self.contact(number)
        return contact.household and contact.household.name, contact.household_role, hasattr(contact, "head_of")

    def update(self, *numbers: int, fields=("tags", "household"), **params) -> Operation:
        """Take over from the CRM, as the pages do."""
        operation = Operation.objects.create(
            kind="crm.update", title="Update", owner=self.by, params={"fields": list(fields), **params}
        )
        chosen = Record.objects.filter(remote_id__in=map(str, numbers))
        selecting.freeze(operation, Contact.objects.filter(crm_record__in=chosen).values_list("pk", flat=True))
        return running.start(operation)

    def undo(self, operation: Operation) -> Operation:
        """Undo it, as the pages do."""
        assert not undoing.refusal(operation, self.by)
        return running.start(undoing.draft(operation, self.by))


@pytest.fixture
def book(office, sync, settings):
    """Six people: the first three a family with tags, all imported."""
    settings.CRM_PRIVATE_HOSTS = ["127.0.0.1"]
    with WealthboxFake(World(count=6)) as fake:
        numbers = [one.number for one in fake.world.there()]
        fake.world.household("The Riveras", *numbers[:2])
        fake.world.change(numbers[0], tags=("Golf", "Newsletter"))
        connection = Connection.objects.create(name="WB", adapter="wealthbox", config=fake.config())
        Category.objects.create(connection=connection, value="Client", contact_type="client")
        for key in (1, 2):
            Owner.objects.create(connection=connection, remote_id=str(key), user=office["one"], by_hand=True)
        book = Book(fake, connection, office["admin"], sync)
        book.sync()
        import_records(list(Record.objects.filter(state="ready").values_list("pk", flat=True)), office["admin"])
        assert Contact.objects.count() == 6
        yield book


# --- tags -----------------------------------------------------------------------------------------------------------


def test_after_an_import_nothing_differs(book):
    first, second = book.numbers[:2]
    assert (book.tags(first), book.home(first)) == (["Golf", "Newsletter"], ("The Riveras", "Head", True))
    assert book.home(second) == ("The Riveras", "Spouse or partner", False)
    assert [differences(book.record(number), book.contact(number)) for number in book.numbers] == [[]] * 6


def test_a_tag_that_came_or_went_in_the_crm_is_offered_and_taken_over(book):
    first = book.numbers[0]
    set_tags(book.contact(first), ["Golf", "Newsletter", "Ours"])
    book.change(first, tags=("golf", "VIP"))
    assert book.contact(first).crm_mark == "newer"
    found = book.difference(first, "tags")
    assert (found.here, found.there, found.ticked) == (["Golf", "Newsletter", "Ours"], ["golf", "VIP"], True)
    assert found.note == "Adds VIP. Takes off Newsletter, gone from the CRM."
    book.update(first)
    assert book.tags(first) == ["Golf", "Ours", "VIP"]
    told = Activity.objects.filter(verb="crm_updated", subject_id=book.contact(first).pk).get()
    assert told.sentence == "Updated from the CRM. Adds VIP. Takes off Newsletter, gone from the CRM."
    assert (book.difference(first, "tags"), book.contact(first).crm_mark) == (None, "linked")


@pytest.mark.parametrize("name", ["ΟΔΟΣ", "İzmir"])
def test_a_tag_comes_and_goes_whatever_letters_it_has(book, name):
    first = book.numbers[0]
    book.change(first, tags=("Golf", "Newsletter", name))
    book.update(first)
    assert set(book.tags(first)) == {"Golf", "Newsletter", name}
    assert book.difference(first, "tags") is None
    book.change(first, tags=("Golf", "Newsletter"))
    book.update(first)
    assert book.tags(first) == ["Golf", "Newsletter"]


def test_a_tag_given_here_is_never_taken_off_even_when_the_crm_had_it_for_a_while(book):
    second = book.numbers[1]
    set_tags(book.contact(second), ["Ours"])
    book.change(second, tags=("Ours", "VIP"))
    book.update(second)
    book.change(second, tags=())
    assert book.difference(second, "tags").note == "Takes off VIP, gone from the CRM."
    book.update(second)
    assert book.tags(second) == ["Ours"]


def test_a_tag_taken_off_here_by_hand_comes_back_only_when_asked_for(book):
    first = book.numbers[0]
    set_tags(book.contact(first), ["Golf"])
    found = book.difference(first, "tags")
    assert (found.by_hand, found.ticked, found.note) == (True, False, "Adds Newsletter.")
    book.change(first, tags=("Golf", "Newsletter", "VIP"))
    assert book.difference(first, "tags").note == "Adds VIP."
    book.update(first)
    assert book.tags(first) == ["Golf", "VIP"]
    assert book.update(first).skipped == 1
    book.update(first, by_hand=True)
    assert book.tags(first) == ["Golf", "Newsletter", "VIP"]


@pytest.mark.parametrize("field", ["tags", "household"])
def test_locked_they_stay(book, field):
    third = book.numbers[2]
    Contact.objects.filter(pk=book.contact(third).pk).update(locked_fields=[field])
    home = next(iter(book.world.households))
    book.change(third, tags=("VIP",), household=home)
    book.update(third, by_hand=True)
    assert (book.tags(third), book.home(third)[0]) == {
        "tags": ([], "The Riveras"),
        "household": (["VIP"], None),
    }[field]


# --- households -----------------------------------------------------------------------------------------------------


def test_joining_a_household_in_the_crm_is_offered_and_taken_over(book):
    third = book.numbers[2]
    book.change(third, household=next(iter(book.world.households)))
    found = book.difference(third, "household")
    assert (found.here, found.there["name"], found.there["role"]) == (None, "The Riveras", "Spouse or partner")
    assert found.ticked
    book.update(third)
    assert book.home(third) == ("The Riveras", "Spouse or partner", False)
    assert book.difference(third, "household") is None
    assert Household.objects.count() == 1


def test_leaving_a_household_in_the_crm_is_offered_and_taken_over(book):
    first = book.numbers[0]
    book.change(first, household=None)
    assert book.difference(first, "household").note == "Leaves the household."
    book.update(first, emptying=True)
    assert book.home(first) == (None, "", False)
    assert Household.objects.get().head is None


def test_another_head_in_the_crm_is_another_head_here(book):
    first, second = book.numbers[:2]
    book.world.change(second, head=True)
    book.change(first, head=False)
    assert book.difference(second, "household").note == "Becomes the head of the household."
    book.update(first, second)
    assert (book.home(first), book.home(second)) == (
        ("The Riveras", "Spouse or partner", False),
        ("The Riveras", "Head", True),
    )
    assert book.difference(first, "household") is book.difference(second, "household") is None


def test_one_after_the_other_the_new_head_does_not_make_the_old_one_look_changed_by_hand(book):
    first, second = book.numbers[:2]
    book.world.change(second, head=True)
    book.change(first, head=False)
    book.update(second)
    found = book.difference(first, "household")
    assert (found.by_hand, found.there["role"]) == (False, "Spouse or partner")


def test_what_was_arranged_here_by_hand_is_not_proposed_to_be_undone(book):
    first, second, third = book.numbers[:3]
    make_head(book.contact(second), by=book.by)
    assert book.difference(first, "household").by_hand
    Contact.objects.filter(pk=book.contact(third).pk).update(household=Household.objects.create(name="Ours"))
    book.change(third, household=next(iter(book.world.households)))
    assert book.difference(third, "household").by_hand
    assert book.update(third).skipped == 1
    assert book.home(third)[0] == "Ours"


def test_a_household_renamed_in_the_crm_is_no_news_of_its_members(book):
    first = book.numbers[0]
    book.world.households[next(iter(book.world.households))] = "The Rivera Family"
    book.change(first, updated_at=book.world.now)
    assert (book.difference(first, "household"), book.contact(first).crm_mark) == (None, "linked")


# --- undone ---------------------------------------------------------------------------------------------------------


def stand(book) -> list:
    """Everything an update can touch, of all six."""
    return [
        (book.tags(number), book.home(number), book.contact(number).city, book.contact(number).crm_mark)
        for number in book.numbers
    ]


def memory() -> list:
    """What the records remember."""
    return list(Record.objects.order_by("pk").values_list("applied", "seen_digest", "updated_here_at"))


def test_undone_whoever_was_made_the_head_meanwhile_heads_what_they_left_no_longer(book):
    third = book.numbers[2]
    book.change(third, household=next(iter(book.world.households)))
    updated = book.update(third)
    make_head(book.contact(third), by=book.by)
    book.undo(updated)
    assert (book.home(third), Household.objects.get().head) == ((None, "", False), None)


def test_undone_everything_is_as_before_and_offered_again(book):
    first, second, third = book.numbers[:3]
    book.world.change(second, head=True)
    book.world.change(third, household=next(iter(book.world.households)), city="Ogdenville")
    book.change(first, head=False, tags=("VIP",))
    before, remembered = stand(book), memory()
    offered = [
        {one.field for one in differences(book.record(number), book.contact(number))}
        for number in (first, second, third)
    ]
    assert offered == [{"tags", "household"}, {"household"}, {"household", "city"}]
    done = book.update(first, second, third, fields=("tags", "household", "city"))
    after, remembered_then = stand(book), memory()
    assert after != before
    undone = book.undo(done)
    assert (undone.done, stand(book), memory()) == (3, before, remembered)
    assert offered == [
        {one.field for one in differences(book.record(number), book.contact(number))}
        for number in (first, second, third)
    ]
    assert {book.contact(number).crm_mark for number in (first, second, third)} == {"newer"}
    again = book.undo(undone)
    assert (again.done, stand(book), memory()) == (3, after, remembered_then)


def test_who_was_updated_again_since_is_left_alone(book):
    first = book.numbers[0]
    book.change(first, tags=("VIP",))
    done = book.update(first)
    book.change(first, tags=("VIP", "Golf"))
    book.update(first)
    undone = book.undo(done)
    line = undone.lines.get()
    assert (undone.done, undone.skipped) == (0, 1)
    assert line.reason == "Changed since, so left alone: tags, what was taken over."
