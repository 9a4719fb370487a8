"""A firm with one of everything that an address can name, all of it around one contact of one advisor."""

import re
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import User
from contacts.domain.signing_in import give_password
from contacts.models import Contact, FileImport, ImportRow, SavedView
from core.models import ExportFile, Operation
from crm.models import Connection, Record
from experiences.models import Card
from mail.models import ArchivedMessage, Send
from messaging.models import Attachment, Thread
from outreach.models import Invitation, ScheduledInvitation
from tests.factories import (
    PASSWORD,
    AssignmentFactory,
    CampaignFactory,
    ContactFactory,
    NoteFactory,
    ResourceFactory,
    TeamFactory,
    UserFactory,
)
from todos.models import ActionItem, ItemFile, Reminder


@dataclass(frozen=True)
class World:
    """`owner` is the advisor, `contact` theirs.

    `keys` says what a route's `pk` or `owner_pk` is: by the whole route, else by all that comes before the
    parameter. `named` says it for every other parameter, by name.
    """

    owner: User
    contact: Contact
    keys: dict[str, int]
    named: dict[str, int | str]

    def address(self, route: str) -> str:
        """The route with keys of things that exist. A parameter that nothing is known for is an error of the test."""

        def value(found: re.Match) -> str:
            name = found.group(1).rpartition(":")[2]
            known = self.named.get(name) if name not in {"pk", "owner_pk"} else self._key(route)
            if known is None:
                raise LookupError(
                    f"{route}: no object is known for <{name}>. Make one in tests/world.py that belongs to the"
                    f" world's contact or advisor, and put its key into `keys` under the route's beginning, or into"
                    f" `named` under {name!r}."
                )
            return str(known)

        return "/" + re.sub(r"<([^>]+)>", value, route)

    def _key(self, route: str) -> int | None:
        return self.keys.get(route, self.keys.get(route.partition("<")[0]))


def picture() -> ContentFile:
    """A small picture."""
    written = BytesIO()
    Image.new("RGB", (2, 2)).save(written, "PNG")
    return ContentFile(written.getvalue(), "picture.png")


def build() -> World:
    """Make the firm."""
    owner = UserFactory(photo=picture())
    team = TeamFactory(members=[owner])
    contact = ContactFactory(primary_advisor=owner, team=team, photo=picture())
    assignment = AssignmentFactory(contact=contact)
    give_password(contact, PASSWORD)
    contact.refresh_from_db()
    content_keys, content_names = _content(assignment.experience)
    contact_keys, contact_names = _about(contact, owner)
    thread = contact.threads.create(kind="direct", user=owner, last_message_at=timezone.now())
    sent = _with_file(thread, owner)
    reply = owner.saved_replies.create(title="x", text="x")
    keys = content_keys | contact_keys
    keys |= {"messages/": thread.pk, "messages/file/": sent.pk, "messages/replies/": reply.pk}
    keys |= {"users/": owner.pk, "experiences/teams/": team.pk, "experiences/teams/member/": team.memberships.get().pk}
    named = content_names | contact_names | {"user_pk": owner.pk, "thread_pk": thread.pk, "attachment_pk": sent.pk}
    named |= {"reply_pk": reply.pk, "size": 192}
    named |= {"uidb64": "MQ", "token": "wrong", "reference": "unknown", "key": "0" * 20 + "-00000000"}
    return World(owner, contact, keys, named)


def _with_file(thread: Thread, by: User) -> Attachment:
    """A message of the staff with a file: in one transaction, for its files are counted when that commits."""
    with transaction.atomic():
        message = thread.messages.create(side="staff", author=by, text="x", attachment_count=1)
        values = {"name": "x.png", "size": 1, "content_type": "image/png", "sha256": "0" * 64}
        return message.attachments.create(file=picture(), **values)


def _content(experience) -> tuple[dict, dict]:
    """What the experience holds: a card with a picture, a file on a shelf, a pinned one; and a campaign."""
    cards, library = experience.card_template, experience.resource_template
    card = Card.objects.create(template=cards, title="x", url="https://example.com", image=picture())
    resource = ResourceFactory(kind="file", url="", file=picture(), file_name="x.png", cover=picture())
    category = library.categories.create(title="x", cover=picture())
    shelved = category.placements.create(resource=resource)
    pinned = experience.featured_template.placements.create(resource=resource)
    campaign = CampaignFactory()
    keys = {
        "experiences/": experience.pk,
        "experiences/cards/": cards.pk,
        "experiences/cards/card/": card.pk,
        "experiences/libraries/": library.pk,
        "experiences/libraries/category/": category.pk,
        "experiences/libraries/shelved/": shelved.pk,
        "experiences/featured/": experience.featured_template_id,
        "experiences/featured/pinned/": pinned.pk,
        "experiences/resources/": resource.pk,
        "campaigns/": campaign.pk,
        "campaigns/touchpoint/": (step := campaign.touchpoints.create(day=1, kind="post", title="x")).pk,
        "campaigns/step/": step.pk,
    }
    return keys, {"card_pk": card.pk, "resource_pk": resource.pk, "category_pk": category.pk}


def _about(contact: Contact, owner: User) -> tuple[dict, dict]:
    """What belongs to the contact, and what the advisor did with it: all of it nobody else's."""
    file_import = FileImport.objects.create(owner=owner, file_name="a.csv", state="checked")
    row = ImportRow.objects.create(file_import=file_import, number=2, values={}, verdict="create")
    operation = Operation.objects.create(kind="contacts.delete", title="x", owner=owner, state="finished")
    written = ExportFile(operation=operation, role=owner.role, name="x.csv", size=1)
    written.file.save("x.csv", ContentFile(b"x"))
    invitation = Invitation.objects.create(contact=contact)
    send = Send.objects.create(
        purpose="invitation", subject_id=invitation.pk, contact=contact, recipient=contact.email, state="unknown"
    )
    archived = ArchivedMessage.objects.create(send=send, recipient=contact.email, subject="x", text="x", html="x")
    tomorrow = timezone.now() + timedelta(days=1)
    scheduled = ScheduledInvitation.objects.create(contact=contact, at=tomorrow, created_by=owner)
    one_contact = "contacts/ messages/contacts/ portal/preview/ outreach/password/"
    keys = dict.fromkeys(
        (*one_contact.split(), "outreach/revoke/", "outreach/end-access/", "outreach/allow-mail/"), contact.pk
    )
    keys["campaigns/contact/"] = contact.pk
    keys |= {
        "contacts/import/": file_import.pk,
        "contacts/views/": SavedView.objects.create(owner=owner, name="x").pk,
        "operations/": operation.pk,
        "contacts/undo/": operation.pk,
        "outreach/": send.pk,
        "outreach/archive/": archived.pk,
        "outreach/scheduled/": scheduled.pk,
    }
    in_trash = ContactFactory(primary_advisor=owner, deleted_at=timezone.now())
    keys["contacts/<int:pk>/do/contacts.restore/"] = in_trash.pk
    keys |= _in_the_crm(contact, owner)
    keys |= _to_do(contact)
    note = NoteFactory(contact=contact)
    names = {"note_pk": note.pk, "item_pk": keys["tasks/item/"], "row_pk": row.pk}
    return keys, names | {"section": "information", "adapter_key": "demo"}


def _to_do(contact: Contact) -> dict:
    """An action item of the contact, and a reminder about them."""
    item = ActionItem.objects.create(contact=contact, title="x", asks_for_upload=True)
    sent = ItemFile.objects.create(item=item, file=picture(), name="x.png", size=1)
    reminder = Reminder.objects.create(contact=contact, title="x", due_at=timezone.now())
    return {
        "tasks/contact/": contact.pk,
        "tasks/item/": item.pk,
        "tasks/reminder/": reminder.pk,
        "tasks/file/": sent.pk,
    }


def _in_the_crm(contact: Contact, owner: User) -> dict:
    """A connection, the contact's record, and one that is no contact yet."""
    connection = Connection.objects.create(name="CRM", adapter="demo", config={"size": "3"})
    Record.objects.create(connection=connection, remote_id="1", contact=contact, state="linked", advisor=owner)
    free = Record.objects.create(connection=connection, remote_id="2", advisor=owner, match=contact)
    keys = dict.fromkeys(("crm/update/", "crm/link/", "crm/unlink/"), contact.pk)
    return keys | {"crm/": connection.pk, "crm/records/": free.pk}
