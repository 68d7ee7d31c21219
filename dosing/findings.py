"""What the system itself finds about each point of the clearance before infusion, from what is entered elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.rules import Context
from dosing import kidney, product

FEVER: Final = Decimal("38.0")  # °C and above (ASTCT 2019, Lee et al., BBMT 25:625)
VITALS_DAYS: Final = timedelta(days=1)  # vital signs of the day of the clearance or the day before


class Finding(models.TextChoices):
    """Is a point fulfilled?"""

    MET = "MET", _("Fulfilled")
    NOT_MET = "NOT_MET", _("Not fulfilled")
    UNKNOWN = "UNKNOWN", _("Cannot be said yet")
    NA = "NA", _("Does not apply")


FULFILLED: Final = (Finding.MET, Finding.NA)


def _said(holds: bool | None) -> Finding:
    return Finding.UNKNOWN if holds is None else Finding.MET if holds else Finding.NOT_MET


def no_fever(context: Context, cleared: datetime) -> Finding:
    """No temperature of 38.0 or more on the day of the clearance or the day before."""
    return _each(_vitals(context, cleared, "temp"), lambda figure: figure < FEVER)


def oxygen(context: Context, cleared: datetime) -> Finding:
    """Saturation on room air (`go_oxygen_saturation`)."""
    least = protocol.number("go_oxygen_saturation")
    return _each(_vitals(context, cleared, "oxysat"), lambda figure: figure >= least)


def circulation(context: Context, cleared: datetime) -> Finding:
    """Systolic pressure (`go_systolic_pressure`)."""
    least = protocol.number("go_systolic_pressure")
    return _each(_vitals(context, cleared, "sysbp"), lambda figure: figure >= least)


def no_infection(context: Context, cleared: datetime) -> Finding:
    """The newest infection check since lymphodepletion began; one made before it says nothing of today."""
    began = context.subject.lymphodepletion_on
    found = [
        (on, form.infcact)
        for form in context.records("INFC")
        if (on := _day(form)) and form.infcact is not None and (began or date.min) <= on <= cleared.date()
    ]
    return _said(max(found, key=lambda one: one[0])[1] == "N" if found else None)


def pregnancy(context: Context, start: datetime | None, parameter: str = "pregnancy_test_before_infusion") -> Finding:
    """Not pregnant: the last test, urine or serum, is negative and not older than the protocol allows."""
    sex = context.newest("DM", "sex")
    if sex == "M" or context.newest("RP", "childpot") == "N":
        return Finding.NA
    before = [test for test in tests(context) if start is not None and test.lbdtc <= start]
    if sex is None or start is None or not before:
        return Finding.UNKNOWN
    last = max(before, key=lambda test: test.lbdtc)
    return _said(last.lborres == "NEG" and start - last.lbdtc <= timedelta(hours=protocol.hours(parameter)))


def tests(context: Context) -> list[Any]:
    """Pregnancy tests that have a time and a result; a serum test counts as well (reference pack, 8.5)."""
    found = [test for code in ("UPT", "HCG") for test in context.records(code)]
    return [test for test in found if test.lbdtc is not None and test.lborres is not None]


def released(context: Context, cleared: datetime) -> Finding:
    """The product was released, or had arrived."""
    one = product.at_hand(context, cleared)
    reached = None if one is None else product.state(context, one, cleared)
    return _said(None if reached is None else reached in product.RELEASED)


def identity(context: Context, cleared: datetime) -> Finding:
    """Codes at collection and at receipt agree, each checked by two people."""
    one = product.at_hand(context, cleared)
    checks = {} if one is None else product.checks(context, one, cleared)
    if any(found != product.MATCH for found in checks.values()):
        return Finding.NOT_MET
    return _said(True if checks.keys() >= {"COLLECTION", "RECEIPT"} else None)


def kidneys(context: Context, cleared: datetime) -> Finding:
    """Creatinine clearance with the weight of lymphodepletion, not below the contraindication of fludarabine."""
    found = kidney.clearance(context, cleared, context.newest("LD", "exweight"))
    return _said(None if found is None else not kidney.is_contraindicated(found))


def rest(context: Context, planned: datetime | None) -> Finding:
    """The end of the last lymphodepletion dose to the planned start (`rest_hours`); no dose given: does not apply."""
    given = [record for record in context.records("LD") if record.exoccur is not None]
    if given and all(record.exoccur == "N" for record in given):
        return Finding.NA
    last = last_dose(context, planned)
    if last is None or planned is None:
        return Finding.UNKNOWN
    return _said(planned - last >= timedelta(hours=protocol.hours("rest_hours")))


def last_dose(context: Context, before: datetime | None) -> datetime | None:
    """The end of the last lymphodepletion dose that began before that moment."""
    ends = [
        record.ldendtc or record.ldstdtc
        for record in context.records("LD")
        if record.ldstdtc is not None and (before is None or record.ldstdtc < before)
    ]
    return max(ends, default=None)


def ice(context: Context, cleared: datetime) -> Finding:
    """A complete ICE score before infusion, against which later ones are read."""
    done = [_day(form) for form in context.records("ICE") if form.icetot is not None]
    return _said(any(on is not None and on <= cleared.date() for on in done) or None)


def consent(context: Context, cleared: datetime) -> Finding:
    """Signed before, and the subject has not left the trial."""
    signed = [form.rficdtc for form in context.records("ICF") if form.rficdtc is not None]
    left = context.subject.left_on
    if left is not None and left <= cleared.date():
        return Finding.NOT_MET
    return _said(any(at < cleared for at in signed) if signed else None)


def _vitals(context: Context, cleared: datetime, item: str) -> list[Any]:
    day = cleared.date()
    forms = [form for form in context.records("VS") if (on := _day(form)) and day - VITALS_DAYS <= on <= day]
    return [figure for form in forms if (figure := getattr(form, item)) is not None]


def _each(figures: list[Any], holds: Callable[[Any], bool]) -> Finding:
    return _said(all(holds(figure) for figure in figures) if figures else None)


def _day(form: Any) -> Any:
    return form.visit.visit_on if form.visit else None
