"""Forms of the file import."""

from django import forms
from django.conf import settings

from accounts.models import User
from contacts.forms import teams_for
from contacts.imports.fields import BY_NAME, FIELDS
from contacts.models import ContactType, FileImport

MENDABLE = ("primary_advisor", "contact_type")


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label="CSV or Excel file",
        help_text="With headings in the first row. Columns, delimiter and encoding are found out by themselves.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_file(self):
        """Not larger than the installation allows."""
        upload = self.cleaned_data["file"]
        if upload.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {settings.UPLOAD_MAX_BYTES // 1_048_576} MB.")
        return upload


class ColumnsForm(forms.Form):
    """What each column means, and what holds for new contacts where the file says nothing."""

    def __init__(self, *args, file_import: FileImport, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.file_import = file_import
        choices = [("", "Leave out"), *((field.name, field.label) for field in FIELDS)]
        for number, heading in enumerate(file_import.headings):
            cells = [row[number] for row in file_import.sample if number < len(row) and row[number]]
            self.fields[f"column_{number}"] = forms.ChoiceField(
                choices=choices,
                required=False,
                label=heading,
                initial=file_import.mapping.get(str(number), ""),
                help_text=", ".join(cells[:3])[:120],
            )
        advisors = User.objects.possible_advisors()
        if not user.sees_everything and user.role == "advisor":
            advisors = advisors.filter(pk=user.pk)
        options = file_import.options
        self.fields["primary_advisor"] = forms.ModelChoiceField(
            advisors,
            required=False,
            label="Primary advisor of new contacts",
            initial=options.get("primary_advisor", user.pk if user.role == "advisor" else None),
            help_text="Where the file names none.",
        )
        self.fields["contact_type"] = forms.ChoiceField(
            choices=[("", "As the file says"), *ContactType.choices],
            required=False,
            label="Type of new contacts",
            initial=options.get("contact_type", ""),
            help_text="Where the file names none.",
        )
        self.fields["team"] = forms.ModelChoiceField(
            teams_for(None, user), required=False, label="Team of new contacts", initial=options.get("team")
        )

    @property
    def column_fields(self) -> list:
        """The bound fields of the columns."""
        return [self[f"column_{number}"] for number in range(len(self.file_import.headings))]

    def clean(self) -> dict:
        """Each field comes from one column, and there is an email column: it is how contacts are known again."""
        data = super().clean()
        self.mapping = {
            str(number): data[f"column_{number}"]
            for number in range(len(self.file_import.headings))
            if data.get(f"column_{number}")
        }
        given = list(self.mapping.values())
        for name in sorted(set(given)):
            if given.count(name) > 1:
                self.add_error(None, f"Two columns are given as {BY_NAME[name].label}. Leave one out.")
        if "email" not in given:
            self.add_error(None, "Say which column holds the email address: contacts are known again by it.")
        self.options = {
            "primary_advisor": data["primary_advisor"].pk if data.get("primary_advisor") else None,
            "contact_type": data.get("contact_type") or None,
            "team": data["team"].pk if data.get("team") else None,
        }
        return data


class MendRowForm(forms.Form):
    """One row's cells, to be put right."""

    def __init__(self, *args, file_import: FileImport, row, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        named = {*file_import.mapping.values(), *(reason["field"] for reason in row.reasons)} & BY_NAME.keys()
        wrong: dict[str, list[str]] = {}
        for reason in row.reasons:
            wrong.setdefault(reason["field"], []).append(reason["message"])
        for field in FIELDS:
            if field.name in named:
                self.fields[field.name] = forms.CharField(
                    required=False,
                    label=field.label,
                    initial=row.values.get(field.name, ""),
                    help_text=" ".join(wrong.get(field.name, [])),
                )


class MendAllForm(forms.Form):
    """One value for every row with the same reason."""

    field = forms.ChoiceField(choices=[(name, BY_NAME[name].label) for name in MENDABLE])
    value = forms.CharField(max_length=300)
