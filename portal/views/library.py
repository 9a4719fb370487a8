"""The library, and opening what is in it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from contacts.models import Assignment, ResourceView
from core.limits import take
from core.listing.pages import SEARCHES
from experiences.domain.resource_files import serve_file
from experiences.models import Resource
from portal.content import open_assignment, resource_for, shelves_of
from portal.embedding import embed_address
from portal.frame import frame

PLACES = {"home", "library", "post", "item", "message"}
SHOWN_PER_SHELF = 6


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """What the contact's library holds: by category, one category, or what matches a search."""
    query = request.GET.get("q", "").strip()[:100]
    if query:
        take(SEARCHES, request.user.pk)
    assignment = open_assignment(request.viewing.contact)
    shelves = shelves_of(assignment, query) if assignment else []
    chosen = next((shelf for shelf in shelves if str(shelf.category.pk) == request.GET.get("category")), None)
    shown = [chosen] if chosen else shelves
    if not chosen and not query:
        for shelf in shelves:
            shelf.cut(SHOWN_PER_SHELF)
    context = frame(request, "library") | {
        "shelves": shelves,
        "shown": shown,
        "chosen": chosen,
        "query": query,
        "count": sum(shelf.count for shelf in shown),
    }
    part = "#shelves" if request.htmx else ""
    return render(request, f"portal/library.html{part}", context)


@require_POST
def open_resource(request: HttpRequest, resource_pk: int) -> HttpResponse:
    """Note that the contact opened it, and lead there."""
    assignment, resource = _held(request, resource_pk)
    where = request.POST.get("where", "")
    ResourceView.objects.create(
        contact=request.viewing.contact,
        resource=resource,
        assignment=assignment,
        where=where if where in PLACES else "",
    )
    if resource.kind == Resource.Kind.FILE:
        target = request.viewing.url("resource_file", resource_pk=resource.pk)
    elif resource.kind == Resource.Kind.VIDEO and embed_address(resource.url):
        target = request.viewing.url("watch", resource_pk=resource.pk)
    else:
        target = request.viewing.url("leave", resource_pk=resource.pk)
    return HttpResponseRedirect(target, status=303)


@require_safe
def leave(request: HttpRequest, resource_pk: int) -> HttpResponse:
    """Leads on to the site of a link.

    A page of its own, because browsers hold the redirects of a form to our policy's `form-action`, and where
    a site redirects to is not ours to know.
    """
    _, resource = _held(request, resource_pk)
    if resource.kind == Resource.Kind.FILE:
        raise Http404
    return render(request, "portal/leave.html", {"resource": resource, "viewing": request.viewing})


@require_safe
def watch(request: HttpRequest, resource_pk: int) -> HttpResponse:
    """A video, in the player of its site."""
    _, resource = _held(request, resource_pk)
    address = embed_address(resource.url) if resource.kind == Resource.Kind.VIDEO else ""
    if not address:
        raise Http404
    context = frame(request, "library") | {"resource": resource, "embed": address}
    return render(request, "portal/watch.html", context)


@require_safe
def resource_file(request: HttpRequest, resource_pk: int) -> HttpResponse:
    """The file itself, to keep: never shown inside our own pages."""
    _, resource = _held(request, resource_pk)
    if resource.kind != Resource.Kind.FILE:
        raise Http404
    return serve_file(resource)


def _held(request: HttpRequest, pk: int) -> tuple[Assignment, Resource]:
    """The contact's assignment and the resource that it gives them; 404 otherwise."""
    assignment = open_assignment(request.viewing.contact)
    resource = resource_for(assignment, pk) if assignment else None
    if resource is None:
        raise Http404
    return assignment, resource
