"""Code lists of the CAR-T toxicity forms, and the grade that each finding stands for."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sign(models.TextChoices):
    """Was there fever or hypotension, and what it is put down to. CRS comes first where it contributes."""

    NONE = "NONE", _("None")
    CRS = "CRS", _("CRS")
    INFECTION = "INFECTION", _("Infection")
    MG = "MG", _("MG")
    OTHER = "OTHER", _("Another cause")


class Oxygen(models.TextChoices):
    """The most support with breathing on one day."""

    NONE = "NONE", _("None, room air")
    CANNULA = "NC", _("Nasal cannula")
    BLOW_BY = "BLOWBY", _("Blow-by oxygen")
    HIGH_FLOW = "HFNC", _("High-flow nasal cannula")
    MASK = "MASK", _("Face mask, Venturi or non-rebreather")
    NON_INVASIVE = "NIV", _("CPAP or BiPAP")
    INVASIVE = "MV", _("Tracheal tube and ventilator")


SUPPORTED: Final = tuple(device.value for device in Oxygen if device is not Oxygen.NONE)
WITH_FLOW: Final = (Oxygen.CANNULA.value, Oxygen.HIGH_FLOW.value, Oxygen.MASK.value)
WITH_FRACTION: Final = (
    *(Oxygen.HIGH_FLOW.value, Oxygen.MASK.value),
    *(Oxygen.NON_INVASIVE.value, Oxygen.INVASIVE.value),
)


class OxygenCause(models.TextChoices):
    """What oxygen or ventilation is put down to. Weak breathing muscles are no hypoxia of CRS."""

    CRS = "CRS", _("CRS")
    MG = "MG", _("Myasthenic weakness")
    INFECTION = "INFECTION", _("Infection")
    AIRWAY = "AIRWAY", _("Only to protect the airway")
    OTHER = "OTHER", _("Another cause")


class Pressor(models.TextChoices):
    """Drugs that hold the blood pressure."""

    NOREPINEPHRINE = "NOREPINEPHRINE", _("Norepinephrine")
    EPINEPHRINE = "EPINEPHRINE", _("Epinephrine")
    PHENYLEPHRINE = "PHENYLEPHRINE", _("Phenylephrine")
    DOPAMINE = "DOPAMINE", _("Dopamine")
    VASOPRESSIN = "VASOPRESSIN", _("Vasopressin")
    OTHER = "OTHER", _("Another vasopressor")


class PressorUnit(models.TextChoices):
    """Unit of the highest rate of the day."""

    UG_KG_MIN = "ug/kg/min", "µg/kg/min"
    U_MIN = "U/min", "U/min"


class Treatment(models.TextChoices):
    """What was given against CRS or ICANS on one day."""

    NONE = "NONE", _("None")
    ANTIPYRETIC = "ANTIPYRETIC", _("Antipyretic")
    TOCILIZUMAB = "TOCILIZUMAB", _("Tocilizumab")
    STEROID = "STEROID", _("Corticosteroid")
    ANAKINRA = "ANAKINRA", _("Anakinra")
    OTHER = "OTHER", _("Another")


# Once one of these was given, fever is no longer required (ASTCT 2019). "Another" may be an antiseizure drug.
HIDES_FEVER: Final = frozenset({Treatment.ANTIPYRETIC, Treatment.TOCILIZUMAB, Treatment.STEROID, Treatment.ANAKINRA})


class Agent(models.TextChoices):
    """The drugs whose doses are recorded one by one."""

    TOCILIZUMAB = "TOCILIZUMAB", _("Tocilizumab")
    DEXAMETHASONE = "DEXAMETHASONE", _("Dexamethasone")
    METHYLPREDNISOLONE = "METHYLPREDNISOLONE", _("Methylprednisolone")
    ANAKINRA = "ANAKINRA", _("Anakinra")
    SILTUXIMAB = "SILTUXIMAB", _("Siltuximab")
    LEVETIRACETAM = "LEVETIRACETAM", _("Levetiracetam")
    OTHER = "OTHER", _("Another")


DOSED: Final = frozenset({Treatment.TOCILIZUMAB, Treatment.STEROID, Treatment.ANAKINRA})
AGENTS: Final[dict[str, Treatment]] = {
    "TOCILIZUMAB": Treatment.TOCILIZUMAB, "ANAKINRA": Treatment.ANAKINRA,
    "DEXAMETHASONE": Treatment.STEROID, "METHYLPREDNISOLONE": Treatment.STEROID,
    "SILTUXIMAB": Treatment.OTHER, "LEVETIRACETAM": Treatment.OTHER, "OTHER": Treatment.OTHER,
}  # fmt: skip


class Purpose(models.TextChoices):
    """Against which of the two a dose was given."""

    CRS = "CRS", _("CRS")
    ICANS = "ICANS", _("ICANS")
    BOTH = "BOTH", _("Both")


class Fatal(models.TextChoices):
    """What the subject died of on this day, where there is no other principal cause."""

    CRS = "CRS", _("CRS")
    ICANS = "ICANS", _("ICANS")
    OTHER = "OTHER", _("Another cause")


class AstctGrade(models.TextChoices):
    """Grades of ASTCT 2019; 0 where the criteria are not met."""

    NONE = "0", _("0: none")
    ONE = "1", _("Grade 1")
    TWO = "2", _("Grade 2")
    THREE = "3", _("Grade 3")
    FOUR = "4", _("Grade 4")
    FIVE = "5", _("Grade 5: death")


GRADED: Final = tuple(grade.value for grade in AstctGrade if grade is not AstctGrade.NONE)


class Consciousness(models.TextChoices):
    """The lowest level of the day."""

    AWAKE = "AWAKE", _("Awake")
    DROWSY = "SPONT", _("Drowsy, wakes without being called")
    VOICE = "VOICE", _("Wakes when called")
    TOUCH = "TOUCH", _("Wakes only when touched")
    NONE = "UNAROUSABLE", _("Not to be woken, or only by vigorous or repeated touch; stupor, coma")
    OTHER = "OTHER", _("Lowered by another cause (sedation, carbon dioxide, infection)")


class Seizure(models.TextChoices):
    """Seizures of the day, clinical or on EEG."""

    NONE = "NONE", _("None")
    BRIEF = "BRIEF", _("Seizure that resolved rapidly, or only on EEG and resolved with treatment")
    LONG = "LONG", _("Longer than 5 minutes, or repeated without recovery between")
    OTHER = "OTHER", _("Seizure of another cause")


class Motor(models.TextChoices):
    """Weakness of the day: that of myasthenia gravis is none of ICANS."""

    NONE = "NONE", _("None new")
    FOCAL = "FOCAL", _("Deep focal weakness, such as hemiparesis or paraparesis")
    MG = "MG", _("Myasthenic weakness")
    OTHER = "OTHER", _("Weakness of another cause")


class Pressure(models.TextChoices):
    """Signs of pressure in the skull: double vision of myasthenia gravis is no palsy of the sixth nerve."""

    NONE = "NONE", _("None")
    LOCAL = "LOCAL", _("Local oedema on imaging")
    RAISED = "RAISED", _("Diffuse oedema, posturing, sixth nerve palsy, papilloedema or Cushing's triad")
    MG = "MG", _("Double vision of myasthenia gravis only")
    BLEEDING = "BLEEDING", _("Bleeding, and oedema around it")


class NeuroCause(models.TextChoices):
    """What else than CAR-T cells explains a neurological finding."""

    MG = "MG", _("Myasthenia gravis")
    INFECTION = "INFECTION", _("Infection")
    DRUG = "DRUG", _("Drug or sedation")
    METABOLIC = "METABOLIC", _("Metabolic cause")
    OTHER = "OTHER", _("Another cause")


# Columns of the ICANS table (Lee et al. 2019). What has another cause does not count.
CONSCIOUSNESS: Final[dict[str, int]] = {"AWAKE": 0, "SPONT": 1, "VOICE": 2, "TOUCH": 3, "UNAROUSABLE": 4, "OTHER": 0}
SEIZURE: Final[dict[str, int]] = {"NONE": 0, "BRIEF": 3, "LONG": 4, "OTHER": 0}
MOTOR: Final[dict[str, int]] = {"NONE": 0, "FOCAL": 4, "MG": 0, "OTHER": 0}
PRESSURE: Final[dict[str, int]] = {"NONE": 0, "LOCAL": 3, "RAISED": 4, "MG": 0, "BLEEDING": 0}
