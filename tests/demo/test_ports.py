import socket

import pytest

from netzwart.demo.ports import reserved_port
from tests.ports import free_udp_port


def test_two_demos_never_get_one_port():
    first = free_udp_port()
    with reserved_port(["127.88.3.1"], first) as one, reserved_port(["127.88.3.1"], first) as two:
        assert one >= first
        assert two > one
    with reserved_port(["127.88.3.1"], first) as again:
        assert again == one


def test_port_that_any_host_has_in_use_is_passed_over():
    first = free_udp_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.88.3.2", first))
        with reserved_port(["127.88.3.1", "127.88.3.2"], first) as port:
            assert port > first


def test_host_that_is_not_here_is_told():
    with pytest.raises(OSError, match="assign"), reserved_port(["192.0.2.1"], 20000):
        pass
