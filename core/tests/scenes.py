"""Small stretches of the trial that tests of the trail's pages begin with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.testing import Cast
from core.actions import crf, subject
from core.actions.entry import Entry, RowEntry
from core.models import Subject
from core.places import Place, place_of, visit_of

SCREENING = date(2026, 11, 20)
STAMP = re.compile(r"<time datetime=\"[^\"]*\d{2}:\d{2}:\d{2}[^\"]*\">(.*?)</time>")
WITH_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})? [+-]\d{2}:\d{2}")


def client_of(user: User) -> Client:
    """A browser in which the person has signed in."""
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    """What a reader sees of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def statements(ask: Callable[[], Any]) -> int:
    """How many statements an act or a page costs."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


def screened(cast: Cast) -> tuple[Subject, Place]:
    """A subject with vital signs at screening: a systolic pressure that was mistyped, a rate not taken."""
    added = subject.add(cast.site, by=cast.actor(cast.coordinator))
    place = place_of(visit_of(added, "SCR"), "VS")
    answers = {"vsperf": "Y", "temp": "36.5", "sysbp": 250}
    crf.save(place, Entry(answers, {"resp": "ND"}, visit_on=SCREENING), by=cast.actor(cast.coordinator))
    return added, vitals(added)


def vitals(of: Subject) -> Place:
    """The vital signs at screening as they are now."""
    return place_of(visit_of(of, "SCR"), "VS")


def change(place: Place, cast: Cast, values: dict[str, Any], reason: str, **missing: str) -> crf.Saved:
    """The coordinator changes what was saved."""
    revision = place.record.revision if place.record else 0
    return crf.save(place, Entry(values, missing), by=cast.actor(cast.coordinator), reason=reason, revision=revision)


def corrected(cast: Cast) -> tuple[Subject, Place]:
    """The same, with the pressure corrected and the rate taken after all."""
    added, place = screened(cast)
    change(place, cast, {"sysbp": 120, "pulse": 78, "resp": 16}, "transcription error", resp="")
    return added, vitals(added)


def chemistry(cast: Cast, of: Subject, *rows: RowEntry, values: dict[str, Any] | None = None, **options: Any) -> Place:
    """Serum chemistry at screening, saved with these rows."""
    place = place_of(visit_of(of, "SCR"), "CHEM")
    revision = place.record.revision if place.record else 0
    entry = Entry({"lbperf": "Y"} | (values or {}), rows={"results": rows}, visit_on=SCREENING)
    crf.save(place, entry, by=cast.actor(cast.coordinator), revision=revision, **options)
    return place_of(visit_of(of, "SCR"), "CHEM")
