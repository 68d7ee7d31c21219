"""Subjects who were infused, and what became of them."""

from __future__ import annotations

from typing import Final

from core.models import ReportKind
from demo.journey import STAY, Journey
from demo.tales.told import CRS, FEVER_SEEN, antipyretic, died, event, medicine, monthly, serious, settle, treated

FATAL: Final = {"aeout": "FATAL", "aetoxgr": "5", "aeser": "Y", "aesercrit": ["DEATH"], "aerel": "NOT RELATED"}
COLITIS: Final = {"aetoxgr": "3", "aecontrt": "N", "aerel": "POSSIBLE", "aerelld": "POSSIBLE"}


def month_6(journey: Journey) -> None:
    """The first subject: screened on the first version of the vital signs form; the symptoms come back in month 6."""
    journey.to_leukapheresis(-40, -27, versions={"VS": 1})
    journey.to_infusion("CD19-2311-01")
    journey.ward(14)
    fever = event(journey, "Cytokine release syndrome", 2, 4, **CRS)
    treated(journey, fever, antipyretic(journey, fever, 2, 4))
    settle(journey, FEVER_SEEN)
    for name, day in (("D21", 21), ("D28", 28), ("M2", 61), ("M3", 92)):
        journey.visit(name, day)
    event(journey, "Upper respiratory tract infection", 117, 124, aeendat=journey.on(124).isoformat()[:7])
    monthly(journey, 120)
    monthly(journey, 151)
    relapse = journey.desk.added("RSC", journey.on(168), "Double vision and drooping eyelids came back")
    journey.visit(relapse, 168)
    event(journey, "Myasthenia gravis relapse", 165, None, aespecial=["MG EXACERBATION"], aetoxgr="2", aecontrt="N",
          aerel="NOT RELATED", aerelnst="Myasthenia gravis")  # fmt: skip
    steroid = {"cmclas": "STEROID", "cmster": "PREDNISONE", "cmdose": "20", "cmdosfrq": "QD", "cmroute": "ORAL"}
    medicine(journey, "Prednisone", journey.on(168).isoformat(), None, **steroid, cmindc="RESCUE")
    journey.visit("M6", 181)


def month_3(journey: Journey) -> None:
    """A visit out of its window, explained; an event of grade 3, proposed as dose-limiting, which the committee is to
    judge; another whose end is not known to the day.
    """
    journey.to_leukapheresis(-42, -28)
    journey.to_infusion("CD19-2402-03")
    journey.ward(14)
    journey.visit("D21", 20)
    colitis = event(journey, "Diarrhoea with fever and blood", 16, 20, **COLITIS)
    journey.visit("D28", 28, leave_out=("DLT",))
    row = {"dltsrc": "AE", "dltline": str(colitis), "dltorgan": "GI", "dltrule": "4", "dltinv": "DLT"}
    said = {"dltprop": "DLT", "dltsrcdat": "", "dltminut": ""}
    journey.fill("D28", "DLT", 28, said, rows={"candidates": [row | {"dltcom": "No other cause was found."}]})
    journey.visit("M2", 70)
    settle(journey, "Date is right. The subject was travelling for work.", form_code="SV")
    event(journey, "Rash on both forearms", 33, 41, aerel="UNLIKELY", aeendat=journey.on(41).isoformat()[:7])
    journey.visit("M3", 91)
    wrong = journey.answers("VS", 91)["weight"]
    right = f"{float(wrong) - 1.8:.1f}"
    journey.desk.correct("M3", "VS", {"weight": right}, "Subject was weighed with shoes and coat; weighed again.")


def day_28_overdue(journey: Journey) -> None:
    """The infusion was put off by two days for a fever; the window of day 28 has closed and nobody has entered it."""
    journey.to_leukapheresis(-41, -28)
    journey.to_clearance("CD19-2405-02", begins=-7, otherwise={"VS": {"temp": "38.4"}, "INFC": {"infctmax": "38.4"}})
    no = {"clrfev": "N", "clrdec": "NO_GO", "clrreas": "Fever of 38.4 °C since last night.", "clrpost": "Y"}
    again = {"clrdtc": journey.moment(-2, "08:30"), "clrplan": journey.moment(-2, "10:00")}
    journey.fill("RST", "CLR", -3, no | again | {"clrnew": journey.on(0).isoformat()})
    checked = journey.desk.added("UNS", journey.on(-1), "Free of fever; checked again before infusion")
    journey.visit(checked, -1, only=("VS", "HEM", "CHEM", "INFL", "INFC"))
    journey.infused("CD19-2405-02", cleared_at=checked)
    journey.ward(14)
    fever = event(journey, "Cytokine release syndrome", 2, 4, **CRS)
    treated(journey, fever, antipyretic(journey, fever, 2, 4))
    event(
        journey, "Neutrophil count decreased", 9, 19, aetoxgr="3", aespecial=["ICAHT"], aerelld="RELATED", aecontrt="N"
    )
    settle(journey, FEVER_SEEN, field="temp")
    journey.desk.answer("Cultures and chest image without a focus; free of fever after a day.", check_id="INFC-02")
    journey.visit("D21", 21)


def month_2_open(journey: Journey) -> None:
    """Month 2 may be done today; an unscheduled visit before; a figure corrected; one form with gaps."""
    journey.to_leukapheresis(-41, -27)
    journey.to_infusion("CD19-2406-01")
    journey.ward(14)
    cold = journey.desk.added("UNS", journey.on(17), "Sore throat and cough since the day before")
    journey.visit(cold, 17, only=("VS", "HEM", "CHEM", "INFL", "PE"))
    event(journey, "Nasopharyngitis", 16, 22, aerel="NOT RELATED")
    journey.visit("D21", 22, otherwise={"VS": {"sysbp": "163"}})
    journey.desk.correct("D21", "VS", {"sysbp": "136"}, "Typing error: the ward chart says 136.")
    journey.visit("D28", 28)
    journey.desk.correct("D21", "CHEM", {"lbtim": ""}, "Not noted on the report; asking the ward.")


def withdrew(journey: Journey) -> None:
    """A daily record was missed and entered as a deviation; an event was entered twice; left after month 3."""
    journey.to_leukapheresis(-40, -27)
    journey.to_infusion("CD19-2409-01")
    journey.ward(11)
    journey.desk.missed("D12", "Ward moved to another floor; nothing was recorded on this day.")
    journey.ward(14, first=13, missing={"VS": {"weight": "ND"}})
    event(journey, "Nausea", 1, 2, aerel="UNLIKELY", aerelld="RELATED")
    twice = event(journey, "Nausea", 1, 2, aerel="UNLIKELY", aerelld="RELATED")
    journey.desk.void("LOG", "AE", "Entered twice, see line 1.", key=twice)
    for name, day in (("D21", 21), ("D28", 28), ("M2", 60), ("M3", 91)):
        journey.visit(name, day)
    deviation = {"dvterm": "No vital signs and no blood sample on day 12.", "dvcat": "VISIT", "dvsource": "HAND"}
    days = {"dvstdat": journey.on(12).isoformat(), "dvfounddtc": journey.on(13).isoformat()}
    journey.desk.line("DV", deviation | days | {"dvimpact": "MINOR", "dvaction": "Ward staff were trained again."})
    leaves = {"wddat": journey.on(101).isoformat(), "wdby": "SUBJECT", "wdscope": ["VISITS"], "wdet": "N"}
    why = "The way to the hospital is too long; agrees to yearly calls."
    journey.desk.line("WD", leaves | {"wdltfu": "Y", "wdreas": why})


def day_7_fever(journey: Journey) -> None:
    """CRS of grade 2 with tocilizumab, then ICANS of grade 1, on its way out: reported as serious; some of the values
    outside their ranges are explained, some not yet.
    """
    journey.to_leukapheresis(-38, -25)
    journey.to_infusion("CD19-2409-04")
    journey.ward(6)
    journey.visit("D7", 7, leave_out=("CHEM",))
    longer = {"aetoxgr": "2", "aeser": "Y", "aesercrit": ["HOSPITAL"], "aesaeno": "1"}
    line = event(journey, "Cytokine release syndrome", 2, None, **CRS | longer)
    days = (journey.on(3).isoformat(), journey.on(4).isoformat())
    block = {"cmclas": "CRS_ICANS", "cmindc": "CRS", "cmaeno": str(line), "cmdose": "618", "cmdosfrq": "QD"}
    given = medicine(journey, "Tocilizumab", *days, **block, cmroute="INTRAVENOUS")
    treated(journey, line, antipyretic(journey, line, 2, 5), given)
    stay = {"hostdat": journey.on(-6).isoformat(), "hoongo": "Y", "horeas": "LONGER", "hoaeno": str(line)}
    journey.desk.line("HO", STAY | stay)
    event(journey, "Confusion", 5, 5, aespecial=["ICANS"], aerel="RELATED")
    story = "Fever from day 2, low pressure on days 3 and 4, which fluids and tocilizumab brought back."
    report = serious(
        journey, line, "Cytokine release syndrome", 2, journey.moment(3, "09:10"), saecrit=["HOSPITAL"], saetoxgr="2",
        saeout="RECOVERING/RESOLVING", saenarr=story, saesent=journey.moment(3, "17:30"), saeexp="EXPECTED",
        saerelinv="RELATED", saerelspo="RELATED",
    )  # fmt: skip
    journey.desk.report(report, ReportKind.INITIAL, "First report, by mail to the sponsor's safety desk.")
    journey.desk.answer("Measured twice by the nurse, same figure.", visit_name="D3", field="pulse")
    journey.desk.answer(FEVER_SEEN, visit_name__in=("D2", "D3"), field="temp")
    journey.desk.close("Ward chart seen. Closed.", visit_name="D2", field="temp")


def dose_off_plan(journey: Journey) -> None:
    """Three quarters of the planned dose, saved as it was and asked about; died at home of a heart attack on day 78."""
    journey.to_leukapheresis(-37, -25)
    journey.to_infusion("CD19-2410-02", dose_share=0.75)
    journey.ward(14)
    chill = event(journey, "寒战 (chills)", 0, 1, aespecial=["REACTION"], aerel="RELATED", aecontrt="Y")
    treated(journey, chill, antipyretic(journey, chill, 0, 1, "AE"))
    journey.desk.answer("The bag held fewer viable cells than released. Asking the manufacturer.",
                        confirmed=False, check_id="INF-03")  # fmt: skip
    for name, day in (("D21", 21), ("D28", 28), ("M2", 60)):
        journey.visit(name, day)
    term = "Myocardial infarction"
    line = event(journey, term, 78, 78, **FATAL, aerelnst="Coronary heart disease", aesaeno="1")
    report = serious(
        journey, line, term, 78, journey.moment(79, "08:15"), saecrit=["DEATH"], saetoxgr="5", saeout="FATAL",
        saenarr="Found dead at home.", saesent=journey.moment(79, "15:40"), saeecsnt=journey.moment(80, "09:00"),
        saeexp="UNEXPECTED",
    )  # fmt: skip
    journey.desk.report(report, ReportKind.INITIAL)
    died(journey, line, 78, term)
    known = {"saenarr": "Found dead at home in the morning; known coronary heart disease."}
    journey.desk.correct("LOG", "SAE", known, "Told by the family doctor.", key=report)
    journey.desk.report(report, ReportKind.FINAL, "With what the family doctor told.")
