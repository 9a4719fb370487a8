"""Forms that notice when somebody else has changed the same thing meanwhile: nothing is overwritten unseen.

Use it like this, and never without the lock:

    with transaction.atomic():
        contact = get_object_or_404(Contact.objects.editable_by(user).select_for_update(of=("self",)), pk=pk)
        form = SomeForm(request.POST, instance=contact)
        if form.is_valid():
            form.save()

The form carries, signed, the values it was opened with. On saving, three values of each field are compared:

- changed there, untouched here: their value is kept, and `form.kept` says so in sentences;
- changed there and here, differently: the form is invalid; the field says what it is now and by whom. The
  answer shows one's own text again, and saving once more is then a decision.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core import signing
from django.db.models import Model
from django.utils import timezone

SALT = "core.forms.seen"
SEEN = "seen"


class ConflictModelForm(forms.ModelForm):
    """A model form with the guard described above. Needs an instance; one not yet saved is not guarded.

    `only` names the fields to keep, for a form of one part of a thing.
    """

    def __init__(self, *args, only: Collection[str] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if only is not None:
            for name in self.fields.keys() - set(only):
                del self.fields[name]
        self.kept: list[str] = []
        self.conflicts: list[str] = []
        if self.instance.pk is None:
            return
        self._now = {name: self._current(name) for name in self.fields}
        self.fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.initial[SEEN] = self._token()

    def _current(self, name: str) -> Any:
        """What a field holds in the database at this moment, in plain form."""
        return plain(self.get_initial_for_field(self.fields[name], name))

    def _token(self) -> str:
        """The values of this moment, signed, for the hidden field."""
        seen = {"pk": self.instance.pk, "at": timezone.now().isoformat(), "values": self._now}
        return signing.dumps(seen, salt=SALT, compress=True)

    def _clean_form(self) -> None:
        """Look for conflicts once each field has been cleaned on its own."""
        super()._clean_form()
        if self.instance.pk is not None:
            self._compare()
            self.cleaned_data.pop(SEEN, None)

    def _compare(self) -> None:
        """Compare what was seen, what is there now and what was posted."""
        seen = self._seen()
        if seen is None:
            self.add_error(
                None, "This page was opened too long ago to be saved safely. Check the values and save again."
            )
            self._renew({})
            return
        moved = [name for name, value in self._now.items() if name in seen["values"] and seen["values"][name] != value]
        if not moved:
            return
        authors = authors_of(self.instance, moved, datetime.fromisoformat(seen["at"]))
        theirs = {}
        for name in moved:
            posted = plain(self.cleaned_data.get(name))
            if posted == self._now[name]:
                continue
            who = authors.get(name, "somebody else")
            words = f"“{self._words(name)}”" if self._now[name] not in (None, [], "") else "nothing"
            if posted == seen["values"][name] and name not in self.errors:
                theirs[name] = self.get_initial_for_field(self.fields[name], name)
                self.cleaned_data[name] = self._as_cleaned(name)
                self.kept.append(f"{self[name].label} was changed to {words} by {who} meanwhile; that has been kept.")
            else:
                self.conflicts.append(name)
                self.add_error(
                    name, f"Changed to {words} by {who} while you were editing. Save again to replace it with yours."
                )
        if self.conflicts:
            self._renew(theirs)

    def _seen(self) -> dict | None:
        """What the page was opened with, or None when that cannot be trusted."""
        try:
            seen = signing.loads(self.cleaned_data.get(SEEN) or "", salt=SALT)
        except signing.BadSignature:
            return None
        return seen if seen.get("pk") == self.instance.pk else None

    def _renew(self, theirs: dict[str, Any]) -> None:
        """Make the answer carry the values of now, and others' values where nothing was typed here."""
        data = self.data.copy()
        data[self.add_prefix(SEEN)] = self._token()
        for name, value in theirs.items():
            prepared = self.fields[name].prepare_value(value)
            if isinstance(prepared, list | tuple):
                data.setlist(self.add_prefix(name), [str(part) for part in prepared])
            else:
                data[self.add_prefix(name)] = "" if prepared is None else str(prepared)
        self.data = data

    def _as_cleaned(self, name: str) -> Any:
        """The database's value of a field as its form field would have cleaned it."""
        value = self.get_initial_for_field(self.fields[name], name)
        field = self.fields[name]
        if isinstance(field, forms.FileField):
            return value
        return field.clean(field.prepare_value(value))

    def _words(self, name: str) -> str:
        """The database's value of a field, as people read it."""
        value = self.get_initial_for_field(self.fields[name], name)
        field = self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            return ", ".join(str(part) for part in value)
        if isinstance(field, forms.ModelChoiceField):
            return str(getattr(self.instance, name))
        known = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        return known.get(str(value), str(value))


def plain(value: Any) -> Any:
    """A value as JSON can hold it and `==` can compare it, the same from a model as from a form."""
    if value is None or value == "":
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if hasattr(value, "storage") and hasattr(value, "name"):  # a stored file
        return value.name or ""
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, default=str)
    if hasattr(value, "__iter__") and not isinstance(value, str):
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
