"""TLS between States: a key that the key set pins, or no word is said (ASVS 12.3.2)."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry.exchange import transport
from registry.exchange.courier import Parcel, Unreachable

LOOPBACK = transport.networks(["127.0.0.0/8"])
OTHER_KEY = "00" * 32


class Server:
    """Answers one request over TLS; heard: what it was told after the handshake."""

    def __init__(self, folder: Path, newest: ssl.TLSVersion) -> None:
        self.pin, file = _certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.maximum_version = newest
        self.heard = b""
        self._context, self._socket = context, socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        try:
            raw, _ = self._socket.accept()
            with self._context.wrap_socket(raw, server_side=True) as connection:
                while not self.heard.endswith(b"sealed") and (more := connection.recv(4096)):
                    self.heard += more
                connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok")
        except OSError:
            return

    def close(self) -> None:
        self._socket.close()
        self._thread.join(5)


def _certificate(folder: Path) -> tuple[str, Path]:
    """(pin of its key, PEM file) of a certificate that is long over and signed by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "another name")])
    day = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return transport.pin_of(made.public_bytes(serialization.Encoding.DER)), file


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    one = Server(tmp_path, ssl.TLSVersion.TLSv1_3)
    yield one
    one.close()


def to(server: Server, *pins: str) -> Parcel:
    return Parcel("jti", "PT", "sha", b"sealed", (server.url,), pins)


def test_the_pinned_key_is_enough_whatever_the_certificate_says(server: Server) -> None:
    assert transport.Transport(LOOPBACK)(to(server, OTHER_KEY, server.pin)).status == 202
    assert b"sealed" in server.heard


@pytest.mark.parametrize("pins", [(), (OTHER_KEY,)])
def test_another_key_hears_nothing(server: Server, pins: tuple[str, ...]) -> None:
    with pytest.raises(Unreachable, match="not the one of the key set"):
        transport.Transport(LOOPBACK)(to(server, *pins))
    server.close()
    assert server.heard == b""


def test_nothing_older_than_tls_1_3_is_spoken(tmp_path: Path) -> None:
    server = Server(tmp_path, ssl.TLSVersion.TLSv1_2)
    with pytest.raises(Unreachable):
        transport.Transport(LOOPBACK)(to(server, server.pin))
    server.close()
    assert server.heard == b""
