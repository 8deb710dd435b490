"""The only room with network: one POST to an address of a key set, and no further than that.

The name is resolved once and the connection goes to that very address; private addresses only where the
configuration names their network; no redirect is followed; TLS 1.3 with the certificate's key pinned by the
key set. An answer is at most 64 KiB, and all of it takes at most 15 seconds; a file that was announced is at
most as long as that, and takes at most two minutes.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.exchange.courier import Parcel, Reply, TooLarge, Unreachable

MESSAGES, FILES = "/exchange/v1/messages", "/exchange/v1/attachments"
MEDIA_TYPE = "application/jose"
LARGEST_ANSWER = 64 * 1024
PATIENCE = 5.0  # seconds for one step
DEADLINE = 15.0  # seconds for all of it
FILE_DEADLINE = 120.0  # seconds for all of a file
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


@dataclass(frozen=True)
class Errand:
    """What a POST is for. most: bytes of its answer; within: seconds for all of it."""

    path: str
    most: int
    within: float


@dataclass(frozen=True)
class Transport:
    """private: networks that are reached although they are not public, and without TLS if so asked.

    certificate: PEM file with our certificate and its key, shown to the other State.
    """

    private: tuple[Network, ...] = ()
    certificate: Path | None = None

    def __call__(self, parcel: Parcel) -> Reply:
        """Send to the first endpoint that answers; raises Unreachable."""
        return self._sent(parcel, Errand(MESSAGES, LARGEST_ANSWER, DEADLINE))

    def fetch(self, parcel: Parcel, most: int) -> Reply:
        """Ask the first endpoint that answers for a file. most: bytes that are read; raises Unreachable."""
        return self._sent(parcel, Errand(FILES, most, FILE_DEADLINE))

    def _sent(self, parcel: Parcel, errand: Errand) -> Reply:
        last, end = Unreachable("no endpoint"), time.monotonic() + errand.within
        for endpoint in parcel.endpoints:
            left = end - time.monotonic()
            if left <= 0:
                break
            try:
                return self._post(endpoint, parcel, errand, left)
            except Unreachable as error:
                last = error
        raise last

    def _post(self, endpoint: str, parcel: Parcel, errand: Errand, left: float) -> Reply:
        parts = urlsplit(endpoint)
        secure, host = parts.scheme == "https", parts.hostname or ""
        try:
            port = parts.port or (443 if secure else 80)
        except ValueError:
            raise Unreachable("no such port") from None
        address = self._address(host, port, secure)
        connection = _Connection(host, port, address, self._context() if secure else None, parcel.tls)
        watch = threading.Timer(left, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            return _asked(connection, parcel, errand)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}"[:200]) from None
        finally:
            watch.cancel()
            connection.close()

    def _address(self, host: str, port: int, secure: bool) -> str:
        """The one address a name stands for now; raises Unreachable for one that is not allowed."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable("the name is not known") from None
        address = str(found[0][4][0])
        known = _plain(ipaddress.ip_address(address.split("%")[0]))
        listed = any(known in network for network in self.private)
        if not listed and (not known.is_global or known.is_multicast):
            raise Unreachable("a private address that the configuration does not name")
        if not secure and not listed:
            raise Unreachable("TLS is needed")
        return address

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False  # the pin of the key set says more than any name
        context.verify_mode = ssl.CERT_NONE
        if self.certificate is not None:
            context.load_cert_chain(self.certificate)
        return context


def networks(names: Sequence[str]) -> tuple[Network, ...]:
    """Networks by their names, such as 10.1.0.0/16; raises ValueError."""
    return tuple(ipaddress.ip_network(name.strip()) for name in names if name.strip())


def _plain(address: Address) -> Address:
    """An IPv4 address that one of IPv6 stands for, as what it is: mapped, 6to4, Teredo, translated."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    server_and_client = address.teredo
    return address.ipv4_mapped or address.sixtofour or (server_and_client or (None, None))[1] or address


class _Connection(http.client.HTTPConnection):
    """To an address that was resolved and judged before; with TLS only to a pinned key."""

    def __init__(
        self, host: str, port: int, address: str, context: ssl.SSLContext | None, pins: Sequence[str]
    ) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._address, self._context, self._pins = address, context, pins
        self.was_cut = False

    def connect(self) -> None:
        """Connect to the address, and hold the certificate against the pins."""
        self.sock = socket.create_connection((self._address, self.port), PATIENCE)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
            shown = self.sock.getpeercert(binary_form=True)
            if pin_of(shown or b"") not in self._pins:
                raise ssl.SSLError("the certificate's key is not the one of the key set")

    def cut(self) -> None:
        """End it from another thread."""
        self.was_cut = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def pin_of(certificate: bytes) -> str:
    """SHA-256 of a certificate's public key (RFC 7469), hexadecimal; certificate: DER."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _asked(connection: _Connection, parcel: Parcel, errand: Errand) -> Reply:
    connection.request("POST", errand.path, parcel.sealed, {"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE})
    with connection.getresponse() as answer:
        if (answer.length or 0) > errand.most or len(body := answer.read(errand.most + 1)) > errand.most:
            raise TooLarge("the answer is too large")
        if connection.was_cut or answer.length:
            raise Unreachable("the answer took too long" if connection.was_cut else "the answer was cut off")
        return Reply(answer.status, body)
