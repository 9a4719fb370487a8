"""Forms that notice when somebody else has changed the same thing meanwhile: nothing is overwritten unseen.

Use it like this, and never without the lock:

    with transaction.atomic():
        contact = get_object_or_404(for_saving(Contact.objects.editable_by(user), request), pk=pk)
        form = SomeForm(request.POST, instance=contact)
        if form.is_valid():
            form.save()

The form carries, signed, the values it was opened with. On saving, three values of each field are compared:

- changed there, untouched here: their value is kept, and `form.kept` says so in sentences;
- changed there and here, differently: the form is invalid; the field says what it is now and by whom. The
  answer shows one's own text again, and saving once more is then a decision.

A form over something that is no single row is a `ConflictForm` and names what it is about: see there. Whoever saves
something that was deleted meanwhile is shown what they had typed: see `core.middleware.GoneMeanwhileMiddleware`.
"""

import hashlib
import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

SALT = "core.forms.conflicts.seen"
SEEN = "seen"
CHANGED = "It was changed while this page was open. This is what it is now: look at it again."
TOO_OLD = "This page was opened too long ago to be saved safely. Check the values and save again."


class ConflictGuard:
    """The guard described above, for any form class: `guard()` sets it up, once the fields and `initial` are there."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.kept: list[str] = []
        self.conflicts: list[str] = []
        self._about = ""

    def guard(self, about: str) -> None:
        """Guard all fields that the form has by now; `about` names what is edited, in every process alike."""
        self._about = about
        self.fields.pop(SEEN, None)
        shown = (name for name, field in self.fields.items() if not isinstance(field.widget, forms.PasswordInput))
        self._now = {name: self._current(name) for name in shown}
        self._untouched: set[str] = set()
        self.fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.initial[SEEN] = self._token()

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields that this form changes: not those where somebody else's value is kept."""
        apart = {SEEN, *getattr(self, "_untouched", ())}
        return [name for name in super().changed_data if name not in apart]

    def authors(self, names: list[str], since: datetime) -> dict[str, str]:
        """Who changed each field since a moment, as far as that is known."""
        return {}

    def removes(self, name: str) -> bool:
        """Whether what was posted takes the file of this field away without putting another in its place."""
        return bool(self.cleaned_data.get(f"remove_{name}"))

    def _current(self, name: str) -> Any:
        """What a field holds in the database at this moment, in plain form."""
        return plain(self.get_initial_for_field(self.fields[name], name))

    def _token(self) -> str:
        """The values of this moment, signed, for the hidden field."""
        seen = {"about": self._about, "at": timezone.now().isoformat(), "values": self._now}
        return signing.dumps(seen, salt=SALT, compress=True)

    def _clean_form(self) -> None:
        """Look for conflicts once each field has been cleaned on its own."""
        super()._clean_form()
        if self._about:
            self._compare()
            self.cleaned_data.pop(SEEN, None)

    def _compare(self) -> None:
        """Compare what was seen, what is there now and what was posted."""
        seen = read_seen(self.cleaned_data.get(SEEN))
        if seen is None or seen.get("about") != self._about:
            self.add_error(None, TOO_OLD)
            self._renew({})
            return
        moved = [name for name, value in self._now.items() if name in seen["values"] and seen["values"][name] != value]
        if not moved:
            return
        authors = self.authors(moved, datetime.fromisoformat(seen["at"]))
        for name in moved:
            self._settle(name, seen["values"][name], authors.get(name, "somebody else"))
        self.__dict__.pop("changed_data", None)
        if self.conflicts:
            self._renew({name: self.get_initial_for_field(self.fields[name], name) for name in self._untouched})
        elif self._untouched and not self.errors:
            self._clean_again()

    def _settle(self, name: str, seen: Any, who: str) -> None:
        """Decide one field that somebody else has changed: keep theirs, ask, or nothing when both agree."""
        posted, now = plain(self.cleaned_data.get(name)), self._now[name]
        again = "Save again"
        if isinstance(self.fields[name], forms.FileField):
            removes = self.removes(name)
            untouched, words = posted == now and not removes, "another file" if now else "no file"
            again = again if removes else "Choose your file again and save"
        elif posted == now:
            return
        else:
            untouched, words = posted == seen, f"“{self._words(name)}”" if now not in (None, [], "") else "nothing"
        if untouched and name not in self.errors:
            self._untouched.add(name)
            self.cleaned_data[name] = self._as_cleaned(name)
            self.kept.append(f"{self[name].label} was changed to {words} by {who} meanwhile; that has been kept.")
            return
        self.conflicts.append(name)
        self.add_error(name, f"Changed to {words} by {who} while you were editing. {again} to replace it with yours.")

    def _clean_again(self) -> None:
        """Apply the rules that join several fields to the values as they are now, others' and one's own."""
        try:
            cleaned = self.clean()
        except ValidationError as error:
            self.add_error(None, error)
        else:
            self.cleaned_data = self.cleaned_data if cleaned is None else cleaned

    def _renew(self, theirs: dict[str, Any]) -> None:
        """Make the answer carry the values of now, and others' values where nothing was typed here."""
        data = self.data.copy()
        data[self.add_prefix(SEEN)] = self._token()
        for name, value in theirs.items():
            field, key = self.fields[name], self.add_prefix(name)
            if isinstance(field, forms.FileField):
                continue
            if isinstance(field.widget, forms.MultiWidget):
                parts = zip(field.widget.widgets_names, field.widget.decompress(value), strict=True)
                for suffix, part in parts:
                    data[f"{key}{suffix}"] = "" if part is None else str(part)
                continue
            prepared = field.prepare_value(value)
            if isinstance(prepared, list | tuple):
                data.setlist(key, [str(part) for part in prepared])
            else:
                data[key] = "" if prepared is None else str(prepared)
        self.data = data

    def _as_cleaned(self, name: str) -> Any:
        """The database's value of a field as its form field would have cleaned it."""
        value, field = self.get_initial_for_field(self.fields[name], name), self.fields[name]
        if isinstance(field, forms.FileField):
            return value
        shown = (
            field.widget.decompress(value) if isinstance(field, forms.MultiValueField) else field.prepare_value(value)
        )
        try:
            return field.clean(shown)
        except ValidationError:  # what is there by now could no longer be chosen here
            return value

    def _words(self, name: str) -> str:
        """The database's value of a field, as people read it."""
        value, field = self.get_initial_for_field(self.fields[name], name), self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            return ", ".join(str(part) for part in value)
        if isinstance(field, forms.ModelChoiceField):
            return str(field.queryset.model._base_manager.filter(pk=getattr(value, "pk", value)).first())
        if isinstance(field, forms.BooleanField):
            return "yes" if value else "no"
        if isinstance(value, datetime):
            return timezone.localtime(value).strftime("%B %-d, %Y, %H:%M") if timezone.is_aware(value) else str(value)
        known = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        values = value if isinstance(value, list | tuple) else [value]
        return ", ".join(known.get(str(one), str(one)) for one in values)


class ConflictModelForm(ConflictGuard, forms.ModelForm):
    """A model form with the guard. Needs an instance; one not yet saved is not guarded.

    `only` names the fields to keep, for a form of one part of a thing.
    """

    def __init__(self, *args, only: Collection[str] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if only is not None:
            for name in self.fields.keys() - set(only):
                del self.fields[name]
        for field in self.fields.values():
            if isinstance(field, forms.FileField):
                field.max_length = None  # on disk a file has a name of our own: `core.files.storage`
        if self.instance.pk is not None:
            self.guard(f"{self.instance._meta.label_lower}.{self.instance.pk}")

    def authors(self, names: list[str], since: datetime) -> dict[str, str]:
        """From the history that the database keeps."""
        return authors_of(self.instance, names, since)


class ConflictForm(ConflictGuard, forms.Form):
    """A form over several rows, or over part of one, with the guard.

    A subclass calls `self.guard("crm.owners.7")` once its fields are there, and its view holds a lock that everybody
    takes who saves the same thing.
    """


def for_saving(rows: QuerySet, request: HttpRequest) -> QuerySet:
    """`rows`, locked until the transaction ends when the request saves something."""
    return rows.select_for_update(of=("self",), no_key=True) if request.method == "POST" else rows


def saved_once(form: forms.ModelForm, save: Callable[[], Any], field: str | None, words: str) -> bool:
    """Run `save` in a savepoint; False, with the words on the form, when the database finds the same there already.

    The form asked a moment ago, and somebody else was faster.
    """
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        form.add_error(field, words)
        return False
    return True


def shown_state(instance: Model) -> str:
    """A sign of what a row says, for the hidden `state` of a page that asks whether to delete it."""
    apart = {"position", "updated_at"}
    values = [(field.attname, plain(getattr(instance, field.attname))) for field in instance._meta.concrete_fields]
    said = [(name, value) for name, value in values if name not in apart]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def changed_since_shown(instance: Model, request: HttpRequest) -> bool:
    """Whether a row says something else than the page did that asked whether to delete it."""
    return request.POST.get("state", "") not in ("", shown_state(instance))


def read_seen(token: str | None) -> dict | None:
    """What a page was opened with, or None when that cannot be trusted."""
    try:
        return signing.loads(token or "", salt=SALT)
    except signing.BadSignature:
        return None


def plain(value: Any) -> Any:
    """A value as JSON can hold it and `==` can compare it, the same from a model as from a form."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):  # browsers send their own line ends, and fields strip
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime):  # inputs show minutes, in the zone of who looks
        minute = value.replace(second=0, microsecond=0)
        return (minute.astimezone(UTC) if timezone.is_aware(minute) else minute).isoformat()
    if hasattr(value, "storage") and hasattr(value, "name"):  # a stored file
        return value.name or ""
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, default=str)
    if hasattr(value, "read"):  # an upload
        return str(value)
    if hasattr(value, "__iter__"):
        return sorted(str(plain(part)) for part in value)
    return str(value)


def authors_of(instance: Model, names: list[str], since: datetime) -> dict[str, str]:
    """Who changed each field since a moment, by name, from the history that the database keeps."""
    events = getattr(type(instance), "pgh_event_models", {})
    model = next(iter(events.values()), None)
    if model is None:
        return {}
    kept = {field.attname: field.name for field in model._meta.fields}
    wanted = {attname: name for attname, name in kept.items() if name in names}
    rows = list(
        model.objects.filter(pgh_obj_id=instance.pk)
        .order_by("-pgh_id")
        .values("pgh_created_at", "pgh_context__metadata", *wanted)[:50]
    )
    found: dict[str, Any] = {}
    for newer, older in zip(rows, [*rows[1:], {}], strict=True):
        if newer["pgh_created_at"] < since:
            break
        for attname, name in wanted.items():
            if name not in found and newer[attname] != older.get(attname):
                found[name] = (newer["pgh_context__metadata"] or {}).get("user")
    people = get_user_model().objects.in_bulk([key for key in set(found.values()) if key])
    return {name: str(people[key]) for name, key in found.items() if key in people}
