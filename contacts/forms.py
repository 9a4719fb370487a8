"""The form of a contact: by hand, with the same rules as an import."""

from datetime import date

from django import forms
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.forms import time_zone_choices
from accounts.models import Firm, Role, User
from contacts.domain.phone import NotAPhone, e164, region_for
from contacts.domain.tagging import NAME_AT_MOST, split_tags
from contacts.models import Contact, Household
from core.emails import canonical
from core.forms.conflicts import ConflictModelForm
from experiences.models import Team

DUPLICATE = "Another contact has this email address."


class TagsField(forms.CharField):
    """Tags by name, separated by commas; its value is the list of names."""

    def prepare_value(self, value) -> str:
        """Names as one line."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial, data) -> bool:
        """Whether other tags are meant; spelling and order aside."""
        was = [name.lower() for name in initial or []]
        return sorted(was) != sorted(name.lower() for name in split_tags(data or ""))

    def clean(self, value) -> list[str]:
        """The names, each once. Raises ValidationError for one that is too long."""
        names = split_tags(super().clean(value))
        for name in names:
            if len(name) > NAME_AT_MOST:
                raise forms.ValidationError(f"The tag “{name[:20]}…” is longer than {NAME_AT_MOST} characters.")
        return names


class ContactForm(ConflictModelForm):
    """A contact's own data, for adding and editing by `user`."""

    tag_names = TagsField(required=False, label="Tags", help_text="Separated by commas. New tags are created.")
    household_name = forms.CharField(
        required=False,
        max_length=Household._meta.get_field("name").max_length,
        label="Household",
        help_text="The name of one of your households joins it; a new name makes a new one.",
    )
    time_zone = forms.ChoiceField(required=False, label="Time zone", help_text="Empty: the firm’s.")

    class Meta:
        model = Contact
        fields = [
            "first_name",
            "last_name",
            "preferred_name",
            "email",
            "phone",
            "phone_extension",
            "contact_type",
            "primary_advisor",
            "team",
            "household_name",
            "tag_names",
            "gender",
            "date_of_birth",
            "do_not_contact_since",
            "do_not_contact_from",
            "deceased",
            "deceased_on",
            "address_1",
            "address_2",
            "city",
            "state",
            "postal_code",
            "country",
            "time_zone",
        ]
        labels = {
            "contact_type": "Type",
            "primary_advisor": "Primary advisor",
            "phone_extension": "Extension",
            "do_not_contact_from": "Do not contact: who asked for it",
        }
        help_texts = {
            "preferred_name": "How the firm addresses them, if not by first name.",
            "email": "Used to sign in. A new address ends the links mailed to the old one, but not their "
            "password: where somebody else may have signed in, choose End sign-in in the menu as well.",
            "phone": "With the country code, or as it is dialled in the country of the address, else in the firm’s.",
            "team": "Its members see and serve the contact.",
            "do_not_contact_since": "From then on they get no invitation and no other mail that they did not ask for.",
            "do_not_contact_from": "For example the client, their lawyer, or compliance.",
            "deceased": "Closes their portal, ends mailed links, and nothing is sent any more.",
            "deceased_on": "Leave it empty when it is not known.",
        }
        widgets = {
            **{
                name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
                for name in ("date_of_birth", "do_not_contact_since", "deceased_on")
            },
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }

    def __init__(self, *args, user, firm, **kwargs) -> None:
        contact = kwargs.get("instance")
        kwargs["initial"] = own_words(contact) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.user, self.firm = user, firm
        if "primary_advisor" in self.fields:
            self.fields["primary_advisor"].queryset = advisors_for(contact)
        if "team" in self.fields:
            self.fields["team"].queryset = teams_for(contact, user)
            self.fields["team"].required = user.role == Role.SUPPORT
        if "time_zone" in self.fields:
            self.fields["time_zone"].choices = zones_for(contact)
        if contact is None and user.role == Role.ADVISOR:
            self.initial.setdefault("primary_advisor", user.pk)

    def clean_email(self) -> str:
        """In its one form, and nobody else's; whoever may see the other contact is led to them."""
        email = canonical(self.cleaned_data["email"])
        other = Contact.objects.with_email(email).exclude(pk=self.instance.pk).first()
        if other is None:
            return email
        if not Contact.objects.visible_to(self.user).filter(pk=other.pk).exists():
            raise forms.ValidationError("A contact of a colleague has this email address. Ask an admin about it.")
        raise forms.ValidationError(
            format_html('{}: <a href="{}">{}</a>.', DUPLICATE.rstrip("."), contact_url(other.pk), other.name)
        )

    def clean_date_of_birth(self):
        """A day that has been."""
        return self._past("date_of_birth")

    def clean_do_not_contact_since(self):
        """A day that has been."""
        return self._past("do_not_contact_since")

    def clean_deceased_on(self):
        """A day that has been."""
        return self._past("deceased_on")

    def _past(self, name: str) -> date | None:
        """The day that was given, which must not be in the future."""
        day = self.cleaned_data[name]
        if day and not date(1900, 1, 1) <= day <= timezone.localdate():
            raise forms.ValidationError("Give a date between 1900 and today.")
        return day

    def clean(self) -> dict:
        """The phone as it is stored, what belongs together given together; whoever adds a contact comes to see it."""
        data = super().clean()
        clean_phone(self, self.firm)
        self._clean_together(data)
        if self.instance.pk is None and not self.errors and not self._will_see(data):
            field = "team" if self.user.role == Role.SUPPORT else "primary_advisor"
            self.add_error(field, "You would not see this contact. Choose yourself, or a team you are a member of.")
        return data

    def _clean_together(self, data: dict) -> None:
        """Since when and who asked; the date of death only of the deceased, and not before they were born."""
        since, asked_by = data.get("do_not_contact_since"), data.get("do_not_contact_from")
        if since and not asked_by and "do_not_contact_from" in data:
            self.add_error("do_not_contact_from", "Say who asked for it, or clear the day.")
        if asked_by and not since and "do_not_contact_since" in data:
            self.add_error("do_not_contact_since", "Give the day, or clear who asked for it.")
        day, born = data.get("deceased_on"), data.get("date_of_birth")
        if day and not data.get("deceased") and "deceased" in data:
            self.add_error("deceased", "Select this as well, or clear the date of death.")
        if day and born and day < born:
            self.add_error("deceased_on", "That is before the date of birth.")

    def _will_see(self, data: dict) -> bool:
        """Whether the user's role lets them see a contact with these values."""
        if self.user.sees_everything or (self.user.role == Role.ADVISOR and data["primary_advisor"] == self.user):
            return True
        return data["team"] is not None and data["team"].memberships.filter(user=self.user).exists()


def clean_phone(form: forms.ModelForm, firm: Firm) -> None:
    """Put the phone of a contact's form as it is stored; an error where it is none, or more than the number.

    It is read as of the country in the form, else of the contact's, else of the firm's. One that is stored already is
    left as it is: nobody is kept from saving an address by a number of former days.
    """
    data, contact = form.cleaned_data, form.instance
    text = data.get("phone")
    if not text or (contact.pk is not None and text == form.initial.get("phone")):
        return
    try:
        data["phone"] = e164(text, region_for(data.get("country", contact.country), firm.default_country))
    except NotAPhone as error:
        form.add_error("phone", str(error))


def own_words(contact: Contact | None) -> dict:
    """What stands in the fields that are no columns of the contact."""
    if contact is None or contact.pk is None:
        return {}
    names = sorted(contact.tags.values_list("name", flat=True), key=str.lower)
    return {"tag_names": names, "household_name": contact.household.name if contact.household else ""}


def zones_for(contact: Contact | None) -> list[tuple[str, str]]:
    """The firm's zone, all that are known, and the present one in any case."""
    known = time_zone_choices()
    zone = contact.time_zone if contact else ""
    return [("", "The firm’s"), *known, *([(zone, zone)] if zone and zone not in dict(known) else [])]


def advisors_for(contact: Contact | None) -> QuerySet:
    """Who can be chosen as primary advisor: those who can be one, and the present one in any case."""
    possible = User.objects.possible_advisors()
    if contact is not None and contact.primary_advisor_id:
        possible = User.objects.filter(
            Q(pk=contact.primary_advisor_id) | Q(pk__in=possible.order_by().values("pk"))
        ).order_by("last_name", "first_name", "pk")
    return possible.only("first_name", "last_name", "email")


def teams_for(contact: Contact | None, user: User) -> QuerySet:
    """Teams that can be given, and the present one; support users give only those they are members of."""
    usable = Team.objects.usable()
    if user.role == Role.SUPPORT:
        usable = usable.filter(memberships__user=user)
    kept = contact.team_id if contact is not None else None
    return Team.objects.filter(Q(pk__in=usable.values("pk")) | Q(pk=kept)).order_by("name", "pk")


def contact_url(pk: int) -> str:
    """A contact's page."""
    try:
        return reverse("contacts:detail", args=[pk])
    except NoReverseMatch:
        return reverse("contacts:edit", args=[pk])
