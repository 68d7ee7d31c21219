"""What a casebook costs as of a moment beside the live one: a long-lived subject, interleaved in one run.

Times of one machine say little; the ratios do. At most three times the live page is allowed.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from datetime import timedelta
from urllib.parse import quote

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.actor import Actor  # noqa: E402
from accounts.testing import make_cast  # noqa: E402
from core import schedule  # noqa: E402
from core.actions import subject as subjects  # noqa: E402
from core.actions.entry import Entry  # noqa: E402
from core.models import Subject  # noqa: E402
from core.schedule import VisitKind  # noqa: E402
from core.testing.databases import clone, name_in_use  # noqa: E402
from core.testing.trial import CALM, VISIT_ON, place_at, save, save_vs  # noqa: E402

ROUNDS = 60
CHANGES = 12  # of each form
ALLOWED = 3.0
HOME = "/subjects/01-001/"


def live_long(by: Actor, subject: Subject) -> int:
    """Vital signs at every visit that asks for them and lines in the log of events, each changed again and again."""
    visits = [v.code for v in schedule.current().visits if v.kind is VisitKind.SCHEDULED and "VS" in v.forms]
    for turn in range(CHANGES):
        for name in visits:
            values = CALM | {"pulse": 60 + turn, "sysbp": 250 if turn % 2 else 120}
            save_vs(subject, values, by=by, visit=name, reason="bench")
        for line in range(1, 9):
            place = place_at(subject, "LOG", "AE", line if turn else 0)
            save(place, Entry({"aeterm": f"Fever {turn}"}, visit_on=VISIT_ON), by=by, reason="bench")
    return len(visits)


def clocked(client: Client, url: str) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    answer = client.get(url)
    taken = (time.perf_counter() - start) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status_code}")
    return taken


def pages(subject: Subject) -> dict[str, tuple[str, str]]:
    """Name -> the live page, and the same as of a moment: after the last change, and half-way."""
    ats = [change.at for change in subject.changes.order_by("seq")]
    half, last = (quote(at.isoformat()) for at in (ats[len(ats) // 2], ats[-1] + timedelta(microseconds=1)))
    visit = f"{HOME}visits/SCR/"
    return {
        "casebook, end": (HOME, f"{HOME}?at={quote(ats[-1].isoformat())}"),
        "casebook, half-way": (HOME, f"{HOME}?at={half}"),
        "visit, end": (visit, f"{visit}?at={last}"),
        "review and locks": (f"{HOME}standing/", f"{HOME}standing/?at={half}"),
    }


def measure(client: Client, asked: dict[str, tuple[str, str]]) -> bool:
    """Print p50 of each, and the ratio. True where all are within what is allowed."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _turn in range(ROUNDS):
        for name, (now, then) in asked.items():
            times[name].append((clocked(client, now), clocked(client, then)))
    kept = True
    for name, found in times.items():
        now, then = (statistics.median(column) for column in zip(*found, strict=True))
        print(f"{name:20} now {now:7.2f} ms   then {then:7.2f} ms   ratio {then / now:4.2f}")
        kept &= then / now <= ALLOWED
    return kept


def main() -> int:
    """Live long, then look back."""
    settings.ALLOWED_HOSTS = ["*"]
    with clone() as name, name_in_use(name):
        cast = make_cast()
        by = cast.actor(cast.coordinator)
        subject = subjects.add(cast.site, by=by)
        visits = live_long(by, subject)
        print(f"{visits} visits, {subject.changes.count()} changes")
        client = Client()
        client.force_login(cast.coordinator)
        client.get(HOME)
        asked = pages(subject)
        for url in asked["casebook, end"]:
            with CaptureQueriesContext(connection) as captured:
                client.get(url)
            print(f"{len(captured)} statements: {url.partition('?')[0]}{' as of a moment' if '?' in url else ''}")
        kept = measure(client, asked)
        connection.close()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
