"""Rules about medication, across forms: washouts, what looks like rescue, and the forms a line belongs to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from assessments.medication import DrugClass, Reason
from assessments.timeline import visit_day
from core import protocol
from core.crf.codes import NoYes
from core.crf.rules import Context, trial_rule
from core.schedule import Anchor, add_months

# Class -> parameter, and the milestone its washout is counted back from (clinical reference pack, section 6)
WASHOUTS: Final = {
    DrugClass.IVIG: ("washout_ivig", Anchor.LEUKAPHERESIS),
    DrugClass.PLEX: ("washout_plex", Anchor.LEUKAPHERESIS),
    DrugClass.NSIST: ("washout_nsist", Anchor.LEUKAPHERESIS),
    DrugClass.RTX: ("washout_rituximab", Anchor.LEUKAPHERESIS),
    DrugClass.FCRN: ("washout_fcrn", Anchor.LEUKAPHERESIS),
    DrugClass.VACCINE: ("washout_live_vaccine", Anchor.LYMPHODEPLETION),
}
NEW_IS_RESCUE: Final = (DrugClass.NSIST, DrugClass.RTX, DrugClass.FCRN, DrugClass.COMPL, DrugClass.BIOLOGIC)
ALWAYS_RESCUE: Final = (DrugClass.IVIG, DrugClass.PLEX)
MEDICINES_OF_RESCUE: Final = {"IVIG", "PLEX", "STEROID", "NSIST", "BIOLOGIC"}


def washed_out(line: Any, reference: date, parameter: str) -> bool | None:
    """Had the drug been stopped for the whole time at the reference date? Exactly that long is enough.

    None while the line has no start. Of partial dates only what is certain counts: False says that it was surely
    taken too late.
    """
    if line.cmstdat is None:
        return None
    if line.cmstdat.latest > reference:
        return True
    if line.cmongo != NoYes.NO:
        return False if line.cmongo == NoYes.YES else None
    return None if line.cmendat is None else _over_on(line.cmendat.earliest, parameter) <= reference


def _over_on(end: date, parameter: str) -> date:
    """The first day on which the washout is over."""
    if protocol.parameter(parameter).unit == "mo":
        return add_months(end, protocol.months(parameter))
    return end + timedelta(days=protocol.days(parameter))


@trial_rule(
    "CM-10",
    _(
        "Taken within the washout that is proposed for this class before leukapheresis (for a live vaccine before "
        "lymphodepletion). Check the dates, and tell the investigator."
    ),
    form="CM",
    item="cmstdat",
)
def class_is_washed_out(context: Context) -> bool | None:
    """A prompt and never a bar (clinical reference pack, section 6; parameters)."""
    line = context.record
    if line.cmclas not in WASHOUTS:
        return None
    parameter, milestone = WASHOUTS[line.cmclas]
    reference = context.subject.anchors.of(milestone)
    return None if reference is None else washed_out(line, reference, parameter)


@trial_rule(
    "CM-11",
    _("A systemic corticosteroid was taken in the time that exclusion 7 keeps free. Check dates and route."),
    form="CM",
    item="cmstdat",
)
def steroid_is_washed_out(context: Context) -> bool | None:
    """Exclusion 7: started on or before the reference date and ongoing, or ended less than 28 days before it."""
    line = context.record
    reference = context.subject.anchors.of(Anchor(protocol.text("steroid_free_reference")))
    if line.cmsyst != NoYes.YES or reference is None:
        return None
    return washed_out(line, reference, "steroid_free")


@trial_rule(
    "CM-12",
    _(
        "New or increased treatment of MG after the infusion looks like rescue. Choose “worsening of MG” as the "
        "reason, or confirm that it is regular treatment."
    ),
    form="CM",
    item="cmindc",
    forms=("CM",),
)
def regular_treatment_is_regular(context: Context) -> bool | None:
    """Rescue: IVIG or exchange for MG, a steroid that is new or doubled, a new immunosuppressant or biologic."""
    line, infused = context.record, context.subject.infusion_on
    if line.cmindc != Reason.MG or line.cmstdat is None or infused is None or line.cmstdat.earliest <= infused:
        return None
    if line.cmclas in ALWAYS_RESCUE:
        return False
    earlier = [one for one in context.records("CM") if _same_before(one, line)]
    if line.cmclas in NEW_IS_RESCUE:
        return bool(earlier)
    return _steroid_as_before(line, earlier) if line.cmsyst == NoYes.YES else None


def _same_before(one: Any, line: Any) -> bool:
    """A treatment of MG of the same class that surely began before this line."""
    treats = one.cmclas == line.cmclas and one.cmindc in (Reason.MG, Reason.BRIDGE, Reason.RESCUE)
    return bool(treats and one.cmstdat and one.cmstdat.latest < line.cmstdat.earliest)


def _steroid_as_before(line: Any, earlier: list[Any]) -> bool | None:
    """Less than twice the last dose before. None where a dose has no equivalent."""
    systemic = [one for one in earlier if one.cmsyst == NoYes.YES]
    if not systemic:
        return False
    last = max(systemic, key=lambda one: one.cmstdat.latest)
    if line.cmpred is None or last.cmpred is None:
        return None
    return bool(line.cmpred < 2 * last.cmpred)


@trial_rule(
    "CM-13",
    _("Rescue treatment is entered, but no form “MG rescue treatment” of these days tells why. Add that visit."),
    form="CM",
    item="cmresc",
    forms=("RSC",),
)
def rescue_has_its_form(context: Context) -> bool | None:
    """The form holds trigger and censoring. Dates within `record_pair_days` belong together."""
    line = context.record
    if line.cmresc != NoYes.YES or line.cmstdat is None:
        return None
    days = [one.rscdat for one in context.records("RSC") if one.rscyn == NoYes.YES and one.rscdat]
    return any(_near(line, day) for day in days)


@trial_rule(
    "RSC-11",
    _("Rescue medicine is named, but the concomitant medication has no line of these days with rescue as its reason."),
    form="RSC",
    item="rsctrt",
    forms=("CM",),
)
def rescue_has_its_lines(context: Context) -> bool | None:
    """The other side of CM-13. Intensive care and ventilation are no medicine."""
    record = context.record
    if record.rscdat is None or not MEDICINES_OF_RESCUE & set(record.rsctrt or ()):
        return None
    lines = [one for one in context.records("CM") if one.cmresc == NoYes.YES and one.cmstdat]
    return any(_near(line, record.rscdat) for line in lines)


def _near(line: Any, day: date) -> bool:
    """May the line have begun within `record_pair_days` of that day?"""
    margin = timedelta(days=protocol.days("record_pair_days"))
    return bool(line.cmstdat.earliest - margin <= day <= line.cmstdat.latest + margin)


@trial_rule(
    "CM-14",
    _("Bridging is the reason, but no form “Bridging therapy” says so. Add that visit."),
    form="CM",
    item="cmindc",
    forms=("BRG",),
)
def bridging_has_its_form(context: Context) -> bool | None:
    """The form tells why treatment could not wait."""
    if context.record.cmindc != Reason.BRIDGE:
        return None
    return any(one.brgyn == NoYes.YES for one in context.records("BRG"))


@trial_rule(
    "BRG-10",
    _("Bridging was given, but the concomitant medication has no line with bridging as its reason. Enter each drug."),
    form="BRG",
    item="brgyn",
    forms=("CM",),
)
def bridging_has_its_lines(context: Context) -> bool | None:
    """The other side of CM-14."""
    if context.record.brgyn != NoYes.YES:
        return None
    return any(one.cmindc == Reason.BRIDGE for one in context.records("CM"))


@trial_rule(
    "CM-15",
    _("There is no adverse event with this line number. Please check the number."),
    form="CM",
    item="cmaeno",
    forms=("AE",),
)
def adverse_event_is_there(context: Context) -> bool | None:
    """Treatment of CRS and ICANS is linked to its event (clinical reference pack, 4.7)."""
    number = context.record.cmaeno
    return None if number is None else any(event.key == number for event in context.records("AE"))


@trial_rule(
    "RSC-10",
    _("The MG-ADL at the decision differs from the MG-ADL form of the same day. Please check both."),
    form="RSC",
    item="rscadl",
    forms=("MGADL",),
)
def score_agrees_with_its_form(context: Context) -> bool | None:
    """Only where the decision fell on the day of the visit."""
    record = context.record
    if record.rscadl is None or record.rscdat is None or record.rscdat != context.visit_on:
        return None
    totals = {one.mgadltot for one in context.records("MGADL") if visit_day(one) == record.rscdat} - {None}
    return None if not totals else record.rscadl in totals
