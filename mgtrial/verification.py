"""What is verified against source, form by form: a proposal until the sponsor's monitoring plan is received. Data only.

Critical, so verified of every subject (ICH E6(R3), risk-based quality management; docs/protocol_questions.md): consent,
identity, eligibility, dosing and product, pregnancy, all that tells of safety, and the registered outcomes
(dose-limiting toxicity, adverse events, AChR antibody, MG-ADL, kinetics). A share of the subjects: the other scales,
bulk laboratory, vital signs and examinations. Nobody: clock times and remarks that decide nothing.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.verification import NONE, REQUIRED, FormPlan, Plan, targeted

# Of what recurs a share of the subjects is checked, and all of the first subjects of each site: what a site
# misunderstands shows there.
SCALES: Final = targeted(30)
VITAL_SIGNS: Final = targeted(20)
LABORATORY: Final = targeted(20)
FIRST_OF_SITE: Final = 2

# A laboratory report: the result and what was said of it; its unit and limits show with it. A plan names items and not
# analytes, so that creatinine (exclusion 10) and neutrophils (DLT) are drawn together with the rest of their panel.
PANELS = ("CHEM", "HEM", "COAG", "INFL", "CARD", "IMM", "THY")
PANEL = FormPlan(
    LABORATORY,
    {"lbtim": NONE, "lbspccnd": NONE, "lbnam": NONE, "lbreport": NONE}
    | {"results.lbtestcd": NONE}  # whose result it is shows with the result
    | {"results.lborresu": NONE, "results.lbornrlo": NONE, "results.lbornrhi": NONE},
    source=_("Laboratory report"),
)
ELIGIBILITY = FormPlan(
    REQUIRED,
    {"iecom": NONE},
    source=_("Eligibility checklist signed by the investigator, hospital records and reports"),
)
INFUSION = FormPlan(
    REQUIRED,
    {"excom": NONE},
    source=_("Infusion record, product label and certificate, prescription and nursing record"),
)

PLAN: Final = Plan(
    first_of_site=FIRST_OF_SITE,
    forms={
        # Consent, identity and eligibility decisions: every answer of every subject
        "ICF": FormPlan(REQUIRED, source=_("The signed consent form, in the subject's file")),
        "DM": FormPlan(REQUIRED, source=_("Identity document and hospital admission record")),
        "RICF": FormPlan(REQUIRED, source=_("The signed consent form, in the subject's file")),
        "WD": FormPlan(REQUIRED, {"wdreas": NONE}, source=_("Hospital record of the conversation, or the letter")),
        "IE1": ELIGIBILITY,
        "IE2": ELIGIBILITY,
        # Histories and tests that eligibility rests on
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
        "NMT": FormPlan(
            REQUIRED,
            {"rnshold": NONE, "edrodose": NONE, "neodose": NONE, "neoatro": NONE, "nerves.nmlat": NONE},
            source=_("Reports of neurophysiology and of the drug test"),
        ),
        "THYM": FormPlan(
            REQUIRED,
            {"ctcontr": NONE, "ctother": NONE, "ctreport": NONE, "thymappr": NONE},
            source=_("Report of the chest CT, operation and pathology reports, radiotherapy record"),
        ),
        "TCELL": FormPlan(REQUIRED, {"lbnam": NONE}, source=_("Laboratory report")),
        # Hepatitis B and C and HIV decide (exclusions 6 and 12); the rest of the report is drawn.
        "VIR": FormPlan(
            LABORATORY,
            dict.fromkeys(("lbperf", "lbreasnd", "lbdat", "hbsag", "hbcab", "hbvdna", "hbvlloq"), REQUIRED)
            | dict.fromkeys(("hcvab", "hcvrna", "hcvlloq", "hivscr", "hivconf", "hivnat"), REQUIRED)
            | {"lbtim": NONE, "lbnam": NONE},
            source=_("Laboratory report"),
        ),
        # QT decides exclusion 3 and is a sign of toxicity.
        "ECG": FormPlan(
            SCALES,
            dict.fromkeys(("egperf", "egreasnd", "egtdp", "tracings.egqt", "tracings.egrr", "tracings.eghr"), REQUIRED)
            | {"egtim": NONE, "egabn": NONE, "tracings.egnum": NONE},
            source=_("Tracings of the electrocardiogram"),
        ),
        "ECHO": FormPlan(
            VITAL_SIGNS,
            dict.fromkeys(("cvperf", "cvreasnd", "cvdat", "lvef", "cvintp"), REQUIRED)
            | {"cvmeth": NONE, "lvedd": NONE, "cvpasp": NONE, "cvabn": NONE, "cvreport": NONE},
            source=_("Report of the echocardiogram"),
        ),
        # Pregnancy tests and the dose: without them a subject may not be treated
        "UPT": FormPlan(
            REQUIRED, {"lbllod": NONE}, source=_("Test strip or its photo, kit label, and the nursing record")
        ),
        "HCG": FormPlan(REQUIRED, {"lbnam": NONE, "lbornrhi": NONE}, source=_("Laboratory report")),
        "PMC": FormPlan(
            REQUIRED,
            {"pmcwhere": NONE, "pmclmp": NONE},
            source=_("Record of the telephone call or visit, photo of the test strip"),
        ),
        "INF": INFUSION,
        "INF2": INFUSION,
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
        "BRG": FormPlan(REQUIRED, {"brgcom": NONE}, source=_("Hospital records and prescriptions")),
        "LD": FormPlan(REQUIRED, source=_("Prescription, infusion pump record and nursing record")),
        "CLR": FormPlan(REQUIRED, source=_("Clearance form signed by the investigator")),
        "INFC": FormPlan(
            REQUIRED,
            {"infcorg": LABORATORY, "infcorgt": LABORATORY, "infctrt": NONE},
            source=_("Hospital records, laboratory and imaging reports"),
        ),
        # Medication: what it is, why and when decides exclusion 7, washouts, rescue and status; of doses a share
        "CM": FormPlan(
            REQUIRED,
            dict.fromkeys(("cmdose", "cmdosu", "cmdosfrq", "cmdostot"), SCALES) | {"cmdosrgm": NONE},
            source=_("Prescriptions, nursing record and the subject's medication diary"),
        ),
        # Safety and protocol deviations
        "AE": FormPlan(REQUIRED, {"aecom": NONE}, source=_("Hospital records, laboratory and imaging reports")),
        "SAE": FormPlan(REQUIRED, source=_("Hospital records, the reports as sent and their acknowledgements")),
        "CRS": FormPlan(
            REQUIRED,
            {"crsdbp": VITAL_SIGNS, "crsspo2": VITAL_SIGNS, "crsfio2": VITAL_SIGNS, "crscom": NONE},
            source=_("Nursing record of vital signs, prescriptions, and the ward round's notes"),
        ),
        "ICE": FormPlan(
            REQUIRED,
            {"ice1tim": NONE, "ice2tim": NONE},
            source=_("The score as filled in on paper, signed by the rater"),
        ),
        "ICAHT": FormPlan(REQUIRED, {"icahtcom": NONE}, source=_("The investigator's note; record of transfusions")),
        "IECHS": FormPlan(
            REQUIRED, {"hsother": NONE, "hstreat": NONE}, source=_("Hospital records, laboratory and imaging reports")
        ),
        "DLT": FormPlan(REQUIRED, {"candidates.dltcom": NONE}, source=_("Signed minutes of the committee")),
        "TEAE": FormPlan(REQUIRED, {"teaewhy": NONE}, source=_("Hospital records, laboratory and imaging reports")),
        "HO": FormPlan(REQUIRED, {"hoplace": NONE}, source=_("Admission and discharge records")),
        "DTH": FormPlan(REQUIRED, {"dthtim": NONE}, source=_("Death certificate, hospital records, autopsy report")),
        "PREG": FormPlan(
            REQUIRED,
            {"prhist": NONE, "infants.infures": NONE},
            source=_("Obstetric records, consent of the partner, the reports as sent"),
        ),
        "RCL": FormPlan(REQUIRED, {"rclstore": NONE, "lbnam": NONE}, source=_("Laboratory report")),
        "DV": FormPlan(
            REQUIRED, {"dvrule": NONE, "dvplace": NONE}, source=_("The site's deviation log and hospital records")
        ),
        # Registered outcomes, and the scales that decide inclusion 3, 4 and 5
        "AB": FormPlan(
            REQUIRED,
            {"lbtim": NONE, "achrkit": NONE, "muskres": LABORATORY, "titinres": LABORATORY},
            source=_("Laboratory report"),
        ),
        "CART": FormPlan(
            REQUIRED,
            {"cartim": NONE, "lbnam": NONE, "carmeth": NONE, "carlod": NONE}
            | {"carflow": LABORATORY, "carcells": LABORATORY},
            source=_("Laboratory report"),
        ),
        "MGADL": FormPlan(
            REQUIRED,
            {"qstim": NONE, "qsmethod": NONE, "qslang": NONE, "mgadlpap": NONE},
            source=_("The scale as filled in on paper, signed by the rater"),
        ),
        "QMG": FormPlan(
            REQUIRED,
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
        "MGFA": FormPlan(REQUIRED, source=_("The investigator's note of the visit")),
        # Rescue ends the efficacy follow-up
        "RSC": FormPlan(REQUIRED, source=_("Hospital records and prescriptions")),
        # The other scales and routine measurements
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
        "PIS": FormPlan(SCALES, source=_("The investigator's note of the visit")),
        "PFT": FormPlan(
            VITAL_SIGNS,
            {"retim": NONE, "repos": NONE, "reseal": NONE, "repred": NONE, "mip": NONE, "mep": NONE},
            source=_("Spirometry report"),
        ),
        "VS": FormPlan(VITAL_SIGNS, {"vstim": NONE, "vspos": NONE}, source=_("Nursing record of vital signs")),
        "PE": FormPlan(
            VITAL_SIGNS,
            {"petim": NONE, "peeval": NONE, "pecom": NONE, "systems.pesys": NONE, "nervous.nesys": NONE},
            source=_("The investigator's note of the visit"),
        ),
        **dict.fromkeys(PANELS, PANEL),
        "UA": FormPlan(LABORATORY, {"lbtim": NONE, "lbnam": NONE, "uacom": NONE}, source=_("Laboratory report")),
        # How it ends, and what comes late
        "DS": FormPlan(REQUIRED, source=_("Hospital records")),
        "LTFU": FormPlan(
            REQUIRED,
            {"ltfnext": NONE, "ltfcom": NONE},
            source=_("Record of the telephone call or visit, hospital records"),
        ),
        "LTF": FormPlan(
            REQUIRED,
            {"attempts.ltfat": NONE, "attempts.ltfby": NONE, "attempts.ltfnote": NONE},
            source=_("The site's log of calls, postal receipt of the registered letter"),
        ),
    },
)
