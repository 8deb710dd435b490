"""Time stamps of a service (RFC 3161): that a signature was there at a time, by somebody else's clock."""

from __future__ import annotations

import http.client
import ssl
import time
from functools import cache
from urllib.parse import urlsplit

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

PATIENCE = 4.0  # seconds for one step
PAUSE = 60.0  # seconds in which a service that failed is not asked again
LARGEST_ANSWER = 64 * 1024
MEDIA_TYPE, ANSWER_TYPE = "application/timestamp-query", "application/timestamp-reply"


class Unstamped(OSError):
    """The service gives no time stamp now."""


class Service(TimeStamper):
    """A service at an address, https:// or, for one in our own network, http://."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = urlsplit(url)
        self._paused_until = 0.0

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Its answer; raises Unstamped. No redirect is followed."""
        if time.monotonic() < self._paused_until:
            raise Unstamped("it failed a moment ago")
        try:
            return tsp.TimeStampResp.load(self._asked(req.dump()))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._paused_until = time.monotonic() + PAUSE
            raise Unstamped(f"{type(error).__name__}: {error}"[:200]) from None

    def _asked(self, request: bytes) -> bytes:
        connection = self._connection()
        try:
            path = f"{self._url.path or '/'}{'?' if self._url.query else ''}{self._url.query}"
            connection.request("POST", path, request, {"Content-Type": MEDIA_TYPE, "Accept": ANSWER_TYPE})
            answer = connection.getresponse()
            if answer.status != 200:
                raise ValueError(f"status {answer.status}")
            return answer.read(LARGEST_ANSWER)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host = self._url.hostname or ""
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, self._url.port, timeout=PATIENCE, context=context)
        return http.client.HTTPConnection(host, self._url.port, timeout=PATIENCE)


@cache
def service(url: str) -> Service:
    """The service at an address, one for the program."""
    return Service(url)
