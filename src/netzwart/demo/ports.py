"""A port for the simulated agents that no other demo of this machine takes."""

import errno
import os
import socket
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager

_RESERVATION_HOST = "127.77.255.254"
"""No agent stands here."""


@contextmanager
def reserved_port(hosts: Sequence[str], first: int) -> Generator[int]:
    """Give the first UDP port from `first` on that is free at every host and no other demo's.

    While it is reserved, the same port of `_RESERVATION_HOST` is held: two demos that start at the
    same moment could else both find it free, since their agents bind it seconds later.

    Raises:
        OSError: a host is no address of this machine, or a hundred ports are taken.
    """
    for port in range(first, first + 100):
        with ExitStack() as held:
            try:
                held.enter_context(_bound(_RESERVATION_HOST, port))
                with ExitStack() as tried:
                    for host in hosts:
                        tried.enter_context(_bound(host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                yield port
                return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened
