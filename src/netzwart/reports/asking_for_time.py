"""Asks a time-stamp service when a signature was made. Source: RFC 3161."""

import asyncio
import urllib.error
import urllib.request
from typing import Any

from pyhanko.sign.timestamps.api import TimeStamper

from netzwart.errors import UnavailableError
from netzwart.reports.certificates import StampResponse, stamp_response_from

_TIMEOUT_S = 15
_LARGEST_ANSWER = 1024 * 1024
_GRANTED = frozenset({"granted", "granted_with_mods"})


class TimeStampMissingError(UnavailableError):
    """The configured time-stamp service gave no stamp."""


class HttpTimeStamper(TimeStamper):
    """A time-stamp service at an address; only a hash of the signature is sent there."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    async def async_request_tsa_response(self, req: Any) -> StampResponse:  # noqa: ANN401 - no types
        """Return the service's answer.

        Raises:
            TimeStampMissingError: when there is none, or it grants no stamp.
        """
        answer = await asyncio.to_thread(self._ask, req.dump())
        try:
            response = stamp_response_from(answer)
            status = str(response["status"]["status"].native)
        except ValueError as error:
            raise _missing(self._address) from error
        if status not in _GRANTED:
            raise _missing(self._address)
        return response

    def _ask(self, query: bytes) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the setting allows http and https only
            self._address,
            data=query,
            headers={
                "Content-Type": "application/timestamp-query",
                "Accept": "application/timestamp-reply",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - as above
                return answer.read(_LARGEST_ANSWER)
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            raise _missing(self._address) from error


def _missing(address: str) -> TimeStampMissingError:
    return TimeStampMissingError(
        "Der Zeitstempeldienst gibt keinen Zeitstempel; ausgestellt wurde nichts.", address=address
    )
