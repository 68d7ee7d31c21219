"""`make run`: all of it or nothing, and a plain word when it cannot."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from mgtrial import local
from mgtrial.local.place import Place
from mgtrial.local.waiting import listens, until

LEFT_BEHIND = shutil.ignore_patterns(".venv", ".local", ".git", "*cache*", "staticfiles")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(port: object) -> dict[str, str]:
    """A bare shell's: no server is named, so the checkout starts its own."""
    names = ("PATH", "HOME", "LANG")
    return {name: os.environ[name] for name in names if name in os.environ} | {"PORT": str(port), "DEMO": "on"}


def refused(checkout: Path, port: object) -> str:
    """What is said instead of starting."""
    done = subprocess.run(
        [sys.executable, "-m", "mgtrial.run", "run"],
        cwd=checkout,
        env=environment(port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of this tree, as a fresh clone would be."""
    copy = shutil.copytree(local.BASE_DIR, tmp_path / "clone", ignore=LEFT_BEHIND)
    yield copy
    local.stop(base=copy)
    shutil.rmtree(Place(copy).servers, ignore_errors=True)
    shutil.rmtree(Place(copy).sockets, ignore_errors=True)


def test_a_taken_port_is_said_before_anything_starts(checkout: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refused(checkout, taken.getsockname()[1])
    assert re.match(r"mgtrial: port \d+ on 127.0.0.1 cannot be used", said)
    assert not (checkout / ".local").exists()


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "8000.5"])
def test_a_port_that_is_none_is_said(checkout: Path, port: str) -> None:
    assert "it must be a number from 1 to 65535" in refused(checkout, port)


def start(checkout: Path, port: int) -> subprocess.Popen[str]:
    """As a terminal would; gives back once the address is printed."""
    running = subprocess.Popen(
        [sys.executable, "-m", "mgtrial.run", "run"],
        cwd=checkout,
        env=environment(port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout
    said = ""
    for line in running.stdout:
        said += line
        if f"http://localhost:{port}/" in line:
            return running
    raise AssertionError(said)


def is_worker_of(entry: Path, checkout: Path) -> bool:
    try:
        command = (entry / "cmdline").read_bytes().split(b"\0")
        return b"worker" in command and b"celery" in command and (entry / "cwd").resolve() == checkout
    except OSError:
        return False


@pytest.mark.drill
def test_it_runs_stops_at_ctrl_c_and_keeps_its_data(checkout: Path) -> None:
    port = free_port()
    first = start(checkout, port)
    assert urlopen(f"http://127.0.0.1:{port}/", timeout=10).status == 200  # noqa: S310 (our own address)
    first.send_signal(signal.SIGINT)
    assert first.wait(60) == 0
    assert not listens("127.0.0.1", port)
    assert local.running(checkout) == []
    begun = time.monotonic()
    second = start(checkout, port)
    assert time.monotonic() - begun < 20  # the goal is 10 s on an idle machine
    second.terminate()
    assert second.wait(60) == 0


@pytest.mark.drill
def test_a_part_that_dies_stops_the_rest_and_names_its_log(checkout: Path) -> None:
    port = free_port()
    running = start(checkout, port)
    worker = next(
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal() and is_worker_of(entry, checkout)
    )
    os.kill(worker, signal.SIGKILL)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "the worker ended by itself" in said
    assert "worker.log" in said
    assert until(lambda: not listens("127.0.0.1", port), seconds=10)
    assert local.running(checkout) == []
