"""What is verified against source: a proposal until the sponsor's monitoring plan is received. Data only."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.verification import NONE, REQUIRED, FormPlan, Plan, targeted

# Of scales and vital signs a share of the subjects is checked, and all of the first subjects of each site: what a site
# misunderstands shows there.
SCALES: Final = targeted(30)
VITAL_SIGNS: Final = targeted(20)
LABORATORY: Final = targeted(20)
FIRST_OF_SITE: Final = 2

# A laboratory report: the result and what was said of it; its unit and limits show with it.
PANELS = ("CHEM", "HEM", "COAG", "INFL", "CARD", "IMM", "THY")
PANEL = FormPlan(
    LABORATORY,
    {"lbtim": NONE, "lbspccnd": NONE, "lbnam": NONE, "lbreport": NONE}
    | {"results.lbtestcd": NONE}  # whose result it is shows with the result
    | {"results.lborresu": NONE, "results.lbornrlo": NONE, "results.lbornrhi": NONE},
    source=_("Laboratory report"),
)

PLAN: Final = Plan(
    first_of_site=FIRST_OF_SITE,
    forms={
        # Consent and eligibility: every answer of every subject
        "ICF": FormPlan(REQUIRED, source=_("The signed consent form, in the subject's file")),
        "DM": FormPlan(REQUIRED, source=_("Identity document and hospital admission record")),
        "RICF": FormPlan(REQUIRED, source=_("The signed consent form, in the subject's file")),
        "WD": FormPlan(REQUIRED, {"wdreas": NONE}, source=_("Hospital record of the conversation, or the letter")),
        # Histories: eligibility rests on them
        "MGH": FormPlan(
            REQUIRED,
            {"achrlab": NONE, "antibodies.mgabtest": NONE},
            source=_("Hospital records, reports of antibodies and of neurophysiology"),
        ),
        "PMT": FormPlan(
            REQUIRED,
            {"treatments.cmdosfrq": NONE, "treatments.cmroute": NONE, "treatments.cmrsn": NONE},
            source=_("Hospital records and prescriptions"),
        ),
        "MH": FormPlan(REQUIRED, source=_("Hospital records")),
        "RP": FormPlan(REQUIRED, {"rpcom": NONE}, source=_("Hospital record of the conversation at screening")),
        "RPM": FormPlan(REQUIRED, {"rpmcom": NONE}, source=_("Hospital record of the conversation at screening")),
        # Pregnancy tests and the dose: without them a subject may not be treated
        "UPT": FormPlan(
            REQUIRED, {"lbllod": NONE}, source=_("Test strip or its photo, kit label, and the nursing record")
        ),
        "INF": FormPlan(
            REQUIRED,
            {"excom": NONE},
            source=_("Infusion record, product label and certificate, prescription and nursing record"),
        ),
        "INF2": FormPlan(
            REQUIRED,
            {"excom": NONE},
            source=_("Infusion record, product label and certificate, prescription and nursing record"),
        ),
        # From enrolment to the clearance before infusion
        "ENR": FormPlan(REQUIRED, source=_("Enrolment form signed by the investigator, confirmation by the sponsor")),
        "LEUK": FormPlan(
            REQUIRED, {"prcom": NONE}, source=_("Apheresis record, count and flow cytometry of the collection")
        ),
        "COI": FormPlan(
            REQUIRED,
            {"coicom": NONE},
            source=_("Chain-of-identity log, certificate of analysis, delivery note, accountability log"),
        ),
        "LD": FormPlan(REQUIRED, source=_("Prescription, infusion pump record and nursing record")),
        "CLR": FormPlan(REQUIRED, source=_("Clearance form signed by the investigator")),
        # Safety and protocol deviations
        "AE": FormPlan(REQUIRED, {"aecom": NONE}, source=_("Hospital records, laboratory and imaging reports")),
        "DV": FormPlan(
            REQUIRED, {"dvrule": NONE, "dvplace": NONE}, source=_("The site's deviation log and hospital records")
        ),
        # Efficacy and routine measurements
        "MGADL": FormPlan(
            SCALES,
            {"qstim": NONE, "qsmethod": NONE, "qslang": NONE, "mgadlpap": NONE},
            source=_("The scale as filled in on paper, signed by the rater"),
        ),
        "QMG": FormPlan(
            SCALES,
            {
                "rstim": NONE,
                "gripdev": NONE,
                "rscom": NONE,
                "qmgpap": NONE,
                "paper.qmgtest": NONE,
                "paper.qmgpts": NONE,
            },
            source=_("The scale as filled in on paper, signed by the rater; spirometry report"),
        ),
        "MGC": FormPlan(
            SCALES,
            {"rstim": NONE, "rscom": NONE, "mgcpap": NONE},
            source=_("The scale as filled in on paper, signed by the rater"),
        ),
        "MGQOL": FormPlan(
            SCALES,
            {"qstim": NONE, "qsmethod": NONE, "qslang": NONE, "mgqpap": NONE},
            source=_("The questionnaire as filled in by the subject"),
        ),
        "MGFA": FormPlan(SCALES, source=_("The investigator's note of the visit")),
        "PIS": FormPlan(SCALES, source=_("The investigator's note of the visit")),
        "VS": FormPlan(VITAL_SIGNS, {"vstim": NONE, "vspos": NONE}, source=_("Nursing record of vital signs")),
        **dict.fromkeys(PANELS, PANEL),
    },
)
