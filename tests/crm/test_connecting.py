"""Connections to a CRM: which addresses, up to which moment, with whose certificates."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.network.addresses import is_public
from crm.errors import TooSlow, TryLater, WillNotWork
from crm.http import Answer, ForeignHost, Http
from crm.testing import FakeServer, Reply


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("2002:808:808::1", True),
        ("::ffff:8.8.8.8", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.31.0.1", False),
        ("192.0.0.8", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("203.0.113.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),  # noqa: S104 - an address that is looked at
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::808:808", False),
        ("2002:a00:1::1", False),
        ("2002:7f00:1::1", False),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("fc00::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("4000::1", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public


@contextmanager
def listening(answer=None):
    """A server that counts who connects; `answer(connection)` is what it does with them."""
    came: list[int] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            came.append(1)
            threading.Thread(target=_answered, args=(connection, answer), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], came
    finally:
        server.close()


def _answered(connection, answer) -> None:
    try:
        if answer:
            answer(connection)
    except OSError:
        pass
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_host_that_is_not_allowed_is_never_connected_to(host):
    with listening() as (port, came):
        http = Http((host, f"{host}:{port}"), patience=1, sleep=lambda seconds: None)
        http.check_host = lambda url: None
        with pytest.raises(ForeignHost, match="private network"):
            http.get(f"http://{host}:{port}/", route="/")
        time.sleep(0.1)
        assert came == []


def test_a_name_with_one_address_inside_is_refused(monkeypatch):
    """Whichever of its addresses would be taken."""
    with listening() as (port, came):
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("8.8.8.8", "127.0.0.1")]
        monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: both)
        http = Http(("crm.example.com",), patience=1, sleep=lambda seconds: None)
        with pytest.raises(ForeignHost):
            http.get("https://crm.example.com/", route="/")
        assert came == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "javascript:alert(1)", "file:///etc/passwd", "127.0.0.1/x", ""])
def test_an_odd_scheme_is_refused_at_once(url):
    with pytest.raises(ForeignHost):
        Http(("*",), private=("127.0.0.1",)).get(url, route="/")


def test_another_port_is_called_only_where_it_was_entered():
    http = Http(("crm.example.com:8443", "*.example.org"))
    http.check_host("https://crm.example.com:8443/x")
    http.check_host("https://api.example.org/")
    for url in ("https://crm.example.com/", "https://crm.example.com:8444/", "https://api.example.org:8443/"):
        with pytest.raises(ForeignHost):
            http.check_host(url)


def trickle(head: bytes, tail: bytes):
    """Sends `head` at once, and then `tail` byte by byte without end."""

    def answer(connection) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while True:
            for one in tail:
                connection.sendall(bytes([one]))
                time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Long: a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"{"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["status", "headers", "body", "chunks"],
)
def test_an_answer_that_trickles_ends_at_its_deadline(head, tail):
    with listening(trickle(head, tail)) as (port, _):
        began = time.monotonic()
        with pytest.raises(TooSlow):
            Http(private=("127.0.0.1",), seconds=0.6, patience=5).get(f"http://127.0.0.1:{port}/", route="/")
        assert time.monotonic() - began < 3


def test_an_answer_is_given_as_long_as_its_call_says():
    class Slow(FakeServer):
        def answer(self, request):
            time.sleep(0.8)
            return Reply({})

    with Slow() as server:
        http = Http(private=("127.0.0.1",), seconds=0.3, patience=5)
        assert http.get(server.url, route="/", seconds=4).status == 200
        with pytest.raises(TooSlow):
            http.get(server.url, route="/")
        patient = Http(private=("127.0.0.1",), seconds=4, patience=5)
        assert patient.get(server.url, route="/").status == 200


def test_all_calls_of_a_page_together_end_too():
    """Many answers that each keep to their time, such as a list of a hundred pages, hold nobody's page for long."""

    class Slow(FakeServer):
        def answer(self, request):
            time.sleep(0.3)
            return Reply({})

    with Slow() as server:
        http = Http(private=("127.0.0.1",), seconds=2, patience=2, in_all=1)
        began = time.monotonic()
        with pytest.raises(TryLater):
            for _ in range(100):
                http.get(server.url, route="/")
        assert time.monotonic() - began < 4
        assert 2 <= len(server.seen) <= 6


def test_before_each_call_and_each_wait_it_is_told_how_long_that_may_take():
    class Busy(FakeServer):
        def answer(self, request):
            return Reply({}, 200 if len(self.seen) > 1 else 503, {"Retry-After": "1"})

    told = []
    with Busy() as server:
        http = Http(private=("127.0.0.1",), seconds=20, patience=30, sleep=lambda seconds: None)
        http.holds = told.append
        http.get(server.url, route="/")
    assert [told[0], round(told[2])] == [20, 20]
    assert 1 <= told[1] < 1.2


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 200_000 + b"]" * 200_000])
def test_json_nested_without_sense_is_no_answer(body):
    with pytest.raises(WillNotWork, match="not JSON"):
        Answer(200, {}, body).json()


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT", "OPTIONS", "MKCOL", "MOVE"])
def test_any_method_of_webdav_can_be_asked(method):
    class Dav(FakeServer):
        def answer(self, request):
            said = f"{request.method} {request.headers['depth']} {request.body.decode()}"
            return Reply(said.encode(), 207, {"Content-Type": "application/xml"})

    with Dav() as server:
        http = Http(private=("127.0.0.1",), patience=3)
        answer = http.call(method, server.url, route="/", data="<propfind/>", headers={"Depth": "1"})
    assert (answer.status, answer.body) == (207, f"{method} 1 <propfind/>".encode())


def test_a_head_has_no_body():
    class Dav(FakeServer):
        def answer(self, request):
            return Reply({"a": 1})

    with Dav() as server:
        http = Http(private=("127.0.0.1",), patience=3)
        assert http.call("HEAD", server.url, route="/").body == b""
        assert http.get(server.url, route="/").json() == {"a": 1}


class Authority:
    """An authority of the firm's own. `bundle` is its file; `issued` makes a certificate with its key, as one file."""

    def __init__(self, folder) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Firm CA")])
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self._made(self.name, self.key, 30, ca=True).public_bytes(serialization.Encoding.PEM))

    def issued(self, days: int = 30, host: str = "127.0.0.1"):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        made = self._made(name, key, days, host=host).public_bytes(serialization.Encoding.PEM)
        place = self.folder / f"{host}{days}.pem"
        place.write_bytes(made + key.private_bytes(serialization.Encoding.PEM, *form))
        return place

    def _made(self, subject, key, days: int, *, ca: bool = False, host: str = ""):
        now = datetime.datetime.now(datetime.UTC)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=60))
        made = made.not_valid_after(now + datetime.timedelta(days=days))
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if host:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
            made = made.add_extension(names, critical=False)
        return made.sign(self.key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@contextmanager
def by_tls(certificate):
    """A server that shows a certificate."""

    class Echo(FakeServer):
        def answer(self, request):
            return Reply({"ok": True})

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Echo() as server:
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        yield server.url.replace("http://", "https://")


def test_a_certificate_of_the_firms_own_authority_is_trusted_where_it_is_named(authority):
    with by_tls(authority.issued()) as url:
        http = Http(private=("127.0.0.1",), patience=3, ca_bundle=str(authority.bundle))
        assert http.get(url, route="/").json() == {"ok": True}


def test_a_certificate_that_is_not_trusted_is_named_and_what_to_do(authority):
    with by_tls(authority.issued()) as url, pytest.raises(WillNotWork) as error:
        Http(private=("127.0.0.1",), patience=3).get(url, route="/")
    said = str(error.value)
    assert said.startswith("The certificate of 127.0.0.1, issued by “CN=Example Firm CA”, is not trusted: ")
    assert said.endswith("Whoever runs AdvisorHub can name the firm's own authority in CRM_CA_BUNDLE.")


def test_one_that_has_ended_is_told_as_such(authority):
    with by_tls(authority.issued(days=-5)) as url, pytest.raises(WillNotWork) as error:
        Http(private=("127.0.0.1",), patience=3, ca_bundle=str(authority.bundle)).get(url, route="/")
    assert "certificate has expired" in str(error.value) and "CRM_CA_BUNDLE" not in str(error.value)


def test_a_bundle_that_is_none_is_told(tmp_path):
    (tmp_path / "empty.pem").write_text("nothing")
    for name in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(WillNotWork, match="CRM_CA_BUNDLE"):
            Http(ca_bundle=str(name))


def test_nothing_at_the_other_end_is_for_later():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    http = Http(private=("127.0.0.1",), patience=2, sleep=lambda seconds: None)
    with pytest.raises(TryLater):
        http.get(f"http://127.0.0.1:{port}/", route="/")
