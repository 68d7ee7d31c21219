"""Records for the tests of CAR-T toxicities: a calm day, blood counts, events of the log, medication."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from core.crf.rules import Context
from core.crf.values import Measured, PartialDate
from core.testing.forms import a_subject, filled

INFUSION = date(2026, 3, 1)
CALM: dict[str, Any] = {
    "crstmax": "36.8", "crsfev": "NONE", "crssbp": "118", "crsdbp": "74", "crshypo": "NONE", "crsspo2": "97",
    "crso2": "NONE", "crstreat": ["NONE"], "icloc": "AWAKE", "icseiz": "NONE", "icmotor": "NONE", "icicp": "NONE",
    "crsice": "10", "crsgri": "0", "icansgri": "0",
}  # fmt: skip
FEBRILE = CALM | {"crstmax": "38.6", "crsfev": "CRS", "crsgri": "1"}
FULL_ICE = {"ice1stat": "DONE", "ice1tim": "08:00", "ice1ori": "4", "ice1nam": "3"} | {
    "ice1com": "1", "ice1wri": "1", "ice1att": "1",
}  # fmt: skip


def infused(**milestones: date) -> Any:
    """A subject infused on 1 March 2026."""
    return a_subject(**{"infusion_on": INFUSION} | milestones)


def day(number: int) -> date:
    """So many days after infusion."""
    return INFUSION + timedelta(days=number)


def context_of(record: Any, *others: Any) -> Context:
    """What the checks of a record may look at: these other records and no more."""
    known: dict[str, list[Any]] = {"AE": [], "CRS": [], "HEM": []}
    for other in others:
        known[other.crf.code].append(other)
    return Context(record.subject, record, record.visit, known)


def daily(number: int, *, subject: Any = None, others: Any = (), rows: Any = None, **answers: Any) -> Any:
    """The daily record of a day after infusion, calm but for these answers."""
    given = CALM | answers
    given = {name: value for name, value in given.items() if value is not None}
    return filled("CRS", subject=subject or infused(), visit_on=day(number), others=others, rows=rows, **given)


def ice(number: int, *, subject: Any = None, others: Any = (), **answers: Any) -> Any:
    """The ICE form of a day after infusion, full marks but for these answers."""
    given = {name: value for name, value in (FULL_ICE | answers).items() if value is not None}
    return filled("ICE", subject=subject or infused(), visit_on=day(number), others=others, **given)


def event(key: int = 1, **answers: Any) -> Any:
    """A line of the log of adverse events, with the items that others read."""
    names = ("aestdat", "aeendat", "aetoxgr", "aeser", "aerel", "aeout", "aeongo", "aespecial", "aeterm")
    given: dict[str, Any] = dict.fromkeys(names) | answers
    for name in ("aestdat", "aeendat"):
        given[name] = PartialDate.parse(given[name]) if given[name] else None
    return SimpleNamespace(crf=SimpleNamespace(code="AE"), pk=None, key=key, missing={}, visit=None, **given)


def medication(start: str, end: str | None = None, cmclas: str = "CRS_ICANS") -> Any:
    """A line of concomitant medication."""
    dates = {"cmstdat": PartialDate.parse(start), "cmendat": PartialDate.parse(end) if end else None}
    return SimpleNamespace(crf=SimpleNamespace(code="CM"), pk=None, cmclas=cmclas, **dates)


def blood(test: str, counts: dict[int, str], grades: dict[int, int] | None = None) -> list[Any]:
    """Haematology forms with one result each: day after infusion -> result as reported (10⁹/L), and its CTCAE grade."""
    return [_haematology(number, test, result, (grades or {}).get(number)) for number, result in counts.items()]


def _haematology(number: int, test: str, result: str, grade: int | None) -> Any:
    grades = {"lbtoxgr": grade, "lbtoxgrp": None, "lbtoxgri": None}
    row = SimpleNamespace(voided=False, lbtestcd=test, lbstresn=Measured.parse(result), **grades)
    rows = {"results": [row]}
    return SimpleNamespace(crf=SimpleNamespace(code="HEM"), pk=None, lbdat=day(number), visit=None, group_rows=rows)
