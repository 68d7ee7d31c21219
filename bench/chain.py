"""What the chain costs of the throughput of eight writers: acts with digests against acts with numbers in their place.

Rounds with and without alternate in one run; the writers are processes, each on a subject of its own.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import statistics
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")
django.setup()

from django.db import connections  # noqa: E402

from accounts.actor import Actor  # noqa: E402
from accounts.testing import make_cast  # noqa: E402
from core.actions import chain, subject  # noqa: E402
from core.models import Change, ChangeItem, Subject  # noqa: E402
from core.testing.databases import clone, name_in_use  # noqa: E402
from core.testing.trial import CALM, WHY, save_vs  # noqa: E402

WRITERS, ACTS, ROUNDS = 8, 25, 8
numbers = itertools.count()


def numbered(digested: Any) -> Any:
    """The row with a number where its digest would be: PostgreSQL asks only that it be the next one's former."""
    digested.salt, digested.digest = "0" * 32, f"{os.getpid()}-{time.monotonic_ns()}-{next(numbers)}"
    return digested


def without_digests() -> None:
    """In this process alone."""

    def seal_item(item: ChangeItem) -> ChangeItem:
        sealed: ChangeItem = numbered(item)
        return sealed

    def seal(change: Change, _items: Any, _number: str) -> Change:
        change.reason_digest = ""
        sealed: Change = numbered(change)
        return sealed

    vars(chain).update(seal_item=seal_item, seal=seal)


def write(of: Subject, by: Actor, chained: bool) -> None:
    """One writer's part of a round."""
    connections.close_all()
    if not chained:
        without_digests()
    for turn in range(ACTS):
        save_vs(of, CALM | {"pulse": 60 + (turn + time.monotonic_ns()) % 40}, by=by, reason=WHY)


def throughput(subjects: list[Subject], by: Actor, chained: bool) -> float:
    """Acts a second of all writers together."""
    context = multiprocessing.get_context("fork")
    connections.close_all()
    writers = [context.Process(target=write, args=(each, by, chained)) for each in subjects]
    begun = time.perf_counter()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return WRITERS * ACTS / (time.perf_counter() - begun)


def main() -> None:
    """Print acts a second with and without, and their ratio."""
    with clone() as name, name_in_use(name):
        cast = make_cast()
        by = cast.actor(cast.coordinator)
        subjects = [subject.add(cast.site, by=by) for _ in range(WRITERS)]
        for each in subjects:
            save_vs(each, CALM, by=by)
        found: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(ROUNDS):
            for chained in (turn % 2 == 0, turn % 2 == 1):
                found[chained].append(throughput(subjects, by, chained))
        connections.close_all()
    with_chain, without = statistics.median(found[True]), statistics.median(found[False])
    print(
        f"{WRITERS} writers: {with_chain:.0f} acts/s with the chain, {without:.0f} without: {with_chain / without:.2f}"
    )


if __name__ == "__main__":
    main()
