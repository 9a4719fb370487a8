"""The adapter of Wealthbox.

Relied on (dev.wealthbox.com): `updated_since`, and `deleted=true` with `deleted_since` for what was deleted;
households are contacts of their own type that name their members, and stand on their members too. Not verified against
a live tenant: what each `order` sorts by (`created` is asked for, and either direction is right for us), the body of
deleted rows (only their id is read), and whether joining a household counts as a change of the member: both are
read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crm.adapters.numbered import Place, Tally
from crm.adapters.wealthbox.client import BASE, PAGE, Client, judge
from crm.adapters.wealthbox.mapping import contact, household, listed, owner, row_id
from crm.base import Adapter, Capabilities, CheckResult, ConfigField, Rate, State
from crm.errors import WillNotWork
from crm.http import Answer, Http, Verdict
from crm.reading import as_dict, rows, text
from crm.records import BadRecord, Gone, Page, RemoteContact, RemoteField, RemoteOwner, is_sensitive


class Wealthbox(Adapter):
    """Reads contacts, households and users by a personal access token; it changes nothing there."""

    key = "wealthbox"
    label = "Wealthbox"
    note = "Reads with the rights of whoever made the token: contacts hidden from that user do not arrive."
    capabilities = Capabilities(listing="ids", households="record", max_page=PAGE, rates={"": Rate(300, 300)})
    config_fields = (
        ConfigField("token", "Access token", help="Made in Wealthbox under Settings, API Access.", secret=True),
    )
    hosts = (BASE.split("/")[2],)

    def __init__(self, config, http: Http, fields=()) -> None:
        super().__init__(config, http, fields)
        self.client = Client(http, config)

    def judge(self, answer: Answer) -> Verdict | None:
        """See `client.judge`."""
        return judge(answer)

    def check(self) -> CheckResult:
        """Whose token it is. The id at the top is that of the login; the user's is in `current_user`."""
        body = self.client.get("/me", route="/me").json()
        if not isinstance(body, dict):
            raise WillNotWork("Wealthbox does not say whose the token is.")
        user = as_dict(body.get("current_user"))
        name = text(user.get("name")) or text(body.get("name")) or "Wealthbox user"
        firms = [firm for one in rows(body.get("accounts")) if (firm := text(one.get("name")))]
        status = text(user.get("status")).lower()
        warnings = (f"The user is “{status}” in Wealthbox.",) if status not in ("", "active") else ()
        return CheckResult(f"{name} ({', '.join(firms)})" if firms else name, warnings=warnings)

    def owners(self) -> Iterator[RemoteOwner]:
        """The users."""
        yield from (owner(row) for row in self.client.rows("/users", "users") if row_id(row))

    def categories(self) -> list[str]:
        """The firm's own contact types."""
        found = self.client.rows("/categories/contact_types", "contact_types")
        return [name for row in found if (name := text(row.get("name")))]

    def field_catalogue(self) -> list[RemoteField]:
        """The custom fields of contacts."""
        found = self.client.rows("/categories/custom_fields", "custom_fields", document_type="Contact")
        names = dict.fromkeys(text(row.get("name")) for row in found)
        return [RemoteField(name, name) for name in names if name and not is_sensitive(name)]

    def changes(self, state: State) -> Iterator[Page]:
        """Contacts first, then, but in the first run, what was deleted."""
        place: Place | None = self._begin(state)
        while place:
            page, place = self._tombstones(place) if place.part == "deleted" else self._contacts(place)
            yield page

    def listing(self, state: State) -> Iterator[Page]:
        """The ids of the whole list."""
        place: Place | None = self._begin(state)
        tally = Tally(whole=not state)
        while place:
            sheet = self.client.sheet("/contacts", "contacts", place.page, order="created")
            tally.add([row_id(row) for row in sheet.rows])
            place = place.beyond(sheet)
            if place is None:
                tally.prove(sheet.total)
            yield Page(place.state() if place else {}, listed=tuple(listed(sheet.rows)), last=place is None)

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """One call each: the list takes a single id only."""
        return [self._one(remote_id) for remote_id in remote_ids]

    def _begin(self, state: State) -> Place:
        """The place that a state names, with pages as large as they are now."""
        self.client.size = self.page_size
        return Place.of(state, self.page_size)

    def _one(self, remote_id: str) -> RemoteContact | Gone:
        if not (remote_id.isascii() and remote_id.isdigit()):
            return Gone(remote_id)
        answer = self.client.find(f"/contacts/{remote_id}", route="/contacts/{id}")
        if answer.status == 404:
            return Gone(remote_id)
        found = contact(answer.json(), self.fields)
        if isinstance(found, BadRecord) or found.remote_id != remote_id:
            raise WillNotWork("Wealthbox answered with something that is not the contact that was asked for.")
        return found

    def _contacts(self, place: Place) -> tuple[Page, Place | None]:
        """A page of contacts and the place after it."""
        wanted = {"updated_since": place.since} if place.since else {}
        sheet = self.client.sheet("/contacts", "contacts", place.page, order="created", **wanted)
        read = [contact(row, self.fields) for row in sheet.rows]
        contacts = tuple(one for one in read if isinstance(one, RemoteContact))
        place = place.read(sheet, contacts)
        following = place.beyond(sheet)
        if following is None and place.since:
            following = replace(place, part="deleted", page=1, total=0)
        held = {
            "contacts": contacts,
            "households": tuple(filter(None, map(household, sheet.rows))),
            "bad": tuple(one for one in read if isinstance(one, BadRecord)),
        }
        return self._page(place, following, total=sheet.total, **held), following

    def _tombstones(self, place: Place) -> tuple[Page, Place | None]:
        """A page of deleted contacts, of which nothing but the id is read, and the place after it."""
        asked = {"deleted": "true", "deleted_since": place.since}
        sheet = self.client.sheet("/contacts", "contacts", place.page, **asked)
        following = place.beyond(sheet)
        gone = tuple(Gone(remote_id) for row in sheet.rows if (remote_id := row_id(row)))
        return self._page(place, following, gone=gone), following

    def _page(self, place: Place, following: Place | None, **held) -> Page:
        state = following.state() if following else place.next_run(self.capabilities.overlap_seconds)
        return Page(state, last=following is None, **held)
