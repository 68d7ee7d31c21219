"""The protocol's parameters: name, unit, default, source, status. Data only; see docs/protocol_questions.md."""

from __future__ import annotations

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
REPORTS: Final = _("Protocols and site procedures; the law says “immediately” (E6(R3) 2.7.2, China GCP 2020)")
EXPEDITED: Final = _("ICH E2A; NMPA rapid reporting standard of 2018")
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
