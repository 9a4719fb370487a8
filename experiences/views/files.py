"""Files and pictures for staff. Contacts get theirs through the portal, which checks what they were given."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import staff_only
from experiences.domain.resource_files import serve_file, serve_picture
from experiences.models import Card, Category, Resource


@staff_only
@require_safe
def resource_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a resource, as a download."""
    return serve_file(get_object_or_404(Resource.objects.visible_to(request.user), pk=pk))


@staff_only
@require_safe
def resource_cover(request: HttpRequest, pk: int) -> HttpResponse:
    """The cover of a resource."""
    return serve_picture(get_object_or_404(Resource.objects.visible_to(request.user), pk=pk).cover)


@staff_only
@require_safe
def card_image(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a card."""
    return serve_picture(get_object_or_404(Card, pk=pk).image)


@staff_only
@require_safe
def category_cover(request: HttpRequest, pk: int) -> HttpResponse:
    """The cover of a category."""
    return serve_picture(get_object_or_404(Category, pk=pk).cover)
