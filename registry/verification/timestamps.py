"""Time stamps of a service (RFC 3161): that a signature was there at a time, by somebody else's clock."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

PATIENCE = 4.0  # seconds for one step
DEADLINE = 8.0  # seconds for all of it
PAUSE = 60.0  # seconds in which a service that failed is not asked again
LARGEST_ANSWER = 64 * 1024
LARGEST_STAMP = 8 * 1024
MEDIA_TYPE, ANSWER_TYPE = "application/timestamp-query", "application/timestamp-reply"


class Unstamped(OSError):
    """The service gives no time stamp now."""


class Service(TimeStamper):
    """A service at an address, https:// or, for one in our own network, http://."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = urlsplit(url)
        self._paused_until = 0.0

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        """A time stamp of a digest; raises Unstamped, whatever is answered. No redirect is followed."""
        if time.monotonic() < self._paused_until:
            raise Unstamped("it failed a moment ago")
        try:
            stamp = await super().async_timestamp(message_digest, md_algorithm)
            if len(stamp.dump()) > LARGEST_STAMP:
                raise ValueError(f"the time stamp is larger than {LARGEST_STAMP} bytes")
        except Exception as error:  # noqa: BLE001 - what it sends is read by pyHanko, which trusts it
            self._paused_until = time.monotonic() + PAUSE
            raise Unstamped(f"{type(error).__name__}: {error}"[:200]) from None
        return stamp

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Its answer."""
        return tsp.TimeStampResp.load(self._asked(req.dump()))

    def _asked(self, request: bytes) -> bytes:
        connection = self._connection()
        watch = threading.Timer(DEADLINE, _cut, [connection])
        watch.daemon = True
        watch.start()
        try:
            path = f"{self._url.path or '/'}{'?' if self._url.query else ''}{self._url.query}"
            connection.request("POST", path, request, {"Content-Type": MEDIA_TYPE, "Accept": ANSWER_TYPE})
            answer = connection.getresponse()
            if answer.status != 200:
                raise ValueError(f"status {answer.status}")
            return answer.read(LARGEST_ANSWER)
        finally:
            watch.cancel()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host = self._url.hostname or ""
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, self._url.port, timeout=PATIENCE, context=context)
        return http.client.HTTPConnection(host, self._url.port, timeout=PATIENCE)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End it from another thread, however slowly it goes on answering."""
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


@cache
def service(url: str) -> Service:
    """The service at an address, one for the program."""
    return Service(url)
