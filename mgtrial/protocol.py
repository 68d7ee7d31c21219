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
REPRODUCTION: Final = _("Proposal, clinical reference pack, section 7 (pregnancy and contraception)")
PRACTICE: Final = _("Common CAR-T practice, to be confirmed")
FOLLOW_UP: Final = _("FDA 2020 and China CDE 2021 guidance on long-term follow-up, to be confirmed")
ALERTS: Final = _("Proposal, clinical reference pack, section 4.6 (alert ranges)")
NO_SOURCE: Final = _("Proposal, no source states the number")

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
)
