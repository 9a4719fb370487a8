"""What templates consist of: cards, categories, steps, placed resources; their order and their files."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from experiences.models import Card, Resource
from tests.factories import (
    AssignmentFactory,
    CampaignFactory,
    CardFactory,
    CardTemplateFactory,
    FeaturedTemplateFactory,
    ResourceFactory,
    ResourceTemplateFactory,
)


def picture(form="JPEG", size=(3000, 2000)):
    out = BytesIO()
    image = Image.new("RGB", size, "red")
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    image.save(out, form, **({"exif": exif} if form == "JPEG" else {}))
    return out.getvalue()


def damaged():
    """A JPEG whose metadata says that it is turned, and calls its width a text."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0100] = 6, 30
    out = BytesIO()
    Image.new("RGB", (30, 20)).save(out, "JPEG", exif=exif)
    return out.getvalue().replace(b"\x01\x00\x00\x04", b"\x01\x00\x00\x02")


@pytest.fixture
def builder(as_user, advisor):
    return as_user(advisor)


def card_data(**more):
    return {"kind": "custom", "title": "Book", "url": "https://example.com/", "icon": "star", **more}


def test_a_card_is_added_after_the_last(builder):
    template = CardTemplateFactory()
    CardFactory(template=template, position=4)
    assert builder.get(f"/experiences/cards/{template.pk}/card/new/").status_code == 200
    assert builder.post(f"/experiences/cards/{template.pk}/card/new/", card_data()).status_code == 302
    card = Card.objects.get(title="Book")
    assert (card.position, card.colour) == (5, "")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"kind": "shortcut", "shortcut": ""}, "shortcut"),
        ({"kind": "data", "text": "{password}"}, "text"),
        ({"visible_from": "2026-02-02", "visible_to": "2026-02-01"}, "visible_to"),
        ({"own_colour": "on", "colour": "red;}"}, "colour"),
    ],
)
def test_a_card_that_cannot_work_is_refused(builder, data, field):
    template = CardTemplateFactory()
    answer = builder.post(f"/experiences/cards/{template.pk}/card/new/", card_data(**data))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_a_card_keeps_only_what_its_kind_needs(builder):
    card = CardFactory(url="https://example.com/", shortcut="")
    url = f"/experiences/cards/card/{card.pk}/edit/"
    seen = builder.get(url).context["form"].initial["seen"]
    data = card_data(kind="shortcut", shortcut="team", seen=seen, own_colour="on", colour="#AABBCC")
    assert builder.post(url, data).status_code == 302
    card.refresh_from_db()
    assert (card.url, card.shortcut, card.colour) == ("", "team", "#aabbcc")


def test_a_picture_is_written_anew_and_served_to_staff_only(builder, client):
    template = CardTemplateFactory()
    upload = SimpleUploadedFile("../../me.jpg", picture(), "image/jpeg")
    assert builder.post(f"/experiences/cards/{template.pk}/card/new/", card_data(image=upload)).status_code == 302
    card = Card.objects.get()
    with Image.open(card.image) as stored:
        assert (stored.format, max(stored.size), dict(stored.getexif())) == ("WEBP", 1600, {})
    answer = builder.get(f"/experiences/cards/card/{card.pk}/image/")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert b"".join(answer.streaming_content).startswith(b"RIFF")
    builder.logout()
    assert client.get(f"/experiences/cards/card/{card.pk}/image/").status_code == 302


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"GIF89a" + b"\x00" * 20, picture()[:300], damaged()])
def test_what_is_no_picture_is_refused(builder, content):
    template = CardTemplateFactory()
    upload = SimpleUploadedFile("me.jpg", content, "image/jpeg")
    answer = builder.post(f"/experiences/cards/{template.pk}/card/new/", card_data(image=upload))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["image"])


def test_cards_move_up_and_down_and_stop_at_the_ends(builder):
    template = CardTemplateFactory()
    first, second, third = (CardFactory(template=template, position=0) for _ in range(3))
    for card, to in ((third, "up"), (first, "up"), (second, "down")):
        builder.post(f"/experiences/cards/card/{card.pk}/move/", {"to": to})
    assert list(template.cards.all()) == [first, third, second]
    assert list(template.cards.values_list("position", flat=True)) == [0, 1, 2]


def test_moving_is_never_done_by_looking(builder):
    card = CardFactory()
    assert builder.get(f"/experiences/cards/card/{card.pk}/move/").status_code == 405


def test_a_card_is_taken_out_after_a_question(builder):
    card = CardFactory()
    AssignmentFactory(experience__card_template=card.template)
    page = builder.get(f"/experiences/cards/card/{card.pk}/remove/").content.decode()
    assert "1 contact will no longer have it" in page
    assert Card.objects.filter(pk=card.pk).exists()
    builder.post(f"/experiences/cards/card/{card.pk}/remove/")
    assert not Card.objects.filter(pk=card.pk).exists()


def test_categories_have_two_levels_and_titles_of_their_own(builder):
    template = ResourceTemplateFactory()
    url = f"/experiences/libraries/{template.pk}/category/new/"
    assert builder.post(url, {"title": "Planning"}).status_code == 302
    top = template.categories.get()
    assert builder.post(url, {"title": "planning"}).status_code == 422
    assert builder.post(url, {"title": "Planning", "parent": top.pk}).status_code == 302
    below = template.categories.get(parent=top)
    assert builder.post(url, {"title": "Too deep", "parent": below.pk}).status_code == 422
    foreign = ResourceTemplateFactory().categories.create(title="Elsewhere")
    assert builder.post(url, {"title": "Wrong", "parent": foreign.pk}).status_code == 422
    edit = f"/experiences/libraries/category/{top.pk}/edit/"
    seen = builder.get(edit).context["form"].initial["seen"]
    other = template.categories.create(title="Other")
    assert builder.post(edit, {"title": "Planning", "parent": other.pk, "seen": seen}).status_code == 422


@pytest.mark.parametrize("place", ["category", "featured"])
def test_resources_are_added_in_order_and_once(builder, place):
    if place == "category":
        owner = ResourceTemplateFactory().categories.create(title="A")
        url = f"/experiences/libraries/category/{owner.pk}/add/"
    else:
        owner = FeaturedTemplateFactory()
        url = f"/experiences/featured/{owner.pk}/add/"
    one, two = ResourceFactory(name="Alpha"), ResourceFactory(name="Beta")
    assert builder.post(url, {}).status_code == 422
    builder.post(url, {"pick": two.pk})
    assert [row.name for row in builder.get(url).context["candidates"]] == ["Alpha"]
    builder.post(url, {"pick": [one.pk, two.pk]})
    assert list(owner.placements.values_list("resource__name", "position")) == [("Beta", 0), ("Alpha", 1)]


def test_adding_to_a_shared_set_asks_first(builder):
    template, resource = FeaturedTemplateFactory(), ResourceFactory()
    AssignmentFactory(experience__featured_template=template)
    url = f"/experiences/featured/{template.pk}/add/"
    assert builder.post(url, {"pick": resource.pk}).status_code == 422
    assert builder.post(url, {"pick": resource.pk, "reach_confirmed": "1"}).status_code == 302


def test_a_step_lies_within_its_campaign(builder):
    campaign = CampaignFactory(length_days=30)
    url = f"/campaigns/{campaign.pk}/touchpoint/new/"
    data = {"day": 31, "time_of_day": "09:00", "kind": "post", "title": "Late"}
    assert builder.post(url, data).status_code == 422
    assert builder.post(url, data | {"day": 30}).status_code == 302
    edit = f"/campaigns/{campaign.pk}/edit/"
    seen = builder.get(edit).context["form"].initial["seen"]
    assert builder.post(edit, {"name": campaign.name, "length_days": 29, "seen": seen}).status_code == 422


PDF = b"%PDF-1.7\n" + b"x" * 100


def resource_data(**more):
    return {"name": "Guide", "kind": "file", "state": "published", **more}


def test_a_file_comes_in_and_goes_out_as_a_download(builder):
    upload = SimpleUploadedFile("My guide.pdf", PDF, "text/html")
    assert builder.post("/experiences/resources/new/", resource_data(file=upload)).status_code == 302
    resource = Resource.objects.get()
    answer = builder.get(f"/experiences/resources/{resource.pk}/file/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="My guide.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html>"),
        ("guide.pdf", b"<html><script>alert(1)</script>"),
        ("guide.docx", b"PK\x03\x04 not really"),
        ("notes.txt", b"<!doctype html><script>"),
        ("run.exe", b"MZ"),
        ("empty.pdf", b" "),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(builder, name, content):
    answer = builder.post("/experiences/resources/new/", resource_data(file=SimpleUploadedFile(name, content)))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])


def test_a_file_that_is_too_large_is_refused(builder, settings):
    settings.UPLOAD_MAX_BYTES = 50
    answer = builder.post("/experiences/resources/new/", resource_data(file=SimpleUploadedFile("a.pdf", PDF)))
    assert list(answer.context["form"].errors) == ["file"]


@pytest.mark.parametrize("kind", ["file", "link", "video"])
def test_a_resource_needs_what_it_is_made_of(builder, kind):
    assert builder.post("/experiences/resources/new/", resource_data(kind=kind)).status_code == 422


def test_a_new_file_is_a_new_version_and_a_new_name_is_not(builder):
    builder.post("/experiences/resources/new/", resource_data(file=SimpleUploadedFile("a.pdf", PDF)))
    resource = Resource.objects.get()
    url = f"/experiences/resources/{resource.pk}/edit/"

    def save(**more):
        seen = builder.get(url).context["form"].initial["seen"]
        assert builder.post(url, resource_data(seen=seen, **more)).status_code == 302
        resource.refresh_from_db()

    save(name="Renamed")
    assert (resource.version, resource.file_name) == (1, "a.pdf")
    save(name="Renamed", file=SimpleUploadedFile("b.pdf", PDF))
    assert (resource.version, resource.file_name) == (2, "b.pdf")


def test_a_resource_without_its_file_on_disk_is_not_found(builder):
    resource = ResourceFactory(kind="file", file="resources/lost.pdf")
    assert builder.get(f"/experiences/resources/{resource.pk}/file/").status_code == 404
