"""One short message carried over a redirect, in a cookie that the next page eats.

A cookie and not the session, so that it also works around sign-in and sign-out. Its text is
escaped like any other input; forging it shows a person only their own words.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from litestar.datastructures import Cookie

from netzwart.web.components import Tone

FLASH_COOKIE = "netzwart_flash"
_LIFETIME_S = 60
_LONGEST_TEXT = 600


@dataclass(frozen=True, slots=True)
class Flash:
    """A message above the page; `tone` chooses colour and icon."""

    text: str
    tone: Tone = Tone.OK


def flash(text: str, tone: Tone = Tone.OK) -> Cookie:
    """Return the cookie that shows `text` on the next page.

    Example: `Redirect("/devices", cookies=[flash("Gerät angelegt.")])`.
    """
    packed = json.dumps([tone.value, text[:_LONGEST_TEXT]]).encode()
    return Cookie(
        key=FLASH_COOKIE,
        value=base64.urlsafe_b64encode(packed).decode(),
        max_age=_LIFETIME_S,
        httponly=True,
        samesite="lax",
        path="/",
    )


def read_flash(cookies: Mapping[str, str]) -> Flash | None:
    """Return the carried message, or None when there is none or it is not one of ours."""
    raw = cookies.get(FLASH_COOKIE)
    if not raw:
        return None
    try:
        tone, text = json.loads(base64.urlsafe_b64decode(raw.encode()))
        return Flash(text=str(text)[:_LONGEST_TEXT], tone=Tone(tone))
    except (ValueError, TypeError, binascii.Error):
        return None
