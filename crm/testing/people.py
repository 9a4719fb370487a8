"""What a fake CRM holds: fictional people whom tests add, change, delete and merge; each fake shows its own way."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

FIRST = "Sam Alex Robin Kim Pat Lee Max Jo Dana Chris".split()
LAST = "Rivera Stone Brook Hill Field Marsh Lake Wood Dale Ford".split()
BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SSN = "900-45-6789"  # looks like one and is none: numbers from 900 are never given out
PASSPORT = "PX-TEST-771"


@dataclass(frozen=True)
class Person:
    """One record, in no vendor's words. `number` is what the fake makes its ids of."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = "United States"
    birth_date: date | None = None
    category: str = "Client"
    owner: int | None = 1
    household: int | None = None
    head: bool = False
    tags: tuple[str, ...] = ()
    custom: dict = field(default_factory=dict)
    raw: dict = field(default_factory=dict)  # laid over what the fake shows, key by key: for odd records
    created_at: datetime = BEGIN
    updated_at: datetime = BEGIN
    deleted_at: datetime | None = None
    merged_into: int | None = None
    vanished: bool = False  # gone without a trace

    @property
    def there(self) -> bool:
        """Whether it is listed."""
        return self.deleted_at is None and not self.vanished


class World:
    """The people, the owners and the households of one fake CRM, with a clock that only tests move."""

    def __init__(self, count: int = 0, *, step: timedelta = timedelta(minutes=1)) -> None:
        self.now, self.step, self._newest = BEGIN, step, 1000
        self.owners = {1: ("Avery Adams", "avery@example.com"), 2: ("Blair Bell", "blair@example.com")}
        self.households: dict[int, str] = {}
        self.people: dict[int, Person] = {}
        for _ in range(count):
            self.add()

    def tick(self) -> datetime:
        """Move the clock on by one step."""
        self.now += self.step
        return self.now

    def add(self, **values) -> Person:
        """A new person, made up from its number where `values` say nothing."""
        number = self._newest + 1
        first, last = FIRST[number % 10], LAST[number // 10 % 10]
        now = self.tick()
        made_up: dict[str, Any] = {
            "number": number,
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{last}.{number}@example.com".lower(),
            "phone": f"(212) 555-{number % 10000:04d}",
            "street": f"{number} Elm St",
            "city": "Springfield",
            "region": "Massachusetts",
            "postal_code": "01101",
            "birth_date": date(1950 + number % 50, number % 12 + 1, number % 28 + 1),
            "owner": number % 2 + 1,
            "created_at": now,
            "updated_at": now,
        }
        person = Person(**made_up | values)
        self.people[number] = person
        self._newest = max(self._newest, number)
        return person

    def change(self, number: int, **values) -> Person:
        """Change a person, and when it was changed unless `values` say so themselves."""
        self.people[number] = replace(self.people[number], **{"updated_at": self.tick()} | values)
        return self.people[number]

    def delete(self, number: int) -> None:
        """Delete a person as the CRM's user would."""
        now = self.tick()
        self.people[number] = replace(self.people[number], deleted_at=now, updated_at=now)

    def merge(self, loser: int, winner: int) -> None:
        """Merge one into another: the loser is deleted and points to the winner, who changes."""
        now = self.tick()
        self.people[loser] = replace(self.people[loser], deleted_at=now, updated_at=now, merged_into=winner)
        self.change(winner)

    def vanish(self, number: int) -> None:
        """Take a person out without a tombstone."""
        self.people[number] = replace(self.people[number], vanished=True)

    def household(self, name: str, *numbers: int) -> int:
        """Make a household; the first member is its head."""
        key = max(self.households, default=500) + 1
        self.households[key] = name
        for number in numbers:
            self.change(number, household=key, head=number == numbers[0])
        return key

    def there(self) -> list[Person]:
        """Those who are listed, in the order they were made."""
        return [person for person in self.people.values() if person.there]
