"""Rules about the infusion, across forms. It is recorded as it happened; what went against the protocol is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.rules import Context, Strength, trial_rule


@trial_rule(
    "INF-10",
    _("The CAR-T product was infused without an informed consent signed before it."),
    form="INF",
    item="exstdtc",
    forms=("ICF",),
    strength=Strength.DEVIATION,
)
def infusion_follows_consent(context: Context) -> bool | None:
    """Consent precedes every procedure (ICH E6(R3) 2.8). A signature in the same minute is not before."""
    start = context.record.exstdtc
    if start is None:
        return None
    signed = [record.rficdtc for record in _all(context, "ICF") if record.rficdtc is not None]
    return any(moment < start for moment in signed)


@trial_rule(
    "INF-11",
    _(
        "No negative pregnancy test is recorded in the time before infusion that the protocol allows. Enter the test, "
        "or say why the subject is not of childbearing potential."
    ),
    form="INF",
    item="exstdtc",
    forms=("DM", "UPT"),
)
def woman_was_tested(context: Context) -> bool | None:
    """Inclusion 8; hours from date-times, both ends included (`pregnancy_test_before_infusion`).

    A query and not a deviation: the rule does not know whether she is of childbearing potential.
    """
    start = context.record.exstdtc
    sex = context.newest("DM", "sex")
    if start is None or sex is None:
        return None
    allowed = timedelta(hours=protocol.hours("pregnancy_test_before_infusion"))
    negative = (test.lbdtc for test in _tests(context) if test.lborres == "NEG")
    return sex != "F" or any(timedelta(0) <= start - moment <= allowed for moment in negative)


@trial_rule(
    "INF-12",
    _("The CAR-T product was infused although the last pregnancy test before it was positive or indeterminate."),
    form="INF",
    item="exstdtc",
    forms=("UPT",),
    strength=Strength.DEVIATION,
)
def last_test_was_negative(context: Context) -> bool | None:
    """A test that is not negative stops dosing until it is settled (clinical reference pack, section 7)."""
    start = context.record.exstdtc
    before = [test for test in _tests(context) if start is not None and test.lbdtc <= start]
    return bool(max(before, key=lambda test: test.lbdtc).lborres == "NEG") if before else None


def _tests(context: Context) -> list[Any]:
    return [test for test in _all(context, "UPT") if test.lbdtc is not None and test.lborres is not None]


def _all(context: Context, code: str) -> list[Any]:
    return list(context.records(code))
