"""Forms of the CRM room."""

import re

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import Firm, User
from contacts.domain.phone import region_for
from contacts.models import ContactType
from core.forms.conflicts import ConflictForm
from crm.base import Adapter, ConfigField
from crm.domain.judging import MENDABLE, mended_value
from crm.http import is_at
from crm.models import Category, Connection, Owner, Record

KEEP = "Leave empty to keep what is stored."


class ConnectionForm(ConflictForm):
    """Name and settings of a connection, made of what its adapter asks for. Secrets are never shown again."""

    name = forms.CharField(max_length=100, label="Name", help_text="What your colleagues call it.")

    def __init__(self, *args, adapter: type[Adapter], connection: Connection | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.adapter, self.connection = adapter, connection
        self.initial.setdefault("name", connection.name if connection else adapter.label)
        for spec in adapter.config_fields:
            self.fields[spec.name] = self._field(spec)
        self.fields["credentials_expire_on"] = forms.DateField(
            required=False,
            label="These credentials expire on",
            help_text="If they do: secrets of Entra and certificates end on a day that the CRM does not tell us.",
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            initial=connection.credentials_expire_on if connection else None,
        )
        self.fields["compare_days"] = forms.IntegerField(
            min_value=0,
            max_value=365,
            label="Go through all records every … days",
            help_text="Finds what the CRM has not told of: records that vanished, never arrived or changed unnoticed. "
            "Runs in the background, within the CRM’s limits. 0: only when an admin asks for it.",
            initial=connection.compare_days if connection else 7,
            required=False,
        )
        if connection:
            self.guard(f"crm.connection.{connection.pk}")

    def _field(self, spec: ConfigField) -> forms.Field:
        """The form field of one setting."""
        stored = self.connection is not None
        help_text = " ".join(filter(None, [spec.help, KEEP if stored and spec.secret and not spec.once else ""]))
        common = {"label": spec.label, "help_text": help_text, "required": self._asks(spec)}
        initial = (self.connection.config.get(spec.name) if stored else None) or spec.default
        if spec.kind == "choice":
            return forms.ChoiceField(choices=spec.choices, initial=initial, **common)
        widget = forms.Textarea(attrs={"rows": 6}) if spec.kind == "lines" else forms.TextInput()
        if spec.secret and spec.kind != "lines":
            widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(widget=widget, initial="" if spec.secret else initial, max_length=10_000, **common)

    def _asks(self, spec: ConfigField) -> bool:
        """Whether something has to be given: a stored secret need not be given again."""
        return spec.required and not (self.connection is not None and (spec.secret or spec.once))

    def clean(self) -> dict:
        """Each value against its setting's pattern; a host against where the adapter may go."""
        values = super().clean()
        if values.get("compare_days") is None:
            values["compare_days"] = self.fields["compare_days"].initial
        for spec in self.adapter.config_fields:
            value = values.get(spec.name, "")
            if value and spec.kind == "host":
                value = values[spec.name] = self._host(spec, value)
            if value and spec.pattern and not re.fullmatch(spec.pattern, value):
                self.add_error(spec.name, f"This is not a value that {self.adapter.label} knows.")
        return values

    def _host(self, spec: ConfigField, value: str) -> str:
        """A host as it is kept: alone, or with `http://` for a private one that may be called without TLS."""
        scheme, _, rest = value.strip().rpartition("://")
        host, slash, path = rest.rstrip("/").partition("/")
        host = f"{scheme.lower()}://{host.lower()}".removeprefix("https://").removeprefix("://")
        if not _is_host(host) or (slash and not spec.path):
            path = " A path may follow it." if spec.path else ""
            self.add_error(spec.name, f"Give the host alone, for example crm.example.com.{path}")
        elif not re.fullmatch(r"([A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*", path) or ".." in path:
            self.add_error(spec.name, "This is not a path that a server can have.")
        elif host.startswith("http://") and not is_at(host, settings.CRM_PRIVATE_HOSTS):
            self.add_error(
                spec.name,
                "Without TLS (http://) only hosts can be called that whoever runs AdvisorHub has named in "
                "CRM_PRIVATE_HOSTS. Give the host alone to use https.",
            )
        return f"{host}{slash}{path}"


def _is_host(text: str) -> bool:
    """Whether a text names a host as the internet knows them, and a port, if any, that there is."""
    found = re.fullmatch(r"(http://)?([a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*)(:([0-9]{1,5}))?", text)
    return bool(found) and len(found[2]) <= 253 and 0 < int(found[5] or 443) < 65536


class OwnersForm(ConflictForm):
    """Which advisor each user of the CRM is."""

    def __init__(self, *args, connection: Connection, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.owners = list(Owner.objects.filter(connection=connection).select_related("user"))
        advisors = [("", "Nobody here")] + [(user.pk, user.name) for user in User.objects.possible_advisors()]
        for owner in self.owners:
            label = f"{owner.name or owner.remote_id}{'' if owner.active else ' (former)'}"
            self.fields[f"owner_{owner.pk}"] = forms.TypedChoiceField(
                choices=advisors,
                coerce=int,
                empty_value=None,
                required=False,
                label=label,
                initial=owner.user_id,
                help_text=owner.email,
            )
        self.guard(f"crm.owners.{connection.pk}")

    def changed_owners(self) -> list[Owner]:
        """Those who are given another advisor, not saved yet; from now on by hand."""
        changed = []
        for owner in self.owners:
            wanted = self.cleaned_data[f"owner_{owner.pk}"]
            if wanted != owner.user_id:
                owner.user_id, owner.by_hand = wanted, True
                changed.append(owner)
        return changed


class CategoriesForm(ConflictForm):
    """What type each category of the CRM means."""

    default_type = forms.ChoiceField(
        choices=[("", "Cannot be imported before a type is set"), *ContactType.choices],
        required=False,
        label="Records without a category",
    )

    def __init__(self, *args, connection: Connection, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["default_type"].initial = connection.default_type
        self.categories = list(Category.objects.filter(connection=connection))
        for category in self.categories:
            self.fields[f"category_{category.pk}"] = forms.ChoiceField(
                choices=[("", "Not imported"), *ContactType.choices],
                required=False,
                label=category.value,
                initial=category.contact_type,
            )
        self.guard(f"crm.categories.{connection.pk}")

    def changed_categories(self) -> list[Category]:
        """Those that mean something else now, not saved yet."""
        changed = []
        for category in self.categories:
            wanted = self.cleaned_data[f"category_{category.pk}"]
            if wanted != category.contact_type:
                category.contact_type = wanted
                changed.append(category)
        return changed


ADDRESS = ("address_1", "address_2", "city", "state", "postal_code", "country")
# What a firm may do without: the name of the choice, its words, and the fields it means.
CHOOSABLE = {
    "preferred_name": ("Preferred name", ("preferred_name",)),
    "gender": ("Gender", ("gender",)),
    "date_of_birth": ("Date of birth", ("date_of_birth",)),
    "address": ("Address", ADDRESS),
    "do_not_contact": ("Do not contact", ("do_not_contact",)),
    "deceased": ("Deceased", ("deceased",)),
    "tags": ("Tags", ("tags",)),
    "household": ("Household, role and head", ("household",)),
}


class FieldsForm(ConflictForm):
    """Which fields of the CRM are brought in: of ours all but those that are required can be left out."""

    ours = forms.MultipleChoiceField(
        required=False,
        label="Bring in",
        help_text="Name, email, phone, type and advisor always come. What is left out stays here as it is.",
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, label) for name, (label, _) in CHOOSABLE.items()],
    )
    fields_wanted = forms.MultipleChoiceField(
        required=False, label="Custom fields", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, catalogue: list, connection: Connection, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_wanted"].choices = [(one.name, one.label or one.name) for one in catalogue]
        if not catalogue:
            self.fields["fields_wanted"].help_text = "The CRM has none."
        left_out = set(connection.left_out)
        self.initial["ours"] = [name for name, (_, meant) in CHOOSABLE.items() if not left_out.issuperset(meant)]
        self.initial["fields_wanted"] = connection.fields
        self.guard(f"crm.fields.{connection.pk}")

    def left_out(self) -> list[str]:
        """The fields of ours that are not wanted."""
        return [one for name, (_, meant) in CHOOSABLE.items() if name not in self.cleaned_data["ours"] for one in meant]


class MendForm(ConflictForm):
    """Values that a record lacks, or that are wrong in it; nothing of this goes to the CRM."""

    first_name = forms.CharField(max_length=100, required=False)
    last_name = forms.CharField(max_length=100, required=False)
    email = forms.CharField(max_length=254, required=False)
    phone = forms.CharField(max_length=40, required=False)
    contact_type = forms.ChoiceField(
        choices=[("", "As in the CRM"), *ContactType.choices], required=False, label="Type"
    )
    primary_advisor = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="As in the CRM", label="Primary advisor"
    )

    def __init__(self, *args, user: User, record: Record | None = None, only: tuple[str, ...] = MENDABLE, **kwargs):
        super().__init__(*args, **kwargs)
        self.country = record.values.get("country", "") if record is not None else ""
        advisors = User.objects.possible_advisors()
        self.fields["primary_advisor"].queryset = advisors if user.is_admin else advisors.filter(pk=user.pk)
        for name in MENDABLE:
            if name not in only:
                del self.fields[name]
            elif record is not None:
                self.initial.setdefault(name, record.mends.get(name) or "")
                shown = record.values.get(name) if name in {"first_name", "last_name", "email", "phone"} else ""
                self.fields[name].help_text = f"In the CRM: {shown}" if shown and name not in record.mends else ""
        if record is not None:
            self.guard(f"crm.mends.{record.pk}")

    def clean(self) -> dict:
        """Emails and phones as they are stored."""
        values = super().clean()
        region = region_for(self.country, Firm.get().default_country)
        for name in ("first_name", "last_name", "email", "phone"):
            if values.get(name):
                try:
                    values[name] = mended_value(name, values[name], region)
                except ValidationError as error:
                    self.add_error(name, error)
        return values

    def mends(self) -> dict:
        """What was given, as a record keeps it."""
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if "primary_advisor" in found:
            found["primary_advisor"] = found["primary_advisor"].pk
        return found
