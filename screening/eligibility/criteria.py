"""The criteria as data: key, wording by protocol version, the function that answers it, stages, what it reads."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from screening.eligibility import exclusion, inclusion, pregnancy, steroids
from screening.eligibility.criterion import Criterion, Wording
from screening.eligibility.facts import DECIDED, PLANNED

BOTH: Final = (1, 2)
SCREENING: Final = (1,)
BASELINE: Final = (2,)
TREATMENTS: Final = ("PMT.treatments.cmclas", "PMT.treatments.cmtrt", "PMT.treatments.cmout")
ANTIBODY: Final = ("MGH.achrres", "MGH.achr", "MGH.achruln", "MGH.cheiresp")
SIGNS: Final = ("NMT.rnspos", "NMT.edropos", "NMT.neopos")
TESTS: Final = ("UPT.lbdtc", "UPT.lborres", "HCG.lbdtc", "HCG.lborres")
DOSES: Final = ("LD.flustdtc", "LD.cystdtc")
STEROIDS: Final = tuple(f"CM.{name}" for name in ("cmtrt", "cmclas", "cmsyst", "cmstdat", "cmendat", "cmongo"))
RESULTS: Final = tuple(f"CHEM.results.{name}" for name in ("lbtestcd", "lborres", "lborresu", "lbnrhi", "lbornrhi"))

INCLUSION: Final = (
    Criterion(
        "I1",
        (Wording(1, _("Aged 18 or older"), _("Aged 18 years or older at informed consent, of either sex.")),),
        inclusion.adult,
        SCREENING,
        ("DM.brthdat",),
    ),
    Criterion(
        "I2",
        (
            Wording(
                1,
                _("Confirmed refractory MG, AChR antibody positive"),
                _(
                    "Refractory myasthenia gravis with AChR antibodies, and at least one of: decrement on repetitive "
                    "nerve stimulation, positive edrophonium or neostigmine test, improvement on an oral "
                    "cholinesterase inhibitor."
                ),
            ),
        ),
        inclusion.confirmed,
        SCREENING,
        (*ANTIBODY, *SIGNS, *TREATMENTS),
    ),
    Criterion(
        "I3",
        (Wording(1, _("MGFA class IIa to IVb"), _("MGFA clinical class IIa, IIb, IIIa, IIIb, IVa or IVb.")),),
        inclusion.moderate,
        BOTH,
        ("MGFA.mgfacls",),
    ),
    Criterion(
        "I4",
        (
            Wording(
                1,
                _("MG-ADL 5 or more, ocular part below half"),
                _("MG-ADL total of 5 or more, less than 50 % of it from the ocular items."),
            ),
        ),
        inclusion.active,
        BOTH,
        ("MGADL.mgadltot", "MGADL.mgadloc", "QMG.qmg01", "QMG.qmg02", "QMG.qmg03", "QMG.qmgtot"),
    ),
    Criterion(
        "I5",
        (Wording(1, _("QMG above 11"), _("QMG total above 11.")),),
        inclusion.severe_enough,
        BOTH,
        ("QMG.qmgtot",),
    ),
    Criterion(
        "I6",
        (
            Wording(
                1,
                _("Treatment failed or MG came back"),
                _(
                    "Poor effect of regular treatment, or recurrence or worsening, after steroids, immunosuppressants "
                    "or rituximab."
                ),
            ),
        ),
        inclusion.refractory,
        SCREENING,
        TREATMENTS,
    ),
    Criterion(
        "I7",
        (
            Wording(
                1,
                _("Expected survival over 12 weeks"),
                _("Expected survival of more than 12 weeks, in the investigator's judgement."),
            ),
        ),
        inclusion.survives,
        BOTH,
        own=("iei7",),
    ),
    Criterion(
        "I8",
        (
            Wording(
                1,
                _("Not pregnant, effective contraception"),
                _(
                    "Women of childbearing potential: negative pregnancy test before the first dose, and agreement to "
                    "effective contraception until the last follow-up."
                ),
            ),
        ),
        pregnancy.protected,
        BASELINE,
        ("DM.sex", "RP.childpot", "RP.rpcontr", *TESTS, *DOSES),
        own=(PLANNED,),
    ),
)

EXCLUSION: Final = (
    Criterion(
        "E1",
        (
            Wording(
                1,
                _("Epilepsy or other CNS disease"),
                _("A history of epilepsy or of another disease of the central nervous system."),
            ),
        ),
        exclusion.cns_disease,
        SCREENING,
        ("MH.mhepil", "MH.mhcns"),
    ),
    Criterion(
        "E2",
        (
            Wording(
                1,
                _("Thymectomy within 12 months, or thymic radiotherapy"),
                _(
                    "Thymectomy less than 12 months before the screening visit, or needed during the trial, or "
                    "radiotherapy of the thymus."
                ),
            ),
        ),
        exclusion.thymus_treated,
        SCREENING,
        ("THYM.thymect", "THYM.thymdat", "THYM.thymplan", "THYM.thymrt"),
    ),
    Criterion(
        "E3",
        (
            Wording(
                1,
                _("Prolonged QT or severe heart disease"),
                _("Prolonged QT interval on the ECG, or severe heart disease such as severe arrhythmia in the past."),
            ),
        ),
        exclusion.heart_disease,
        BOTH,
        ("ECG.egqtcf", "DM.sex", "MH.mhcard"),
    ),
    Criterion(
        "E4",
        (Wording(1, _("Pregnant or breast-feeding"), _("Pregnant or breast-feeding women.")),),
        pregnancy.pregnant_or_nursing,
        BOTH,
        ("DM.sex", "RP.childpot", "RP.bfeed", *TESTS, *DOSES),
        own=(PLANNED,),
    ),
    Criterion(
        "E5",
        (Wording(1, _("Severe active infection"), _("A severe active infection.")),),
        exclusion.infected,
        BOTH,
        ("INFC.infcact", "INFC.infcgr", "INFC.infciv"),
    ),
    Criterion(
        "E6",
        (Wording(1, _("Active hepatitis B or C"), _("Active infection with hepatitis B or hepatitis C virus.")),),
        exclusion.hepatitis,
        BOTH,
        tuple(f"VIR.{name}" for name in ("hbsag", "hbcab", "hbvdna", "hbvlloq", "hcvab", "hcvrna", "hcvlloq")),
    ),
    Criterion(
        "E7",
        (
            Wording(
                1,
                _("Systemic steroid in the last 4 weeks"),
                _("Systemic steroids in the 4 weeks before treatment; inhaled steroids are allowed."),
            ),
        ),
        steroids.on_steroids,
        BASELINE,
        (*STEROIDS, *TREATMENTS, "PMT.treatments.cmstdat", "PMT.treatments.cmendat"),
        own=(PLANNED,),
    ),
    Criterion(
        "E8",
        (Wording(1, _("Gene therapy before"), _("Any gene therapy product before.")),),
        exclusion.gene_therapy,
        SCREENING,
        ("MH.mhgene",),
    ),
    Criterion(
        "E9",
        (
            Wording(
                1,
                _("T cells expand less than 5-fold"),
                _("T cells proliferate less than 5-fold on CD3/CD28 co-stimulation."),
            ),
        ),
        exclusion.weak_cells,
        BASELINE,
        ("TCELL.tcfold",),
    ),
    Criterion(
        "E10",
        (
            Wording(
                1,
                _("Creatinine, ALT, AST or bilirubin too high"),
                _(
                    "Serum creatinine above 2.5 mg/dL (221.0 µmol/L), ALT or AST above 3 times the upper limit, or "
                    "bilirubin above 2.0 mg/dL (34.2 µmol/L)."
                ),
            ),
        ),
        exclusion.organ_damage,
        BOTH,
        RESULTS,
        own=(DECIDED,),
    ),
    Criterion(
        "E11",
        (
            Wording(
                1,
                _("Other uncontrolled disease"),
                _("Another uncontrolled disease that makes the subject unsuitable for the trial."),
            ),
        ),
        exclusion.uncontrolled,
        BOTH,
        ("MH.mhuncon",),
    ),
    Criterion(
        "E12",
        (Wording(1, _("HIV infection"), _("Infection with HIV.")),),
        exclusion.hiv,
        SCREENING,
        ("VIR.hivscr", "VIR.hivconf"),
    ),
    Criterion(
        "E13",
        (
            Wording(
                1,
                _("Risk or disturbance, in the investigator's view"),
                _(
                    "Anything that in the investigator's judgement may raise the risk to the subject or disturb the "
                    "results."
                ),
            ),
        ),
        exclusion.unsuitable,
        BOTH,
        own=("iee13",),
    ),
)

CRITERIA: Final = (*INCLUSION, *EXCLUSION)
