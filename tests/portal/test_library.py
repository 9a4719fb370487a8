"""The library, and opening what is in it."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from contacts.models import Assignment, ResourceView
from experiences.models import Resource
from portal.embedding import embed_address
from tests.factories import (
    AssignmentFactory,
    CampaignFactory,
    ResourceFactory,
    ResourceTemplateFactory,
    sent_post,
)

LIBRARY_QUERIES = 8


def shelve(library, *resources, title="Reading", parent=None):
    shelf = library.categories.create(title=title, parent=parent)
    for position, resource in enumerate(resources):
        shelf.placements.create(resource=resource, position=position)
    return shelf


@pytest.fixture
def library(assignment):
    return assignment.experience.resource_template


def names(response):
    shelves = [part for shelf in response.context["shown"] for part in (shelf, *shelf.below)]
    return {shelf.category.title: [one.name for one in shelf.resources] for shelf in shelves}


@pytest.mark.parametrize("many", [1, 3])
def test_the_library_takes_the_same_queries_whatever_it_holds(portal, library, many, django_assert_num_queries):
    for number in range(many):
        shelve(library, *[ResourceFactory() for _ in range(many)], title=f"Shelf {number}")
    portal.get("/portal/library/")
    with django_assert_num_queries(LIBRARY_QUERIES):
        assert portal.get("/portal/library/").context["count"] == many * many


def test_categories_come_in_order_with_their_subcategories_and_without_empty_ones(portal, library):
    planning = shelve(library, ResourceFactory(name="A plan"), title="Planning")
    shelve(library, ResourceFactory(name="College"), title="Children", parent=planning)
    shelve(library, title="Empty")
    shelve(library, ResourceFactory(name="Draft", state="draft"), title="Only drafts")
    assert names(portal.get("/portal/library/")) == {"Planning": ["A plan"], "Children": ["College"]}


def test_a_long_shelf_is_cut_and_its_own_page_shows_all(portal, library):
    shelf = shelve(library, *[ResourceFactory() for _ in range(9)])
    cut = portal.get("/portal/library/")
    assert (len(names(cut)["Reading"]), b"See all 9" in cut.content) == (6, True)
    assert len(names(portal.get(f"/portal/library/?category={shelf.pk}"))["Reading"]) == 9


def test_search_finds_every_word_whatever_its_accents(portal, library):
    shelve(library, ResourceFactory(name="Épargne for college"), ResourceFactory(name="College"), title="Planning")
    assert names(portal.get("/portal/library/", {"q": "epargne COLLEGE"})) == {"Planning": ["Épargne for college"]}
    typed = portal.get("/portal/library/", {"q": "college"}, headers={"HX-Request": "true"}).content.decode()
    assert (typed.lstrip().startswith('<div id="shelves"'), typed.count("<button"), "<html" in typed) == (
        True,
        2,
        False,
    )
    nothing = portal.get("/portal/library/", {"q": "zebra"})
    assert (nothing.context["count"], b"Nothing found" in nothing.content) == (0, True)


def test_opening_a_link_is_recorded_and_leads_there(portal, library, assignment):
    resource = ResourceFactory(url="https://example.com/article")
    shelve(library, resource)
    response = portal.post(f"/portal/resources/{resource.pk}/open/", {"where": "library"})
    assert (response.status_code, response.url) == (303, f"/portal/resources/{resource.pk}/leave/")
    view = ResourceView.objects.get()
    assert (view.contact, view.resource, view.assignment, view.where) == (
        assignment.contact,
        resource,
        assignment,
        "library",
    )
    page = portal.get(response.url).content.decode()
    assert '<meta http-equiv="refresh" content="0;url=https://example.com/article">' in page


def test_looking_records_nothing(portal, library):
    resource = ResourceFactory()
    shelve(library, resource)
    for page in ("", "library/", f"resources/{resource.pk}/leave/"):
        assert portal.get(f"/portal/{page}").status_code == 200
    assert portal.get(f"/portal/resources/{resource.pk}/open/").status_code == 405
    assert not ResourceView.objects.exists()


def test_a_file_is_given_to_keep_under_its_own_name(portal, library):
    resource = ResourceFactory(kind="file", url="", file=ContentFile(b"<script>", "x.html"), file_name="Guide.html")
    shelve(library, resource)
    response = portal.get(portal.post(f"/portal/resources/{resource.pk}/open/").url)
    assert b"".join(response.streaming_content) == b"<script>"
    assert response["Content-Disposition"] == 'attachment; filename="Guide.html"'
    assert (response["X-Content-Type-Options"], response["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )


def test_a_file_that_has_been_lost_is_a_404(portal, library):
    resource = ResourceFactory(kind="file", url="", file="resources/lost.pdf")
    shelve(library, resource)
    assert portal.get(f"/portal/resources/{resource.pk}/file/").status_code == 404


def test_a_video_opens_in_its_player_and_any_other_site_as_a_link(portal, library):
    film = ResourceFactory(kind="video", url="https://youtu.be/aqz-KE-bpKQ")
    elsewhere = ResourceFactory(kind="video", url="https://video.example.com/1")
    shelve(library, film, elsewhere)
    player = portal.post(f"/portal/resources/{film.pk}/open/").url
    assert b"https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ" in portal.get(player).content
    assert portal.post(f"/portal/resources/{elsewhere.pk}/open/").url == f"/portal/resources/{elsewhere.pk}/leave/"


@pytest.mark.parametrize(
    "change",
    [{"state": Resource.State.DRAFT}, {"expires_on": date(2020, 1, 1)}, {"archived_at": timezone.now()}],
)
def test_what_is_not_live_cannot_be_opened(portal, library, change):
    resource = ResourceFactory()
    shelve(library, resource)
    Resource.objects.filter(pk=resource.pk).update(**change)
    assert portal.post(f"/portal/resources/{resource.pk}/open/").status_code == 404
    assert not ResourceView.objects.exists()


def test_a_strangers_resource_is_a_404_and_so_is_one_that_the_own_template_replaced(portal, library, assignment):
    strangers = AssignmentFactory()
    theirs, before = ResourceFactory(), ResourceFactory(kind="file", url="", file=ContentFile(b"x", "x.pdf"))
    shelve(strangers.experience.resource_template, theirs)
    shelve(library, before)
    Assignment.objects.filter(pk=assignment.pk).update(resource_template=ResourceTemplateFactory())
    for resource in (theirs, before):
        answers = [
            portal.post(f"/portal/resources/{resource.pk}/open/").status_code,
            *(portal.get(f"/portal/resources/{resource.pk}/{page}/").status_code for page in ("leave", "file")),
        ]
        assert answers == [404, 404, 404]
    assert not ResourceView.objects.exists()


def test_the_resource_of_a_post_opens_once_the_post_has_come(portal, assignment):
    came, not_yet = ResourceFactory(), ResourceFactory()
    sent_post(assignment, resource=came)
    CampaignFactory().touchpoints.create(day=9, kind="post", title="Later", resource=not_yet)
    assert portal.post(f"/portal/resources/{came.pk}/open/", {"where": "post"}).status_code == 303
    assert portal.post(f"/portal/resources/{not_yet.pk}/open/", {"where": "post"}).status_code == 404


@pytest.mark.parametrize(
    ("copied", "player"),
    [
        ("https://www.youtube.com/watch?v=aqz-KE-bpKQ&t=9", "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"),
        ("https://m.youtube.com/shorts/aqz-KE-bpKQ", "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"),
        ("https://vimeo.com/123456789", "https://player.vimeo.com/video/123456789"),
        ("https://youtube.com.evil.net/watch?v=aqz-KE-bpKQ", ""),
        ("https://www.youtube.com/@channel", ""),
    ],
)
def test_video_addresses_are_turned_into_those_of_the_player(copied, player):
    assert embed_address(copied) == player
