"""Exclusion criteria but E4 and E7 (clinical reference pack, 2.2 and 8.5). True: excluded. None: it cannot be said."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from core import protocol
from core.crf.values import Measured, PartialDate
from core.schedule import add_months
from screening.eligibility import words
from screening.eligibility.answers import Answer, agreed, any_of, exceeds, reaches, yes
from screening.eligibility.evidence import Evidence, Seen
from screening.eligibility.stages import STAGE_2

# Unit the laboratory reports -> the parameter with the limit in that unit: compared natively, never converted.
LIMITS: Final[dict[str, dict[str, str]]] = {
    "CREAT": {"umol/L": "creatinine_most_si", "mg/dL": "creatinine_most"},
    "BILI": {"umol/L": "bilirubin_most_si", "mg/dL": "bilirubin_most"},
}
TRANSAMINASES: Final = ("ALT", "AST")


def cns_disease(ask: Evidence) -> bool | None:
    """E1: a history of epilepsy, or of another disease of the central nervous system."""
    history = ask.newest("MH")
    return any_of(yes(history("mhepil")), yes(history("mhcns")))


def thymus_treated(ask: Evidence) -> bool | None:
    """E2: thymectomy less than 12 calendar months before the screening visit or planned, or any thymic radiotherapy.

    The anniversary itself no longer excludes; a day that a month has not is its last day (29 February: the 28th).
    """
    thymus = ask.newest("THYM")
    return any_of(_operated(ask, thymus), yes(thymus("thymplan")), yes(thymus("thymrt")))


def _operated(ask: Evidence, thymus: Seen) -> bool | None:
    done = yes(thymus("thymect"))
    if not done:
        return done
    day: PartialDate | None = thymus("thymdat")
    screened = ask.milestone(_("Screening visit"), thymus.parent.visit.visit_on if thymus.parent.visit else None)
    if day is None or screened is None:
        return None
    months = protocol.months("thymectomy_before_screening")
    return agreed(screened < add_months(day.earliest, months), screened < add_months(day.latest, months))


def heart_disease(ask: Evidence) -> bool | None:
    """E3: QTcF (Fridericia, mean) strictly above the limit of the sex, or severe heart disease in the past."""
    mean = ask.value("ECG", "egqtcf")
    prolonged = None if mean is None else _is_long(ask, mean)
    return any_of(prolonged, yes(ask.value("MH", "mhcard")))


def _is_long(ask: Evidence, mean: Decimal) -> bool | None:
    limits = {sex: protocol.number(name) for sex, name in (("M", "qtcf_limit_men"), ("F", "qtcf_limit_women"))}
    sex = ask.value("DM", "sex")
    if sex is not None:
        return bool(mean > limits[sex])
    return agreed(mean > limits["M"], mean > limits["F"])


def infected(ask: Evidence) -> bool | None:
    """E5: an active infection, severe by its CTCAE grade or treated intravenously."""
    infection = ask.newest("INFC", having="infcact")
    found = yes(infection("infcact"))
    if not found:
        return found
    grade = infection("infcgr")
    severe = None if grade is None else int(grade) >= int(protocol.number("severe_infection_grade"))
    return any_of(severe, yes(infection("infciv")))


def hepatitis(ask: Evidence) -> bool | None:
    """E6: HBsAg positive, or HBV DNA or HCV RNA measurable. DNA may lack only where HBcAb is negative too.

    HCV RNA may lack only where the antibody is negative; measurable without antibody it is an infection all the same.
    """
    surface = _positive(ask.value("VIR", "hbsag"))
    return any_of(
        surface, _measurable(ask, "hbvdna", "hbvlloq", "hbcab"), _measurable(ask, "hcvrna", "hcvlloq", "hcvab")
    )


def _measurable(ask: Evidence, item: str, limit: str, antibody: str) -> bool | None:
    record = ask.newest("VIR", having=item)
    if not record:
        if _positive(ask.value("VIR", antibody)) is False:
            return False
        record(item)
        return None
    result: Measured = record(item)
    if result == Measured(Decimal(0)):
        return False
    least = record(limit)
    return None if least is None else reaches(result, least)


def gene_therapy(ask: Evidence) -> bool | None:
    """E8: any gene therapy product before, earlier CAR-T cells among them; mRNA vaccines are none."""
    return yes(ask.value("MH", "mhgene"))


def weak_cells(ask: Evidence) -> bool | None:
    """E9: expansion on CD3/CD28 co-stimulation strictly below its limit, in fold."""
    fold = ask.value("TCELL", "tcfold")
    return None if fold is None else fold < protocol.number("t_cell_expansion")


def organ_damage(ask: Evidence) -> bool | None:
    """E10: creatinine or total bilirubin above its limit, ALT or AST above so many times the limit of its own row.

    Strictly, in the unit the laboratory reported.
    """
    return any_of(
        *(_above_limit(ask, test, limits) for test, limits in LIMITS.items()),
        *(_above_multiple(ask, test) for test in TRANSAMINASES),
    )


def _above_limit(ask: Evidence, test: str, limits: dict[str, str]) -> bool | None:
    row = _latest(ask, test)
    if row is None:
        return None
    unit = row.peek("lborresu")
    if unit not in limits:
        ask.note(_("The unit of %(test)s is not one the criterion knows.") % {"test": _name(test)})
        return None
    return exceeds(row.peek("lborres"), protocol.number(limits[unit]))


def _above_multiple(ask: Evidence, test: str) -> bool | None:
    row = _latest(ask, test)
    if row is None:
        return None
    upper = row.peek("lbnrhi")
    upper = row.peek("lbornrhi") if upper is None else upper
    if upper is None:
        ask.note(_("The upper limit of %(test)s is not entered.") % {"test": _name(test)})
        return None
    return exceeds(row.peek("lborres"), protocol.number("transaminase_multiple") * upper)


def _latest(ask: Evidence, test: str) -> Seen | None:
    """The newest result of a test that counts at the stage, noted with its unit and upper limit."""
    found = [
        row
        for record in ask.facts.at_stage(ask.declared("CHEM"))
        for row in ask.rows(record, "CHEM", "results")
        if row.peek("lbtestcd") == test and row.peek("lborres") is not None
    ]
    if not found:
        ask.lacking.append(f"{words.title('CHEM')}: {_name(test)}")
        return None
    row = found[-1]
    row.use(_name(test), _reported(row))
    return None if _is_too_old(ask, row) else row


def _is_too_old(ask: Evidence, row: Seen) -> bool:
    """At stage 2 a result counts for so many days before the decision."""
    decided, on = ask.facts.decided_on, row.on
    if ask.facts.stage != STAGE_2 or decided is None or on is None:
        return False
    days = protocol.days("laboratory_before_lymphodepletion")
    if decided - on <= timedelta(days=days):
        return False
    ask.note(_("The result is more than %(days)s days older than the decision.") % {"days": days})
    return True


def _reported(row: Seen) -> str:
    """Result and unit as reported, with the upper limit where there is one."""
    text = f"{row.peek('lborres')} {words.shown('CHEM', 'lborresu', row.peek('lborresu') or '', 'results')}".strip()
    upper = row.peek("lbnrhi") or row.peek("lbornrhi")
    return text if upper is None else _("%(result)s (upper limit %(limit)s)") % {"result": text, "limit": _plain(upper)}


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _name(test: str) -> str:
    return words.shown("CHEM", "lbtestcd", test, "results")


def uncontrolled(ask: Evidence) -> bool | None:
    """E11: another uncontrolled disease, as the medical history says."""
    return yes(ask.value("MH", "mhuncon"))


def hiv(ask: Evidence) -> bool | None:
    """E12: reactive and confirmed. Confirmed negative it is none; pending or indeterminate it cannot be said."""
    sample = ask.newest("VIR", having="hivscr")
    screen = sample("hivscr")
    if screen != "R":
        return None if screen is None else False
    confirmed: Any = sample("hivconf")
    return {"POS": True, "NEG": False}.get(confirmed)


def unsuitable(ask: Evidence) -> bool | Answer | None:
    """E13: the investigator's judgement; nothing computes it."""
    return ask.judged("E13")


def _positive(answer: str | None) -> bool | None:
    return None if answer is None else answer == "POS"
