"""What an audited save costs beside its raw floor, and what the pages cost, interleaved in one run.

Times of one machine say little; the ratios do. The floor is the same row read, updated and copied to its history in
plain SQL, without validation, checks, change record or chain.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.testing import make_cast  # noqa: E402
from core.actions import crf, subject  # noqa: E402
from core.actions.entry import Entry  # noqa: E402
from core.testing.databases import clone, name_in_use, owner_connection  # noqa: E402
from core.testing.trial import CALM, place_at, save_vs  # noqa: E402

ROUNDS = 300
FLOOR = """
    CREATE TABLE floor AS SELECT * FROM assessments_vitalsigns;
    CREATE TABLE floor_history AS SELECT *, now() AS at FROM assessments_vitalsigns WHERE false;
    GRANT SELECT, INSERT, UPDATE ON floor, floor_history TO PUBLIC
"""


def raw(pulse: int) -> None:
    """Read, update, copy to the history: nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM floor WHERE id = 1")
        cursor.execute("UPDATE floor SET pulse = %s WHERE id = 1", [pulse])
        cursor.execute("INSERT INTO floor_history SELECT *, now() FROM floor WHERE id = 1")


def clocked(act: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print p50 of each, and the ratio of the act to the floor."""
    settings.ALLOWED_HOSTS = ["*"]
    with clone() as name, name_in_use(name):
        cast = make_cast()
        by = cast.actor(cast.coordinator)
        one = subject.add(cast.site, by=by)
        save_vs(one, CALM, by=by)
        place = place_at(one, "SCR", "VS")

        def act(turn: int) -> object:
            entry = Entry({"pulse": 60 + turn % 40})
            return crf.save(place, entry, by=by, reason="bench", revision=turn + 1)

        with owner_connection(name) as owner:
            owner.execute(FLOOR)
        client = Client()
        client.force_login(cast.coordinator)
        pages = {"form": "/subjects/01-001/visits/SCR/VS/", "casebook": "/subjects/01-001/", "home": "/"}
        times: dict[str, list[float]] = {key: [] for key in ("raw", "act", *pages)}
        for turn in range(ROUNDS):
            pulse = 60 + turn % 40
            times["raw"].append(clocked(lambda pulse=pulse: raw(pulse)))  # type: ignore[misc]
            times["act"].append(clocked(lambda turn=turn: act(turn)))  # type: ignore[misc]
            for key, url in pages.items():
                times[key].append(clocked(lambda url=url: client.get(url)))  # type: ignore[misc]
        connection.close()
    for key, found in times.items():
        print(f"{key:10} p50 {statistics.median(found):7.2f} ms   p95 {sorted(found)[int(ROUNDS * 0.95)]:7.2f} ms")
    print(f"act / raw  {statistics.median(times['act']) / statistics.median(times['raw']):.1f}")


if __name__ == "__main__":
    main()
