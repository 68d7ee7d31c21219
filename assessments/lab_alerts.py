"""Results that somebody should hear of at once: the alert ranges, each a parameter of the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.ctcae import Basis, Case
from assessments.lab_units import standard, to_standard
from assessments.laboratory import lies
from core import protocol

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Alert(NamedTuple):
    """Below or above a parameter: a figure in the standard unit, or a multiple of the upper limit or the baseline."""

    sign: str
    parameter: str
    basis: Basis = Basis.FIGURE


ALERTS: Final[Mapping[str, tuple[Alert, ...]]] = {
    "NEUT": (Alert("<", "alert_neutrophils"),),
    "PLAT": (Alert("<", "alert_platelets"),),
    "HGB": (Alert("<", "alert_haemoglobin"),),
    "FIBRINO": (Alert("<", "alert_fibrinogen"),),
    "FERRITIN": (Alert(">", "alert_ferritin"),),
    "ALT": (Alert(">", "alert_transaminases", Basis.ULN),),
    "AST": (Alert(">", "alert_transaminases", Basis.ULN),),
    "BILI": (Alert(">", "alert_bilirubin", Basis.ULN),),
    "CREAT": (Alert(">", "alert_creatinine", Basis.BASELINE),),
    "K": (Alert("<", "alert_potassium_low"), Alert(">", "alert_potassium_high")),
    "SODIUM": (Alert("<", "alert_sodium"),),
    "IGG": (Alert("<", "alert_igg"),),
}


WORDS: Final = {
    Basis.FIGURE: _("{limit} {unit}"),
    Basis.ULN: _("{limit} times the upper limit"),
    Basis.BASELINE: _("{limit} times the baseline"),
}


def beyond(case: Case) -> StrOrPromise:
    """The limit of the alert that the result certainly lies beyond, in words; empty where it lies beyond none."""
    for alert in ALERTS.get(case.test, ()):
        limit = protocol.number(alert.parameter)
        if _holds(alert, limit, case) is True:
            return format_lazy(WORDS[alert.basis], limit=limit, unit=standard(case.test).label)
    return ""


def _holds(alert: Alert, limit: Decimal, case: Case) -> bool | None:
    if alert.basis is Basis.ULN:
        return None if case.high is None else lies(case.result, alert.sign, limit * case.high)
    if alert.basis is Basis.BASELINE:
        known = case.baseline
        if known is None or known.was is None or known.now is None or known.was.operator:
            return None
        return lies(known.now, alert.sign, limit * known.was.value)
    converted = to_standard(case.test, case.unit, case.result)
    return None if converted is None else lies(converted, alert.sign, limit)
