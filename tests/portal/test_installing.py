"""The installable app, and pictures."""

from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image

from accounts.models import Firm
from tests.factories import AssignmentFactory, CardFactory


def test_the_manifest_carries_the_firms_name_and_colour(client, db):
    Firm.objects.update(name="Quiet Harbor Wealth", brand_colour="#123456")
    manifest = client.get("/portal/manifest.webmanifest").json()
    assert (manifest["name"], manifest["theme_color"], manifest["scope"]) == (
        "Quiet Harbor Wealth",
        "#123456",
        "/portal/",
    )
    picture = Image.open(BytesIO(client.get(manifest["icons"][0]["src"]).content))
    assert (picture.size, picture.getpixel((2, 2))) == ((192, 192), (0x12, 0x34, 0x56))


def test_icons_come_in_the_sizes_named_and_no_other(client, db):
    assert client.get("/portal/icon/5000.png").status_code == 404


def test_the_worker_keeps_static_files_only_and_personal_pages_are_never_stored(client, portal):
    worker = client.get("/portal/worker.js")
    assert (worker["Content-Type"], worker["Cache-Control"]) == ("text/javascript", "no-cache")
    assert worker.content.count(b".put(") == 1
    assert b'startsWith("/static/")) event.respondWith(keep(request))' in worker.content
    for page in ("", "library/", "profile/"):
        assert portal.get(f"/portal/{page}")["Cache-Control"] == "no-store, private"


def test_the_page_without_a_network_holds_nothing_personal(portal, client_contact):
    page = portal.get("/portal/offline/").content.decode()
    assert client_contact.first_name not in page


def test_pictures_are_shown_to_those_whose_card_it_is(portal, assignment):
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    own = CardFactory(template=assignment.experience.card_template, image=ContentFile(out.getvalue(), "a.png"))
    page = CardFactory(template=own.template, image=ContentFile(b"<script>", "a.html"))
    other = CardFactory(
        template=AssignmentFactory().experience.card_template, image=ContentFile(out.getvalue(), "b.png")
    )
    answer = portal.get(f"/portal/cards/{own.pk}/image/")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert [portal.get(f"/portal/cards/{card.pk}/image/").status_code for card in (page, other)] == [404, 404]
