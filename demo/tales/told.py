"""What tales share: events with their medicines and reports, a death, queries that are settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.actions.entry import RowEntry
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
    "aerepby": "SUBJECT",
}
GOES_ON: Final = {"aeongo": "Y", "aeout": "RECOVERING/RESOLVING"}
CRS: Final = {"aespecial": ["CRS"], "aerel": "RELATED", "aecontrt": "Y"}
FEVER_SEEN: Final = "Checked against the ward chart: fever of CRS, entered as adverse event."
JUDGED: Final = ("saerelinv", "saerelspo", "saerldinv", "saerldspo")


def event(journey: Journey, term: str, start: int, end: int | None, **answers: Any) -> int:
    """A line of the adverse event log, the cause judged by the investigator; gives its number."""
    dates = {"aestdat": journey.on(start).isoformat()} | ({"aeendat": journey.on(end).isoformat()} if end else GOES_ON)
    return journey.desk.line(
        "AE", EVENT | {"aeterm": term, "aectcae": term} | dates | answers, by=journey.desk.staff.investigator
    )


def medicine(journey: Journey, name: str, start: str, end: str | None, **answers: Any) -> int:
    """A line of the medication log; gives its number. `end` is None while it is taken."""
    over = {"cmongo": "Y"} if end is None else {"cmongo": "N", "cmendat": end}
    said = {"cmtrt": name, "cmmgrisk": "NONE", "cmdosu": "mg", "cmstdat": start}
    return journey.desk.line("CM", said | over | answers)


def treated(journey: Journey, line: int, *medicines: int) -> None:
    """The medicines an event was treated with are named in its line."""
    rows = [RowEntry({"aecmno": str(number)}) for number in medicines]
    journey.desk.extend("AE", line, {"treatments": rows}, "Medicines of the event added.")


def antipyretic(journey: Journey, line: int, first: int, last: int, reason: str = "CRS") -> int:
    """Paracetamol against the fever of an event."""
    said = {"cmclas": "OTHER", "cmindc": reason, "cmaeno": str(line), "cmdose": "500", "cmdosfrq": "QID"}
    said |= {"cmindcsp": "Chills"} if reason == "AE" else {}
    days = (journey.on(first).isoformat(), journey.on(last).isoformat())
    return medicine(journey, "Paracetamol", *days, **said, cmroute="ORAL")


def serious(journey: Journey, line: int, term: str, day: int, aware: str, **answers: Any) -> int:
    """The report of a serious event, known on the day after it began; gives its number."""
    said = {"saeaeno": str(line), "saeterm": term, "saestdat": journey.on(day).isoformat(), "saeaware": aware}
    return journey.desk.line("SAE", said | {"saeawby": "C01"} | dict.fromkeys(JUDGED, "NOT RELATED") | answers)


def died(journey: Journey, line: int, day: int, term: str) -> None:
    """The form of death, by the investigator."""
    said: Mapping[str, str] = {
        "dthdat": journey.on(day).isoformat(), "dthloc": "HOME", "dthcaus": term, "dthmg": "OTHER",
        "dthaeno": str(line), "dthauto": "N", "dthrel": "NOT RELATED", "dthrelld": "NOT RELATED",
    }  # fmt: skip
    journey.desk.line("DTH", said, by=journey.desk.staff.investigator)


def monthly(journey: Journey, day: int) -> int:
    """The monthly check of pregnancy and contraception, by telephone; gives its number."""
    said: dict[str, Any] = {"pmcdat": journey.on(day).isoformat(), "pmctest": "Y", "pmcwhere": "HOME", "pmcres": "NEG"}
    said |= {"pmcdtc": journey.moment(day, "07:10"), "pmcmens": "N", "pmcmeth": ["IUD"], "pmclapse": "N"}
    return journey.desk.line("PMC", said | {"pmcadvice": "Y"})


def settle(journey: Journey, text: str, **about: Any) -> None:
    """The site answers what is open, the monitor closes it."""
    journey.desk.answer(text, **about)
    journey.desk.close("Seen in the source. Closed.", **about)
