"""What the forms say, as the arithmetic of toxicities takes it. Other forms are read by code, through a context."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from core import protocol
from core.crf.rules import Context
from safety.toxicity import crs
from safety.toxicity.codes import HIDES_FEVER, Fatal, Oxygen, OxygenCause, Pressor, Sign
from safety.toxicity.icans import Ice

DEVICE_GRADES = {Oxygen.MASK: 3, Oxygen.BLOW_BY: 2, Oxygen.NON_INVASIVE: 4, Oxygen.INVASIVE: 4}


class Findings(NamedTuple):
    """The answers of a daily record on which its CRS grade rests, by the names of the items."""

    crstmax: Decimal | None
    crsfev: str | None
    crshypo: str | None
    crsvaso: str | None
    crso2: str | None
    crso2flow: Decimal | None
    crso2ca: str | None
    crstreat: list[str] | None
    crsfatal: str | None
    crsfirst: time | None
    crslast: time | None

    @classmethod
    def of(cls, record: Any) -> Findings:
        """Those of a record."""
        return cls(*(getattr(record, name) for name in cls._fields))

    def day(self, on: date, pressors: Iterable[Any]) -> crs.Day:
        """The day, with its vasopressors."""
        return crs.Day(
            on=on,
            fever=self._fever(),
            hypotension=self._hypotension(pressor_names(pressors)),
            hypoxia=self._hypoxia(),
            treated=None if self.crstreat is None else bool(HIDES_FEVER & set(self.crstreat)),
            died=self.crsfatal == Fatal.CRS,
            first=self.crsfirst,
            last=self.crslast,
        )

    def _fever(self) -> bool | None:
        """By the temperature; not where it has another cause."""
        if self.crstmax is None or self.crsfev is None:
            return None
        return self.crstmax >= crs.FEVER and self.crsfev in (Sign.CRS, Sign.NONE)

    def _hypotension(self, pressors: set[str]) -> int | None:
        if self.crshypo is None or (self.crshypo == Sign.CRS and self.crsvaso is None):
            return None
        if self.crshypo != Sign.CRS:
            return 0
        if self.crsvaso == "Y" and not pressors:
            return None
        return crs.hypotension_grade(pressors, Pressor.VASOPRESSIN) if self.crsvaso == "Y" else 2

    def _hypoxia(self) -> int | None:
        if self.crso2 is None or (self.crso2 != Oxygen.NONE and self.crso2ca is None):
            return None
        if self.crso2 == Oxygen.NONE or self.crso2ca != OxygenCause.CRS:
            return 0
        return DEVICE_GRADES.get(Oxygen(self.crso2)) or crs.cannula_grade(self.crso2flow)


def pressor_names(rows: Iterable[Any]) -> set[str]:
    """The different vasopressors among rows; those not in the list by their own names."""
    return {
        row.pressor if row.pressor != Pressor.OTHER else f"OTHER {(row.pressoroth or '').strip().lower()}"
        for row in rows
        if row.pressor is not None
    }


def new_episode_after() -> timedelta:
    """How long signs are absent before those that follow are a new episode."""
    return timedelta(hours=protocol.hours("crs_new_episode"))


def crs_days(context: Context) -> list[crs.Day]:
    """The other daily records of the subject, with what each says of CRS."""
    return [
        Findings.of(record).day(on, context.rows(record, "pressors"))
        for record in context.records("CRS")
        if (on := visit_day(record)) is not None
    ]


def visit_day(record: Any) -> date | None:
    """The date of the visit a record belongs to."""
    return record.visit.visit_on if record.visit else None


def ice_of_day(context: Context, on: date) -> Ice | None:
    """The ICE score of a day from the ICE form; None where there is none."""
    found = [record for record in context.records("ICE") if visit_day(record) == on and record.icetot is not None]
    if not found:
        return None
    lowest = min(found, key=lambda record: record.icetot)
    unarousable = "UNAROUSABLE" in (lowest.ice1stat, lowest.ice2stat)
    return Ice(lowest.icetot, unarousable, limited=bool(lowest.icelim), baseline=ice_baseline(context))


def ice_baseline(context: Context) -> int | None:
    """The last ICE score up to the day of infusion, where it is taken before the cells."""
    infusion = context.subject.infusion_on
    before = [
        (on, record.icetot)
        for record in context.records("ICE")
        if record.icetot is not None and (on := visit_day(record)) is not None and infusion and on <= infusion
    ]
    return max(before, key=lambda found: found[0])[1] if before else None


def own_or_derived(record: Any, item: str) -> int | None:
    """The investigator's own grade of `crsgr` or `icansgr`, else the derived one."""
    found = getattr(record, f"{item}i") or getattr(record, item)
    return None if found is None else int(found)


def episodes_of(records: Iterable[Any], item: str) -> list[crs.Episode]:
    """The episodes that daily records make, by the grade in force of `crsgr` or `icansgr`."""
    return crs.episodes(graded_days(records, item), new_episode_after())


def graded_days(records: Iterable[Any], item: str) -> list[crs.Graded]:
    """Each dated daily record as a day with the grade in force, by date."""
    found = []
    for record in records:
        if (on := visit_day(record)) is not None:
            times = (record.crsfirst, record.crslast) if item == "crsgr" else (None, None)
            day = crs.Day(on, None, None, None, None, first=times[0], last=times[1])
            found.append(crs.Graded(day, own_or_derived(record, item)))
    return sorted(found, key=lambda each: (each.day.on, each.day.begins))
