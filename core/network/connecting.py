"""Outbound connections: made only to addresses that were looked at before, and read only up to a deadline.

The name is resolved here, each address it has is checked, and what was checked is connected to: a name that changes its
mind in between leads nowhere else. Each read of an answer, of its headers too, is given the time that is left.
"""

import fnmatch
import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from cryptography import x509
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from core.network.addresses import is_public

CONNECT = 5  # seconds to reach one address
_deadline: ContextVar[float | None] = ContextVar("outbound_deadline", default=None)


class PrivateAddress(Exception):
    """A host that nobody has named as private has an address that is not of the public internet."""


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Have all that is read from connections of this module within the block end by `deadline`, of `time.monotonic`."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def left(at_most: float) -> float:
    """Seconds that are left, no more than `at_most`. Raises TimeoutError when none are."""
    deadline = _deadline.get()
    seconds = at_most if deadline is None else min(at_most, deadline - time.monotonic())
    if seconds <= 0:
        raise TimeoutError("The answer took too long.")
    return seconds


def connect(host: str, port: int, *, private: bool, options: Sequence = ()) -> socket.socket:
    """An open connection to a host. Raises PrivateAddress, before anything is connected to, for one that is not public.

    `private`: the operator has named this host, wherever it is. Raises OSError when it cannot be reached.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("This is no name of a host.") from None
    if not private and not all(is_public(str(address[0])) for *_, address in found):
        raise PrivateAddress(host)
    trouble = OSError("The host has no address.")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(left(CONNECT))
            for option in options or ():
                sock.setsockopt(*option)
            sock.connect(address)
        except OSError as error:
            sock.close()
            trouble = error
        else:
            return sock
    raise trouble


def issuer(host: str, port: int, *, private: bool) -> str:
    """Who signed the certificate that a host shows, as it names itself; "" when it cannot be read. Sends nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is only looked at, no word is sent
    try:
        with context.wrap_socket(connect(host, port, private=private), server_hostname=host) as shown:
            certificate = x509.load_der_x509_certificate(shown.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError, PrivateAddress):
        return ""
    return certificate.issuer.rfc4514_string()[:200]


def trusting(bundle: str) -> ssl.SSLContext | None:
    """A context that also trusts the authorities of a PEM file; None without one. Raises OSError when it is none."""
    if not bundle:
        return None
    context = ssl.create_default_context()
    context.load_verify_locations(bundle)
    return context


class Checked(HTTPAdapter):
    """Makes connections of this module. `private`: patterns of hosts, with or without a port, that may be anywhere."""

    def __init__(self, private: Sequence[str], context: ssl.SSLContext | None = None) -> None:
        self.private, self.context = private, context
        super().__init__(pool_maxsize=4)

    def init_poolmanager(self, *args, **kwargs) -> None:
        """Have pools make our connections."""
        if self.context is not None:
            kwargs["ssl_context"] = self.context
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self.private),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self.private),
        }


def is_named(host: str, port: int | None, patterns: Sequence[str]) -> bool:
    """Whether a host is among these patterns, which may name a port."""
    return any(fnmatch.fnmatch(one, pattern) for pattern in patterns for one in (f"{host}:{port}", host))


def _pool(pool_class: type, connection_class: type, private: Sequence[str]) -> type:
    """A pool class whose connections are checked and read up to the deadline."""

    class Connection(connection_class):
        response_class = _Answer

        def _new_conn(self) -> socket.socket:
            try:
                named = is_named(self.host, self.port, private)
                return connect(self._dns_host, self.port, private=named, options=self.socket_options)
            except OSError as error:
                raise NewConnectionError(self, f"It cannot be reached: {type(error).__name__}") from error

    return type(pool_class.__name__, (pool_class,), {"ConnectionCls": Connection})


class _Answer(http.client.HTTPResponse):
    """An answer whose every read, the headers' too, is given no more than the time that is left."""

    def __init__(self, sock: socket.socket, *args, **kwargs) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Reads(self.fp.detach(), sock))


class _Reads(io.RawIOBase):
    """Reads a socket's file."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self.raw, self.sock = raw, sock
        self.at_most = sock.gettimeout() or CONNECT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int | None:
        self.sock.settimeout(left(self.at_most))
        return self.raw.readinto(buffer)

    def close(self) -> None:
        self.raw.close()
        super().close()
