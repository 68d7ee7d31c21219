"""`make run`: database, demo trial, web server, worker and beat of this checkout, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from mgtrial import local
from mgtrial.local.place import RunningMark
from mgtrial.local.waiting import listens, tail, until

LOCAL = local.BASE_DIR / ".local"
LOGS = LOCAL / "logs"
PID_FILE = LOCAL / "run.pid"
MARK = RunningMark(LOCAL / "run.running")
PDEATHSIG = 1  # prctl: the kernel ends the children should this process be killed


class Trouble(Exception):
    """Why the trial cannot run, in words."""


@dataclass
class Child:
    """One long-running part of the system, with a log of its own."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def start(self) -> None:
        """In a session of its own: Ctrl-C reaches us alone, and we stop the parts in order."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own programs)
                [sys.executable, "-m", *self.command],
                cwd=local.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 (no thread runs here)
            )

    def stop(self, seconds: float = 15) -> None:
        """Work under way is finished first; what does not end in time is killed."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGTERM)


def children(host: str, port: int) -> list[Child]:
    """Web server, worker and beat."""
    celery = ["celery", "-A", "mgtrial"]
    web = ["gunicorn", "mgtrial.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread"]
    return [
        Child("web", [*web, "--workers", "2", "--threads", "4", "--no-control-socket"]),
        Child("worker", [*celery, "worker", "--concurrency", "1", "--loglevel", "INFO"]),
        Child("beat", [*celery, "beat", "--schedule", str(LOCAL / "beat"), "--pidfile", "", "--loglevel", "INFO"]),
    ]


def address() -> tuple[str, int]:
    port = os.environ.get("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Trouble(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    return os.environ.get("BIND", "127.0.0.1"), int(port)


def refuse_taken_port(host: str, port: int) -> None:
    """Said before anything starts."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Trouble(
                f"port {port} on {host} cannot be used ({error.strerror}). If it is an earlier start of this trial, "
                f"`make stop` ends it; otherwise choose another: `make run PORT={port + 1}`."
            ) from None


def manage(*commands: list[str]) -> None:
    """Commands that do not depend on one another, side by side."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            whole = [sys.executable, str(local.BASE_DIR / "manage.py"), *command]
            started.append(subprocess.Popen(whole, cwd=local.BASE_DIR, start_new_session=True))  # noqa: S603 (our own)
        for command, process in zip(commands, started, strict=True):
            if process.wait():
                raise Trouble(f"`manage.py {' '.join(command)}` failed; its message stands above.")
    finally:
        for process in started:
            process.kill()  # does nothing to one that has ended
            process.wait()


def watch(parts: list[Child]) -> None:
    """Until one of the parts ends, which none should."""
    while True:
        for part in parts:
            if part.process.poll() is not None:
                raise Trouble(f"the {part.name} ended by itself. The end of its log, {part.log}:\n{tail(part.log)}")
        time.sleep(0.3)


def serve(host: str, port: int, demo: bool) -> None:
    manage(["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"])
    parts: list[Child] = []
    try:
        for part in children(host, port):
            part.start()
            parts.append(part)
        if demo:
            manage(["demo"])
        if not until(lambda: listens(host, port) or parts[0].process.poll() is not None, seconds=30):
            raise Trouble(f"the web server does not answer. The end of its log, {parts[0].log}:\n{tail(parts[0].log)}")
        print(f"\nThe trial runs at http://localhost:{port}/  (Ctrl-C stops it; logs lie in {LOGS})", flush=True)
        watch(parts)
    finally:
        for part in reversed(parts):
            part.stop()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run() -> None:
    """Everything, in order; what was running before stays."""
    from django.conf import settings  # noqa: PLC0415 (reading them starts the servers, after the port was looked at)

    # What .env says wins over our defaults; what the environment says, over both.
    if (local.BASE_DIR / ".env").exists():
        Env.read_env(local.BASE_DIR / ".env")
    os.environ.setdefault("DEMO", "on")
    host, port = address()
    refuse_taken_port(host, port)
    LOGS.mkdir(parents=True, exist_ok=True)
    before = {type(server) for server in local.running()}
    try:
        with MARK.lent():
            PID_FILE.write_text(str(os.getpid()))
            serve(host, port, settings.DEMO)
    except BlockingIOError:
        raise Trouble("this checkout runs already; `make stop` ends it.") from None
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut the stopping short
        if ours := [server for server in local.running() if type(server) not in before]:
            local.stop(ours)


def stop() -> None:
    """`make stop`: the trial if it runs, then the local servers."""
    if MARK.is_held():
        os.kill(int(PID_FILE.read_text()), signal.SIGTERM)
        if not until(lambda: not MARK.is_held(), seconds=60):
            raise Trouble(f"`make run` does not end; its process is {PID_FILE.read_text()}.")
        print("The trial was stopped.")
    stopped = local.stop()
    print(f"Stopped: {', '.join(stopped)}." if stopped else "No local server was running.")


def main() -> int:
    parser = argparse.ArgumentParser(prog="mgtrial.run", description=__doc__)
    parser.add_argument("what", choices=["run", "stop"])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        stop() if parser.parse_args().what == "stop" else run()
    except KeyboardInterrupt:
        stays = " and ".join(type(server).__name__ for server in local.running())
        print(f"\nStopped. {stays} ran before this start and stay; `make stop` ends them." if stays else "\nStopped.")
    except (Trouble, ImproperlyConfigured) as trouble:
        print(f"mgtrial: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
