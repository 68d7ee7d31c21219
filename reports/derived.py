"""All that is derived for one subject, in one place: sections of a page, each computed from the records it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from assessments.steroids import mean_before
from core import protocol
from core.crf import read
from core.crf.rules import Context
from core.crf.values import Measured
from core.schedule import infusion_day
from reports import bcells, kinetics, scales
from reports.records import day_of, url_of, visit_of

# Form, item of its total, parameter of the fall that counts as a response ("" where none is established)
SCALES = (
    ("MGADL", "mgadltot", "mgadl_response"),
    ("QMG", "qmgtot", "qmg_response"),
    ("MGC", "mgctot", "mgc_response"),
    ("MGQOL", "mgqtot", ""),
)
# Steroids given for these are no treatment of the myasthenia (clinical reference pack, 4.7)
NOT_FOR_MG = ("CRS", "ICANS")
FORMS = ("MGADL", "QMG", "MGC", "MGQOL", "CART", "IMM", "AB", "CM", "AE")


@dataclass(frozen=True)
class ScaleReport:
    """One scale: baseline and what came after infusion."""

    title: Any
    start: scales.Score | None
    changes: list[scales.Change]


@dataclass
class Derived:
    """Everything derived for a subject. `notes`: what cannot be said, in words."""

    scales: list[ScaleReport] = field(default_factory=list)
    minimal_since: date | None = None
    minimal_sustained: bool | None = None
    kinetics: kinetics.Kinetics | None = None
    aplasia: bcells.Aplasia | None = None
    antibody: list[tuple[date, Measured, Decimal | None]] = field(default_factory=list)
    steroids: list[tuple[date, str, Decimal | None]] = field(default_factory=list)
    events: list[tuple[Any, str, int | None]] = field(default_factory=list)


def derive(context: Context) -> Derived:
    """From a context that may read FORMS. What needs an infusion stays empty without one."""
    infused = context.subject.infusion_on
    found = Derived()
    found.scales = [_scale(context, *scale) for scale in SCALES]
    found.steroids = list(_steroids(context))
    found.events = list(_events(context))
    if infused is None:
        return found
    totals = list(_scores(context, "MGADL", "mgadltot"))
    found.minimal_since = scales.minimal_since(totals, infused)
    if any(score.on > infused for score in totals):
        found.minimal_sustained = scales.was_sustained(totals, infused, protocol.days("minimal_sustained"))
    found.kinetics = kinetics.kinetics(list(_samples(context, infused)))
    found.aplasia = bcells.aplasia(list(_b_cells(context, infused)), protocol.number("bcell_aplasia"))
    found.antibody = list(_antibody(context))
    return found


def _scale(context: Context, code: str, item: str, parameter: str) -> ScaleReport:
    subject = context.subject
    scores = list(_scores(context, code, item))
    start = scales.baseline(scores, subject.lymphodepletion_on)
    least = int(protocol.number(parameter)) if parameter else 0
    after = scales.changes(scores, start, subject.infusion_on, least) if subject.infusion_on else []
    if not parameter:
        after = [scales.Change(change.score, change.change, None) for change in after]
    return ScaleReport(read.form(code).title, start, after)


def _scores(context: Context, code: str, item: str) -> Iterator[scales.Score]:
    for record in context.records(code):
        total, on = getattr(record, item), day_of(record)
        if total is not None and on is not None:
            yield scales.Score(on, visit_of(record), total, url_of(record))


def _samples(context: Context, infused: date) -> Iterator[kinetics.Sample]:
    for record in context.records("CART"):
        on = day_of(record, "cardat")
        if record.carcopy is not None and on is not None:
            yield kinetics.Sample(Decimal(infusion_day(on, infused)), record.carcopy, record.carlloq)


def _b_cells(context: Context, infused: date) -> Iterator[tuple[date, Measured]]:
    for record in context.records("IMM"):
        on = day_of(record, "lbdat")
        if on is None or on <= infused:
            continue
        yield from (
            (on, row.lbstresn)
            for row in context.rows(record, "results")
            if row.lbtestcd == "BLYCE" and row.lbstresn is not None
        )


def _antibody(context: Context) -> Iterator[tuple[date, Measured, Decimal | None]]:
    """Titre and change from baseline in percent; no change where either is censored or the baseline is 0."""
    before = context.subject.lymphodepletion_on
    results = [(day_of(record, "lbdat"), record.achr, visit_of(record)) for record in context.records("AB")]
    dated = sorted(((on, titre, visit) for on, titre, visit in results if on and titre), key=lambda each: each[0])
    at_visit = [titre for _on, titre, visit in dated if visit == "BL"]
    earlier = [titre for on, titre, _visit in dated if before is not None and on < before]
    start = (at_visit or earlier or [None])[-1]
    for on, titre, _visit in dated:
        yield on, titre, _percent(start, titre)


def _percent(start: Measured | None, titre: Measured) -> Decimal | None:
    if start is None or start.operator or titre.operator or not start.value:
        return None
    return (titre.value - start.value) * 100 / start.value


def _steroids(context: Context) -> Iterator[tuple[date, str, Decimal | None]]:
    """Mean prednisone-equivalent in mg a day over the 7 days before each MG-ADL; what CRS needed is left out."""
    courses = context.records("CM")
    visits = {(day_of(record), visit_of(record)) for record in context.records("MGADL")}
    for on, visit in sorted((on, visit) for on, visit in visits if on is not None):
        mean = mean_before(courses, on, leaving_out=NOT_FOR_MG)
        yield on, visit, None if mean is None else Decimal(mean.numerator) / mean.denominator


def _events(context: Context) -> Iterator[tuple[Any, str, int | None]]:
    """Adverse events with the day since infusion on which they began; None where the date leaves it open."""
    infused = context.subject.infusion_on
    for record in context.records("AE"):
        began = record.aestdat
        exact = began is not None and began.earliest == began.latest
        day = infusion_day(began.earliest, infused) if exact and infused else None
        yield record, url_of(record), day
