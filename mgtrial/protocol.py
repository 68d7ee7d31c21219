"""The protocol's parameters: name, unit, default, source, status. Data only; see docs/protocol_questions.md."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.protocol import Parameter, Status

REGISTRY: Final = "NCT05828225"
VISITS: Final = _("Proposal, clinical reference pack, section 8.2 (visit table)")
CHECKS: Final = _("Proposal, clinical reference pack, section 8.4 (data flow)")
OPEN_POINTS: Final = _("Proposal, clinical reference pack, section 8.5 (points the sources leave open)")
ELIGIBILITY: Final = _("Proposal, clinical reference pack, section 2 (eligibility)")
UNITS: Final = _("Clinical reference pack, section 5 (conversion factors)")
REPRODUCTION: Final = _("Proposal, clinical reference pack, section 7 (pregnancy and contraception)")
PRACTICE: Final = _("Common CAR-T practice, to be confirmed")
FOLLOW_UP: Final = _("FDA 2020 and China CDE 2021 guidance on long-term follow-up, to be confirmed")
ALERTS: Final = _("Proposal, clinical reference pack, section 4.6 (alert ranges)")
MG_TREATMENT: Final = _("Proposal, clinical reference pack, section 6 (washouts)")
MG_PRACTICE: Final = _("Chinese practice in myasthenia gravis, to be confirmed")
SCALES: Final = _("Common practice in MG trials, to be confirmed (clinical reference pack, section 3)")
RESPONSE: Final = _("Smallest change that matters to patients (MG-ADL: Muppidi 2011; MG Composite: Burns 2010)")
STATUS: Final = _("MGFA recommendations (Jaretzki 2000); the length is for the protocol to confirm (NINDS)")
REPORTS: Final = _("Protocols and site procedures; the law says “immediately” (E6(R3) 2.7.2, China GCP 2020)")
EXPEDITED: Final = _("ICH E2A; NMPA rapid reporting standard of 2018")
NO_SOURCE: Final = _("Proposal, no source states the number")
SISTER_TRIAL: Final = _("Proposal, dose levels of the sister trial NCT06958939; this trial's own are not registered")
SISTER_ENDPOINT: Final = _("Proposal, as the sister trial NCT06958939 has it: 4 weeks")
STAGGER: Final = _("Proposal, clinical reference pack, section 4.8 (dose levels and stagger)")
KIDNEY: Final = _("Fludarabine label as commonly stated, to be confirmed")

# These shape the visit schedule as well: mgtrial/schedule.py reads them here, so that each is said once.
SCREENING_DAYS: Final = 28
LEUKAPHERESIS_EARLIEST: Final = 45
LEUKAPHERESIS_PLANNED: Final = 28
LEUKAPHERESIS_LATEST: Final = 14
REST_LEAST: Final = 2
REST_MOST: Final = 7
VISITS_UNTIL_YEAR: Final = 5
LAST_YEAR: Final = 15

PARAMETERS: Final[tuple[Parameter, ...]] = (
    # Before infusion
    Parameter(
        "screening_window", _("Screening to leukapheresis, at most"), "d", SCREENING_DAYS, VISITS, Status.PROPOSAL
    ),
    Parameter(
        "leukapheresis_earliest",
        _("Leukapheresis before infusion, at most"),
        "d",
        LEUKAPHERESIS_EARLIEST,
        VISITS,
        Status.PROPOSAL,
    ),
    Parameter(
        "leukapheresis_planned",
        _("Leukapheresis before infusion, planned"),
        "d",
        LEUKAPHERESIS_PLANNED,
        VISITS,
        Status.PROPOSAL,
    ),
    Parameter(
        "leukapheresis_latest",
        _("Leukapheresis before infusion, at least"),
        "d",
        LEUKAPHERESIS_LATEST,
        VISITS,
        Status.PROPOSAL,
    ),
    Parameter(
        "steroid_free",
        _("No systemic steroid before treatment for (exactly this long is enough)"),
        "d",
        28,
        REGISTRY,
        Status.REGISTRY,
    ),
    Parameter(
        "steroid_free_reference",
        _("Milestone that the time without systemic steroid is counted back from"),
        "",
        "LYMPHODEPLETION",
        OPEN_POINTS,
        Status.PROPOSAL,
    ),
    # Infusion
    Parameter("rest_hours", _("Last lymphodepletion dose to infusion, at least"), "h", 48, PRACTICE, Status.VERIFY),
    Parameter(
        "rest_least", _("Last lymphodepletion day to infusion, at least"), "d", REST_LEAST, PRACTICE, Status.VERIFY
    ),
    Parameter("rest_most", _("Last lymphodepletion day to infusion, at most"), "d", REST_MOST, PRACTICE, Status.VERIFY),
    Parameter(
        "dose_deviation", _("Actual dose differs from the planned dose by more than"), "%", 20, CHECKS, Status.PROPOSAL
    ),
    # Pregnancy and contraception
    Parameter(
        "pregnancy_test_before_lymphodepletion",
        _("Negative pregnancy test before the first lymphodepletion dose, at most"),
        "h",
        72,
        REPRODUCTION,
        Status.PROPOSAL,
    ),
    Parameter(
        "pregnancy_test_before_infusion",
        _("Negative pregnancy test before infusion, at most"),
        "h",
        24,
        REPRODUCTION,
        Status.PROPOSAL,
    ),
    Parameter(
        "pregnancy_test_sensitivity",
        _("Urine pregnancy test detects hCG from, at most"),
        "m[IU]/mL",
        25,
        REPRODUCTION,
        Status.PROPOSAL,
    ),
    Parameter(
        "pregnancy_test_interval", _("Pregnancy tests of months 2 to 12, every"), "d", 30, OPEN_POINTS, Status.PROPOSAL
    ),
    Parameter(
        "pregnancy_test_margin",
        _("Pregnancy tests of months 2 to 12, days either side"),
        "d",
        7,
        OPEN_POINTS,
        Status.PROPOSAL,
    ),
    Parameter(
        "contraception_women",
        _("Contraception after infusion, women, at least"),
        "d",
        365,
        OPEN_POINTS,
        Status.PROPOSAL,
    ),
    Parameter(
        "contraception_undetectable",
        _("Contraception until consecutive CAR results below the limit, number"),
        "1",
        2,
        OPEN_POINTS,
        Status.PROPOSAL,
    ),
    Parameter("contraception_men", _("Contraception after infusion, men, at least"), "mo", 12, PRACTICE, Status.VERIFY),
    Parameter(
        "amenorrhoea",
        _("No longer of childbearing potential after no menses for"),
        "mo",
        12,
        OPEN_POINTS,
        Status.PROPOSAL,
    ),
    # Safety
    Parameter("dlt_window", _("Dose-limiting toxicity, days after infusion"), "d", 28, REGISTRY, Status.REGISTRY),
    Parameter(
        "dlt_haematological",
        _("Dose-limiting haematological toxicity lasts more than"),
        "d",
        7,
        OPEN_POINTS,
        Status.PROPOSAL,
    ),
    Parameter(
        "teae_window", _("Treatment-emergent adverse events, days after infusion"), "d", 90, REGISTRY, Status.REGISTRY
    ),
    Parameter(
        "crs_hypotension",
        _("Hypotension suggested by systolic blood pressure below"),
        "mm[Hg]",
        90,
        OPEN_POINTS,
        Status.PROPOSAL,
    ),
    Parameter("icaht_early_until", _("Early ICAHT, last day after infusion"), "d", 30, OPEN_POINTS, Status.PROPOSAL),
    Parameter("icaht_late_until", _("Late ICAHT, last day after infusion"), "d", 100, OPEN_POINTS, Status.PROPOSAL),
    # Follow-up and data entry
    Parameter(
        "ltfu_visits_until",
        _("Yearly visits with examination, last year"),
        "a",
        VISITS_UNTIL_YEAR,
        FOLLOW_UP,
        Status.VERIFY,
    ),
    Parameter("ltfu_last_year", _("Long-term follow-up, last year"), "a", LAST_YEAR, FOLLOW_UP, Status.VERIFY),
    Parameter("late_entry", _("Data counts as entered late after"), "d", 7, NO_SOURCE, Status.PROPOSAL),
    Parameter("unsigned_days", _("Forms count as unsigned too long after"), "d", 30, NO_SOURCE, Status.PROPOSAL),
    Parameter(
        "missing_query_days",
        _("Answers that a form lacks are queried after its entry, days"),
        "d",
        7,
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    Parameter(
        "deviation_sponsor",
        _("Major deviation: sponsor notified, at most"),
        "d",
        5,
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    Parameter(
        "deviation_ethics",
        _("Major deviation: ethics committee notified, at most"),
        "d",
        14,
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    Parameter(
        "lost_attempts", _("Attempts before a subject counts as lost, at least"), "1", 3, NO_SOURCE, Status.PROPOSAL
    ),
    # Exception listings and reviews of the trail
    Parameter("listing_lock_days", _("Changes before a lock are counted for"), "d", 7, NO_SOURCE, Status.PROPOSAL),
    Parameter("listing_lock_changes", _("Changes before a lock are many from"), "1", 10, NO_SOURCE, Status.PROPOSAL),
    Parameter("listing_evening", _("Night entry begins at"), "h", 22, NO_SOURCE, Status.PROPOSAL),
    Parameter("listing_morning", _("Night entry ends at"), "h", 6, NO_SOURCE, Status.PROPOSAL),
    Parameter(
        "listing_identical_items", _("Forms are compared from so many answers"), "1", 6, NO_SOURCE, Status.PROPOSAL
    ),
    Parameter(
        "listing_fast_items", _("Speed of entry is looked at from so many answers"), "1", 5, NO_SOURCE, Status.PROPOSAL
    ),
    Parameter(
        "listing_fast_seconds", _("Entry is too fast below, for each answer"), "s", 1, NO_SOURCE, Status.PROPOSAL
    ),
    Parameter(
        "listing_burst_changes", _("Changes of one person are a burst from"), "1", 20, NO_SOURCE, Status.PROPOSAL
    ),
    Parameter("listing_burst_minutes", _("A burst lies within"), "min", 10, NO_SOURCE, Status.PROPOSAL),
    Parameter("trail_review_days", _("The audit trail is reviewed every"), "d", 30, NO_SOURCE, Status.PROPOSAL),
    # Other assessments and concomitant medication
    Parameter(
        "qtcf_limit_men", _("Mean QTcF counts as prolonged in men above"), "ms", 450, ELIGIBILITY, Status.PROPOSAL
    ),
    Parameter(
        "qtcf_limit_women", _("Mean QTcF counts as prolonged in women above"), "ms", 470, ELIGIBILITY, Status.PROPOSAL
    ),
    Parameter("ecg_tracings", _("Tracings of an electrocardiogram, at least"), "1", 3, ELIGIBILITY, Status.PROPOSAL),
    Parameter("lvef_alert", _("Ejection fraction is asked about below"), "%", 50, PRACTICE, Status.VERIFY),
    Parameter("fvc_alert", _("Vital capacity for body weight is an alert below"), "mL/kg", 20, ALERTS, Status.PROPOSAL),
    Parameter(
        "fvc_fall", _("Fall of vital capacity against baseline is an alert above"), "%", 30, ALERTS, Status.PROPOSAL
    ),
    Parameter(
        "neostigmine_positive", _("Neostigmine test is positive from a relief of"), "%", 60, MG_PRACTICE, Status.VERIFY
    ),
    Parameter(
        "rescue_mgadl_rise", _("Rise of MG-ADL that counts as worsening, at least"), "1", 3, ALERTS, Status.PROPOSAL
    ),
    Parameter("rescue_qmg_rise", _("Rise of QMG that counts as worsening, at least"), "1", 3, ALERTS, Status.PROPOSAL),
    Parameter(
        "washout_ivig", _("Washout before leukapheresis: immunoglobulin"), "d", 28, MG_TREATMENT, Status.PROPOSAL
    ),
    Parameter(
        "washout_plex",
        _("Washout before leukapheresis: plasma exchange, immunoadsorption"),
        "d",
        28,
        MG_TREATMENT,
        Status.PROPOSAL,
    ),
    Parameter(
        "washout_nsist", _("Washout before leukapheresis: immunosuppressants"), "d", 14, MG_TREATMENT, Status.PROPOSAL
    ),
    Parameter(
        "washout_rituximab", _("Washout before leukapheresis: rituximab"), "mo", 3, MG_TREATMENT, Status.PROPOSAL
    ),
    Parameter(
        "washout_fcrn", _("Washout before leukapheresis: FcRn inhibitors"), "d", 28, MG_TREATMENT, Status.PROPOSAL
    ),
    Parameter(
        "washout_live_vaccine", _("No live vaccine before lymphodepletion for"), "d", 42, MG_TREATMENT, Status.PROPOSAL
    ),
    Parameter(
        "record_pair_days",
        _("A medicine and the form it belongs to lie at most so far apart"),
        "d",
        7,
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    # Scales of myasthenia gravis
    Parameter(
        "chei_hold",
        _("Cholinesterase inhibitor held before QMG and MG Composite, at least"),
        "h",
        12,
        SCALES,
        Status.VERIFY,
    ),
    Parameter(
        "worsening_review", _("MG-ADL or QMG is reviewed after a rise of at least"), "1", 3, ALERTS, Status.PROPOSAL
    ),
    Parameter(
        "pis_duration", _("MGFA post-intervention status: remission lasts at least"), "d", 365, STATUS, Status.SOURCE
    ),
    # Eligibility
    Parameter("adult_age", _("Age at informed consent, at least"), "a", 18, REGISTRY, Status.REGISTRY),
    Parameter("mgadl_least", _("MG-ADL total, at least"), "1", 5, REGISTRY, Status.REGISTRY),
    Parameter("ocular_share", _("Ocular part of the score, below"), "%", 50, REGISTRY, Status.REGISTRY),
    Parameter(
        "ocular_score_of",
        _("Score that the ocular part is taken of: MGADL, QMG_1_2 or QMG_1_3 (with the facial item)"),
        "",
        "MGADL",
        ELIGIBILITY,
        Status.PROPOSAL,
    ),
    Parameter("qmg_above", _("QMG total, above"), "1", 11, REGISTRY, Status.REGISTRY),
    Parameter(
        "thymectomy_before_screening", _("Thymectomy before screening, at least"), "mo", 12, REGISTRY, Status.REGISTRY
    ),
    Parameter(
        "severe_infection_grade",
        _("Active infection excludes from CTCAE grade"),
        "1",
        3,
        ELIGIBILITY,
        Status.PROPOSAL,
    ),
    Parameter("t_cell_expansion", _("T-cell expansion excludes below (fold)"), "1", 5, REGISTRY, Status.REGISTRY),
    Parameter("creatinine_most", _("Creatinine excludes above"), "mg/dL", Decimal("2.5"), REGISTRY, Status.REGISTRY),
    Parameter(
        "creatinine_most_si",
        _("Creatinine excludes above (2.5 mg/dL x 88.4)"),
        "umol/L",
        Decimal("221.0"),
        UNITS,
        Status.SOURCE,
    ),
    Parameter(
        "bilirubin_most", _("Total bilirubin excludes above"), "mg/dL", Decimal("2.0"), REGISTRY, Status.REGISTRY
    ),
    Parameter(
        "bilirubin_most_si",
        _("Total bilirubin excludes above (2.0 mg/dL x 17.1)"),
        "umol/L",
        Decimal("34.2"),
        UNITS,
        Status.SOURCE,
    ),
    Parameter(
        "transaminase_multiple", _("ALT or AST excludes above times the upper limit"), "1", 3, REGISTRY, Status.REGISTRY
    ),
    Parameter(
        "laboratory_before_lymphodepletion",
        _("Result of creatinine, bilirubin, ALT, AST before the decision of stage 2, at most"),
        "d",
        7,
        VISITS,
        Status.PROPOSAL,
    ),
    # Dose levels and escalation
    Parameter(
        "dose_level_1",
        _("Dose level 1, viable CAR-positive T cells"),
        "10*6/kg",
        1,
        SISTER_TRIAL,
        Status.PROPOSAL,
    ),
    Parameter(
        "dose_level_2",
        _("Dose level 2, viable CAR-positive T cells"),
        "10*6/kg",
        2,
        SISTER_TRIAL,
        Status.PROPOSAL,
    ),
    Parameter(
        "dose_level_3",
        _("Dose level 3, viable CAR-positive T cells"),
        "10*6/kg",
        4,
        SISTER_TRIAL,
        Status.PROPOSAL,
    ),
    Parameter(
        "dose_level_1_state",
        _("State of dose level 1: OPEN, WAITING, CLOSED, MTD or EXCEEDED"),
        "",
        "OPEN",
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    Parameter(
        "dose_level_2_state",
        _("State of dose level 2: OPEN, WAITING, CLOSED, MTD or EXCEEDED"),
        "",
        "WAITING",
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    Parameter(
        "dose_level_3_state",
        _("State of dose level 3: OPEN, WAITING, CLOSED, MTD or EXCEEDED"),
        "",
        "WAITING",
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    Parameter(
        "cohort_size",
        _("Subjects of a cohort"),
        "1",
        3,
        STAGGER,
        Status.PROPOSAL,
    ),
    Parameter(
        "stagger_days",
        _("Infusions of two subjects of one dose level lie apart, at least"),
        "d",
        28,
        STAGGER,
        Status.PROPOSAL,
    ),
    # Leukapheresis, lymphodepletion, clearance and infusion
    Parameter(
        "leukapheresis_lymphocytes",
        _("Lymphocytes before leukapheresis, at least"),
        "10*9/L",
        Decimal("0.5"),
        PRACTICE,
        Status.VERIFY,
    ),
    Parameter(
        "leukapheresis_cd3",
        _("CD3-positive cells collected, at least"),
        "10*9",
        1,
        PRACTICE,
        Status.VERIFY,
    ),
    Parameter(
        "clearance_contraindicated",
        _("Fludarabine is contraindicated with a creatinine clearance below"),
        "mL/min",
        30,
        KIDNEY,
        Status.VERIFY,
    ),
    Parameter(
        "clearance_caution",
        _("Fludarabine needs caution with a creatinine clearance below"),
        "mL/min",
        70,
        KIDNEY,
        Status.VERIFY,
    ),
    Parameter(
        "lymphodepletion_deviation",
        _("Lymphodepletion dose differs from the planned dose by more than"),
        "%",
        10,
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    Parameter(
        "go_oxygen_saturation",
        _("Clearance before infusion: oxygen saturation, at least"),
        "%",
        92,
        PRACTICE,
        Status.VERIFY,
    ),
    Parameter(
        "go_systolic_pressure",
        _("Clearance before infusion: systolic blood pressure, at least"),
        "mm[Hg]",
        90,
        PRACTICE,
        Status.VERIFY,
    ),
    Parameter(
        "thaw_minutes",
        _("Start of thawing to start of the bag, at most"),
        "min",
        30,
        PRACTICE,
        Status.VERIFY,
    ),
    Parameter(
        "infusion_vitals_margin",
        _("Vital signs around infusion may differ from their time by"),
        "min",
        15,
        NO_SOURCE,
        Status.PROPOSAL,
    ),
    # CAR-T toxicities
    Parameter(
        "crs_new_episode", _("CRS or ICANS that returns is a new episode after"), "h", 72, OPEN_POINTS, Status.PROPOSAL
    ),
    Parameter("tocilizumab_dose", _("One dose of tocilizumab, at most"), "mg", 800, PRACTICE, Status.VERIFY),
    Parameter("tocilizumab_daily", _("Tocilizumab within 24 hours, doses at most"), "1", 3, PRACTICE, Status.VERIFY),
    Parameter("tocilizumab_in_all", _("Tocilizumab in all, doses at most"), "1", 4, PRACTICE, Status.VERIFY),
    Parameter(
        "icaht_carry", _("A blood count stands for the days after it, at most"), "d", 3, OPEN_POINTS, Status.PROPOSAL
    ),
    # Laboratory
    Parameter("ctcae_version", _("Version of CTCAE for the grades"), "", "5.0", REGISTRY, Status.REGISTRY),
    Parameter("alert_neutrophils", _("Alert: neutrophils below"), "10*9/L", Decimal("0.5"), ALERTS, Status.PROPOSAL),
    Parameter("alert_platelets", _("Alert: platelets below"), "10*9/L", 20, ALERTS, Status.PROPOSAL),
    Parameter("alert_haemoglobin", _("Alert: haemoglobin below"), "g/L", 70, ALERTS, Status.PROPOSAL),
    Parameter("alert_fibrinogen", _("Alert: fibrinogen below"), "g/L", Decimal("1.0"), ALERTS, Status.PROPOSAL),
    Parameter("alert_ferritin", _("Alert: ferritin above"), "ug/L", 2000, ALERTS, Status.PROPOSAL),
    Parameter(
        "alert_transaminases", _("Alert: ALT or AST above, times the upper limit"), "1", 5, ALERTS, Status.PROPOSAL
    ),
    Parameter("alert_bilirubin", _("Alert: bilirubin above, times the upper limit"), "1", 3, ALERTS, Status.PROPOSAL),
    Parameter(
        "alert_creatinine",
        _("Alert: creatinine above, times the baseline"),
        "1",
        Decimal("1.5"),
        ALERTS,
        Status.PROPOSAL,
    ),
    Parameter("alert_potassium_low", _("Alert: potassium below"), "mmol/L", Decimal("3.0"), ALERTS, Status.PROPOSAL),
    Parameter("alert_potassium_high", _("Alert: potassium above"), "mmol/L", Decimal("6.0"), ALERTS, Status.PROPOSAL),
    Parameter("alert_sodium", _("Alert: sodium below"), "mmol/L", 125, ALERTS, Status.PROPOSAL),
    Parameter("alert_igg", _("Alert: IgG below"), "g/L", 4, ALERTS, Status.PROPOSAL),
    # Endpoints
    Parameter("mgadl_response", _("MG-ADL: a fall of so many points is a response"), "1", 2, RESPONSE, Status.SOURCE),
    Parameter("qmg_response", _("QMG: a fall of so many points is a response"), "1", 3, SCALES, Status.VERIFY),
    Parameter(
        "mgc_response", _("MG Composite: a fall of so many points is a response"), "1", 3, RESPONSE, Status.SOURCE
    ),
    Parameter(
        "minimal_sustained",
        _("Minimal symptom expression is sustained after"),
        "d",
        28,
        SISTER_ENDPOINT,
        Status.PROPOSAL,
    ),
    Parameter("bcell_aplasia", _("B-cell aplasia: CD19+ cells below"), "10*6/L", 10, PRACTICE, Status.VERIFY),
    # Safety reports
    Parameter(
        "sae_to_sponsor", _("Serious adverse event: sent to the sponsor within"), "h", 24, REPORTS, Status.VERIFY
    ),
    Parameter("pregnancy_to_sponsor", _("Pregnancy: sent to the sponsor within"), "h", 24, REPRODUCTION, Status.VERIFY),
    Parameter(
        "susar_fatal",
        _("SUSAR, fatal or life-threatening: sent to the authority within"),
        "d",
        7,
        EXPEDITED,
        Status.SOURCE,
    ),
    Parameter(
        "susar_follow_up",
        _("SUSAR, fatal or life-threatening: details within so many days more"),
        "d",
        8,
        EXPEDITED,
        Status.SOURCE,
    ),
    Parameter("susar_other", _("Other SUSAR: sent to the authority within"), "d", 15, EXPEDITED, Status.SOURCE),
    Parameter(
        "infant_follow_up",
        _("Infants after exposure are followed until the age of"),
        "mo",
        12,
        REPRODUCTION,
        Status.VERIFY,
    ),
)
