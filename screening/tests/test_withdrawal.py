"""WD: withdrawal, its effect, and what is still entered after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core import entry_gates
from core.crf import read
from core.crf.evaluate import across
from core.crf.rules import VISIT, Context
from core.models import Visit
from core.testing.forms import a_subject, filled, fired

DAY = date(2026, 3, 10)
LATER = date(2026, 3, 11)


def withdrawal(*scope: str, **answers: Any) -> Any:
    return filled("WD", **{"wddat": "2026-03-10", "wdby": "SUBJECT", "wdscope": list(scope)} | answers)


def test_it_works() -> None:
    line = withdrawal("VISITS", wdet="N", wdltfu="Y")
    assert (line.wdeff, line.wdend) == ("LTFU", DAY)
    assert fired(line) == set()


@pytest.mark.req("PRV-04")
@pytest.mark.parametrize(
    ("scope", "follow_up", "effect", "ends"),
    [
        (("TREATMENT",), None, "VISITS", None),
        (("SAMPLES",), None, "VISITS", None),
        (("TREATMENT", "SAMPLES"), None, "VISITS", None),
        (("VISITS",), "Y", "LTFU", DAY),
        (("VISITS",), "N", "SAFETY", DAY),
        (("VISITS",), None, "SAFETY", DAY),
        (("FOLLOWUP",), None, "SAFETY", DAY),
        (("DATA",), None, "LAW", DAY),
        (("VISITS", "FOLLOWUP"), "Y", "SAFETY", DAY),
        (("TREATMENT", "VISITS", "FOLLOWUP", "DATA", "SAMPLES"), "Y", "LAW", DAY),
    ],
)
def test_the_strictest_of_the_scopes_decides(
    scope: tuple[str, ...], follow_up: str | None, effect: str, ends: date | None
) -> None:
    line = withdrawal(*scope, **({"wdltfu": follow_up} if follow_up else {}))
    assert (line.wdeff, line.wdend) == (effect, ends)


def test_a_withdrawal_before_consent_is_asked_about() -> None:
    assert fired(withdrawal("DATA"), subject=a_subject(consent_on=DAY)) == set()
    assert fired(withdrawal("DATA"), subject=a_subject(consent_on=LATER)) == {"WD-01"}


def test_follow_up_that_goes_on_where_all_ends_is_asked_about() -> None:
    assert fired(withdrawal("VISITS", "FOLLOWUP", wdltfu="Y")) == {"WD-02"}
    assert fired(withdrawal("VISITS", "FOLLOWUP", wdltfu="N")) == set()


def test_follow_up_that_was_never_consented_to_is_asked_about() -> None:
    first, again = filled("ICF", icyn="Y", icltfu="N"), filled("RICF", icyn="Y", icltfu="Y")
    line = withdrawal("VISITS", wdltfu="Y")
    assert fired(line, others=[first]) == {"WD-03"}
    assert fired(line, others=[first, again]) == set()  # the newest answer counts
    assert fired(withdrawal("VISITS", wdltfu="N"), others=[first]) == set()


def test_samples_are_asked_for_until_they_are_destroyed() -> None:
    assert fired(withdrawal("SAMPLES")) == {"WD-10"}
    assert fired(withdrawal("SAMPLES", wdsampdt="2026-03-12")) == set()


def test_what_is_not_in_its_scope_is_not_asked() -> None:
    with pytest.raises(ValidationError):
        withdrawal("TREATMENT", wdltfu="Y")


def refusals(code: str, on: date, *lines: Any, visit: str = "UNS", withdrawn_on: date | None = DAY) -> list[str]:
    subject = a_subject()
    subject.withdrawn_on = withdrawn_on
    form = read.form("VS")
    at = Visit(subject=subject, code=visit, ordinal=0, visit_on=on)
    context = Context(subject, form.model(), at, {"WD": list(lines)})
    return list(entry_gates.refusals(replace(form, code=code), context))


@pytest.mark.req("PRV-04")
def test_after_it_new_forms_of_visits_are_refused_and_on_its_day_not_yet() -> None:
    line = withdrawal("VISITS", wdltfu="N")
    assert refusals("VS", DAY, line) == []
    (words,) = refusals("VS", LATER, line)
    assert "2026-03-10" in words
    assert refusals("VS", LATER, line, withdrawn_on=None) == []  # the trial's treatment alone was ended


@pytest.mark.req("PRV-04")
@pytest.mark.parametrize(
    ("lines", "open_to_follow_up"),
    [
        ([("VISITS", "Y")], True),
        ([("VISITS", "N")], False),
        ([("FOLLOWUP", None)], False),
        ([("DATA", None)], False),
        ([("VISITS", "Y"), ("FOLLOWUP", None)], False),
        ([("VISITS", "Y"), ("SAMPLES", None)], True),
        ([], False),
    ],
)
def test_long_term_follow_up_is_entered_only_where_its_consent_stands(
    lines: list[tuple[str, str | None]], open_to_follow_up: bool
) -> None:
    made = [withdrawal(scope, **({"wdltfu": said} if said else {})) for scope, said in lines]
    assert (refusals("LTFU", LATER, *made) == []) is open_to_follow_up
    assert refusals("VS", LATER, *made) != []


@pytest.mark.req("PRV-04")
def test_an_early_termination_visit_is_entered_where_it_was_agreed_to() -> None:
    agreed, refused = withdrawal("VISITS", wdet="Y", wdltfu="N"), withdrawal("VISITS", wdet="N", wdltfu="N")
    assert refusals("VS", LATER, agreed, visit="ET") == []
    assert refusals("VS", LATER, refused, visit="ET") != []
    assert refusals("VS", LATER, agreed, visit="UNS") != []


@pytest.mark.parametrize(
    ("code", "on", "kinds"),
    [
        ("D28", DAY, {}),
        ("D28", LATER, {"SV-04": "DEVIATION"}),
        ("Y3", LATER, {}),
        ("UNS", LATER, {}),
        ("ET", LATER, {}),
    ],
)
def test_a_visit_of_the_schedule_after_it_is_a_deviation(code: str, on: date, kinds: dict[str, str]) -> None:
    subject = a_subject(withdrawn_on=DAY)
    visit = Visit(subject=subject, code=code, visit_on=on)
    found = across(VISIT, Context(subject, visit, visit))
    assert {firing.check_id: firing.kind for firing in found} == kinds
