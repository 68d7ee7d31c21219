"""Events of special interest: which form each of them needs as well (clinical reference pack, 4.9; SAF-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.crf.rules import Context, trial_rule
from safety.codes import SpecialInterest


@dataclass(frozen=True)
class Prompt:
    """An event of special interest, and the form of which a record must be there from its start on."""

    id: str
    event: SpecialInterest
    form: str
    message: Any


PROMPTS = (
    Prompt("AE-20", SpecialInterest.CRS, "CRS", _(
        "For a CRS open the daily record of CRS and ICANS, with its signs and oxygen, for each day it lasts.")),
    Prompt("AE-21", SpecialInterest.ICANS, "CRS", _(
        "For an ICANS open the daily record of CRS and ICANS for each day it lasts.")),
    Prompt("AE-22", SpecialInterest.ICANS, "ICE", _("For an ICANS enter the ICE score of each day it lasts.")),
    Prompt("AE-23", SpecialInterest.ICAHT, "ICAHT", _(
        "For a haematotoxicity open the ICAHT form, which grades it from the blood counts.")),
    Prompt("AE-24", SpecialInterest.HBV, "VIR", _(
        "For a hepatitis B reactivation enter HBsAg and HBV DNA on a virology form.")),
    Prompt("AE-25", SpecialInterest.CMV_EBV, "VIR", _(
        "For a CMV or EBV reactivation enter the viral load on a virology form.")),
    Prompt("AE-26", SpecialInterest.HYPOGAMMA, "IMM", _(
        "For low immunoglobulins enter them on the form of immunoglobulins.")),
    Prompt("AE-27", SpecialInterest.APLASIA, "IMM", _("For a B-cell aplasia enter the lymphocyte subsets.")),
    Prompt("AE-28", SpecialInterest.COAGULATION, "COAG", _("For a coagulopathy enter the coagulation results.")),
    Prompt("AE-29", SpecialInterest.CARDIAC, "ECG", _("For a cardiac event enter an electrocardiogram.")),
    Prompt("AE-30", SpecialInterest.EXACERBATION, "RSC", _(
        "For an exacerbation open the visit of MG relapse and rescue, with its scales and treatment.")),
    Prompt("AE-31", SpecialInterest.CRISIS, "RSC", _(
        "For a myasthenic crisis open the visit of MG relapse and rescue, with its scales and treatment.")),
    Prompt("AE-32", SpecialInterest.RCL, "RCL", _("For replication-competent lentivirus enter the confirming test.")),
    Prompt("AE-33", SpecialInterest.PREGNANCY, "PREG", _("For a pregnancy open a line of the pregnancy log.")),
)  # fmt: skip


def is_open(context: Context, form: str) -> bool:
    """Is there a record of that form from the event's start on? One of a log counts whenever it is of."""
    start = context.record.aestdat
    visits = [record.visit for record in context.records(form)]
    return any(
        visit is None or start is None or (visit.visit_on or start.earliest) >= start.earliest for visit in visits
    )


def _declare(prompt: Prompt) -> None:
    def holds(context: Context) -> bool | None:
        chosen = prompt.event in (context.record.aespecial or ())
        return is_open(context, prompt.form) if chosen else None

    trial_rule(prompt.id, prompt.message, form="AE", item="aespecial", forms=(prompt.form,))(holds)


for each in PROMPTS:
    _declare(each)
