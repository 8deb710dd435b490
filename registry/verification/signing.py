"""Signing a document: PAdES B-B, and B-T where a time stamp service is set (ETSI EN 319 142-1).

The signature has no look of its own: what is printed on paper proves nothing by a picture, and the seal at
the foot says where to ask. It is added behind the document, whose bytes stay as they were drawn.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from registry.verification import certificates, timestamps
from registry.verification.keys import Serving

log = structlog.get_logger()
_ROOM = 2048  # bytes of a signature beside its certificates
_ROOM_FOR_TIME = timestamps.LARGEST_STAMP + 256


class _Authority(Signer):
    """The authority's key and certificates as pyHanko asks for them."""

    def __init__(self, pem: str, private: bytes) -> None:
        chain = list(load_certs_from_pemder_data(pem.encode("ascii")))
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(signing_cert=chain[0], cert_registry=store)
        self.room = _ROOM + sum(len(one.dump()) for one in chain)
        self._key = certificates.from_private_bytes(private)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """ECDSA with SHA-256."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class _Signer(PdfSigner):
    """Signs at a time that it is told."""

    def __init__(self, at: datetime, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._at = at

    def init_signing_session(self, *given: Any, **named: Any) -> Any:
        """The session of one signature."""
        session = super().init_signing_session(*given, **named)
        session.system_time = self._at
        return session


@lru_cache(maxsize=4)
def _authority(pem: str, private: bytes) -> _Authority:
    return _Authority(pem, private)


def sign_at(printed: bytes, by: Serving, name: str, at: datetime, service: str) -> bytes:
    """The document signed, with a time stamp of the service at an address where it gives one.

    A counter goes on working while the service does not: the signature holds without it, and the log tells.
    """
    if service:
        try:
            return sign(printed, by, name, at, timestamps.service(service))
        except OSError as error:
            log.warning("document.unstamped", reason=str(error)[:200])
    return sign(printed, by, name, at)


def sign(printed: bytes, by: Serving, name: str, at: datetime, stamp: TimeStamper | None = None) -> bytes:
    """The document with its signature behind it; another one each time, over the same bytes.

    name: the authority's, for readers that show no certificate. Raises what the time stamp service does.
    """
    authority = _authority(by.certificate.pem, by.private)
    told = PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=name
    )
    signer = _Signer(at, told, authority, timestamper=stamp)
    room = 2 * (authority.room + (_ROOM_FOR_TIME if stamp else 0))  # in hexadecimal
    signing = signer.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(printed)), bytes_reserved=room)
    return _ended(signing).getvalue()


def _ended(signing: Coroutine[Any, Any, io.BytesIO]) -> io.BytesIO:
    """What it comes to, in an event loop of its own, beside the one that may run in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(signing)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, signing).result()
