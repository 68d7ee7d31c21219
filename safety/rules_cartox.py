"""Rules about CAR-T toxicities, across forms: the daily record, the adverse events, medication, death."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.rules import Context, trial_rule
from safety.toxicity import crs, reading
from safety.toxicity.codes import DOSED, Agent


@trial_rule(
    "CRS-20",
    _("CRS was graded, but no adverse event of special interest “CRS” covers these days. Enter it in the log."),
    form="CRS",
    item="crsgr",
    forms=("CRS", "AE"),
)
def crs_is_reported(context: Context) -> bool | None:
    """Clinical reference pack, 8.4. Asked once an episode, at its peak."""
    return _is_reported(context, "CRS", "crsgr")


@trial_rule(
    "CRS-21",
    _("The adverse event “CRS” of these days has another grade than the highest of this episode. Please check both."),
    form="CRS",
    item="crsgri",
    forms=("CRS", "AE"),
)
def crs_event_has_its_peak(context: Context) -> bool | None:
    """Clinical reference pack, 8.4: the grade of the event is the highest of the daily records."""
    return _has_its_peak(context, "CRS", "crsgr")


@trial_rule(
    "CRS-22",
    _("ICANS was graded, but no adverse event of special interest “ICANS” covers these days. Enter it in the log."),
    form="CRS",
    item="icansgr",
    forms=("CRS", "AE"),
)
def icans_is_reported(context: Context) -> bool | None:
    """As for CRS (clinical reference pack, 8.4)."""
    return _is_reported(context, "ICANS", "icansgr")


@trial_rule(
    "CRS-23",
    _("The adverse event “ICANS” of these days has another grade than the highest of this episode. Please check both."),
    form="CRS",
    item="icansgri",
    forms=("CRS", "AE"),
)
def icans_event_has_its_peak(context: Context) -> bool | None:
    """As for CRS (clinical reference pack, 8.4)."""
    return _has_its_peak(context, "ICANS", "icansgr")


@trial_rule(
    "CRS-24",
    _("The subject died on this day by the daily record, but no death is recorded on it. Enter or check the death."),
    form="CRS",
    item="crsfatal",
)
def death_is_recorded(context: Context) -> bool | None:
    """Grade 5 and the death form belong together (clinical reference pack, 8.4)."""
    died = context.record.crsfatal is not None or "5" in (context.record.crsgri, context.record.icansgri)
    return bool(context.subject.died_on == context.visit_on) if died and context.visit_on else None


@trial_rule(
    "CRS-25",
    _("More doses of tocilizumab than the protocol allows, within 24 hours or in all. Please check the doses."),
    form="CRS",
    item="crstreat",
    forms=("CRS",),
)
def tocilizumab_is_limited(context: Context) -> bool | None:
    """Every 8 hours, at most 3 in 24 hours and 4 in all (parameters); clinical reference pack, 4.7."""
    own = _doses(context.record.group_rows["treatments"] if context.record.group_rows else ())
    others = [moment for record in context.records("CRS") for moment in _doses(context.rows(record, "treatments"))]
    given = sorted([*own, *others])
    return within_limits(given) if own else None


@trial_rule(
    "CRS-26",
    _("A dose against CRS or ICANS is recorded here, but no concomitant medication against them covers this day."),
    form="CRS",
    item="crstreat",
    forms=("CM",),
)
def treatment_is_medication(context: Context) -> bool | None:
    """These drugs stand in the medication log as well (clinical reference pack, 4.7)."""
    given = set(context.record.crstreat or ()) & DOSED
    if not given or context.visit_on is None:
        return None
    of_toxicity = [line for line in context.records("CM") if line.cmclas == "CRS_ICANS" and line.cmstdat]
    return any(_covers(line.cmstdat, line.cmendat, context.visit_on, context.visit_on) for line in of_toxicity)


@trial_rule(
    "CRS-27",
    _("No ICE score is recorded before the infusion. Enter the ICE form of the baseline or infusion visit."),
    form="INF",
    item="exstdtc",
    forms=("ICE",),
)
def ice_has_a_baseline(context: Context) -> bool | None:
    """A baseline ICE is compulsory: myasthenic weakness may limit it from the start (clinical reference pack, 4.2)."""
    start = context.record.exstdtc
    if start is None:
        return None
    return any(
        record.icetot is not None and (on := reading.visit_day(record)) is not None and on <= start.date()
        for record in context.records("ICE")
    )


@trial_rule(
    "CRS-30",
    _("This event is marked as CRS or ICANS, but no daily record of its days has such a grade. Please check both."),
    form="AE",
    item="aespecial",
    forms=("CRS",),
)
def syndrome_is_in_the_daily_records(context: Context) -> bool | None:
    """The grade of CRS and ICANS follows from the daily record (ASTCT 2019)."""
    event = context.record
    named = [(name, item) for name, item in (("CRS", "crsgr"), ("ICANS", "icansgr")) if name in (event.aespecial or ())]
    if not named or event.aestdat is None:
        return None
    records = context.records("CRS")
    return all(any(_touches(event, each) for each in reading.episodes_of(records, item)) for _name, item in named)


@trial_rule(
    "IECHS-10",
    _("This event is marked as IEC-HS. Fill in the IEC-HS checklist in the running records as well."),
    form="AE",
    item="aespecial",
    forms=("IECHS",),
)
def syndrome_has_its_checklist(context: Context) -> bool | None:
    """Clinical reference pack, 4.4: a structured checklist and the grade."""
    return bool(context.records("IECHS")) if "IEC-HS" in (context.record.aespecial or ()) else None


@trial_rule(
    "IECHS-11",
    _("IEC-HS was graded here, but no adverse event of special interest “IEC-HS” has this grade. Please check both."),
    form="IECHS",
    item="hsgrade",
    forms=("AE",),
)
def checklist_has_its_event(context: Context) -> bool | None:
    """Grade 1 and higher is an adverse event of special interest (clinical reference pack, 4.9)."""
    grade = context.record.hsgrade
    if grade in (None, "0"):
        return None
    return any(event.aetoxgr == grade for event in context.records("AE") if "IEC-HS" in (event.aespecial or ()))


@trial_rule(
    "IECHS-12",
    _("This event is marked as IEC-HS, but every IEC-HS checklist says that it is none. Please check both."),
    form="AE",
    item="aespecial",
    forms=("IECHS",),
)
def checklist_bears_the_event_out(context: Context) -> bool | None:
    """Hines et al. 2023: a suspicion graded 0 is no IEC-HS (clinical reference pack, 4.4)."""
    grades = [checklist.hsgrade for checklist in context.records("IECHS")]
    if not grades or "IEC-HS" not in (context.record.aespecial or ()):
        return None
    return any(grade != "0" for grade in grades)


@trial_rule(
    "INFC-10",
    _("An active infection that began after consent is recorded here, but no adverse event “Infection” covers it."),
    form="INFC",
    item="infcact",
    forms=("AE",),
)
def infection_is_reported(context: Context) -> bool | None:
    """Infections are events of special interest (clinical reference pack, 4.9). Only of onsets certainly after it."""
    record, consent = context.record, context.subject.consent_on
    if record.infcact != "Y" or record.infcstdat is None or consent is None or record.infcstdat.earliest < consent:
        return None
    events = [event for event in context.records("AE") if "INFECTION" in (event.aespecial or ()) and event.aestdat]
    onset = record.infcstdat
    return any(_covers(event.aestdat, event.aeendat, onset.earliest, onset.latest) for event in events)


@trial_rule(
    "ICAHT-10",
    _("Haematotoxicity was graded here, but no adverse event of special interest “ICAHT” is in the log. Enter it."),
    form="ICAHT",
    item="icahtgri",
    forms=("AE",),
)
def haematotoxicity_is_reported(context: Context) -> bool | None:
    """From grade 3 on: milder cytopenia is expected after lymphodepletion (clinical reference pack, 4.9)."""
    grade = context.record.icahtgri
    if grade is None or grade < "3":
        return None
    return any("ICAHT" in (event.aespecial or ()) for event in context.records("AE"))


def _episode_peaking_here(context: Context, item: str) -> crs.Episode | None:
    """The episode whose first highest day is this record's, so that each is asked about once."""
    found = reading.episodes_of([*context.records("CRS"), context.record], item)
    return next((each for each in found if each.peak_on == context.visit_on), None)


def _events(context: Context, name: str, episode: crs.Episode) -> list[Any]:
    marked = (event for event in context.records("AE") if name in (event.aespecial or ()) and event.aestdat)
    return [event for event in marked if _touches(event, episode)]


def _touches(event: Any, episode: crs.Episode) -> bool:
    return _covers(event.aestdat, event.aeendat, episode.onset.date(), episode.last_on)


def _covers(start: Any, end: Any, first: date, last: date) -> bool:
    """May the time from one partial date to the other, or open, touch these days?"""
    return bool(start.earliest <= last and (end is None or end.latest >= first))


def _is_reported(context: Context, name: str, item: str) -> bool | None:
    episode = _episode_peaking_here(context, item)
    return bool(_events(context, name, episode)) if episode else None


def _has_its_peak(context: Context, name: str, item: str) -> bool | None:
    episode = _episode_peaking_here(context, item)
    grades = [event.aetoxgr for event in _events(context, name, episode) if event.aetoxgr] if episode else []
    return str(episode.peak) in grades if episode and grades else None


def _doses(rows: Sequence[Any]) -> list[datetime]:
    return [row.agentdtc for row in rows if not row.voided and row.agent == Agent.TOCILIZUMAB and row.agentdtc]


def within_limits(given: Sequence[datetime]) -> bool:
    """Are the doses, in the order of their times, within the limits? A dose 24 hours later is beyond them."""
    daily, in_all = (int(protocol.number(name)) for name in ("tocilizumab_daily", "tocilizumab_in_all"))
    crowded = any(later - first < timedelta(hours=24) for first, later in zip(given, given[daily:], strict=False))
    return len(given) <= in_all and not crowded
