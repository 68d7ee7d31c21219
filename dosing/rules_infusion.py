"""Rules about the infusion, the first and the second alike, across forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.rules import Context, Strength, trial_rule
from dosing import escalation, findings

Holds: TypeAlias = "Callable[[Context], bool | None]"


def infusion_rule(
    number: int, message: Any, *, forms: tuple[str, ...], strength: Strength = Strength.QUERY
) -> Callable[[Holds], Holds]:
    """The same rule at both infusions: `INF-10` and `INF2-10`, shown at the start."""

    def declare(holds: Holds) -> Holds:
        for form in ("INF", "INF2"):
            rule = trial_rule(f"{form}-{number}", message, form=form, item="exstdtc", forms=forms, strength=strength)
            rule(holds)
        return holds

    return declare


@infusion_rule(
    10,
    _("The CAR-T product was infused without an informed consent signed before it."),
    forms=("ICF",),
    strength=Strength.DEVIATION,
)
def infusion_follows_consent(context: Context) -> bool | None:
    """Consent precedes every procedure (ICH E6(R3) 2.8). A signature in the same minute is not before."""
    start = context.record.exstdtc
    if start is None:
        return None
    signed = [record.rficdtc for record in context.records("ICF") if record.rficdtc is not None]
    return any(moment < start for moment in signed)


@infusion_rule(
    11,
    _(
        "No negative pregnancy test is recorded in the time before infusion that the protocol allows. Enter the test, "
        "or say why the subject is not of childbearing potential."
    ),
    forms=("DM", "RP", "UPT", "HCG"),
)
def woman_was_tested(context: Context) -> bool | None:
    """Inclusion 8; hours from date-times, both ends included (`pregnancy_test_before_infusion`)."""
    start = context.record.exstdtc
    sex = context.newest("DM", "sex")
    if start is None or sex is None:
        return None
    allowed = timedelta(hours=protocol.hours("pregnancy_test_before_infusion"))
    negative = (test.lbdtc for test in findings.tests(context) if test.lborres == "NEG")
    spared = sex != "F" or context.newest("RP", "childpot") == "N"
    return spared or any(timedelta(0) <= start - moment <= allowed for moment in negative)


@infusion_rule(
    12,
    _("The CAR-T product was infused although the last pregnancy test before it was positive or indeterminate."),
    forms=("UPT", "HCG"),
    strength=Strength.DEVIATION,
)
def last_test_was_negative(context: Context) -> bool | None:
    """A test that is not negative stops dosing until it is settled (clinical reference pack, section 7)."""
    start = context.record.exstdtc
    before = [test for test in findings.tests(context) if start is not None and test.lbdtc <= start]
    return bool(max(before, key=lambda test: test.lbdtc).lborres == "NEG") if before else None


@infusion_rule(
    13,
    _("The CAR-T product was infused too soon after the last lymphodepletion dose."),
    forms=("LD",),
    strength=Strength.DEVIATION,
)
def rested_after_lymphodepletion(context: Context) -> bool | None:
    """From the end of the last dose, from its start where no end is entered; exactly `rest_hours` is enough."""
    start = context.record.exstdtc
    last = findings.last_dose(context, start)
    if start is None or last is None:
        return None
    return bool(start - last >= timedelta(hours=protocol.hours("rest_hours")))


@infusion_rule(
    14,
    _("The infusion is recorded, but no clearance was decided before it. Enter the clearance, or say why not."),
    forms=("CLR",),
)
def infusion_was_cleared(context: Context) -> bool | None:
    """Clinical reference pack, 8.2: go or no-go before infusion."""
    start = context.record.exstdtc
    return None if start is None else _last_decision(context, start) is not None


@infusion_rule(
    15,
    _("The CAR-T product was infused although the last clearance before it was no-go."),
    forms=("CLR",),
    strength=Strength.DEVIATION,
)
def clearance_said_go(context: Context) -> bool | None:
    """The decision of the newest clearance before the start."""
    start = context.record.exstdtc
    decided = None if start is None else _last_decision(context, start)
    return None if decided is None else decided == "GO"


@infusion_rule(
    16,
    _(
        "Infused earlier than the protocol allows after another subject of the same dose level. The page on dose "
        "escalation says from which day."
    ),
    forms=("ENR",),
    strength=Strength.DEVIATION,
)
def others_waited_for(context: Context) -> bool | None:
    """`stagger_days` between first infusions of a level, over all sites; a second infusion does not wait for others."""
    start, level = context.record.exstdtc, context.newest("ENR", "doselvl")
    if start is None or level is None or context.record.crf.code != "INF":
        return None
    return not escalation.too_early(start.date(), escalation.others_infused(context.subject, level))


@infusion_rule(
    17,
    _("The planned dose is not that of the dose level the subject was enrolled at. Please check both."),
    forms=("ENR",),
)
def planned_at_the_level(context: Context) -> bool | None:
    """The dose that was in force when the subject was enrolled."""
    planned, of_level = context.record.expldos, context.newest("ENR", "enrdose")
    return None if planned is None or of_level is None else bool(planned == of_level)


@trial_rule(
    "INF2-18",
    _("The second infusion is not after the first. Please check both dates."),
    form="INF2",
    item="exstdtc",
    forms=("INF",),
)
def second_follows_first(context: Context) -> bool | None:
    """A second infusion opens a second treatment period."""
    start = context.record.exstdtc
    first = context.newest("INF", "exstdtc")
    if start is None:
        return None
    return first is not None and first < start


def _last_decision(context: Context, start: Any) -> str | None:
    """Of the clearances before the start the newest that holds a decision."""
    made = [form for form in context.records("CLR") if form.clrdec and form.clrdtc and form.clrdtc <= start]
    newest = max(made, key=lambda form: form.clrdtc, default=None)
    return None if newest is None else str(newest.clrdec)
