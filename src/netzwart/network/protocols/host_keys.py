"""Which SSH keys a device may show: checked here, since paramiko does not tell what was shown."""

import base64
import hashlib
from pathlib import Path

import paramiko

from netzwart.network.protocols.replies import HostKeyError, SshTarget


def fingerprint_of(line: str) -> str:
    """Return what `ssh-keygen -l` prints for a key that is given as type and base64."""
    key = base64.b64decode(line.split()[1])
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


class HostKeyPolicy(paramiko.MissingHostKeyPolicy):
    """Lets known keys pass; with no key loaded into the client, each one is asked about here."""

    def __init__(self, target: SshTarget) -> None:
        self._target = target
        self.problem: HostKeyError | None = None
        """Set when a key was refused, because netmiko replaces our exception by its own."""

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        """Return if the key may be trusted.

        Raises:
            SSHException: it may not; `problem` says more.
        """
        del client
        line = f"{key.get_name()} {key.get_base64()}"
        known = self._target.host_keys | self._filed(hostname)
        if line in known or (not known and self._target.accepts_new_host):
            return
        self.problem = HostKeyError(line, fingerprint_of(line), is_changed=bool(known))
        raise paramiko.SSHException("host key refused")

    def _filed(self, hostname: str) -> frozenset[str]:
        path = self._target.known_hosts
        if path is None or not Path(path).is_file():
            return frozenset()
        found = paramiko.HostKeys(path).lookup(hostname)
        keys = found.values() if found else ()
        return frozenset(f"{key.get_name()} {key.get_base64()}" for key in keys)
