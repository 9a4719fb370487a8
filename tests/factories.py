"""Rows for tests: valid, minimal, and without surprises."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Role, User
from contacts.models import Assignment, Contact, ContactType, Household, Note, Tag
from experiences.models import (
    Campaign,
    Card,
    CardTemplate,
    Experience,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Team,
    Touchpoint,
)
from outreach.models import StepRun

PASSWORD = "a-long-test-password"


class UserFactory(DjangoModelFactory):
    """An advisor, unless `role` says otherwise; signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"staff{n}@example.com")
    first_name = "Ada"
    last_name = factory.Sequence(lambda n: f"Advisor{n}")
    role = Role.ADVISOR

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)


class TeamFactory(DjangoModelFactory):
    """A team; `members` is a list of users."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Team {n}")

    @factory.post_generation
    def members(self, create, extracted, **kwargs):
        """Put the given users in."""
        for user in extracted or []:
            self.memberships.create(user=user)


class ContactFactory(DjangoModelFactory):
    """A client with everything that is required."""

    class Meta:
        model = Contact

    first_name = "Carla"
    last_name = factory.Sequence(lambda n: f"Client{n:04d}")
    email = factory.Sequence(lambda n: f"client{n}@example.com")
    phone = factory.Sequence(lambda n: f"+1212555{n % 10000:04d}")
    contact_type = ContactType.CLIENT
    primary_advisor = factory.SubFactory(UserFactory)


class HouseholdFactory(DjangoModelFactory):
    """A household without members."""

    class Meta:
        model = Household

    name = factory.Sequence(lambda n: f"Household {n}")


class NoteFactory(DjangoModelFactory):
    """A note by the contact's advisor."""

    class Meta:
        model = Note

    contact = factory.SubFactory(ContactFactory)
    author = factory.SelfAttribute("contact.primary_advisor")
    text = "Called, all well."


class TagFactory(DjangoModelFactory):
    """A tag."""

    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"tag{n}")


class CardTemplateFactory(DjangoModelFactory):
    """A card template without cards."""

    class Meta:
        model = CardTemplate

    name = factory.Sequence(lambda n: f"Cards {n}")


class CardFactory(DjangoModelFactory):
    """A link card."""

    class Meta:
        model = Card

    template = factory.SubFactory(CardTemplateFactory)
    title = factory.Sequence(lambda n: f"Card {n}")
    url = "https://example.com/"


class ResourceFactory(DjangoModelFactory):
    """A published link."""

    class Meta:
        model = Resource

    name = factory.Sequence(lambda n: f"Resource {n}")
    url = "https://example.com/article"
    state = Resource.State.PUBLISHED


class ResourceTemplateFactory(DjangoModelFactory):
    """A library without categories."""

    class Meta:
        model = ResourceTemplate

    name = factory.Sequence(lambda n: f"Library {n}")


class FeaturedTemplateFactory(DjangoModelFactory):
    """A featured set without resources."""

    class Meta:
        model = FeaturedTemplate

    name = factory.Sequence(lambda n: f"Featured {n}")


class CampaignFactory(DjangoModelFactory):
    """A campaign without steps."""

    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Campaign {n}")


class TouchpointFactory(DjangoModelFactory):
    """A step of the first day."""

    class Meta:
        model = Touchpoint

    campaign = factory.SubFactory(CampaignFactory)
    day = 1
    kind = "post"
    title = factory.Sequence(lambda n: f"Step {n}")


class ExperienceFactory(DjangoModelFactory):
    """An experience of three empty templates."""

    class Meta:
        model = Experience

    name = factory.Sequence(lambda n: f"Experience {n}")
    card_template = factory.SubFactory(CardTemplateFactory)
    resource_template = factory.SubFactory(ResourceTemplateFactory)
    featured_template = factory.SubFactory(FeaturedTemplateFactory)


class AssignmentFactory(DjangoModelFactory):
    """An open assignment; keeps the contact's own columns in step, as the verb does."""

    class Meta:
        model = Assignment

    contact = factory.SubFactory(ContactFactory)
    experience = factory.SubFactory(ExperienceFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        assignment = super()._create(model_class, *args, **kwargs)
        if assignment.ended_at is None:
            Contact.objects.filter(pk=assignment.contact_id).update(
                experience=assignment.experience, campaign=assignment.campaign
            )
            assignment.contact.refresh_from_db()
        return assignment


def sent_post(assignment, title: str = "Post", *, resource=None, due_at=None):
    """A post that the contact of this assignment has received, from a campaign that is gone."""
    return StepRun.objects.create(
        assignment=assignment,
        contact_id=assignment.contact_id,
        kind="post",
        day=1,
        title=title,
        resource=resource,
        due_at=due_at or timezone.now(),
        state="done",
    )
