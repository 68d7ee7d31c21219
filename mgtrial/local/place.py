"""Where a checkout keeps its own PostgreSQL and Redis: folders, secrets, sockets, and the user they run as."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# PostgreSQL refuses to run as root; a root shell lends its servers to this user.
UNPRIVILEGED = "nobody"
# A socket's full name may have 107 bytes, so sockets never lie below the checkout; and not in TMPDIR,
# since every process must agree.
SOCKETS = Path("/tmp")  # noqa: S108 (the folder made there is private, and refused when somebody else made it)
# As root, where the unprivileged user cannot reach the checkout.
ELSEWHERE = Path("/var/lib/mgtrial")


class LocalServerError(ImproperlyConfigured):
    """A local server could not be found or started; the message says what to do."""


@dataclass(frozen=True)
class Secrets:
    """What was drawn once for this checkout."""

    superuser: str
    owner: str
    app: str
    redis: str
    secret_key: str

    @classmethod
    def drawn(cls) -> Secrets:
        superuser, owner, app, redis = (secrets.token_hex(24) for _ in range(4))
        return cls(superuser, owner, app, redis, secret_key=secrets.token_urlsafe(48))


class Place:
    """The folders of one checkout. Nothing is made before `prepare()`."""

    def __init__(self, base: Path) -> None:
        self.base = base.resolve()
        self.local = self.base / ".local"
        self.name = f"mgtrial-{os.geteuid()}-{hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]}"
        self.sockets = SOCKETS / self.name

    @cached_property
    def servers(self) -> Path:
        """Data, logs and programs: `.local/servers`, or what it links to.

        As root in a closed folder (/root, say) the servers' user could not reach them: they lie elsewhere then.
        """
        link = self.local / "servers"
        if self.user and (link.is_symlink() or not _open_to_all(self.base)):
            return ELSEWHERE / self.name
        return link

    @cached_property
    def user(self) -> pwd.struct_passwd | None:
        """Whom the servers run as, if not as ourselves."""
        if os.geteuid() != 0:
            return None
        try:
            return pwd.getpwnam(UNPRIVILEGED)
        except KeyError:
            raise LocalServerError(
                f"PostgreSQL cannot run as root, and there is no user '{UNPRIVILEGED}' to run it as. "
                "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from None

    def secrets(self) -> Secrets | None:
        try:
            return Secrets(**json.loads((self.local / "secrets.json").read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            raise LocalServerError(
                f"{self.local / 'secrets.json'} is damaged. Restore it, or stop the servers (`make stop`) and remove "
                f"{self.local} to begin anew: the data in it are lost then."
            ) from None
        except PermissionError:
            raise self.not_ours(self.local) from None

    def prepare(self) -> Secrets:
        """Make the folders, draw the secrets on first use. The caller holds the lock."""
        if self.servers.parent == ELSEWHERE:
            ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
            self._link_servers()
        self.private_folder(self.servers)
        self.private_folder(self.sockets)
        return self.secrets() or self._draw()

    def _draw(self) -> Secrets:
        drawn, unfinished = Secrets.drawn(), self.local / "secrets.json.new"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(drawn), file)
        unfinished.rename(self.local / "secrets.json")
        return drawn

    def _link_servers(self) -> None:
        """Show in `.local` where the data lie, if not there."""
        link = self.local / "servers"
        if link.is_symlink() and link.readlink() != self.servers:
            link.unlink()  # the checkout was copied or moved: the link leads to another one's data
        if link.is_dir() and not link.is_symlink():
            raise LocalServerError(
                f"{link} cannot be reached by the user '{UNPRIVILEGED}', whom the servers run as: a folder above it "
                f"was closed. Open it again, or move the data to {self.servers}."
            )
        if not link.is_symlink():
            link.symlink_to(self.servers)

    def is_left_over(self) -> bool:
        """Whether data of a checkout that was removed, and lay where this one lies, are found elsewhere."""
        return self.servers.parent == ELSEWHERE and self.servers.exists() and self.secrets() is None

    def put_aside(self) -> None:
        """Nothing is lost: the data of the removed checkout stay, under another name."""
        aside = self.servers.with_name(f"{self.name}.{time.strftime('%Y%m%dT%H%M%S')}")
        self.servers.rename(aside)
        sys.stderr.write(f"mgtrial: data of an earlier checkout at {self.base} were moved to {aside}.\n")

    def private_folder(self, path: Path) -> Path:
        """A folder that only the servers' user can enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.user and path.lstat().st_uid == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != (self.user.pw_uid if self.user else os.geteuid()):
            raise self.not_ours(path)
        if stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(0o700)
        return path

    def private_file(self, path: Path, text: str) -> Path:
        """A file that only the servers' user can read."""
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def not_ours(self, path: Path) -> LocalServerError:
        owner = path.stat().st_uid if path.exists() else "?"
        return LocalServerError(
            f"{path} belongs to another user (id {owner}). Run as that user, or remove the folder, "
            "or set DATABASE_URL and REDIS_URL."
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time starts or stops servers. The kernel frees the lock when its holder dies."""
        try:
            self.local.mkdir(exist_ok=True)
            if self.local.stat().st_uid == os.geteuid():
                self.local.chmod(0o755 if self.user else 0o700)  # root's servers must pass through
            lock = os.open(self.local / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError:
            raise self.not_ours(self.local if self.local.exists() else self.base) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def run(self, command: list[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program as the servers' user, with nothing of our environment."""
        if self.user:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.servers)} | options.pop("env", {})
        return subprocess.run(  # noqa: S603 (fixed programs, no text of a user)
            command, cwd=self.servers, env=environment, stdin=subprocess.DEVNULL, text=True, check=False, **options
        )

    def reachable(self, folder: Path, version: str, parts: list[str]) -> Path:
        """The folder of a server's programs; as root a private copy, since the servers' user may not reach ours."""
        if not self.user:
            return folder
        copy = self.servers / f"programs-{version}"
        if not copy.exists():
            unfinished = copy.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in parts:
                shutil.copytree(folder / part, unfinished / part, symlinks=True)
            unfinished.rename(copy)
        return copy


def _open_to_all(path: Path) -> bool:
    """Whether any user can reach the folder."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [path, *path.parents])


class RunningMark:
    """A lock that a server holds by inheritance for as long as any of its processes lives.

    Unlike the number in a pid file it cannot go stale: the kernel frees it with the last process, however that ended.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_held(self) -> bool:
        try:
            mark = os.open(self.path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(mark)
        return False

    @contextmanager
    def lent(self) -> Iterator[int]:
        """The descriptor to hand to the server's process."""
        mark = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield mark
        finally:
            os.close(mark)
