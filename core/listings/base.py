"""What a listing is: its name, its words, its threshold, and the SQL that finds its lines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import connection

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 200  # lines shown at once; a narrower period or site shows the rest

Thresholds: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which part of the trail: from a moment, before a moment, at these sites (None: all)."""

    since: datetime
    until: datetime
    sites: Collection[int] | None = None

    @property
    def params(self) -> dict[str, Any]:
        """For the SQL."""
        return {
            "since": self.since,
            "until": self.until,
            "everywhere": self.sites is None,
            "sites": list(self.sites or ()),
            "most": MOST + 1,
        }


@dataclass(frozen=True)
class Line:
    """One finding. `figure` is what was compared with the threshold; `change` the record to look at."""

    at: datetime
    site_id: int
    figure: Any
    actor: str = ""
    subject: str = ""
    visit_name: str = ""
    form_code: str = ""
    record_key: int | None = None
    change: int | None = None
    others: str = ""


@dataclass(frozen=True)
class Listing:
    """One kind of exception. `sql` gives the columns of a Line, the newest first; `words` tell of one figure."""

    name: str
    title: StrOrPromise
    why: StrOrPromise
    threshold: Callable[[Thresholds], str]
    words: Callable[[Line], str]
    thresholds: Callable[[], Thresholds]
    sql: str

    def lines(self, asked: Asked) -> list[Line]:
        """One statement, whatever there is."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, asked.params | dict(self.thresholds()))
            names = [column.name for column in cursor.description or ()]
            return [Line(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]

    @property
    def threshold_text(self) -> str:
        """What counts as an exception, in words."""
        return self.threshold(self.thresholds())


# Where a change record stands; %(…)s are the parameters of Asked.
PLACE = "c.site_id, s.number AS subject, c.visit_name, c.form_code, c.record_key, c.id AS change, c.actor_name AS actor"
CHANGES = """
    FROM core_change c JOIN core_subject s ON s.id = c.subject_id
    WHERE c.at >= %(since)s AND c.at < %(until)s AND (%(everywhere)s OR c.site_id = ANY(%(sites)s))
"""
BY_PERSON = "AND c.role <> '' AND c.kind IN ('CREATE', 'CHANGE', 'VOID')"
NEWEST = "ORDER BY at DESC, change DESC NULLS LAST LIMIT %(most)s"
