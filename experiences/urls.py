"""Addresses of the experiences room: the same set for every kind of template and of part."""

from django.urls import path
from django.urls.resolvers import URLPattern

from experiences.kinds import TemplateKind
from experiences.parts import PARTS, PartKind
from experiences.views import files, parts, placing, templates
from experiences.views.lists import LISTS

app_name = "experiences"


def of_template(kind: TemplateKind) -> list[URLPattern]:
    """Pages of one kind of template."""
    base, one = kind.path, kind.one
    return [
        path(f"{base}new/", templates.TemplateNew.as_view(kind=kind), name=f"{one}_new"),
        path(f"{base}<int:pk>/", templates.TemplatePage.as_view(kind=kind), name=one),
        path(f"{base}<int:pk>/edit/", templates.TemplateEdit.as_view(kind=kind), name=f"{one}_edit"),
        path(
            f"{base}<int:pk>/duplicate/",
            templates.TemplateDuplicate.as_view(kind=kind),
            name=f"{one}_duplicate",
        ),
        path(
            f"{base}<int:pk>/archive/",
            templates.TemplateArchive.as_view(kind=kind),
            name=f"{one}_archive",
        ),
        path(
            f"{base}<int:pk>/restore/",
            templates.TemplateRestore.as_view(kind=kind),
            name=f"{one}_restore",
        ),
        path(
            f"{base}<int:pk>/delete/",
            templates.TemplateDelete.as_view(kind=kind),
            name=f"{one}_delete",
        ),
    ]


def of_part(part: PartKind) -> list[URLPattern]:
    """Pages of one kind of part."""
    base, one = part.kind.path, part.one
    found = [
        path(
            f"{base}{one}/<int:pk>/remove/",
            parts.PartRemove.as_view(part_kind=part),
            name=f"{one}_remove",
        )
    ]
    if part.ordered:
        move = parts.PartMove.as_view(part_kind=part)
        found.append(path(f"{base}{one}/<int:pk>/move/", move, name=f"{one}_move"))
    if part.form:
        new, edit = parts.PartNew.as_view(part_kind=part), parts.PartEdit.as_view(part_kind=part)
        found += [
            path(f"{base}<int:owner_pk>/{one}/new/", new, name=f"{one}_new"),
            path(f"{base}{one}/<int:pk>/edit/", edit, name=f"{one}_edit"),
        ]
    return found


urlpatterns = [
    *(path(one.kind.path, one.as_view(), name=one.kind.many) for one in LISTS),
    *(pattern for one in LISTS for pattern in of_template(one.kind)),
    *(pattern for part in PARTS for pattern in of_part(part)),
    path("experiences/featured/<int:pk>/add/", placing.AddToFeatured.as_view(), name="pinned_add"),
    path(
        "experiences/libraries/category/<int:pk>/add/",
        placing.AddToCategory.as_view(),
        name="shelved_add",
    ),
    path("experiences/teams/<int:pk>/add/", placing.AddToTeam.as_view(), name="member_add"),
    path("experiences/resources/<int:pk>/file/", files.resource_file, name="resource_file"),
    path("experiences/resources/<int:pk>/cover/", files.resource_cover, name="resource_cover"),
    path("experiences/cards/card/<int:pk>/image/", files.card_image, name="card_image"),
    path("experiences/libraries/category/<int:pk>/cover/", files.category_cover, name="category_cover"),
]
