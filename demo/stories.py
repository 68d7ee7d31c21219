"""What happens to each subject of the demo: a story for each stage of the trial, and for each thing that can occur."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from demo.journey import Journey

EVENT: Final = {
    "aeongo": "N",
    "aeout": "RECOVERED/RESOLVED",
    "aetoxgr": "1",
    "aeser": "N",
    "aerel": "POSSIBLE",
    "aerelld": "NOT RELATED",
    "aeacn": "DOSE NOT CHANGED",
    "aecontrt": "N",
}
GOES_ON: Final = {"aeongo": "Y", "aeout": "RECOVERING/RESOLVING"}
CRS: Final = {"aespecial": ["CRS"], "aerel": "RELATED", "aecontrt": "Y"}
FEVER_SEEN: Final = "Checked against the ward chart: fever of CRS, entered as adverse event."


@dataclass(frozen=True)
class Story:
    """A subject, where day 0 lies counted from today, and what happens."""

    number: str
    day0: int
    title: str
    tell: Callable[[Journey], None]


def _event(journey: Journey, term: str, start: int, end: int | None, **answers: Any) -> int:
    """A line of the adverse event log, the cause judged by the investigator."""
    dates = {"aestdat": journey.on(start).isoformat()} | ({"aeendat": journey.on(end).isoformat()} if end else GOES_ON)
    return journey.desk.line("AE", EVENT | {"aeterm": term} | dates | answers, by=journey.desk.staff.investigator)


def _settle(journey: Journey, text: str, **about: Any) -> None:
    """The site answers what is open, the monitor closes it."""
    journey.desk.answer(text, **about)
    journey.desk.close("Seen in the source. Closed.", **about)


def month_6(journey: Journey) -> None:
    """The first subject: screened on the first version of the vital signs form; the symptoms come back in month 6."""
    journey.to_leukapheresis(-40, -27, versions={"VS": 1})
    journey.to_infusion("CD19-2311-01")
    journey.ward(14)
    _event(journey, "Cytokine release syndrome", 2, 4, **CRS)
    _settle(journey, FEVER_SEEN)
    for name, day in (("D21", 21), ("D28", 28), ("M2", 61), ("M3", 92)):
        journey.visit(name, day)
    _event(journey, "Upper respiratory tract infection", 117, 124, aeendat=journey.on(124).isoformat()[:7])
    relapse = journey.desk.added("RSC", journey.on(168), "Double vision and drooping eyelids came back")
    journey.visit(relapse, 168)
    _event(journey, "Myasthenia gravis relapse", 165, None, aespecial=["MG EXACERBATION"], aetoxgr="2", aecontrt="Y",
           aerel="NOT RELATED", aerelnst="Myasthenia gravis")  # fmt: skip
    journey.visit("M6", 181)


def month_3(journey: Journey) -> None:
    """A smooth course with one visit out of its window, explained, and an event whose end is not known to the day."""
    journey.to_leukapheresis(-42, -28)
    journey.to_infusion("CD19-2402-03")
    journey.ward(14)
    journey.visit("D21", 20)
    journey.visit("D28", 28)
    journey.visit("M2", 70)
    _settle(journey, "Date is right. The subject was travelling for work.", form_code="SV")
    journey.visit("M3", 91)
    _event(journey, "Rash on both forearms", 33, 41, aerel="UNLIKELY", aeendat=journey.on(41).isoformat()[:7])
    wrong = journey.answers("VS", 91)["weight"]
    right = f"{float(wrong) - 1.8:.1f}"
    journey.desk.correct("M3", "VS", {"weight": right}, "Subject was weighed with shoes and coat; weighed again.")


def day_28_overdue(journey: Journey) -> None:
    """The window of day 28 has closed and nobody has entered the visit."""
    journey.to_leukapheresis(-39, -26)
    journey.to_infusion("CD19-2405-02")
    journey.ward(14)
    _event(journey, "Cytokine release syndrome", 2, 4, **CRS)
    _event(
        journey, "Neutrophil count decreased", 9, 19, aetoxgr="3", aespecial=["ICAHT"], aerelld="RELATED", aecontrt="Y"
    )
    _settle(journey, FEVER_SEEN, field="temp")
    journey.visit("D21", 21)


def month_2_open(journey: Journey) -> None:
    """Month 2 may be done today; an unscheduled visit before; a figure corrected; one form with gaps."""
    journey.to_leukapheresis(-41, -27)
    journey.to_infusion("CD19-2406-01")
    journey.ward(14)
    cold = journey.desk.added("UNS", journey.on(17), "Sore throat and cough since the day before")
    journey.visit(cold, 17, only=("VS", "HEM", "CHEM", "INFL", "PE"))
    _event(journey, "Nasopharyngitis", 16, 22, aerel="NOT RELATED")
    journey.visit("D21", 22, otherwise={"VS": {"sysbp": "163"}})
    journey.desk.correct("D21", "VS", {"sysbp": "136"}, "Typing error: the ward chart says 136.")
    journey.visit("D28", 28)
    journey.desk.correct("D21", "CHEM", {"lbtim": ""}, "Not noted on the report; asking the ward.")


def day_14(journey: Journey) -> None:
    """A daily record was missed and entered as a deviation; a line of the event log was entered twice."""
    journey.to_leukapheresis(-40, -27)
    journey.to_infusion("CD19-2409-01")
    journey.ward(11)
    journey.desk.missed("D12", "Ward moved to another floor; nothing was recorded on this day.")
    journey.ward(14, first=13, missing={"VS": {"weight": "ND"}})
    for name, day in (("D21", 21), ("D28", 28), ("M2", 60), ("M3", 89)):
        journey.visit(name, day)
    deviation = {"dvterm": "No vital signs and no blood sample on day 12.", "dvcat": "VISIT", "dvsource": "HAND"}
    days = {"dvstdat": journey.on(12).isoformat(), "dvfounddtc": journey.on(13).isoformat()}
    journey.desk.line("DV", deviation | days | {"dvimpact": "MINOR", "dvaction": "Ward staff were trained again."})
    _event(journey, "Nausea", 1, 2, aerel="UNLIKELY", aerelld="RELATED")
    twice = _event(journey, "Nausea", 1, 2, aerel="UNLIKELY", aerelld="RELATED")
    journey.desk.void("LOG", "AE", "Entered twice, see line 1.", key=twice)
    leaves = {
        "wddat": journey.on(101).isoformat(),
        "wdby": "SUBJECT",
        "wdscope": ["VISITS"],
        "wdet": "N",
        "wdltfu": "Y",
    }
    journey.desk.line("WD", leaves | {"wdreas": "The way to the hospital is too long; agrees to yearly calls."})


def day_7_fever(journey: Journey) -> None:
    """Cytokine release syndrome, grade 2, on its way out: values outside their ranges, some explained, some not yet."""
    journey.to_leukapheresis(-38, -25)
    journey.to_infusion("CD19-2409-04")
    journey.ward(6)
    journey.visit("D7", 7, leave_out=("CHEM",))
    serious = {"aetoxgr": "2", "aeser": "Y", "aesercrit": ["HOSPITAL"]}
    _event(journey, "Cytokine release syndrome", 2, None, **CRS | serious)
    journey.desk.answer("Measured twice by the nurse, same figure.", visit_name="D3", field="pulse")
    journey.desk.answer(FEVER_SEEN, visit_name__in=("D2", "D3"), field="temp")
    journey.desk.close("Ward chart seen. Closed.", visit_name="D2", field="temp")


def in_lymphodepletion(journey: Journey) -> None:
    """The second of three days is today; its blood results are not back yet."""
    journey.to_leukapheresis(-40, -27)
    journey.visit("BL", -6)
    journey.visit("LD1", -5)
    journey.visit("LD2", -4, leave_out=("CHEM",))


def screened(journey: Journey) -> None:
    """Screening is complete; leukapheresis is being planned."""
    journey.screening(-34)


def registered(journey: Journey) -> None:
    """A number was drawn today, and nothing else."""


def dose_off_plan(journey: Journey) -> None:
    """Three quarters of the planned dose, saved as it was and asked about; died at home of a heart attack on day 78."""
    journey.to_leukapheresis(-37, -25)
    journey.to_infusion("CD19-2410-02", dose_share=0.75)
    journey.ward(14)
    _event(journey, "寒战 (chills)", 0, 1, aespecial=["REACTION"], aerel="RELATED", aecontrt="Y")
    journey.desk.answer("The bag held fewer viable cells than released. Asking the manufacturer.",
                        confirmed=False, check_id="INF-03")  # fmt: skip
    for name, day in (("D21", 21), ("D28", 28), ("M2", 60)):
        journey.visit(name, day)
    fatal = {"aeout": "FATAL", "aetoxgr": "5", "aeser": "Y", "aesercrit": ["DEATH"], "aerel": "NOT RELATED"}
    line = _event(journey, "Myocardial infarction", 78, 78, **fatal, aerelnst="Coronary heart disease")
    told = {"saeaeno": str(line), "saeterm": "Myocardial infarction", "saecrit": ["DEATH"], "saetoxgr": "5"}
    told |= {"saestdat": journey.on(78).isoformat(), "saeout": "FATAL", "saeaware": journey.moment(79, "08:15")}
    told |= {"saeawby": "C01", "saesent": journey.moment(79, "15:40"), "saeecsnt": journey.moment(80, "09:00")}
    told |= dict.fromkeys(("saerelinv", "saerelspo", "saerldinv", "saerldspo"), "NOT RELATED")
    journey.desk.line(
        "SAE", told | {"saenarr": "Found dead at home; known coronary heart disease.", "saeexp": "UNEXPECTED"}
    )
    died = {
        "dthdat": journey.on(78).isoformat(),
        "dthloc": "HOME",
        "dthcaus": "Myocardial infarction",
        "dthmg": "OTHER",
    }
    journey.desk.line(
        "DTH",
        died | {"dthaeno": str(line), "dthauto": "N"} | dict.fromkeys(("dthrel", "dthrelld"), "NOT RELATED"),
        by=journey.desk.staff.investigator,
    )


def after_leukapheresis(journey: Journey) -> None:
    """The cells were collected; they are being made. Once a value was read from the wrong line."""
    journey.screening(-41, otherwise={"VS": {"pulse": "128"}})
    journey.desk.correct("SCR", "VS", {"pulse": "71"}, "抄写错误 (copied from the wrong line of the chart)")
    journey.visit("LEUK", -27, otherwise={"VS": {"pulse": "117"}})
    journey.desk.answer(
        "Walked up the stairs shortly before; was 78 after ten minutes.", visit_name="LEUK", field="pulse"
    )


def pregnant(journey: Journey) -> None:
    """A woman whose pregnancy test at screening is positive: dosing stops here."""
    journey.screening(-30, otherwise={"UPT": {"lborres": "POS"}})
    journey.desk.answer(
        "Subject and investigator informed; serum hCG taken today, result to come.", confirmed=False, check_id="UPT-01"
    )


def consent_late(journey: Journey) -> None:
    """Measured two days before consent was signed: recorded as it was, a deviation by rule; the MG-ADL only typed."""
    journey.demography(-36)
    journey.visit("SCR", -36, leave_out=("MGADL", "CHEM", "UPT"))
    journey.consent(-34, visit_day=-36)
    typed = {"qsperf": "Y", "qstim": "10:40", "qsmethod": "INTERVIEW", "qsrater": "R04", "mgadl01": "1", "mgadl02": "1"}
    journey.desk.typed("SCR", "MGADL", typed, token(journey))


def token(journey: Journey) -> UUID:
    """The page on which something was typed."""
    return UUID(int=journey.course.chance("PAGE").getrandbits(128), version=4)


# At each site in the order in which the subjects came.
STORIES: Final = (
    Story("01-001", -185, "month 6, symptoms came back", month_6),
    Story("01-002", -96, "month 3 done", month_3),
    Story("01-003", -36, "day 28 overdue", day_28_overdue),
    Story("01-004", -66, "month 2 open", month_2_open),
    Story("01-005", -155, "one visit missed, withdrew", day_14),
    Story("01-006", -7, "day 7, fever after infusion", day_7_fever),
    Story("01-007", 4, "in lymphodepletion", in_lymphodepletion),
    Story("01-008", 27, "screening complete", screened),
    Story("01-009", 45, "just registered", registered),
    Story("02-001", -126, "dose below plan, died", dose_off_plan),
    Story("02-002", 16, "after leukapheresis", after_leukapheresis),
    Story("02-003", 25, "pregnancy test positive", pregnant),
    Story("02-004", 33, "in screening, consent after a visit", consent_late),
)
BY_NUMBER: Final[Mapping[str, Story]] = {story.number: story for story in STORIES}
