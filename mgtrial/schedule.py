"""The visit schedule: visits, windows, forms by code, protocol versions. Data only; docs/adr/0002 says why it is so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.schedule import Anchor, ProtocolVersion, Schedule, Spacing, VisitDef, VisitKind
from mgtrial import protocol

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SCREENING: Final = _("Screening")
COLLECTION: Final = _("Leukapheresis and baseline")
CONDITIONING: Final = _("Lymphodepletion")
INPATIENT: Final = _("Infusion and hospital stay")
MAIN: Final = _("Main study")
LONG_TERM: Final = _("Long-term follow-up")
SECOND: Final = _("Second treatment period")
ANY_TIME: Final = _("Any time")

# Forms that the visits name and that a later release brings
FORMS_TO_COME: Final[dict[str, StrOrPromise]] = {}

SCALES: Final = ("MGADL", "QMG", "MGC", "MGQOL")
AT_SCREENING: Final = (
    *("ICF", "DM", "RP", "RPM", "MH", "MGH", "PMT", "THYM", "NMT", "TCELL", "MGFA", *SCALES),
    *("VS", "PE", "ECG", "ECHO", "PFT", "INFC"),
    *("HEM", "CHEM", "COAG", "VIR", "IMM", "AB", "THY", "UA", "UPT", "HCG"),
    *("IE1", "ENR"),
)
AT_BASELINE: Final = (
    *("MGFA", *SCALES, "VS", "ICE", "ECG", "INFC"),
    *("HEM", "CHEM", "COAG", "INFL", "CARD", "IMM", "AB", "CART", "RCL", "UPT"),
    "IE2",
)
AT_DAY_21: Final = ("VS", "ICE", "HEM", "CHEM", "COAG", "INFL", "CART", "AB", "MGADL", "QMG")
AT_MONTHS: Final = (*SCALES, "PIS", "HEM", "CHEM", "AB", "IMM", "CART", "UPT")
YEARLY_VISIT: Final = ("LTFU", "PE", "HEM", "CART", "RCL", "IMM")
INFUSED: Final = ("UPT", "VS", "ICE", "CART")
AS_NEEDED: Final = (
    *(
        "VS",
        "PE",
        "ICE",
        "CRS",
        "ICAHT",
        "INFC",
        "CLR",
        "ECG",
        "HEM",
        "CHEM",
        "COAG",
        "INFL",
        "IMM",
        "AB",
        "CART",
        "UPT",
    ),
    *("MGFA", *SCALES),
)

# Lymphodepletion runs on D-5, D-4 and D-3: infusion is planned 5 days after the first dose, 3 days after the last.
LD1_TO_INFUSION: Final = 5
LD1_TO_LD3: Final = 2


def _counted(code: str, label: StrOrPromise, target: int, margin: int, forms: tuple[str, ...]) -> VisitDef:
    """A visit of the main study, counted from infusion."""
    return VisitDef(code, label, forms, anchor=Anchor.INFUSION, target=target, before=margin, after=margin, phase=MAIN)


def _inpatient(day: int) -> VisitDef:
    """A daily record: no window, since a day that was not recorded is missed and never shifted."""
    blood = ("HEM", "CHEM") if day <= 7 or day % 2 else ()
    alternate = ("COAG", "INFL") if day % 2 else ()
    kinetics = ("CART",) if day in {1, 4, 7, 10, 14} else ()
    weekly = ("AB", "MGADL") if day in {7, 14} else ()
    last = ("ICAHT",) if day == 14 else ()
    forms = ("VS", "ICE", "CRS", "PFT", *blood, *alternate, *kinetics, *weekly, *last)
    label = format_lazy(_("Day {day}"), day=day)
    return VisitDef(f"D{day}", label, forms, anchor=Anchor.INFUSION, target=day, phase=INPATIENT)


def _lymphodepletion(number: int, sets: Anchor | None = None) -> VisitDef:
    """Three consecutive days, counted from the first dose."""
    label = format_lazy(_("Lymphodepletion, day {number}"), number=number)
    forms = ("VS", "HEM", "CHEM", "LD")  # the blood first: the dose is reckoned from its creatinine
    anchor, target = Anchor.LYMPHODEPLETION, number - 1
    return VisitDef(f"LD{number}", label, forms, anchor=anchor, target=target, sets=sets, phase=CONDITIONING)


def _year(year: int) -> VisitDef:
    """A visit with examination in the first years, a contact by telephone or visit in the later ones."""
    seen = year <= protocol.VISITS_UNTIL_YEAR
    margin = 60 if seen else 90
    return VisitDef(
        f"Y{year}",
        format_lazy(_("Year {year} visit") if seen else _("Year {year} contact"), year=year),
        (*(YEARLY_VISIT if seen else ("LTFU",)), *(("DS",) if year == protocol.LAST_YEAR else ())),
        anchor=Anchor.INFUSION,
        target=365 * year,
        before=margin,
        after=margin,
        phase=LONG_TERM,
    )


BEFORE_INFUSION: Final = (
    VisitDef(
        "SCR",
        _("Screening"),
        AT_SCREENING,
        anchor=Anchor.CONSENT,
        target=0,
        after=protocol.SCREENING_DAYS,
        phase=SCREENING,
    ),
    VisitDef(
        "LEUK",
        _("Leukapheresis"),
        ("LEUK", "VS", "HEM", "MGADL"),
        anchor=Anchor.INFUSION,
        target=-protocol.LEUKAPHERESIS_PLANNED,
        before=protocol.LEUKAPHERESIS_EARLIEST - protocol.LEUKAPHERESIS_PLANNED,
        after=protocol.LEUKAPHERESIS_PLANNED - protocol.LEUKAPHERESIS_LATEST,
        sets=Anchor.LEUKAPHERESIS,
        phase=COLLECTION,
    ),
    VisitDef("BRG", _("Bridging therapy (optional)"), ("BRG",), VisitKind.EVENT, phase=COLLECTION),
    VisitDef(
        "BL",
        _("Baseline"),
        AT_BASELINE,
        anchor=Anchor.LYMPHODEPLETION,
        target=-1,
        before=1,
        after=1,
        phase=COLLECTION,
    ),
    _lymphodepletion(1, sets=Anchor.LYMPHODEPLETION),
    _lymphodepletion(2),
    _lymphodepletion(3),
    VisitDef(
        "RST",
        _("Rest and clearance"),
        ("VS", "HEM", "CHEM", "INFL", "INFC", "CLR"),
        anchor=Anchor.LYMPHODEPLETION,
        target=LD1_TO_INFUSION - 1,
        before=1,
        after=LD1_TO_LD3 + protocol.REST_MOST - LD1_TO_INFUSION,
        phase=CONDITIONING,
    ),
)

TREATMENT: Final = (
    VisitDef(
        "INF",
        _("CAR-T infusion"),
        (*INFUSED, "INF", "CRS"),
        anchor=Anchor.LYMPHODEPLETION,
        target=LD1_TO_INFUSION,
        before=LD1_TO_INFUSION - LD1_TO_LD3 - protocol.REST_LEAST,
        after=LD1_TO_LD3 + protocol.REST_MOST - LD1_TO_INFUSION,
        phase=INPATIENT,
    ),
    *(_inpatient(day) for day in range(1, 15)),
)

FOLLOW_UP: Final = (
    _counted("D21", _("Day 21"), 21, 2, AT_DAY_21),
    _counted("D28", _("Day 28"), 28, 2, (*AT_DAY_21, "MGC", "MGQOL", "PIS", "IMM", "UPT", "ECG", "ICAHT", "DLT")),
    _counted("M2", _("Month 2"), 60, 7, (*SCALES, "HEM", "CHEM", "IMM", "CART", "UPT")),
    _counted("M3", _("Month 3"), 90, 7, (*AT_MONTHS, "VS", "ECG", "COAG", "INFL", "RCL", "ICAHT", "TEAE")),
    _counted("M6", _("Month 6"), 180, 14, (*AT_MONTHS, "RCL", "ICAHT")),
    _counted("M9", _("Month 9"), 270, 14, AT_MONTHS),
    _counted("M12", _("Month 12"), 365, 14, (*AT_MONTHS, "RCL")),
    _counted("M18", _("Month 18"), 545, 30, AT_MONTHS),
    _counted("M24", _("Month 24"), 730, 30, (*AT_MONTHS, "RCL", "DS")),
    *(_year(year) for year in range(3, protocol.LAST_YEAR + 1)),
)


def _again(visit: VisitDef) -> VisitDef:
    """The same visit of the second treatment period: same days and windows, counted from the second infusion."""
    label = format_lazy(_("{visit}, second period"), visit=visit.label)
    return replace(visit, code=f"P2{visit.code}", label=label, anchor=Anchor.SECOND_INFUSION, phase=SECOND)


FIRST_PERIOD: Final = (*TREATMENT[1:], *FOLLOW_UP)
SECOND_PERIOD: Final = tuple(_again(visit) for visit in FIRST_PERIOD)

WHENEVER: Final = (
    VisitDef("UNS", _("Unscheduled visit"), AS_NEEDED, VisitKind.UNSCHEDULED, phase=ANY_TIME),
    VisitDef(
        "ET",
        _("Early termination"),
        (*AT_MONTHS, "VS", "PE", "DS"),
        VisitKind.EARLY_TERMINATION,
        phase=ANY_TIME,
    ),
    VisitDef("RSC", _("MG relapse and rescue"), ("RSC", "VS", "PFT", *SCALES), VisitKind.EVENT, phase=ANY_TIME),
    VisitDef(
        "LD", _("Lymphodepletion before a second infusion"), ("VS", "HEM", "CHEM", "LD"), VisitKind.EVENT, phase=SECOND
    ),
    VisitDef(
        "INF2",
        _("Second CAR-T infusion"),
        (*INFUSED, "INFC", "CLR", "INF2", "CRS"),
        VisitKind.EVENT,
        phase=SECOND,
    ),
    VisitDef(
        "LOG",
        _("Running records"),
        (
            *("AE", "SAE", "IECHS", "CM", "HO", "COI", "PREG", "PMC", "DTH"),
            *("RICF", "WD", "LTF", "DV"),
        ),
        VisitKind.LOG,
        phase=ANY_TIME,
    ),
)

SCHEDULE: Final = Schedule(
    visits=(*BEFORE_INFUSION, *TREATMENT, *FOLLOW_UP, *SECOND_PERIOD, *WHENEVER),
    versions=(ProtocolVersion(1, "1.0", _("Reference schedule, in force until the hospital's protocol is received")),),
    spacings=(
        Spacing("SCR", "LEUK", least=0, most=protocol.SCREENING_DAYS),
        Spacing("LEUK", "BRG", least=1),
        Spacing("BRG", "INF", least=7),
        Spacing("BL", "LD1"),
        Spacing("LD3", "RST", least=1),
        Spacing("RST", "INF", least=1, most=2),
        Spacing("LD3", "INF", least=protocol.REST_LEAST, most=protocol.REST_MOST),
    ),
)
