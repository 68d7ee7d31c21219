"""Code lists of the history forms."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sign(models.TextChoices):
    """Result of a qualitative test."""

    NEGATIVE = "NEG", _("Negative")
    POSITIVE = "POS", _("Positive")


class MgfaClass(models.TextChoices):
    """MGFA clinical classification (Jaretzki et al. 2000); the definitions are the published ones."""

    I = "I", _("I: ocular muscles only")  # noqa: E741  the class is called so
    IIA = "IIA", _("IIa: mild, mainly limbs or trunk")
    IIB = "IIB", _("IIb: mild, mainly throat or breathing")
    IIIA = "IIIA", _("IIIa: moderate, mainly limbs or trunk")
    IIIB = "IIIB", _("IIIb: moderate, mainly throat or breathing")
    IVA = "IVA", _("IVa: severe, mainly limbs or trunk")
    IVB = "IVB", _("IVb: severe, mainly throat or breathing, or tube feeding")
    V = "V", _("V: intubated")


class AntibodyMethod(models.TextChoices):
    """How an antibody was measured; the last two give no figure that a limit applies to."""

    RIA = "RIA", _("Radioimmunoassay (RIA)")
    ELISA = "ELISA", _("ELISA")
    CLIA = "CLIA", _("Chemiluminescence")
    OTHER = "OTHER", _("Another quantitative method")
    CBA = "CBA", _("Cell-based assay (CBA)")
    QUALITATIVE = "QUAL", _("Another qualitative method")


QUANTITATIVE = (AntibodyMethod.RIA, AntibodyMethod.ELISA, AntibodyMethod.CLIA, AntibodyMethod.OTHER)


class AntibodyUnit(models.TextChoices):
    """Units that kits report in; results of different kits are never converted."""

    NMOL_L = "nmol/L", "nmol/L"
    U_ML = "U/mL", "U/mL"
    RU_ML = "RU/mL", "RU/mL"
    INDEX = "INDEX", _("Index (no unit)")


class TreatmentClass(models.TextChoices):
    """What kind of treatment of myasthenia gravis it is."""

    STEROID = "STEROID", _("Corticosteroid")
    NSIST = "NSIST", _("Non-steroidal immunosuppressant")
    RTX = "RTX", _("Rituximab or another B-cell-depleting antibody")
    IVIG = "IVIG", _("Intravenous immunoglobulin")
    PLEX = "PLEX", _("Plasma exchange or immunoadsorption")
    FCRN = "FCRN", _("FcRn blocker")
    COMPL = "COMPL", _("Complement inhibitor")
    CHEI = "CHEI", _("Cholinesterase inhibitor")
    OTHER = "OTHER", _("Another treatment")


class TreatmentOutcome(models.TextChoices):
    """What a treatment of myasthenia gravis achieved."""

    INADEQUATE = "INADEQUATE", _("Inadequate effect")
    RELAPSE = "RELAPSE", _("Relapse or worsening on it or after it")
    INTOLERANT = "INTOLERANT", _("Not tolerated")
    EFFECTIVE = "EFFECTIVE", _("Effective")
    UNKNOWN = "UNKNOWN", _("Cannot be said")


class Route(models.TextChoices):
    """ROUTE, as far as treatment of myasthenia gravis uses it."""

    ORAL = "ORAL", _("By mouth")
    INTRAVENOUS = "INTRAVENOUS", _("Intravenous")
    SUBCUTANEOUS = "SUBCUTANEOUS", _("Subcutaneous")
    INTRAMUSCULAR = "INTRAMUSCULAR", _("Intramuscular")
    EXTRACORPOREAL = "EXTRACORPOREAL", _("Extracorporeal")


class DoseUnit(models.TextChoices):
    """UNIT, as far as treatment of myasthenia gravis uses it."""

    MG = "mg", "mg"
    G = "g", "g"
    MG_KG = "mg/kg", "mg/kg"
    G_KG = "g/kg", "g/kg"
    MG_M2 = "mg/m2", "mg/m²"
    VOLUME = "PV", _("plasma volumes")
