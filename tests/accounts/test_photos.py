"""Staff have photos: set by themselves or an admin, seen by colleagues and by clients beside their team."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.models import Activity
from tests.factories import TeamFactory
from tests.forms import seen_at

OWN = "/profile/photo/"


def picture(colour="red", size=(900, 600), form="PNG"):
    """A picture file."""
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, form)
    return SimpleUploadedFile("holiday at home.png", written.getvalue())


def seen(client, user):
    """Size of the picture that a colleague is shown; None without one."""
    answer = client.get(f"/users/{user.pk}/picture/")
    return Image.open(BytesIO(b"".join(answer))).size if answer.status_code == 200 else None


def test_one_sets_changes_and_removes_ones_own_photo(as_user, advisor, django_capture_on_commit_callbacks):
    client = as_user(advisor)
    assert seen(client, advisor) is None
    assert client.post(OWN, seen_at(client, OWN) | {"photo": picture()}).url == "/profile/"
    advisor.refresh_from_db()
    first = advisor.photo.name
    assert (seen(client, advisor), first.startswith("staff/"), "holiday" in first) == ((512, 512), True, False)
    assert advisor.photo_url in client.get("/profile/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(OWN, seen_at(client, OWN) | {"photo": picture("blue")})
    advisor.refresh_from_db()
    assert (default_storage.exists(first), default_storage.exists(advisor.photo.name)) == (False, True)
    client.post(OWN, seen_at(client, OWN) | {"remove": "on"})
    assert seen(client, advisor) is None
    assert list(Activity.objects.order_by("pk").values_list("sentence", "actor", "subject_id")) == [
        ("Changed the photo", advisor.pk, advisor.pk),
        ("Changed the photo", advisor.pk, advisor.pk),
        ("Removed the photo", advisor.pk, advisor.pk),
    ]


def test_an_admin_sets_a_colleagues_photo_and_nobody_else_does(as_user, admin, advisor, colleague):
    assert as_user(colleague).post(f"/users/{advisor.pk}/photo/", {"photo": picture()}).status_code == 404
    client, page = as_user(admin), f"/users/{advisor.pk}/photo/"
    assert client.post(page, seen_at(client, page) | {"photo": picture()}).url == f"/users/{advisor.pk}/"
    assert seen(as_user(colleague), advisor) == (512, 512)
    assert Activity.objects.get().actor == admin


def test_clients_see_it_beside_their_team(as_user, world):
    client = as_user(world.owner)
    client.post(OWN, seen_at(client, OWN) | {"photo": picture("green")})
    TeamFactory(members=[world.owner])
    client.force_login(world.contact.user, backend="accounts.backends.PortalBackend")
    answer = client.get(f"/portal/team/{world.owner.pk}/photo/")
    assert Image.open(BytesIO(b"".join(answer))).size == (512, 512)
    assert client.get(f"/users/{world.owner.pk}/picture/").status_code == 404


@pytest.mark.parametrize(
    "file", [SimpleUploadedFile("x.jpg", b"no picture"), SimpleUploadedFile("x.svg", b"<svg/>")], ids=["text", "svg"]
)
def test_what_is_no_photo_is_refused_in_words(as_user, advisor, file):
    client = as_user(advisor)
    answer = client.post(OWN, seen_at(client, OWN) | {"photo": file})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["photo"])


def test_saving_nothing_changes_nothing(as_user, advisor):
    client = as_user(advisor)
    assert client.post(OWN, seen_at(client, OWN)).status_code == 302
    assert Activity.objects.count() == 0


def test_the_second_of_two_who_set_a_photo_is_told(as_user, admin, advisor):
    client, page = as_user(admin), f"/users/{advisor.pk}/photo/"
    opened = seen_at(client, page)
    assert client.post(page, seen_at(client, page) | {"photo": picture()}).status_code == 302
    again = client.post(page, opened | {"photo": picture("blue")})
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["photo"])


def test_a_photo_with_damaged_metadata_is_refused_in_words(as_user, advisor):
    exif = Image.Exif()
    exif[0x0112], exif[0x0100] = 6, 900  # how it is turned, and its width
    written = BytesIO()
    Image.new("RGB", (900, 600)).save(written, "JPEG", exif=exif)
    whole, kind = written.getvalue(), b"\x01\x00\x00\x04"
    assert kind in whole
    damaged = whole.replace(kind, b"\x01\x00\x00\x02")  # the width is called a text
    client = as_user(advisor)
    answer = client.post(OWN, seen_at(client, OWN) | {"photo": SimpleUploadedFile("me.jpg", damaged)})
    assert answer.status_code == 422
    assert "This is not a photo we can read" in answer.content.decode()
