"""Code lists of medication: class, reason, unit, frequency, route, and the drugs that are reckoned with."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class DrugClass(models.TextChoices):
    """What kind of treatment it is; the first nine as in the prior treatment of MG."""

    STEROID = "STEROID", _("Corticosteroid")
    NSIST = "NSIST", _("Non-steroidal immunosuppressant")
    RTX = "RTX", _("Rituximab")
    IVIG = "IVIG", _("Intravenous immunoglobulin")
    PLEX = "PLEX", _("Plasma exchange or immunoadsorption")
    FCRN = "FCRN", _("FcRn inhibitor")
    COMPL = "COMPL", _("Complement inhibitor")
    CHEI = "CHEI", _("Cholinesterase inhibitor")
    BIOLOGIC = "BIOLOGIC", _("Another biologic for MG")
    CRS_ICANS = "CRS_ICANS", _("Cytokine blockade (tocilizumab, anakinra, siltuximab)")
    INFECTION = "INFECTION", _("Anti-infective")
    ANTIEMETIC = "ANTIEMETIC", _("Antiemetic")
    ANTISEIZURE = "ANTISEIZURE", _("Antiseizure medicine")
    GROWTH = "GROWTH", _("Growth factor of blood cells")
    VACCINE = "VACCINE", _("Live vaccine")
    OTHER = "OTHER", _("Another class")


class Reason(models.TextChoices):
    """Why it was given. Only RESCUE is rescue: CRS, ICANS and immunoglobulin replacement never are."""

    MG = "MG", _("Regular treatment of MG")
    RESCUE = "RESCUE", _("Worsening of MG (rescue)")
    BRIDGE = "BRIDGE", _("Bridging between leukapheresis and infusion")
    CRS = "CRS", _("Cytokine release syndrome")
    ICANS = "ICANS", _("ICANS")
    PROPHYLAXIS = "PROPHYLAXIS", _("Prevention of infection")
    INFECTION = "INFECTION", _("Treatment of an infection")
    IGREPL = "IGREPL", _("Immunoglobulin replacement")
    PREMED = "PREMED", _("Before an infusion or procedure")
    AE = "AE", _("Another adverse event")
    MH = "MH", _("Another disease")
    OTHER = "OTHER", _("Another reason")


class DoseUnit(models.TextChoices):
    """UNIT: of a single dose."""

    UG = "ug", "µg"
    MG = "mg", "mg"
    G = "g", "g"
    MG_KG = "mg/kg", "mg/kg"
    G_KG = "g/kg", "g/kg"
    MG_M2 = "mg/m2", "mg/m²"
    ML = "mL", "mL"
    IU = "IU", "IU"
    SESSION = "SESSION", _("Session")
    OTHER = "OTHER", _("Another unit")


class Frequency(models.TextChoices):
    """How often a single dose was taken."""

    ONCE = "ONCE", _("Once")
    QD = "QD", _("Once a day")
    BID = "BID", _("Twice a day")
    TID = "TID", _("Three times a day")
    QID = "QID", _("Four times a day")
    FIVE = "5XD", _("Five times a day")
    SIX = "6XD", _("Six times a day")
    Q12H = "Q12H", _("Every 12 hours")
    Q8H = "Q8H", _("Every 8 hours")
    Q6H = "Q6H", _("Every 6 hours")
    Q4H = "Q4H", _("Every 4 hours")
    QOD = "QOD", _("Every other day")
    TIW = "TIW", _("Three times a week")
    BIW = "BIW", _("Twice a week")
    QW = "QW", _("Once a week")
    Q2W = "Q2W", _("Every 2 weeks")
    Q4W = "Q4W", _("Every 4 weeks")
    PRN = "PRN", _("As needed")
    CONTINUOUS = "CONTINUOUS", _("Continuous infusion")
    OTHER = "OTHER", _("Another pattern, or unequal doses")


class Route(models.TextChoices):
    """ROUTE: how it was given."""

    ORAL = "ORAL", _("By mouth or tube")
    INTRAVENOUS = "INTRAVENOUS", _("Intravenous")
    INTRAMUSCULAR = "INTRAMUSCULAR", _("Intramuscular")
    SUBCUTANEOUS = "SUBCUTANEOUS", _("Subcutaneous")
    INHALATION = "INHALATION", _("Inhaled")
    NASAL = "NASAL", _("Nasal")
    TOPICAL = "TOPICAL", _("On the skin")
    OPHTHALMIC = "OPHTHALMIC", _("In the eye")
    ARTICULAR = "INTRA-ARTICULAR", _("Into a joint")
    INTRATHECAL = "INTRATHECAL", _("Intrathecal")
    RECTAL = "RECTAL", _("Rectal")
    OTHER = "OTHER", _("Another route")


# Exclusion 7 exempts inhaled steroids; the others are a proposal (clinical reference pack, 2.2, E7).
LOCAL: Final = frozenset({Route.INHALATION, Route.NASAL, Route.TOPICAL, Route.OPHTHALMIC, Route.ARTICULAR})


class Steroid(models.TextChoices):
    """The corticosteroids that have a prednisone factor, and the rest."""

    PREDNISONE = "PREDNISONE", _("Prednisone")
    PREDNISOLONE = "PREDNISOLONE", _("Prednisolone")
    METHYLPREDNISOLONE = "METHYLPREDNISOLONE", _("Methylprednisolone")
    HYDROCORTISONE = "HYDROCORTISONE", _("Hydrocortisone")
    CORTISONE = "CORTISONE", _("Cortisone")
    DEXAMETHASONE = "DEXAMETHASONE", _("Dexamethasone")
    BETAMETHASONE = "BETAMETHASONE", _("Betamethasone")
    TRIAMCINOLONE = "TRIAMCINOLONE", _("Triamcinolone")
    DEFLAZACORT = "DEFLAZACORT", _("Deflazacort")
    OTHER = "OTHER", _("Another corticosteroid")


class Cholinesterase(models.TextChoices):
    """Cholinesterase inhibitors."""

    PYRIDOSTIGMINE = "PYRIDOSTIGMINE", _("Pyridostigmine")
    NEOSTIGMINE = "NEOSTIGMINE", _("Neostigmine")
    OTHER = "OTHER", _("Another cholinesterase inhibitor")


# Names that are a systemic steroid in whatever class they were put (in English lower case, and Chinese)
STEROID_NAMES: Final = (
    "prednis", "cortisone", "cortisol", "dexamethasone", "betamethasone", "triamcinolone", "deflazacort",
    "泼尼松", "泼尼", "强的松", "可的松", "地塞米松", "倍他米松", "曲安", "地夫可特", "甲强龙",
)  # fmt: skip


def is_steroid_by_name(name: str) -> bool:
    """Does the name of the medicine say that it is a corticosteroid?"""
    spoken = name.casefold()
    return any(part in spoken for part in STEROID_NAMES)
