"""Forms of the templates themselves; what is in them has forms of its own."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max, Q

from experiences.domain.resource_files import check_file, safe_file_name
from experiences.forms.shared import NamedForm, PictureField, offer_removal, only_web, removed
from experiences.models import Campaign, CardTemplate, Experience, FeaturedTemplate, Resource, ResourceTemplate, Team

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExperienceForm(NamedForm):
    """An experience is three templates and a name."""

    class Meta:
        model = Experience
        fields = ["name", "description", "card_template", "resource_template", "featured_template"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("card_template", "resource_template", "featured_template"):
            field = self.fields[name]
            now = Q(pk=getattr(self.instance, f"{name}_id"))
            field.queryset = field.queryset.model.objects.filter(Q(archived_at=None) | now)
            field.empty_label = "Choose one"


class CardTemplateForm(NamedForm):
    """Name and description; cards follow on its page."""

    class Meta:
        model = CardTemplate
        fields = ["name", "description"]


class ResourceTemplateForm(NamedForm):
    """Name and description; categories follow on its page."""

    class Meta:
        model = ResourceTemplate
        fields = ["name", "description"]


class FeaturedTemplateForm(NamedForm):
    """Name and description; resources follow on its page."""

    class Meta:
        model = FeaturedTemplate
        fields = ["name", "description"]


class TeamForm(NamedForm):
    """Name and the way clients reach the team; members follow on its page."""

    class Meta:
        model = Team
        fields = ["name", "description", "reach"]


class CampaignForm(NamedForm):
    """Name and length; steps follow on its page."""

    class Meta:
        model = Campaign
        fields = ["name", "description", "length_days"]

    def clean_length_days(self) -> int:
        """No shorter than its last step."""
        days = self.cleaned_data["length_days"]
        last = self.instance.touchpoints.aggregate(last=Max("day"))["last"] if self.instance.pk else None
        if last and days < last:
            raise ValidationError(f"A step is planned for day {last}. Move or delete it first.")
        return days


class ResourceForm(NamedForm):
    """A file, a link or a video. A new file or address makes a new version."""

    cover = PictureField(help_text="PNG, JPEG or WebP, at most 10 MB.")
    file = forms.FileField(required=False, widget=forms.FileInput)

    class Meta:
        model = Resource
        fields = ["name", "description", "kind", "file", "url", "cover", "state", "expires_on"]
        widgets = {"expires_on": DATE}
        help_texts = {
            "url": "Begins with https://. YouTube and Vimeo play in the portal, other videos open in a new tab.",
            "expires_on": "The last day on which clients see it. Empty: no end.",
            "state": "Clients see only what is published.",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        offer_removal(self, "cover")
        if self.instance.file:
            name = self.instance.file_name or "a file"
            self.fields[
                "file"
            ].help_text = f"Now: {name}, version {self.instance.version}. Choose another to replace it."

    def clean_url(self) -> str:
        """Only addresses of the web."""
        return only_web(self.cleaned_data["url"])

    def clean_file(self):
        """Size and real type of a new file."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check_file(file)
        return file

    def clean(self) -> dict:
        """A file resource has a file, the others an address."""
        data = super().clean()
        kind = data.get("kind")
        if kind == Resource.Kind.FILE and not data.get("file") and "file" not in self.errors:
            self.add_error("file", "Choose the file.")
        if kind in (Resource.Kind.LINK, Resource.Kind.VIDEO) and not data.get("url") and "url" not in self.errors:
            self.add_error("url", "Give the address.")
        return data

    def save(self, commit: bool = True) -> Resource:
        """Count the version up when what clients open has changed."""
        resource = self.instance
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            resource.file_name = safe_file_name(file.name)
        if resource.pk and {"file", "url", "kind"} & set(self.changed_data):
            resource.version += 1
        if removed(self, "cover"):
            resource.cover = ""
        return super().save(commit)


TEMPLATE_FORMS = {
    form._meta.model: form
    for form in (
        ExperienceForm,
        CardTemplateForm,
        ResourceTemplateForm,
        FeaturedTemplateForm,
        ResourceForm,
        TeamForm,
        CampaignForm,
    )
}
