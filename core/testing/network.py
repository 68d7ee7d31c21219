"""No test talks to another machine, except to the Redis that the environment names."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest


class OutsideError(RuntimeError):
    """A test tried to reach another machine."""


def addresses(url: str) -> set[str]:
    """The addresses behind a URL's host; none for a socket file."""
    host = urlsplit(url).hostname
    return {str(found[4][0]) for found in socket.getaddrinfo(host, None)} if host else set()


@contextmanager
def stay_inside(allowed: set[str]) -> Iterator[None]:
    """Connections of this process reach sockets, this machine and the allowed addresses only."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(own: socket.socket, address: Any) -> None:
        if own.family not in (socket.AF_INET, socket.AF_INET6) or address[0] in allowed | {"localhost"}:
            return
        try:
            inside = ipaddress.ip_address(address[0]).is_loopback
        except ValueError:
            inside = False
        if not inside:
            raise OutsideError(f"A test tried to reach {address[0]}; nothing of the suite may leave this machine.")

    def guarded_connect(own: socket.socket, address: Any) -> None:
        check(own, address)
        connect(own, address)

    def guarded_connect_ex(own: socket.socket, address: Any) -> int:
        check(own, address)
        return connect_ex(own, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield
