"""What a rule across forms gets from the database: other records and their rows, a statement for each kind."""

from __future__ import annotations

from accounts.actor import Actor
from core.actions import deviation, milestones
from core.crf import read
from core.crf.rules import RULES, Context, Strength, TrialRule
from core.models import Query, Subject
from core.testing.forms import enter, filled
from core.tests.scenes import statements

RESULTS = [{"lbtestcd": "ALT", "lborres": "24"}, {"lbtestcd": "AST", "lborres": "20"}]


def test_it_works(subject: Subject, coordinator: Actor) -> None:
    for name in ("SCR", "BL"):
        enter(coordinator, subject, name, "CHEM", {"lbperf": "Y"}, rows={"results": RESULTS}, on=subject.site.today())
    context = Context(subject, subject, None)
    records = context.records("CHEM")
    assert [[row.lbtestcd for row in context.rows(record, "results")] for record in records] == [["ALT", "AST"]] * 2
    assert statements(lambda: [context.rows(record, "results") for record in context.records("CHEM")]) == 0


def test_a_void_row_is_none_of_them(subject: Subject, coordinator: Actor) -> None:
    enter(coordinator, subject, "SCR", "CHEM", {"lbperf": "Y"}, rows={"results": RESULTS}, on=subject.site.today())
    context = Context(subject, subject, None)
    (record,) = context.records("CHEM")
    assert len(context.rows(record, "results")) == 2
    record.group_rows["results"][0].voided = True
    assert [each.lbtestcd for each in context.rows(record, "results")] == ["AST"]


def test_a_deviation_says_what_it_concerns_where_the_rule_does() -> None:
    rule = TrialRule("X-01", "SV", "visit_on", "Text", Strength.DEVIATION, lambda context: False, category="VISIT")
    assert rule.category == "VISIT"
    assert RULES["SV-01"].category == ""
    assert deviation.category_of(Query(check_id="SV-01")) == {}


def test_a_milestone_that_a_record_never_fixed_is_left_to_others() -> None:
    form, empty = read.form("ICF"), filled("ICF", icyn="N")
    assert list(milestones.of_form(form, empty, {})) == []
    assert list(milestones.of_form(form, empty, {"rficdtc": "2026-03-01T09:00+08:00"})) == [("CONSENT", None)]
