"""The preview for staff: it shows exactly what the contact sees, and counts as nothing."""

import pytest

from contacts.models import Contact, PortalSignIn, ResourceView
from core.models import Activity
from tests.factories import CardFactory, ResourceFactory
from tests.markup import one_line


@pytest.fixture
def preview(client_contact):
    return f"/portal/preview/{client_contact.pk}/"


def test_the_advisor_sees_what_the_contact_sees(as_user, advisor, assignment, preview):
    CardFactory(template=assignment.experience.card_template, title="Plan")
    shelf = assignment.experience.resource_template.categories.create(title="Reading")
    shelf.placements.create(resource=ResourceFactory(name="A guide"))
    client = as_user(advisor)
    home, library, profile = (client.get(preview + page) for page in ("", "library/", "profile/"))
    assert [tile.title for tile in home.context["tiles"]] == ["Plan"]
    assert [shelf.resources[0].name for shelf in library.context["shown"]] == ["A guide"]
    for page in (home, library, profile):
        assert b"Preview: what Carla" in page.content
        assert b"/portal/library/" not in page.content, "links must stay in the preview"
    assert b"<button formaction" not in library.content
    assert b"<fieldset disabled" in profile.content


def test_a_preview_counts_as_nothing(as_user, advisor, client_contact, preview):
    client = as_user(advisor)
    for page in ("", "library/", "profile/"):
        assert client.get(preview + page).status_code == 200
    before = client_contact
    after = Contact.objects.get(pk=before.pk)
    assert (after.status, after.last_login_at, after.start_at) == (before.status, None, None)
    assert not PortalSignIn.objects.exists()
    assert not ResourceView.objects.exists()
    assert not Activity.objects.exists()


def test_a_preview_refuses_to_change_anything(as_user, advisor, client_contact, preview):
    client = as_user(advisor)
    assert client.post(preview + "profile/", {"city": "Elsewhere"}).status_code == 405
    assert client.post(preview).status_code == 405
    assert client.post(preview + "resources/1/open/").status_code == 404


def test_only_who_sees_the_contact_may_preview(client, as_user, admin, colleague, compliance, client_contact, preview):
    assert client.get(preview).url == f"/?next={preview}"
    seen = {user.last_name: as_user(user).get(preview).status_code for user in (admin, compliance, colleague)}
    assert seen == {"Admin": 200, "Compliance": 200, "Colleague": 404}
    assert as_user(client_contact.user).get(preview).status_code == 404


def test_a_preview_without_an_experience_says_that_they_cannot_sign_in(as_user, advisor, contact):
    page = as_user(advisor).get(f"/portal/preview/{contact.pk}/")
    assert "no experience yet and cannot sign in" in one_line(page)
