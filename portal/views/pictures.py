"""Pictures of a contact's portal: only of what they may see, and only what is a picture."""

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from experiences.domain.resource_files import serve_picture
from portal.content import cards_of, open_assignment, resource_for, shelves_of
from portal.team import team_of


@require_safe
def card_image(request: HttpRequest, card_pk: int) -> HttpResponse:
    """The picture of a card."""
    assignment = open_assignment(request.viewing.contact)
    cards = cards_of(assignment, timezone.localdate()) if assignment else []
    return _picture(next((card.image for card in cards if card.pk == card_pk), None))


@require_safe
def resource_cover(request: HttpRequest, resource_pk: int) -> HttpResponse:
    """The cover of a resource."""
    assignment = open_assignment(request.viewing.contact)
    resource = resource_for(assignment, resource_pk) if assignment else None
    return _picture(resource.cover if resource else None)


@require_safe
def category_cover(request: HttpRequest, category_pk: int) -> HttpResponse:
    """The cover of a category of the library."""
    assignment = open_assignment(request.viewing.contact)
    shelves = shelves_of(assignment) if assignment else []
    found = [part.category for shelf in shelves for part in (shelf, *shelf.below)]
    return _picture(next((one.cover for one in found if one.pk == category_pk), None))


@require_safe
def member_photo(request: HttpRequest, user_pk: int) -> HttpResponse:
    """The face of somebody in the contact's team."""
    members = team_of(request.viewing.contact).members
    return _picture(next((one.photo for one in members if one.pk == user_pk), None))


def _picture(file: FieldFile | None) -> HttpResponse:
    """The picture, to be kept by the browser for an hour; 404 for anything that is none."""
    if not file:
        raise Http404
    return serve_picture(file)
