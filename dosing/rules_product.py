"""Rules about the product that was infused: whose it is, whether it was still good."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.crf.rules import Context, Strength
from dosing import product
from dosing.rules_infusion import infusion_rule


@infusion_rule(
    50,
    _("The CAR-T product was infused although the check of its chain of identity did not agree."),
    forms=(product.FORM,),
    strength=Strength.DEVIATION,
)
def identity_agreed(context: Context) -> bool | None:
    """ENT-04. Of the product whose bags were infused, up to the start."""
    checks = _checks(context)
    return None if not checks else all(found == product.MATCH for found in checks.values())


@infusion_rule(
    51,
    _("No check of identity by two people at the bedside is entered for the product infused. Enter it."),
    forms=(product.FORM,),
)
def identity_checked_at_the_bedside(context: Context) -> bool | None:
    """The last of the three checks of the chain of identity."""
    return None if context.record.exstdtc is None else "BEDSIDE" in _checks(context)


@infusion_rule(
    52,
    _("A bag was infused after the day on which it expired."),
    forms=(product.FORM,),
    strength=Strength.DEVIATION,
)
def bags_were_in_time(context: Context) -> bool | None:
    """The last day itself is in time."""
    start = context.record.exstdtc
    if start is None:
        return None
    known = product.bags(context)
    return all(product.is_in_time(known[number], start.date()) for number in _numbers(context) & known.keys())


@infusion_rule(
    53,
    _("The bags infused are not those that the product's form says were infused. Please check both."),
    forms=(product.FORM,),
)
def bags_agree(context: Context) -> bool | None:
    """Once bags are listed here: each of the product's bags with the fate infused, and no other."""
    here = _numbers(context)
    line = _line(context) if here else None
    if line is None:
        return None
    infused = {row.dabagid for row in context.rows(line, "bags") if row.dafate == "INFUSED"}
    return infused == here


@infusion_rule(
    54,
    _("The batch number is not that of the product. Stop and check the product."),
    forms=(product.FORM,),
)
def batch_agrees(context: Context) -> bool | None:
    """The batch on the infusion record against the product's form."""
    line = _line(context)
    if context.record.exlot is None or line is None or line.coilot is None:
        return None
    return bool(context.record.exlot == line.coilot)


def _line(context: Context) -> Any:
    start = context.record.exstdtc
    return None if start is None else product.line_of(context, _numbers(context), start)


def _checks(context: Context) -> dict[str, str]:
    line = _line(context)
    return {} if line is None else product.checks(context, line, context.record.exstdtc)


def _numbers(context: Context) -> set[str]:
    """The bags listed on the infusion at hand."""
    rows = (context.record.group_rows or {}).get("bags", ())
    return {row.bagid for row in rows if row.bagid and not row.voided}
