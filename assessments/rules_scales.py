"""Rules across the MG scales, and between them, medication and death."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from assessments import mg_treatment
from assessments.baseline import baseline, previous
from core import protocol
from core.crf.rules import Context, trial_rule

# Minimal manifestations 2 allow less than this (Jaretzki 2000; clinical reference pack, 3.6).
LOW_DOSE_INHIBITOR: Final = Decimal(120)  # mg pyridostigmine a day
VENTILATOR: Final = "3"  # the level of MG-ADL item 4 and MGC item 7
SYMPTOM_FREE: Final = frozenset({"CSR", "PR", "MM0", "MM1", "MM2", "MM3"})
WORSE = _(
    "The total has risen so far that a review for worsening of MG is due. Please check it and record what follows."
)


def _rose(context: Context, item: str) -> bool | None:
    """Against the record before, or against baseline, whichever is the greater rise."""
    now = getattr(context.record, item)
    earlier = [each for each in (previous(context, item), baseline(context, item)) if each is not None]
    if now is None or context.visit_on is None or not earlier:
        return None
    return bool(now - min(earlier) >= protocol.number("worsening_review"))


@trial_rule("MGADL-10", WORSE, form="MGADL", item="mgadltot", forms=("MGADL",))
def mgadl_has_not_risen(context: Context) -> bool | None:
    """Clinical reference pack, 4.6."""
    rose = _rose(context, "mgadltot")
    return None if rose is None else not rose


@trial_rule("QMG-10", WORSE, form="QMG", item="qmgtot", forms=("QMG",))
def qmg_has_not_risen(context: Context) -> bool | None:
    """Clinical reference pack, 4.6."""
    rose = _rose(context, "qmgtot")
    return None if rose is None else not rose


def _at_this_visit(context: Context, form: str) -> Any:
    """The record of another form at the visit of the record at hand."""
    here = context.visit
    found = (each for each in context.records(form) if here and each.visit and each.visit.name == here.name)
    return next(found, None)


def _ventilation_fits(context: Context, form: str, item: str) -> bool | None:
    """A ventilator on the scale is class V, or ventilation by mask; class V is a ventilator on the scale."""
    level = getattr(_at_this_visit(context, form), item, None)
    now, airway = context.record.mgfacls, context.record.airway
    if level is None or now is None:
        return None
    if level == VENTILATOR:
        return bool(now == "V" or airway in ("NIV", "POSTOP"))
    return bool(now != "V")


@trial_rule(
    "MGFA-10",
    _("Class V and breathing with a ventilator on the MG-ADL of this visit do not agree. Please check both."),
    form="MGFA",
    item="mgfacls",
    forms=("MGADL",),
)
def class_fits_mgadl(context: Context) -> bool | None:
    """Clinical reference pack, 3.1 and 3.5."""
    return _ventilation_fits(context, "MGADL", "mgadl04")


@trial_rule(
    "MGFA-11",
    _("Class V and breathing with a ventilator on the MG Composite of this visit do not agree. Please check both."),
    form="MGFA",
    item="mgfacls",
    forms=("MGC",),
)
def class_fits_composite(context: Context) -> bool | None:
    """Clinical reference pack, 3.3 and 3.5."""
    return _ventilation_fits(context, "MGC", "mgc07c")


def _last_year(context: Context) -> tuple[date, date] | None:
    """The days that count for the status: those less than a year before the visit, and the visit's own."""
    on = context.visit_on
    return None if on is None else (mg_treatment.year_before(on, protocol.days("pis_duration")), on)


@trial_rule(
    "PIS-10",
    _(
        "This status asks for a year without MG treatment, but concomitant medication has some within that year. "
        "Please check the status and the medication."
    ),
    form="PIS",
    item="pis",
    forms=("CM",),
)
def year_without_treatment(context: Context) -> bool | None:
    """CSR and MM-0 (Jaretzki 2000; clinical reference pack, 3.6)."""
    year = _last_year(context)
    if context.record.pis not in ("CSR", "MM0") or year is None:
        return None
    return not mg_treatment.surely(context.records("CM"), mg_treatment.ANY, *year)


@trial_rule(
    "PIS-11",
    _(
        "This status rules out a cholinesterase inhibitor, but concomitant medication has one at this visit. "
        "Please check the status and the medication."
    ),
    form="PIS",
    item="pis",
    forms=("CM",),
)
def no_inhibitor(context: Context) -> bool | None:
    """PR and MM-1: its use suggests weakness (Jaretzki 2000; clinical reference pack, 3.6)."""
    on = context.visit_on
    if context.record.pis not in ("PR", "MM1") or on is None:
        return None
    return not mg_treatment.surely(context.records("CM"), {mg_treatment.INHIBITOR}, on, on)


@trial_rule(
    "PIS-12",
    _(
        "This status means that immunosuppression goes on, but concomitant medication has none at this visit. "
        "Please check the status and the medication."
    ),
    form="PIS",
    item="pis",
    forms=("CM",),
)
def immunosuppression_goes_on(context: Context) -> bool | None:
    """PR and MM-1 (Jaretzki 2000; clinical reference pack, 3.6)."""
    on = context.visit_on
    if context.record.pis not in ("PR", "MM1") or on is None:
        return None
    return bool(mg_treatment.perhaps(context.records("CM"), mg_treatment.IMMUNE, on, on))


@trial_rule(
    "PIS-13",
    _(
        "Minimal manifestations 2 mean less than 120 mg pyridostigmine a day and no other MG treatment for a year. "
        "Concomitant medication has more, or none at all. Please check the status and the medication."
    ),
    form="PIS",
    item="pis",
    forms=("CM",),
)
def low_dose_inhibitor_only(context: Context) -> bool | None:
    """MM-2 (Jaretzki 2000; clinical reference pack, 3.6)."""
    year, lines = _last_year(context), context.records("CM")
    if context.record.pis != "MM2" or year is None:
        return None
    too_much = mg_treatment.highest_inhibitor_dose(lines, *year) >= LOW_DOSE_INHIBITOR
    other = mg_treatment.surely(lines, mg_treatment.IMMUNE, *year)
    return not too_much and not other and bool(mg_treatment.perhaps(lines, {mg_treatment.INHIBITOR}, *year))


@trial_rule(
    "PIS-14",
    _(
        "Minimal manifestations 3 mean a cholinesterase inhibitor and immunosuppression within the year, but "
        "concomitant medication lacks one of them. Please check the status and the medication."
    ),
    form="PIS",
    item="pis",
    forms=("CM",),
)
def inhibitor_and_immunosuppression(context: Context) -> bool | None:
    """MM-3 (Jaretzki 2000; clinical reference pack, 3.6)."""
    year, lines = _last_year(context), context.records("CM")
    if context.record.pis != "MM3" or year is None:
        return None
    wanted = ({mg_treatment.INHIBITOR}, mg_treatment.IMMUNE)
    return all(mg_treatment.perhaps(lines, classes, *year) for classes in wanted)


@trial_rule(
    "PIS-15",
    _(
        "An exacerbation follows remission or minimal manifestations, but no earlier record has either. "
        "Please check the change and the earlier records."
    ),
    form="PIS",
    item="pischg",
    forms=("PIS",),
)
def exacerbation_follows_better_status(context: Context) -> bool | None:
    """Jaretzki 2000; clinical reference pack, 3.6."""
    on = context.visit_on
    if context.record.pischg != "E" or on is None:
        return None
    earlier = (
        each for each in context.records("PIS") if each.visit and each.visit.visit_on and each.visit.visit_on < on
    )
    return any(each.pis in SYMPTOM_FREE for each in earlier)


@trial_rule(
    "PIS-16",
    _("The subject is recorded as having died, but there is no death record. Please check the change, or fill it in."),
    form="PIS",
    item="pischg",
    forms=("DTH",),
)
def death_is_recorded(context: Context) -> bool | None:
    """Clinical reference pack, 3.6: the status links to the death record."""
    return None if context.record.pischg != "D" else bool(context.records("DTH"))
