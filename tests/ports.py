"""Ports for servers under test: free ones, so that tests in parallel never meet."""

import socket


def free_tcp_port() -> int:
    return _free_port(socket.SOCK_STREAM, "127.0.0.1")


def free_udp_port() -> int:
    """Return a port that is free on every address, for agents on any of 127.0.0.0/8."""
    return _free_port(socket.SOCK_DGRAM, "")


def _free_port(kind: socket.SocketKind, host: str) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
