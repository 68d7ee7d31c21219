"""Small questions to a server that is starting or stopping."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path


def answers(path: Path) -> bool:
    """Whether somebody listens behind this socket file."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def listens(host: str, port: int) -> bool:
    """Whether somebody listens at this port."""
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for the condition; False if it did not come in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def tail(log: Path, lines: int = 8) -> str:
    """The end of a log, for a message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(there is no log)"
