"""The page of reconciliation, the queries about differences, and the lock that waits for them (SAF-06)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actor import Actor, system_actor
from accounts.testing import Cast
from core.actions import crf, hold, query
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.actions.hold import Shown
from core.actions.recheck import recheck
from core.lockcheck import Strength, Target, look
from core.models import Query, Subject
from core.places import LOG
from core.reconciled import standing
from core.testing import trial
from core.testing.forms import enter
from core.testing.trial import commit
from core.tests.scenes import client_of, statements, text_of

pytestmark = pytest.mark.req("SAF-06")
EVENT = {"aeterm": "Pneumonia", "aeser": "Y", "aesercrit": ["HOSPITAL"], "aetoxgr": "3"}
SAE = {"saeaeno": "1", "saeterm": "Pneumonia", "saetoxgr": "4"}


@pytest.fixture
def event(subject: Subject, coordinator: Actor) -> Any:
    """A serious event that led to hospital, with nothing beside it."""
    return enter(coordinator, subject, LOG, "AE", EVENT).record


def waiting(subject: Subject) -> list[str]:
    return [each.difference.id for each in standing([subject]) if not each.is_justified]


def finding(target: Target) -> Any:
    return next(each for each in look(target) if each.code == "differing")


def change(subject: Subject, by: Actor, code: str, **answers: Any) -> None:
    trial.save(trial.place_at(subject, LOG, code, 1), Entry(answers), by=by, reason="Mended")
    commit()


def test_it_works(subject: Subject, event: Any, coordinator: Actor) -> None:
    assert waiting(subject) == ["REC-01", "REC-40"]
    enter(coordinator, subject, LOG, "SAE", SAE | {"saetoxgr": "3"})
    enter(coordinator, subject, LOG, "HO", {"hostdat": "2026-03-06", "horeas": "EVENT", "hoaeno": "1"})
    assert waiting(subject) == []


def test_a_difference_is_a_query_at_the_record(subject: Subject, event: Any, coordinator: Actor) -> None:
    assert set(Query.objects.values_list("check_id", "form_code", "field")) == {
        ("REC-01", "AE", "aeser"),
        ("REC-40", "AE", "aesercrit"),
    }
    saved = enter(coordinator, subject, LOG, "SAE", SAE)
    (asked,) = [each for each in saved.opened if each.check_id.startswith("REC-06")]
    assert "4: life-threatening" in asked.text_en
    assert "3: severe" in asked.text_en


def test_what_another_record_mends_is_closed_at_night(
    cast: Cast, subject: Subject, event: Any, coordinator: Actor
) -> None:
    enter(coordinator, subject, LOG, "SAE", SAE)
    recheck(subject, by=system_actor())
    assert Query.objects.get(check_id="REC-01").state == "CLOSED"


def test_an_answer_justifies_it_until_the_values_change(
    cast: Cast, subject: Subject, event: Any, coordinator: Actor
) -> None:
    enter(coordinator, subject, LOG, "SAE", SAE)
    asked = Query.objects.get(check_id__startswith="REC-06")
    assert "REC-06" in waiting(subject)
    query.answer(asked, "The sponsor graded it", by=coordinator, confirmed=True)
    assert "REC-06" not in waiting(subject)
    query.close(asked, "Agreed", by=cast.actor(cast.data_manager))
    recheck(subject, by=system_actor())
    assert "REC-06" not in waiting(subject), "closed by the side that asked, and not asked again at night"
    change(subject, coordinator, "AE", aetoxgr="2")
    assert "REC-06" in waiting(subject), "3 and 4 were justified, not 2 and 4"
    recheck(subject, by=system_actor())
    assert Query.objects.filter(check_id__startswith="REC-06", state="OPEN").count() == 1


def test_a_question_that_went_away_by_itself_justifies_nothing(
    cast: Cast, subject: Subject, event: Any, coordinator: Actor
) -> None:
    change(subject, coordinator, "AE", aeser="N", aesercrit=None)
    assert Query.objects.get(check_id="REC-01").state == "CLOSED"
    change(subject, coordinator, "AE", aeser="Y", aesercrit=["LIFE"])
    assert "REC-01" in waiting(subject)


def test_an_answer_to_a_difference_that_went_and_came_back_justifies_nothing(
    cast: Cast, subject: Subject, event: Any, coordinator: Actor
) -> None:
    query.answer(Query.objects.get(check_id="REC-01"), "Not reported yet", by=coordinator)
    assert "REC-01" not in waiting(subject)
    enter(coordinator, subject, LOG, "SAE", SAE)
    recheck(subject, by=system_actor())
    crf.void(trial.place_at(subject, LOG, "SAE", 1), by=coordinator, reason="Another subject's", revision=1)
    commit()
    assert Query.objects.get(check_id="REC-01").state == "CLOSED"
    assert "REC-01" in waiting(subject)


def test_a_lock_is_refused_while_a_difference_waits(
    cast: Cast, subject: Subject, event: Any, coordinator: Actor
) -> None:
    target = Target.of_subject(subject)
    found = finding(target)
    assert (found.strength, found.count) == (Strength.BLOCK, 2)
    assert found.links[0].url == f"/subjects/{subject.number}/reconciliation/"
    with pytest.raises(Refused, match="cannot be locked yet"):
        hold.lock(target, by=cast.actor(cast.data_manager), shown=Shown.now(target))
    for asked in Query.objects.filter(check_id__startswith="REC"):
        query.answer(asked, "Reported on paper before this system", by=coordinator, confirmed=True)
    assert finding(target).strength == Strength.PASS


def test_the_line_alone_has_its_own(subject: Subject, event: Any, coordinator: Actor) -> None:
    enter(coordinator, subject, LOG, "AE", {"aeterm": "Headache", "aeser": "N"})
    line = Target.of_form(trial.place_at(subject, LOG, "AE", 1))
    other = Target.of_form(trial.place_at(subject, LOG, "AE", 2))
    assert (finding(line).count, finding(other).count) == (2, 0)
    visit = Target.of_visit(trial.place_at(subject, "SCR", "VS").at)
    assert not any(each.code == "differing" for each in look(visit))


def test_the_page_lists_them_with_links(cast: Cast, subject: Subject, event: Any, coordinator: Actor) -> None:
    enter(coordinator, subject, LOG, "SAE", SAE)
    asked = Query.objects.get(check_id__startswith="REC-06")
    query.answer(asked, "The sponsor graded it", by=coordinator, confirmed=True)
    client = client_of(cast.monitor)
    page = client.get(f"/subjects/{subject.number}/reconciliation/")
    text = text_of(page)
    for told in ("REC-06", "The sponsor graded it", "Justified", "REC-40", "Waits", "Serious adverse event, line 1"):
        assert told in text
    assert f"/queries/{asked.pk}/" in page.content.decode()
    assert f"/subjects/{subject.number}/reconciliation/" in client.get(f"/subjects/{subject.number}/").content.decode()
    assert client_of(cast.other_coordinator).get(f"/subjects/{subject.number}/reconciliation/").status_code == 404


def test_the_cost_does_not_grow_with_the_differences(subject: Subject, event: Any, coordinator: Actor) -> None:
    few = statements(lambda: standing([subject]))
    for _ in range(3):
        enter(coordinator, subject, LOG, "AE", EVENT)
    assert statements(lambda: standing([subject])) == few


def test_agreeing_logs_are_said_to_agree(cast: Cast, subject: Subject) -> None:
    page = client_of(cast.monitor).get(f"/subjects/{subject.number}/reconciliation/")
    assert "The safety logs agree." in text_of(page)
