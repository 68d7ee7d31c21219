"""What the logs of adverse events, serious events, medication, hospital stays and death say differently (SAF-06).

Pure functions of a casebook. A difference is mended, or justified in the answer to its query; E6(R3) 4.2.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.crf.codes import NoYes
from core.reconcile import Casebook, Difference, reconciles
from safety.codes import Causality, Grade, Outcome, Seriousness

# How the medication log names the event a medicine was given for.
INDICATION = re.compile(r"\bAE\s*#?\s*(\d{1,4})\b", re.IGNORECASE)
EVENT_STAYS = ("EVENT", "LONGER")


class Labels:
    """Codes of a list in the reader's words; a dash where there is none."""

    def __init__(self, codes: Any, chosen: Iterable[str] | None) -> None:
        self.codes, self.chosen = codes, tuple(chosen or ())

    def __str__(self) -> str:
        return (
            pgettext("between the answers of a list", ", ").join(str(self.codes(c).label) for c in self.chosen) or "–"
        )


@reconciles("AE", "SAE")
def seriousness(casebook: Casebook) -> Iterator[Difference]:
    """Each serious event is reported, and each report is of a serious event."""
    reported = {report.saeaeno for report in casebook.lines("SAE")}
    for event in casebook.lines("AE"):
        if event.aeser == NoYes.YES and event.key not in reported:
            text = _("This event is serious, and no line of the SAE log reports it. Report it, or mend one of the two.")
            yield Difference("REC-01", "AE", event.key, "aeser", text)
    for report in casebook.lines("SAE"):
        yield from _unfounded(casebook, report)


def _unfounded(casebook: Casebook, report: Any) -> Iterator[Difference]:
    event = casebook.line("AE", report.saeaeno)
    if event is None:
        text = _(
            "This report belongs to no line of the adverse event log. Enter the event there and give its line here."
        )
        yield Difference("REC-02", "SAE", report.key, "saeaeno", text)
    elif event.aeser != NoYes.YES:
        text = _("Line %(line)s of the adverse event log is not marked as serious. Please check both.")
        beside = (("AE", event.key),)
        yield Difference("REC-03", "SAE", report.key, "saeaeno", text, (("line", event.key),), beside=beside)
    elif event.aesaeno is not None and event.aesaeno != report.key:
        text = _(
            "Line %(line)s of the adverse event log names another line of the SAE log: %(other)s. Please check both."
        )
        params = (("line", event.key), ("other", event.aesaeno))
        yield Difference(
            "REC-04", "SAE", report.key, "saeaeno", text, params, (event.aesaeno,), beside=(("AE", event.key),)
        )


# Item of the SAE log, item of the adverse event log, what it is called, and how an answer is told.
COMPARED = (
    ("REC-05", "saestdat", "aestdat", _("start date"), str),
    ("REC-06", "saetoxgr", "aetoxgr", _("highest grade"), lambda code: Labels(Grade, (code,))),
    ("REC-07", "saeout", "aeout", _("outcome"), lambda code: Labels(Outcome, (code,))),
    ("REC-08", "saecrit", "aesercrit", _("reasons why it is serious"), lambda codes: Labels(Seriousness, codes)),
    ("REC-09", "saerelinv", "aerel", _("relation to the CAR-T cells"), lambda code: Labels(Causality, (code,))),
    ("REC-10", "saerldinv", "aerelld", _("relation to lymphodepletion"), lambda code: Labels(Causality, (code,))),
)
UNLIKE = _(
    "The %(what)s is “%(here)s” here and “%(there)s” on line %(line)s of the adverse event log. Please check both."
)


@reconciles("AE", "SAE")
def content(casebook: Casebook) -> Iterator[Difference]:
    """Where both logs answer a question, they answer it alike; the investigator's opinion is one."""
    for report in casebook.lines("SAE"):
        event = casebook.line("AE", report.saeaeno)
        for id, here, there, what, say in COMPARED if event is not None else ():
            mine, theirs = getattr(report, here), getattr(event, there)
            if mine is not None and theirs is not None and mine != theirs:
                params = (("what", what), ("here", say(mine)), ("there", say(theirs)), ("line", event.key))
                beside = (("AE", event.key),)
                yield Difference(id, "SAE", report.key, here, UNLIKE, params, (mine, theirs), beside)


@reconciles("AE", "DTH")
def death(casebook: Casebook) -> Iterator[Difference]:
    """A fatal event and a death record belong together, and say the same day."""
    fatal = [event for event in casebook.lines("AE") if event.aeout == Outcome.FATAL]
    deaths = [each for each in casebook.lines("DTH") if each.dthdat is not None]
    for event in fatal:
        if not casebook.lines("DTH"):
            text = _("This event is fatal, and there is no record of the death. Enter it, or mend the outcome.")
            yield Difference("REC-20", "AE", event.key, "aeout", text)
        elif event.aeendat is not None and deaths and not any(_is_on(event.aeendat, each.dthdat) for each in deaths):
            text = _("This fatal event ended on %(end)s, and the subject died on %(death)s. Please check both.")
            params = (("end", event.aeendat), ("death", deaths[0].dthdat))
            values = (event.aeendat, deaths[0].dthdat)
            beside = (("DTH", deaths[0].key),)
            yield Difference("REC-21", "AE", event.key, "aeendat", text, params, values, beside)
    for record in casebook.lines("DTH"):
        yield from _without_event(casebook, record, bool(fatal))


def _without_event(casebook: Casebook, record: Any, any_fatal: bool) -> Iterator[Difference]:
    event = casebook.line("AE", record.dthaeno)
    if record.dthaeno is None and not any_fatal:
        text = _("No adverse event is fatal. Enter the event that led to death, or mend its outcome.")
        yield Difference("REC-22", "DTH", record.key, "dthaeno", text)
    elif record.dthaeno is not None and (event is None or event.aeout != Outcome.FATAL):
        text = _("Line %(line)s of the adverse event log is not fatal, or not there. Please check both.")
        beside = (("AE", record.dthaeno),) if event else ()
        yield Difference(
            "REC-23", "DTH", record.key, "dthaeno", text, (("line", record.dthaeno),), (record.dthaeno,), beside
        )


@reconciles("AE", "CM")
def treatment(casebook: Casebook) -> Iterator[Difference]:
    """What an event was treated with is in the medication log, and what a medicine was given for is an event."""
    medicines = {line.key: given_for(line) for line in casebook.lines("CM")}
    for event in casebook.lines("AE"):
        named = [row.aecmno for row in casebook.rows(event, "treatments") if row.aecmno is not None]
        for line in sorted(set(named) - set(medicines)):
            text = _("It was treated with line %(line)s of the medication log, which is not there. Please check both.")
            yield Difference("REC-30", "AE", event.key, "aecontrt", text, (("line", line),), (line,))
        yield from _treated(event, named, [line for line, events in medicines.items() if event.key in events])
    for line, events in medicines.items():
        for number in sorted(events):
            if casebook.line("AE", number) is None:
                text = _(
                    "It was given for line %(line)s of the adverse event log, which is not there. Please check both."
                )
                yield Difference("REC-33", "CM", line, "cmindc", text, (("line", number),), (number,))


def _treated(event: Any, named: list[int], given: list[int]) -> Iterator[Difference]:
    """Was it treated, and does the medication log say so too?"""
    if event.aecontrt == NoYes.YES and not named and not given:
        text = _("It was treated, and no line of the medication log says with what. Name the lines below.")
        yield Difference("REC-31", "AE", event.key, "aecontrt", text)
    if event.aecontrt == NoYes.NO and (given or named):
        text = _("It was not treated, and line %(line)s of the medication log was given for it. Please check both.")
        first = min([*given, *named])
        beside = (("CM", first),) if given else ()
        yield Difference("REC-32", "AE", event.key, "aecontrt", text, (("line", first),), (first,), beside)


def given_for(medication: Any) -> set[int]:
    """The lines of the adverse event log that a line of the medication log names as its indication."""
    return {int(number) for number in INDICATION.findall(str(medication.cmindc or ""))}


@reconciles("AE", "HO")
def hospital(casebook: Casebook) -> Iterator[Difference]:
    """An event that led to hospital has its stay, and a stay because of an event has its event."""
    stays = [stay for stay in casebook.lines("HO") if stay.horeas in EVENT_STAYS]
    because_of = {stay.hoaeno for stay in stays}
    for event in casebook.lines("AE"):
        if Seriousness.HOSPITAL in (event.aesercrit or ()) and event.key not in because_of:
            text = _("It led to hospital, and no stay in hospital names it. Enter the stay, or mend one of the two.")
            yield Difference("REC-40", "AE", event.key, "aesercrit", text)
    for stay in stays:
        yield from _stay(casebook, stay)


def _stay(casebook: Casebook, stay: Any) -> Iterator[Difference]:
    event = casebook.line("AE", stay.hoaeno)
    if event is None:
        text = _("This stay is because of an adverse event, and the line it names is not there. Please check both.")
        yield Difference("REC-41", "HO", stay.key, "hoaeno", text, values=(stay.hoaeno,))
        return
    params, beside = (("line", event.key),), (("AE", event.key),)
    if Seriousness.HOSPITAL not in (event.aesercrit or ()):
        text = _("Line %(line)s of the adverse event log does not say that it led to hospital. Please check both.")
        yield Difference("REC-42", "HO", stay.key, "hoaeno", text, params, (event.key,), beside)
    if stay.horeas == "EVENT" and _is_before(stay.hostdat, event.aestdat):
        text = _("The admission lies before line %(line)s of the adverse event log began. Please check both.")
        values = (stay.hostdat, event.aestdat)
        yield Difference("REC-43", "HO", stay.key, "hostdat", text, params, values, beside)


def _is_on(partial: Any, day: Any) -> bool:
    """Can the partial date be that day?"""
    return bool(partial.earliest <= day <= partial.latest)


def _is_before(day: Any, partial: Any) -> bool:
    """Only what is certain."""
    return day is not None and partial is not None and bool(day < partial.earliest)
