"""The engine id of this installation, kept in the data folder beside its keys."""

import json
import os
from pathlib import Path

from netzwart.errors import UnavailableError
from netzwart.network.protocols.trap_receiver import EngineIdentity

FILE_NAME = "snmp-engine.json"
_PREFIX = b"\x80\x00\x00\x00\x05"
"""RFC 3411's new format with enterprise 0, and octets of our own choice behind it."""
_RANDOM_OCTETS = 12
_MAX_BOOTS = 2_147_483_646
"""At 2147483647 an engine counts as expired (RFC 3414, 2.2.2); then we take a new id."""


class BrokenIdentityError(UnavailableError):
    """The file is there and says nothing usable; senders of informs would take us for another."""


def next_identity(data_dir: Path) -> EngineIdentity:
    """Return who we are at this start, with one boot more than at the last one.

    Raises:
        BrokenIdentityError: the file was damaged; delete it to become somebody else.
        OSError: the folder cannot be written.
    """
    path = data_dir / FILE_NAME
    before = _read(path)
    if before is None or before.boots >= _MAX_BOOTS:
        before = EngineIdentity(_PREFIX + os.urandom(_RANDOM_OCTETS), 0)
    now = EngineIdentity(before.engine_id, before.boots + 1)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"engine_id": now.engine_id.hex(), "boots": now.boots}))
    part.chmod(0o600)
    part.replace(path)
    return now


def _read(path: Path) -> EngineIdentity | None:
    try:
        said = json.loads(path.read_text())
        identity = EngineIdentity(bytes.fromhex(said["engine_id"]), int(said["boots"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenIdentityError(
            f"{path} ist beschädigt; ohne die Datei entsteht eine neue."
        ) from error
    if not 5 <= len(identity.engine_id) <= 32 or identity.boots < 0:  # noqa: PLR2004 - RFC 3411, 5
        raise BrokenIdentityError(f"{path} ist beschädigt; ohne die Datei entsteht eine neue.")
    return identity
