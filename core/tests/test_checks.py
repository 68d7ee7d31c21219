"""A bad declaration or schedule is named by a system check, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from core import checks, schedule
from core.crf import read, rules
from core.crf.items import Code, Derivation, FormDef, Item, Kind, RowsDef, Rule
from core.schedule import Anchor, ProtocolVersion, Schedule, VisitDef, VisitKind
from core.standing import NOT_ITEMS

VERSIONS = (ProtocolVersion(1, "1.0"),)
FORMS_TO_COME = {"NEXT": "A form to come"}


def vs(*items: Item, **otherwise: Any) -> FormDef:
    """Vital signs with items of our own."""
    return replace(read.form("VS"), **{"items": items or (TEMP,), "rules": (), "summary": ()} | otherwise)


def anything(**values: Any) -> bool:
    return True


TEMP = Item("temp", Kind.DECIMAL, "Temperature")
NOTE = Item("note", Kind.TEXT, "Note")
GATE = Item("gate", Kind.CODED, "Was it taken?", codes=(Code("Y", "Yes"),))
RULE = Rule("X-1", "Please check.", ("temp",), anything)
DERIVED = Derivation("X-D", 1, "temp", ("temp",), anything)
ROWS = RowsDef("rows", "Rows", read.form("CHEM").rows[0].model, (NOTE,))

PLANTED: list[tuple[str, FormDef]] = [
    ("core.E101", vs(rules=(replace(RULE, reads=("temp", "nosuch")),))),
    ("core.E101", vs(rows=(replace(ROWS, rules=(RULE,)),))),
    ("core.E102", vs(derivations=(replace(DERIVED, reads=("nosuch",)),))),
    ("core.E102", vs(derivations=(replace(DERIVED, target="nosuch"),))),
    ("core.E103", vs(summary=("nosuch",))),
    ("core.E103", vs(anchors={Anchor.CONSENT: "nosuch"})),
    ("core.E104", vs(rules=(RULE, RULE))),
    ("core.E104", vs(rules=(RULE,), derivations=(replace(DERIVED, id="X-1"),))),
    ("core.E104", vs(rules=(RULE,), rows=(replace(ROWS, rules=(replace(RULE, reads=("note",)),)),))),
    ("core.E105", vs(replace(TEMP, name="Temp"))),
    ("core.E105", vs(replace(TEMP, name="t" * 21))),
    ("core.E105", vs(replace(TEMP, name="temp__c"))),
    ("core.E106", vs(replace(TEMP, asked_if=("nosuch", ("Y",))))),
    ("core.E106", vs(rows=(replace(ROWS, items=(replace(NOTE, asked_if=("temp", ("1",))),)),))),
    ("core.E106", vs(replace(TEMP, asked_if=("gate", ("Y",))), GATE)),
    ("core.E106", vs(GATE, replace(TEMP, asked_if=("gate", ("N",))))),
    ("core.E107", vs(replace(NOTE, low=TEMP.low, high=1))),  # type: ignore[arg-type]
    ("core.E108", vs(replace(TEMP, low=2, high=1))),  # type: ignore[arg-type]
    ("core.E109", vs(replace(TEMP, label=""))),
    *(("core.E112", vs(replace(TEMP, name=name))) for name in ("number", "code", "missing")),
]


def ids(found: Any) -> list[str]:
    assert all(message.hint and message.msg for message in found)
    return [message.id for message in found]


def test_it_works() -> None:
    """The trial as it is declared, and the form the tests below spoil, are without fault."""
    assert ids(checks.declarations()) == ids(checks.trial_schedule()) == []
    assert ids(checks.form_problems(vs(rules=(RULE,), derivations=(DERIVED,), rows=(ROWS,)))) == []


@pytest.mark.parametrize(("id", "form"), PLANTED, ids=[f"{id}-{n}" for n, (id, _) in enumerate(PLANTED)])
def test_a_bad_form_is_named(id: str, form: FormDef) -> None:
    found = checks.form_problems(form)
    assert ids(found) == [id]
    assert found[0].msg.startswith("form VS: ")


def test_an_item_is_never_named_as_what_the_trail_passes_over() -> None:
    """Its changes would not be recorded, and nobody would notice."""
    for form in read.forms():
        for items in (form.items, *(group.items for group in form.rows)):
            assert not {item.name for item in items} & NOT_ITEMS


def test_a_code_used_twice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    models = read.recorded_models()
    monkeypatch.setattr(read, "recorded_models", lambda: (*models, read.form_models()["VS"]))
    assert ids(checks.declarations()) == ["core.E110"]


def test_a_rule_at_no_form_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    strength = rules.Strength.QUERY
    monkeypatch.setitem(
        rules.RULES, "X-9", rules.TrialRule("X-9", "NOSUCH", "temp", "", strength, lambda context: True)
    )
    assert ids(checks.declarations()) == ["core.E111"]


@pytest.fixture
def plan(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What the check says of a schedule of these visits."""
    settings.TRIAL_SCHEDULE = __name__

    def says(*visits: VisitDef) -> list[str]:
        monkeypatch.setattr(schedule, "current", lambda: Schedule(visits, VERSIONS))
        return ids(checks.trial_schedule())

    return says


ALL = VisitDef("ALL", "All", tuple(read.form_models()), VisitKind.UNSCHEDULED)


def test_a_visit_without_its_anchor_is_named(plan: Callable[..., list[str]]) -> None:
    assert "core.E120" in plan(ALL, VisitDef("V1", "One", ("VS",)))


def test_a_form_that_nobody_announced_is_named(plan: Callable[..., list[str]]) -> None:
    assert plan(replace(ALL, forms=(*ALL.forms, "NEXT"))) == []
    assert plan(replace(ALL, forms=(*ALL.forms, "NOSUCH"))) == ["core.E121"]


def test_a_form_that_is_built_and_still_announced_is_named(
    plan: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMS_TO_COME, "VS", "Vital signs")
    assert plan(ALL) == ["core.E123"]


def test_a_form_at_no_visit_is_named(plan: Callable[..., list[str]]) -> None:
    assert plan(replace(ALL, forms=tuple(code for code in ALL.forms if code != "VS"))) == ["core.E122"]
