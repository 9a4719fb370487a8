"""An operation of every kind over people made for it, and what is to be found of them once it has ended.

The functions run in the live application, through `tests.live.crew`. Beside those who are changed there are some
whom the kind must skip.
"""

import csv
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count, OuterRef, Q
from django.utils import timezone

from accounts.models import Firm, Role
from contacts.imports import steps
from contacts.models import Assignment, Contact, FileImport, ImportRow
from contacts.operations import undoing
from core.models import Activity, Operation
from core.operations import running, selecting
from core.registry import operation_types
from mail.models import Send
from messaging.models import Thread
from outreach.models import Invitation
from tests.factories import ExperienceFactory, UserFactory
from tests.live import crm_scenes
from tests.live.cast import Cast, operation_name

TO_LEAD: dict[str, Any] = {
    "contact_type": {"how": "set", "value": "lead"},
    "tags": {"how": "set", "value": ["bulk"]},
}


def _with_columns(kind: str, params: dict, cast: Cast, **columns) -> Operation:
    cast.people(**columns)
    return cast.operation(kind, **params)


def _assign(cast: Cast) -> Operation:
    cast.people()
    return cast.operation("contacts.assign", experience=cast.first.pk, campaign=None)


def _after_assigning(kind: str, cast: Cast) -> Operation:
    cast.people()
    cast.assigned()
    wanted = {"experience": cast.second.pk} if kind == "contacts.change_experience" else {}
    return cast.operation(kind, **wanted)


def _reinvite(cast: Cast) -> Operation:
    long_ago = timezone.now() - timedelta(days=30)
    cast.people(first_invited_at=long_ago, last_invited_at=long_ago, invitations_sent=1)
    cast.assigned()
    return cast.operation("outreach.reinvite")


def _hand_over(cast: Cast) -> Operation:
    cast.people()
    return cast.operation("contacts.hand_over", **{"from": cast.owner.pk, "to": cast.colleague.pk})


def _write(cast: Cast) -> Operation:
    cast.people(start_at=timezone.now())
    cast.assigned()
    return cast.operation("messaging.write_many", text="Dear {first_name}, we are closed on Friday.", waiting=False)


def _one_message_each(operation: Operation) -> int:
    """How many have it once in their thread, counted as unread, with one notice planned."""
    told = Send.objects.filter(purpose="message_notice", subject_id=OuterRef("pk")).values("subject_id")
    threads = Thread.objects.filter(contact__email__startswith=operation_name(operation), client_unread=1)
    threads = threads.annotate(written=Count("messages"), notices=told.annotate(number=Count("pk")).values("number"))
    return threads.filter(written=1, notices=1).count()


def _undo(kind: str, params: dict, cast: Cast) -> Operation:
    cast.people()
    params = params or {"experience": cast.first.pk, "campaign": None}
    done = cast.operation(kind, **params)
    Operation.objects.filter(pk=done.pk).update(state=Operation.State.QUEUED)
    running.run(done.pk)
    return undoing.draft(done, cast.owner)


def _received(cast: Cast) -> FileImport:
    lines = [f"Sam,Scene{n},{cast.name}{n}@example.com,2125550100,client,{cast.owner.email}" for n in range(cast.size)]
    text = "\n".join(["First Name,Last Name,E-mail,Mobile,Type,Advisor", *lines])
    return steps.receive(SimpleUploadedFile(f"{cast.name}.csv", text.encode()), cast.owner)


def _check(cast: Cast) -> Operation:
    received = _received(cast)
    steps.check(received, received.mapping, {}, cast.owner)
    received.refresh_from_db()
    return received.check_operation


def _import(cast: Cast) -> Operation:
    checking = _check(cast)
    running.run(checking.pk)
    received = FileImport.objects.get(check_operation=checking)
    steps.apply(received, cast.owner)
    received.refresh_from_db()
    return received.apply_operation


def _undo_import(cast: Cast) -> Operation:
    """Half of the people are changed by the file, half added by it."""
    size = cast.size
    cast.size = size // 2
    cast.people(first_name="Before")
    cast.size = size
    applying = _import(cast)
    running.run(applying.pk)
    return undoing.draft(applying, cast.owner)


def _import_undone(operation: Operation) -> int:
    """How many have their name of before, or lie in the trash."""
    named = Contact.objects.filter(email__startswith=operation_name(operation))
    back = named.filter(first_name="Before", deleted_at=None)
    return back.count() + named.filter(source="file", deleted_at__isnull=False, deleted_by=operation.owner).count()


def _wanted(**lookups) -> Callable[[Operation], int]:
    """How many of the people are as they should be."""
    return lambda operation: Contact.objects.filter(Q(email__startswith=operation_name(operation)), **lookups).count()


def _with_assignments(experience: str | None, held: int) -> Callable[[Operation], int]:
    """How many have this experience, and so many assignments, all told."""

    def count(operation: Operation) -> int:
        named = Q(email__startswith=operation_name(operation))
        right = Q(experience__name__endswith=experience) if experience else Q(experience=None)
        return Contact.objects.filter(named & right).annotate(held=Count("assignments")).filter(held=held).count()

    return count


def _one_mail_each(operation: Operation) -> int:
    sends = Send.objects.filter(operation=operation).values("contact").annotate(number=Count("pk"))
    return sends.filter(number=1).count()


def _checked(operation: Operation) -> int:
    return ImportRow.objects.filter(file_import__check_operation=operation, verdict="create").count()


def _export(cast: Cast) -> Operation:
    cast.people()
    params = {"format": "csv", "query": f"q={cast.name}&sort=-name", "ids": []}
    return Operation.objects.create(kind="contacts.export", title=cast.name, owner=cast.owner, params=params)


def _written(operation: Operation) -> int:
    """How many contacts stand in its file."""
    with operation.export_file.file.open("rt") as file:
        return len({line["Email"] for line in csv.DictReader(file)})


def _imported(operation: Operation) -> int:
    done = ImportRow.objects.filter(file_import__apply_operation=operation, outcome="create").count()
    return min(done, Contact.objects.filter(email__startswith=operation_name(operation), source="file").count())


def _decide(cast: Cast) -> Operation:
    """Each has an invitation of which nobody knows whether it left; all are sent again."""
    cast.people()
    cast.assigned()
    asked = [Invitation(contact=one, created_by=cast.owner) for one in cast.rows]
    doubtful = {"purpose": "invitation", "state": "unknown", "settled_at": timezone.now()}
    sends = [
        Send(subject_id=one.pk, contact_id=one.contact_id, recipient=one.contact.email, **doubtful)
        for one in Invitation.objects.bulk_create(asked)
    ]
    made = Operation.objects.create(
        kind="outreach.decide", title=cast.name, owner=cast.owner, params={"decision": "again"}
    )
    selecting.freeze(made, [send.pk for send in Send.objects.bulk_create(sends)])
    return made


def _decided(operation: Operation) -> int:
    """How many have one mail that counts as failed, and one more."""
    mails = Send.objects.filter(contact__email__startswith=operation_name(operation))
    first = set(mails.filter(number=1, state="failed").values_list("contact", flat=True))
    again = list(mails.filter(number=2, operation=operation).values_list("contact", flat=True))
    return len(first.intersection(again)) if mails.count() == len(first) + len(again) else 0


NOW = timezone.now()
# Kind (and what it undoes): how it is set up, and how many of its people are right afterwards.
SCENES: dict[str, tuple[Callable[[Cast], Operation], Callable[[Operation], int]]] = {
    "contacts.edit": (
        partial(_with_columns, "contacts.edit", TO_LEAD),
        _wanted(contact_type="lead", tags__name="bulk"),
    ),
    "contacts.assign": (_assign, _with_assignments("first", 1)),
    "contacts.change_experience": (
        partial(_after_assigning, "contacts.change_experience"),
        _with_assignments("second", 1),
    ),
    "contacts.unassign": (partial(_after_assigning, "contacts.unassign"), _with_assignments(None, 1)),
    "contacts.deactivate": (
        partial(_with_columns, "contacts.deactivate", {}),
        _wanted(deactivated_at__isnull=False),
    ),
    "contacts.reactivate": (
        partial(_with_columns, "contacts.reactivate", {}, deactivated_at=NOW),
        _wanted(deactivated_at=None),
    ),
    "contacts.delete": (
        partial(_with_columns, "contacts.delete", {}),
        _wanted(deleted_at__isnull=False),
    ),
    "contacts.restore": (
        partial(_with_columns, "contacts.restore", {}, deleted_at=NOW),
        _wanted(deleted_at=None),
    ),
    "contacts.export": (_export, _written),
    "contacts.hand_over": (_hand_over, _wanted(primary_advisor__first_name="Colleague")),
    "contacts.import_check": (_check, _checked),
    "contacts.import_apply": (_import, _imported),
    "contacts.undo": (
        partial(_undo, "contacts.edit", TO_LEAD),
        _wanted(contact_type="client", tags=None),
    ),
    "contacts.undo of contacts.assign": (partial(_undo, "contacts.assign", {}), _with_assignments(None, 0)),
    "contacts.undo of contacts.import_apply": (_undo_import, _import_undone),
    "crm.update": (crm_scenes.update, crm_scenes.updated),
    "crm.judge": (crm_scenes.judging, crm_scenes.judged),
    "messaging.write_many": (_write, _one_message_each),
    "outreach.decide": (_decide, _decided),
    "outreach.invite": (partial(_after_assigning, "outreach.invite"), _one_mail_each),
    "outreach.reinvite": (_reinvite, _one_mail_each),
}


def kinds() -> list[str]:
    """All kinds that are registered."""
    return list(operation_types.keys())


def _experience(name: str):
    """One with names of its own: in a process just forked, the factories count from the beginning."""
    parts = {f"{part}_template__name": name for part in ("card", "resource", "featured")}
    return ExperienceFactory(name=name, **parts)


def begin(scene: str, name: str, size: int) -> int:
    """Set a scene up and its operation going; its key. Few mails leave meanwhile: that is another test's matter."""
    Firm.objects.update(sends_per_minute=1)
    owner = UserFactory(email=f"{name}@staff.example.com", role=Role.ADMIN)
    colleague = UserFactory(email=f"{name}.too@staff.example.com", first_name="Colleague")
    first, second = _experience(f"{name} first"), _experience(f"{name} second")
    operation = SCENES[scene][0](Cast(name, size, owner, colleague, first, second))
    running.start(operation)
    return operation.pk


def found(scene: str, operation: int) -> dict[str, Any]:
    """What an operation that has ended left behind."""
    row = Operation.objects.get(pk=operation)
    told = Activity.objects.filter(operation=row)
    result = {
        "right": SCENES[scene][1](row),
        "figures": [row.total, row.done, row.skipped, row.failed],
        "lines": dict(row.lines.values_list("state").annotate(number=Count("pk"))),
        # By verb: of a mail decided about and sent meanwhile both are told.
        "told": [told.count(), told.values("subject_id", "verb").distinct().count()],
        "history": _history(row),
        "open": Assignment.objects.filter(contact__email__startswith=operation_name(row), ended_at=None).count(),
    }
    Send.objects.filter(operation=row, state="planned").update(state="suppressed", reason="The test is over.")
    return result


def _history(operation: Operation) -> list[int]:
    """Of how many contacts the histories have entries by an operation, and how many entries say the same again."""
    entries = []
    for name, contact in (("ContactEvent", "pgh_obj_id"), ("AssignmentEvent", "contact_id")):
        rows = apps.get_model("contacts", name).objects.filter(pgh_context__metadata__operation=operation.pk)
        entries += [(name, *one) for one in rows.values_list(contact, "pgh_obj_id", "pgh_label")]
    return [len({contact for _, contact, *_ in entries}), len(entries) - len(set(entries))]


def sweep() -> None:
    """Look for what lost its worker, as the scheduler asks for every so often."""
    from advisorhub.celery import app

    app.send_task("core.sweep", expires=60, retry=False)
