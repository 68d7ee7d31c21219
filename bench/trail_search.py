"""What the change list costs in the database at 5,000,000 change records, whatever is asked for and whichever page.

    python -m bench.trail_search [--rows 5000000] [--small 500000]

A clone of the test template is filled in bulk with a trial of five years: few large sites and many small ones, subjects
that come and go, forms and reasons of very different frequency. Then every filter alone and every pair of filters, each
common, rare and impossible, is asked for at the first, a middle and the last page. What is timed is every statement of
a page: search, events, the records shown and their lines, as processor time of the database's own process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")
django.setup()

from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.trail_fill import EVENTS, SUBJECTS, fill  # noqa: E402
from core.models import ChangeItem, Subject  # noqa: E402
from core.testing.databases import clone, name_in_use, owner_connection  # noqa: E402
from core.views.change_filters import ChangeFilters  # noqa: E402
from core.views.change_pages import page_of  # noqa: E402

GOAL, TURNS = 10.0, 5  # milliseconds


def asked(made: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each filter: common, rare and impossible ones."""
    big, small = made["site_ids"][0], made["site_ids"][-1]
    number = Subject.objects.get(pk=made["subject_ids"][SUBJECTS // 2]).number
    forms, visits = made["forms"], made["visits"]
    return [
        ("site, large", {"site": big}), ("site, small", {"site": small}), ("subject", {"subject": number}),
        ("visit", {"visit": visits[0]}), ("other visit", {"visit": visits[-1]}), ("form, common", {"form": forms[0]}),
        ("form, rare", {"form": forms[-1]}), ("item, few", {"item": "sysbp"}), ("item, many", {"item": "date"}),
        ("coordinator, large site", {"person": made["staff"][1]}),
        ("coordinator, small site", {"person": made["staff"][-1]}), ("system", {"person": made["system"]}),
        ("monitor", {"person": made["monitors"][0]}),
        ("role, common", {"role": "coordinator"}), ("role, rare", {"role": "data_manager"}),
        ("role, none", {"role": "safety_reviewer"}), ("changed", {"kind": "CHANGE"}), ("signed", {"kind": "SIGN"}),
        ("voided", {"kind": "VOID"}), ("masked, none", {"kind": "MASK"}), ("signed in", {"kind": "SIGN_IN"}),
        ("a month", {"since": "2023-03-01", "until": "2023-03-31"}), ("first year", {"until": "2021-12-31"}),
        ("words, common", {"reason": "transcription error"}), ("words, Chinese", {"reason": "原始"}),
        ("one character", {"reason": "误"}), ("words, rare", {"reason": "recalibrated"}),
        ("words, none", {"reason": "zebra"}), ("after verification", {"after_verification": "on"}),
        ("after signature", {"after_signature": "on"}),
        ("because of a query", {"because": "on"}),
    ]  # fmt: skip


Found = dict[str, list[tuple[float, float]]]


class Clock:
    """Milliseconds that statements keep the database's process busy; of the wall's clock where Linux does not tell."""

    def __init__(self) -> None:
        self.spent = 0.0
        connection.ensure_connection()
        self.busy = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")

    def now(self) -> float:
        """Processor time, since others share the machine. Reading what is kept in memory waits for nothing else."""
        try:
            return int(self.busy.read_text().split()[0]) / 1e6
        except OSError:
            return time.perf_counter() * 1000

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = self.now()
        try:
            return execute(sql, params, many, context)
        finally:
            self.spent += self.now() - start


def page(filters: ChangeFilters, keys: dict[str, str]) -> tuple[float, float]:
    """One page of the list: what its statements cost, and how long they took; the best of some turns."""
    costs, took = [], []
    for _turn in range(TURNS):
        clock, start = Clock(), time.perf_counter()
        with connection.execute_wrapper(clock):
            found = page_of(filters.search(), filters.events(), keys)
            list(ChangeItem.objects.filter(filters.lines(), change__in=found.changes).order_by("id"))
        costs.append(clock.spent)
        took.append((time.perf_counter() - start) * 1000)
    return min(costs), min(took)


def measure(made: dict[str, Any], rows: int) -> Found:
    """Every filter and pair of filters, in milliseconds for each of three pages."""
    cast, alone = made["cast"], asked(made)
    both = [(f"{a} + {b}", one, other) for (a, one), (b, other) in combinations(alone, 2)]
    pairs = [(name, one | other) for name, one, other in both if not set(one) & set(other)]
    readers = [("", cast.monitor), ("at the site: ", User.objects.get(pk=made["staff"][1]))]
    keys = {"first": {}, "middle": {"after": f"{rows // 2}-{1_000_000 + EVENTS // 2}"}, "last": {"before": "0-0"}}
    found: Found = {}
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # other processes' work would go unseen
    for prefix, reader in readers:
        actor = cast.actor(reader)
        for name, filters in [("nothing", {}), *alone, *(pairs if not prefix else [])]:
            form = ChangeFilters(actor, filters)
            if form.is_valid():
                found[prefix + name] = [page(form, key) for key in keys.values()]
    return found


def run(rows: int) -> list[float]:
    """Fill, index, measure, print. Gives the costs of all pages."""
    with clone() as name, name_in_use(name):
        start = time.perf_counter()
        made = fill(name, rows)
        filled = time.perf_counter()
        with connection.cursor() as cursor:
            for each in ("trail_index", "trail_index_events"):
                taken = 1
                while taken:
                    cursor.execute(f"SELECT {each}(1, 40)")
                    (taken,) = cursor.fetchone()
            cursor.execute("SELECT pg_size_pretty(pg_total_relation_size('core_trailmark'))")
            (size,) = cursor.fetchone()
        indexed = time.perf_counter()
        with owner_connection(name) as owner:
            owner.execute(
                "VACUUM ANALYZE core_trailmark, core_trailsegment, core_change, core_changeitem, accounts_event"
            )
        found = measure(made, rows)
    print(f"\n{rows:,} change records: filled in {filled - start:.0f} s,", end=" ")
    print(f"index of {size} built in {indexed - filled:.0f} s")
    costs = report(found)
    print(f"measured in {time.perf_counter() - indexed:.0f} s")
    return costs


def report(found: Found) -> list[float]:
    """The filters alone, the dearest of all, and how many pages keep the goal."""
    print(f"{'':60}{'first':>9}{'middle':>9}{'last':>9}   ms in the database")
    dearest = sorted(found, key=lambda name: -max(cost for cost, _took in found[name]))[:15]
    for name in [*(name for name in found if " + " not in name), "", *dearest]:
        print(f"{name:60}" + "".join(f"{cost:9.2f}" for cost, _took in found[name]) if name else "the dearest:")
    costs = sorted(cost for three in found.values() for cost, _took in three)
    took = sorted(took for three in found.values() for _cost, took in three)
    kept = sum(cost <= GOAL for cost in costs)
    print(f"{len(found)} sets of filters, {len(costs)} pages; {kept} of them within {GOAL:.0f} ms in the database")
    for what, all_of in (("in the database", costs), ("with search and paging in Python, on the wall's clock", took)):
        p95 = all_of[int(len(all_of) * 0.95)]
        print(f"p50 {statistics.median(all_of):.2f} ms, p95 {p95:.2f} ms, max {all_of[-1]:.2f} ms {what}")
    return costs


def main() -> None:
    """The large trail beside the small one."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--small", type=int, default=500_000)
    given = options.parse_args()
    small, large = run(given.small), run(given.rows)
    usual = statistics.median(large) / statistics.median(small)
    print(f"\n{given.rows / given.small:.0f} times the records cost {usual:.2f} times at p50,", end=" ")
    print(f"{large[-1] / small[-1]:.2f} times for the dearest page")


if __name__ == "__main__":
    main()
