"""Code lists of safety reporting (CDISC controlled terminology where it has them)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Grade(models.TextChoices):
    """CTCAE grades; ASTCT counts the same way."""

    MILD = "1", _("1: mild")
    MODERATE = "2", _("2: moderate")
    SEVERE = "3", _("3: severe")
    LIFE_THREATENING = "4", _("4: life-threatening")
    DEATH = "5", _("5: death")


class Outcome(models.TextChoices):
    """OUT."""

    RECOVERED = "RECOVERED/RESOLVED", _("Recovered")
    SEQUELAE = "RECOVERED/RESOLVED WITH SEQUELAE", _("Recovered with lasting damage")
    RECOVERING = "RECOVERING/RESOLVING", _("Recovering")
    NOT_RECOVERED = "NOT RECOVERED/NOT RESOLVED", _("Not recovered")
    FATAL = "FATAL", _("Fatal")
    UNKNOWN = "UNKNOWN", _("Unknown")


class Seriousness(models.TextChoices):
    """Criteria of ICH E2A."""

    DEATH = "DEATH", _("It led to death")
    LIFE = "LIFE", _("It was life-threatening")
    HOSPITAL = "HOSPITAL", _("Hospital admission or a longer stay")
    DISABILITY = "DISABILITY", _("Lasting or significant disability")
    CONGENITAL = "CONGENITAL", _("Congenital anomaly or birth defect")
    IMPORTANT = "IMPORTANT", _("Another important medical event")


class Causality(models.TextChoices):
    """The investigator's judgement."""

    RELATED = "RELATED", _("Related")
    POSSIBLE = "POSSIBLE", _("Possibly related")
    UNLIKELY = "UNLIKELY", _("Unlikely")
    NOT_RELATED = "NOT RELATED", _("Not related")


class Action(models.TextChoices):
    """ACN, as far as a single infusion knows it."""

    NOT_CHANGED = "DOSE NOT CHANGED", _("None")
    INTERRUPTED = "DRUG INTERRUPTED", _("Infusion interrupted")
    WITHDRAWN = "DRUG WITHDRAWN", _("Infusion stopped or not given")
    NOT_APPLICABLE = "NOT APPLICABLE", _("Not applicable")


class SpecialInterest(models.TextChoices):
    """Events of special interest after CAR-T cells in myasthenia gravis (clinical reference pack, 4.9)."""

    CRS = "CRS", _("Cytokine release syndrome (CRS)")
    ICANS = "ICANS", _("Neurotoxicity (ICANS)")
    ICAHT = "ICAHT", _("Haematotoxicity (ICAHT)")
    IEC_HS = "IEC-HS", _("Hyperinflammatory syndrome (IEC-HS)")
    LICATS = "LICATS", _("Local toxicity (LICATS)")
    INFECTION = "INFECTION", _("Infection")
    HBV = "HBV", _("Hepatitis B reactivation")
    CMV_EBV = "CMV/EBV", _("CMV or EBV reactivation")
    HYPOGAMMA = "HYPOGAMMA", _("Low immunoglobulins")
    APLASIA = "B-CELL APLASIA", _("B-cell aplasia")
    REACTION = "REACTION", _("Infusion reaction or hypersensitivity")
    COAGULATION = "COAGULATION", _("Coagulopathy")
    CARDIAC = "CARDIAC", _("Cardiac event")
    EXACERBATION = "MG EXACERBATION", _("MG exacerbation")
    CRISIS = "MG CRISIS", _("Myasthenic crisis")
    AUTOIMMUNE = "AUTOIMMUNE", _("New autoimmune disease")
    MALIGNANCY = "MALIGNANCY", _("New or secondary malignancy")
    RCL = "RCL", _("Replication-competent lentivirus")
    LATE_NEURO = "LATE NEUROTOXICITY", _("Late neurotoxicity")
    PREGNANCY = "PREGNANCY", _("Pregnancy")


class ReportedBy(models.TextChoices):
    """Who told the site first."""

    SUBJECT = "SUBJECT", _("Subject")
    FAMILY = "FAMILY", _("Family or carer")
    STAFF = "STAFF", _("Site staff")
    HOSPITAL = "HOSPITAL", _("Another hospital or doctor")
    RECORDS = "RECORDS", _("Records or laboratory")
    OTHER = "OTHER", _("Someone else")


class Transgene(models.TextChoices):
    """CAR transgene in the tissue of a new malignancy: FDA class warning of January 2024, T-cell malignancies."""

    POSITIVE = "POS", _("Found")
    NEGATIVE = "NEG", _("Not found")
    PENDING = "PEND", _("Result awaited")
    NOT_SENT = "NOT SENT", _("No tissue sent")


class Expectedness(models.TextChoices):
    """Against the reference safety information of the product (ICH E2A)."""

    EXPECTED = "EXPECTED", _("Expected")
    UNEXPECTED = "UNEXPECTED", _("Unexpected")


# ICH E2A asks for a reasonable possibility: what is unlikely is not counted as related.
BY_THE_TREATMENT = (Causality.RELATED, Causality.POSSIBLE)
# What the shorter clock of an unexpected reaction runs for (ICH E2A; NMPA 2018).
DEADLY = (Seriousness.DEATH, Seriousness.LIFE)
