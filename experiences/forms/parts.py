"""Forms of what is in a template: cards, categories, steps."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Value
from django.db.models.functions import Lower

from experiences.domain.placeholders import PLACEHOLDERS, with_known_placeholders
from experiences.forms.shared import PictureField, ReachForm, offer_removal, only_web, removed
from experiences.models import Card, Category, Resource, Touchpoint

ICONS = {
    "star": "Star",
    "users": "People",
    "user": "Person",
    "calendar": "Calendar",
    "phone": "Phone",
    "mail": "Letter",
    "message-circle": "Speech bubble",
    "library": "Library",
    "book-open": "Open book",
    "file-text": "Document",
    "play-circle": "Film",
    "briefcase": "Briefcase",
    "trending-up": "Rising line",
    "bar-chart-3": "Bar chart",
    "credit-card": "Card",
    "heart-handshake": "Helping hands",
    "gift": "Gift",
    "shield": "Shield",
    "home": "House",
    "globe": "Globe",
    "link": "Link",
    "bell": "Bell",
    "key-round": "Key",
    "help-circle": "Question",
}
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
KNOWN_PLACEHOLDER = re.compile(r"preferred_name|advisor_name|city|custom\.[\w .-]{1,60}")
DATE = {"type": "date"}
FIRMS_COLOUR = "#1f5f5b"


class CardForm(ReachForm):
    """One tile. Fields that its kind has no use for are emptied."""

    icon = forms.ChoiceField(choices=list(ICONS.items()), help_text="Shown where there is no picture.")
    image = PictureField(label="Picture", help_text="PNG, JPEG or WebP, at most 10 MB.")
    own_colour = forms.BooleanField(required=False, label="A colour of its own, instead of the firm’s")

    class Meta:
        model = Card
        fields = [
            "kind",
            "title",
            "text",
            "shortcut",
            "url",
            "icon",
            "image",
            "own_colour",
            "colour",
            "visible_from",
            "visible_to",
        ]
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "text": forms.Textarea(attrs={"rows": 2}),
            "visible_from": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "visible_to": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        }
        labels = {"shortcut": "Leads to", "visible_from": "Shown from", "visible_to": "Shown until"}
        help_texts = {
            "colour": "",
            "text": "A card with the contact's own data may say {preferred_name}, {advisor_name}, {city} or "
            "{custom.FIELD}, a field of the CRM.",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("own_colour", bool(self.instance.colour))
        self.initial["colour"] = self.instance.colour or FIRMS_COLOUR
        known = self.instance.icon
        if known and known not in ICONS:
            self.fields["icon"].choices = [(known, known), *ICONS.items()]
        self.fields["shortcut"].choices = [("", "Choose"), *Card.Shortcut.choices]
        offer_removal(self, "image")

    def clean_url(self) -> str:
        """Only addresses of the web."""
        return only_web(self.cleaned_data["url"])

    def clean_colour(self) -> str:
        """A colour such as #1f5f5b."""
        colour = self.cleaned_data["colour"]
        if colour and not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise ValidationError("Choose a colour, for example #1f5f5b.")
        return colour.lower()

    def clean(self) -> dict:
        """What each kind needs, and nothing else."""
        data = super().clean()
        kind = data.get("kind")
        if kind == Card.Kind.CUSTOM and not data.get("url") and "url" not in self.errors:
            self.add_error("url", "Give the address that the card opens.")
        if kind == Card.Kind.SHORTCUT:
            data["url"] = ""
            if not data.get("shortcut"):
                self.add_error("shortcut", "Choose where the card leads.")
        else:
            data["shortcut"] = ""
        if kind == Card.Kind.DATA:
            self._check_placeholders(data)
        if not data.get("own_colour"):
            data["colour"] = ""
        begin, end = data.get("visible_from"), data.get("visible_to")
        if begin and end and end < begin:
            self.add_error("visible_to", "It ends before it begins.")
        return data

    def save(self, commit: bool = True) -> Card:
        """Without the picture, when it was taken away."""
        if removed(self, "image"):
            self.instance.image = ""
        return super().save(commit)

    def _check_placeholders(self, data: dict) -> None:
        """Name the placeholders that would stay empty for everybody."""
        for name in ("title", "text"):
            for word in PLACEHOLDER.findall(data.get(name) or ""):
                if not KNOWN_PLACEHOLDER.fullmatch(word):
                    self.add_error(name, f"{{{word}}} is not known. Use one of those named below the text.")


class CategoryForm(ReachForm):
    """A category, or a subcategory when it stands in another."""

    cover = PictureField(help_text="PNG, JPEG or WebP, at most 10 MB.")

    class Meta:
        model = Category
        fields = ["title", "description", "parent", "cover"]
        labels = {"parent": "Inside"}
        help_texts = {"parent": "Two levels, no more: a category with subcategories stays on top."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        tops = Category.objects.filter(template=self.instance.template, parent=None)
        parent.queryset = tops.exclude(pk=self.instance.pk)
        parent.empty_label = "Nothing: it stands on top"
        if self.instance.pk and self.instance.subcategories.exists():
            parent.queryset = Category.objects.none()
        offer_removal(self, "cover")

    def clean(self) -> dict:
        """Titles differ within their place, on top as well: there the database cannot see it."""
        data = super().clean()
        title = data.get("title")
        if title:
            beside = Category.objects.filter(template=self.instance.template, parent=data.get("parent"))
            same = beside.alias(low=Lower("title")).filter(low=Lower(Value(title)))
            if same.exclude(pk=self.instance.pk).exists():
                self.add_error("title", "There is one with this title already.")
        return data

    def save(self, commit: bool = True) -> Category:
        """Without the cover, when it was taken away."""
        if removed(self, "cover"):
            self.instance.cover = ""
        return super().save(commit)


class TouchpointForm(ReachForm):
    """One step of a campaign."""

    class Meta:
        model = Touchpoint
        fields = [
            "day",
            "time_of_day",
            "kind",
            "title",
            "text",
            "resource",
            "due_in_days",
            "asks_for_upload",
            "audience",
        ]
        widgets = {
            "time_of_day": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "text": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "day": "Day 1 is the day of the first sign-in.",
            "time_of_day": "In the contact's time zone.",
            "text": "Title and text may hold placeholders: " + ", ".join(f"{{{name}}}" for name in PLACEHOLDERS) + ".",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].required = False
        field = self.fields["resource"]
        field.queryset = Resource.objects.usable() | Resource.objects.filter(pk=self.instance.resource_id)
        field.empty_label = "None"

    def clean_title(self) -> str:
        """Only known placeholders."""
        return with_known_placeholders(self.cleaned_data["title"])

    def clean_text(self) -> str:
        """Only known placeholders."""
        return with_known_placeholders(self.cleaned_data["text"])

    def clean_day(self) -> int:
        """Within the campaign."""
        day, length = self.cleaned_data["day"], self.instance.campaign.length_days
        if day > length:
            raise ValidationError(f"The campaign has {length} days. Make it longer first, or choose an earlier day.")
        return day

    def clean(self) -> dict:
        """What each kind needs, and nothing else."""
        data = super().clean()
        if data.get("kind") == Touchpoint.Kind.REMINDER:
            data["resource"] = None
        if data.get("kind") != Touchpoint.Kind.ACTION_ITEM:
            data |= {"due_in_days": None, "asks_for_upload": False}
        if data.get("kind") != Touchpoint.Kind.REMINDER:
            data["audience"] = Touchpoint.Audience.ADVISOR
        return data
