"""The lymphodepletion regimens on offer; which one this trial uses is a question for the investigator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Regimen(models.TextChoices):
    """Planned lymphodepletion, in mg/m2 a day (clinical reference pack, 1.3)."""

    A = "A", _("A: fludarabine 30 + cyclophosphamide 300 mg/m² on 3 days")
    B = "B", _("B: fludarabine 30 + cyclophosphamide 500 mg/m² on 3 days")
    C = "C", _("C: fludarabine 25 mg/m² on 3 days, cyclophosphamide 1000 mg/m² on one of them")
    D = "D", _("D: fludarabine 30 + cyclophosphamide 250 to 300 mg/m² on 3 days")
    E = "E", _("E: no lymphodepletion")


@dataclass(frozen=True)
class Plan:
    """What a regimen gives of one drug on a day it is given: from, to, in mg/m2; `days` how often."""

    low: Decimal
    high: Decimal
    days: int = 3


def _exactly(dose: int, days: int = 3) -> Plan:
    return Plan(Decimal(dose), Decimal(dose), days)


FLUDARABINE: Final = {"A": _exactly(30), "B": _exactly(30), "C": _exactly(25), "D": _exactly(30)}
CYCLOPHOSPHAMIDE: Final = {
    "A": _exactly(300),
    "B": _exactly(500),
    "C": _exactly(1000, days=1),
    "D": Plan(Decimal(250), Decimal(300)),
}
