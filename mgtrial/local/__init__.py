"""PostgreSQL and Redis of this checkout, found or started where the environment names none; data under .local/."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mgtrial.local.place import LocalServerError, Place
from mgtrial.local.postgres import Postgres
from mgtrial.local.redis import Redis

__all__ = ["LocalServerError", "Servers", "ensure", "running", "secret_key", "stop"]

BASE_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Servers:
    """How to reach what runs here; empty for a server that the environment names itself."""

    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""


def ensure(*, postgres: bool = True, redis: bool = True, base: Path = BASE_DIR) -> Servers:
    """Find the servers, or start them. They stay when this process ends (`make stop` ends them)."""
    place = Place(base)
    wanted = ([Postgres(place)] if postgres else []) + ([Redis(place)] if redis else [])
    if not wanted:
        return Servers()
    secrets = place.secrets()
    if secrets is None or not all(server.is_ready() for server in wanted):
        with place.locked():
            if place.is_left_over():
                for server in (Postgres(place), Redis(place)):
                    server.stop()
                place.put_aside()
            secrets = place.prepare()
            for server in wanted:
                if not server.is_ready():  # another process may have started it while we waited for the lock
                    server.start(secrets)
    return Servers(
        database_url=Postgres(place).url("mgtrial_app", secrets.app) if postgres else "",
        database_owner_url=Postgres(place).url("mgtrial_owner", secrets.owner) if postgres else "",
        redis_url=Redis(place).url(secrets.redis) if redis else "",
    )


def running(base: Path = BASE_DIR) -> list[Postgres | Redis]:
    """The local servers that are up."""
    place = Place(base)
    return [server for server in (Postgres(place), Redis(place)) if server.is_ready()]


def stop(servers: list[Postgres | Redis] | None = None, base: Path = BASE_DIR) -> list[str]:
    """Stop these servers (by default all of them); the names of those that ran."""
    place = Place(base)
    if not place.local.exists():
        return []
    with place.locked():
        stopped = [server for server in servers or (Postgres(place), Redis(place)) if server.mark.is_held()]
        for server in stopped:
            server.stop()
    return [type(server).__name__ for server in stopped]


def secret_key(base: Path = BASE_DIR) -> str:
    """The key drawn for this checkout: for local and demo use, where the environment gives none."""
    place = Place(base)
    found = place.secrets()
    if found is None:
        with place.locked():
            found = place.prepare()
    return found.secret_key
