"""Inclusion 8 and exclusion 4: childbearing potential, pregnancy tests by date and time, contraception, lactation.

Clinical reference pack, 2.1, 2.2, 7 and 8.5. Hours are reckoned from date-times with their offsets, never from days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core import protocol
from screening.eligibility import words
from screening.eligibility.answers import Answer, Used, all_of, any_of, yes
from screening.eligibility.evidence import Evidence
from screening.eligibility.facts import LAST_MINUTE
from screening.eligibility.stages import STAGE_2

NEGATIVE, POSITIVE = "NEG", "POS"


@dataclass(frozen=True)
class PregnancyTest:
    """A pregnancy test that has a result. Without its time it cannot be put in order with others."""

    at: datetime | None
    result: str
    is_serum: bool = False


def protected(ask: Evidence) -> bool | Answer | None:
    """I8: tested negative within the hours before the first dose, nothing says otherwise, contraception agreed to.

    Not applicable without childbearing potential; while that is not known, nothing can be said.
    """
    potential = False if _is_man(ask) else yes(ask.value("RP", "childpot"))
    if potential is None:
        return None
    if not potential:
        return Answer.NOT_APPLICABLE
    return all_of(_tested_in_time(ask), yes(ask.value("RP", "rpcontr")))


def pregnant_or_nursing(ask: Evidence) -> bool | Answer | None:
    """E4: a test says she is pregnant, or she breast-feeds. Of childbearing potential, she needs a negative test."""
    if _is_man(ask):
        return Answer.NOT_APPLICABLE
    potential = yes(ask.value("RP", "childpot"))
    result = settled(_tests(ask, _end_of_stage(ask)))
    pregnant = {POSITIVE: True, NEGATIVE: False}.get(result or "")
    said = any_of(pregnant, yes(ask.value("RP", "bfeed")))
    return Answer.NOT_APPLICABLE if potential is False and said is not True else said


def settled(tests: Iterable[PregnancyTest]) -> str | None:
    """What all tests say together: POS, NEG, IND, or None where that cannot be said.

    A serum test overrides urine tests; after a negative serum test only a later urine test says more.
    """
    tests = tuple(tests)
    if not tests or any(test.at is None for test in tests):
        return None
    newest = max(tests, key=_order)
    serum = max((test for test in tests if test.is_serum), key=_order, default=None)
    return serum.result if serum is not None and serum.result != NEGATIVE else newest.result


def _order(test: PregnancyTest) -> tuple[float, bool]:
    return (test.at.timestamp() if test.at else 0, test.is_serum)


def _tested_in_time(ask: Evidence) -> bool | None:
    dose = ask.facts.first_dose()
    if dose is None:
        ask.lacking.append(_("The first lymphodepletion dose, given or planned"))
        return None
    _note_dose(ask, dose)
    tests = list(_tests(ask, dose[1]))
    result = settled(tests)
    if result != NEGATIVE:
        return False if result == POSITIVE else None
    found = in_time((test.at for test in tests if test.at and test.result == NEGATIVE), dose)
    if found is False and not ask.facts.is_dosed:
        ask.note(_("No negative test lies within the hours before the planned dose that the protocol allows."))
        return None
    return found


def in_time(negative: Iterable[datetime], dose: tuple[datetime, datetime]) -> bool | None:
    """Does one of these tests lie in the hours before the dose, both ends included, at whichever end it was given?"""
    hours = timedelta(hours=protocol.hours("pregnancy_test_before_lymphodepletion"))
    found = [[timedelta(0) <= given - at <= hours for given in dose] for at in negative]
    if any(all(ends) for ends in found):
        return True
    return None if any(any(ends) for ends in found) else False


def _tests(ask: Evidence, until: datetime | None) -> Iterator[PregnancyTest]:
    """The tests with a result, but those after the end; what is read is noted."""
    for code, is_serum in (("UPT", False), ("HCG", True)):
        for seen in ask.every(code):
            at, result = seen.peek("lbdtc"), seen.peek("lborres")
            if result is not None and not (at and until and at > until):
                seen.use(words.title(code), _said(code, at, result))
                yield PregnancyTest(at, result, is_serum)


def _said(code: str, at: datetime | None, result: str) -> str:
    moment = words.shown(code, "lbdtc", at) if at else _("no time entered")
    return f"{words.shown(code, 'lborres', result)} ({moment})"


def _end_of_stage(ask: Evidence) -> datetime | None:
    """Up to leukapheresis at stage 1, up to the first dose at stage 2; None while it is not known."""
    facts = ask.facts
    if facts.stage == STAGE_2:
        dose = facts.first_dose()
        return dose[1] if dose else None
    on = facts.subject.leukapheresis_on
    return None if on is None else datetime.combine(on, LAST_MINUTE, facts.subject.site.clock)


def _note_dose(ask: Evidence, dose: tuple[datetime, datetime]) -> None:
    first, last = dose
    value = f"{first:%Y-%m-%d %H:%M} {first.isoformat()[-6:]}" if first == last else first.date().isoformat()
    planned = not ask.facts.is_dosed
    label = _("First lymphodepletion dose, planned") if planned else _("First lymphodepletion dose")
    ask.used.append(Used(label, value, first.date()))


def _is_man(ask: Evidence) -> bool:
    return bool(ask.value("DM", "sex") == "M")
