"""The Demo CRM's records as a function of their number and of the step they are at. No call, no clock, no chance.

Step 0 is the day the connection was made. Each later step changes two records, and now and then one is added,
deleted or merged. Names are visibly made up, addresses are of example.com, numbers are of 555.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from crm.records import Address, Email, Gone, HouseholdLink, Phone, RemoteContact, Role

FIRST = "Amber Birch Cedar Daisy Ember Fern Garnet Hazel Iris Jade Kestrel Laurel Maple Nova Olive Pearl".split()
LAST = "Demo Sample Example Specimen Fiction Placeholder Mockup Pattern Draft Outline Sketch Trial".split()
CITIES = [("Springfield", "MA", "01101"), ("Riverton", "NJ", "08077"), ("Fairview", "TN", "37062")]
CATEGORIES = ["Client", "Client", "Client", "Prospect", "Past Client", "Lead"]
STEP = timedelta(minutes=10)
STEPS = 500
MOVES = 2  # records that change at each step


@dataclass(frozen=True)
class Ledger:
    """What has become of the records after some steps: the step each changed last, and those that went."""

    changed: dict[int, int]
    gone: dict[int, tuple[int, int]]  # number -> (step, number of the record it was merged into, or 0)


def ledger(size: int, steps: int) -> Ledger:
    """What happened until a step, counted from the first."""
    changed: dict[int, int] = dict.fromkeys(range(1, size + 1), 0)
    gone: dict[int, tuple[int, int]] = {}
    for step in range(1, min(steps, STEPS) + 1):
        for move in range(MOVES):
            number = (step * 7 + move * 13) % size + 1
            if number not in gone:
                changed[number] = step
        if step % 3 == 0:
            changed[len(changed) + 1] = step
        if step % 8 == 0:
            gone.setdefault((step * 5) % size + 1, (step, 0))
        if step % 12 == 0:
            gone.setdefault((step * 5 + 2) % size + 1, (step, (step * 5 + 3) % size + 1))
    return Ledger({number: step for number, step in changed.items() if number not in gone}, gone)


def contact(number: int, step: int, began: datetime, owners: list[str]) -> RemoteContact:
    """Record `number` as it stands since `step`."""
    first, last = FIRST[number % len(FIRST)], f"{LAST[number // len(FIRST) % len(LAST)]}"
    city, region, postal_code = CITIES[(number + step) % len(CITIES)]
    email = f"{first}.{last}.{number}@crm.example.com".lower()
    phone = f"(212) 555-{(number * 37 + step) % 10000:04d}"
    house = (number - 1) // 3
    shares = number % 3 != 0 and house % 2 == 0 and not _left(number, step)
    role: Role = "head" if number % 3 == 1 else "spouse_partner"
    return RemoteContact(
        remote_id=f"D{number:05d}",
        first_name=first if number % 41 else "",
        last_name=last,
        emails=() if number % 23 == 0 else (Email(email if number % 29 else "not-an-address", "Home", primary=True),),
        phones=() if number % 31 == 0 else (Phone(phone if number % 19 else "12", "", "Mobile", primary=True),),
        addresses=(Address((f"{100 + number} Example Street",), city, region, postal_code, "USA", "Home", True),),
        birth_date=date(1940 + number % 55, number % 12 + 1, number % 28 + 1),
        client_since=date(2010 + number % 14, number % 12 + 1, 1) if number % 4 == 0 else None,
        status="Active",
        category=CATEGORIES[number % len(CATEGORIES)] if number % 37 else "",
        owner_id=owners[number % len(owners)],
        household=HouseholdLink(f"H{house:04d}", f"The {last} household", role, role == "head") if shares else None,
        tags=_tags(number, step),
        custom={"Risk profile": ["Cautious", "Balanced", "Bold"][(number + step // 4) % 3]} if number % 2 else {},
        created_at=began,
        updated_at=began + step * STEP,
        url="",
    )


def _left(number: int, step: int) -> bool:
    """Whether the spouse has left the household, as some do over time."""
    return step > 0 and number % 3 == 2 and (number + step) % 4 == 0


def _tags(number: int, step: int) -> tuple[str, ...]:
    """Tags that come and go over time."""
    reads = number % 5 == 0 and (step == 0 or (number + step) % 4 != 0)
    reviewed = step > 0 and (number + step) % 3 == 0
    return (*(["Newsletter"] if reads else []), *(["Annual review"] if reviewed else []))


def gone(number: int, merged_into: int) -> Gone:
    """That a record is no longer there."""
    return Gone(f"D{number:05d}", f"D{merged_into:05d}" if merged_into else "")


def steps_since(began: datetime, now: datetime | None = None) -> int:
    """How many steps have passed."""
    return max(0, min(STEPS, int(((now or datetime.now(UTC)) - began) / STEP)))
