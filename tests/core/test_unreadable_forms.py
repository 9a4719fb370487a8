"""Forms that cannot be read are answered in words, and change nothing."""

import pytest
from django.http import HttpRequest

pytestmark = pytest.mark.django_db
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=B"
BODY = b"--B\r\nContent-Disposition: %s\r\n\r\nCalled.\r\n--B--\r\n"


@pytest.fixture
def send(as_user, advisor, contact):
    """`send(body, content_type)`: what a note's form answers to raw bytes."""
    client = as_user(advisor)
    client.raise_request_exception = False

    def post(body, content_type):
        address = f"/contacts/{contact.pk}/notes/"
        return client.generic("POST", address, body, content_type=content_type)

    return post


@pytest.mark.parametrize("charset", ["utf-16", "foo", "idna", "base64", "rot13", "undefined", "latin-1", "x" * 300])
@pytest.mark.parametrize("content_type", [URLENCODED, MULTIPART])
def test_a_form_in_a_character_set_of_its_own_is_refused_in_words(send, contact, charset, content_type):
    body = b"text=Called" if content_type == URLENCODED else BODY % b'form-data; name="text"'
    answer = send(body, f"{content_type}; charset={charset}")
    assert answer.status_code == 400
    assert "That request could not be read" in answer.content.decode()
    assert not contact.notes.exists()


@pytest.mark.parametrize(
    "head",
    [
        b"form-data; name*=foo''text",
        b"form-data; name=\"text\"; filename*=foo''a.txt",
        b'form-data; name="text"; filename="a.txt"\r\nContent-Type: text/plain; charset*=foo\'\'x',
    ],
)
def test_a_part_in_a_character_set_of_its_own_is_refused_in_words(send, contact, head):
    answer = send(BODY % head, MULTIPART)
    assert answer.status_code in {400, 422}
    assert not contact.notes.exists()
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8", "; charset=utf8"])
def test_what_browsers_send_is_read(send, contact, charset):
    assert send("text=Grüße".encode(), f"{URLENCODED}{charset}").status_code == 302
    assert contact.notes.get().text == "Grüße"


def test_whoever_has_gone_before_all_was_sent_is_no_error_of_ours(as_user, advisor, contact, monkeypatch, caplog):
    from django.http import UnreadablePostError

    def broken(self, *args, **kwargs):
        raise UnreadablePostError("gone")

    client = as_user(advisor)
    monkeypatch.setattr(HttpRequest, "_load_post_and_files", broken)
    client.raise_request_exception = False
    client.post(f"/contacts/{contact.pk}/notes/", {"text": "x"})
    assert [one for one in caplog.records if one.exc_info and "core/middleware" in str(one.exc_info)] == []
