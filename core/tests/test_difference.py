"""What differs between two moments: every item that changed, also one that changed and changed back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from accounts.actor import Actor
from accounts.testing import Cast
from core import difference
from core.actions import crf, hold, query, visit
from core.actions.entry import RowEntry
from core.lockcheck import Target
from core.models import Change, Query, Subject
from core.moment import BadMoment
from core.places import visit_of
from core.testing.trial import CALM, WHY, commit, place_at, save_vs
from core.tests.hold_scenes import do, signed, verified
from core.tests.scenes import chemistry, client_of, statements, text_of
from core.views import moments
from core.wording import moments as words
from core.wording.moments import Line, Section

pytestmark = pytest.mark.req("AUD-05")

PAGE = "/subjects/01-001/difference/"
TICK = timedelta(microseconds=1)


def changes(subject: Subject) -> list[Change]:
    return list(Change.objects.filter(subject=subject).order_by("seq"))


def span(subject: Subject, since: int, until: int) -> difference.Span:
    """From just after one change to just after another."""
    found = changes(subject)
    return difference.span(subject, found[since].at.isoformat(), found[until].at.isoformat())


def told(subject: Subject, since: int, until: int) -> dict[str, Section]:
    over = span(subject, since, until)
    return {section.title: section for section in words.tell(difference.between(over), over)}


def line(section: Section, what: str) -> Line:
    return next(line for line in section.lines if line.what == what)


def page(cast: Cast, reader: Any = None, **asked: str) -> Any:
    return client_of(reader or cast.coordinator).get(PAGE, asked)


@pytest.fixture
def vs(subject: Subject, coordinator: Actor, colleague: Actor) -> Subject:
    """Pressures of 118, 125 and again 118; a pulse that was entered later."""
    save_vs(subject, CALM | {"sysbp": 118, "pulse": None}, by=coordinator)
    save_vs(subject, CALM | {"sysbp": 125, "pulse": 72}, by=coordinator, reason=WHY)
    save_vs(subject, CALM | {"sysbp": 118, "pulse": 80}, by=colleague, reason="Looked up again")
    commit()
    return subject


VS = "Screening · Vital signs"


def test_it_works(cast: Cast, vs: Subject, colleague: Actor) -> None:
    """The first old value, the last new one, who changed it last, and how often; a way there and back is shown."""
    section = told(vs, 1, 3)[VS]
    pulse, sysbp = line(section, "Pulse rate"), line(section, "Systolic blood pressure")
    assert (pulse.then, str(pulse.now), pulse.often) == (None, "80 /min", "changed 2 times")
    assert (str(sysbp.then), str(sysbp.now), sysbp.often) == ("118 mmHg", "118 mmHg", "changed 2 times, and back")
    assert (sysbp.is_back, pulse.is_back) == (True, False)
    assert sysbp.by == f"{colleague.name} (Study coordinator)"
    assert (sysbp.at, sysbp.reason) == (changes(vs)[3].at, "Looked up again")
    assert sysbp.history_url == "/subjects/01-001/visits/SCR/VS/history/sysbp/"
    assert not section.is_new
    since, until = (changes(vs)[n].at.isoformat() for n in (1, 3))
    text = text_of(page(cast, since=since, until=until))
    for said in (VS, "Pulse rate none 80 /min", "changed 2 times, and back", "Looked up again"):
        assert said in text


def test_the_first_moment_is_left_out_and_the_second_counts(vs: Subject) -> None:
    assert line(told(vs, 1, 2)[VS], "Systolic blood pressure").often == "changed 1 time"
    assert told(vs, 3, 3) == {}
    found = changes(vs)
    before = difference.span(vs, (found[2].at - TICK).isoformat(), (found[2].at).isoformat())
    after = difference.span(vs, found[2].at.isoformat(), (found[3].at - TICK).isoformat())
    assert difference.between(before).size == 2
    assert difference.between(after).size == 0


def test_a_new_record_and_a_void_one_are_said_to_be_so(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    crf.void(place_at(subject, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)
    commit()
    entered, voided, both = (told(subject, *ends)[VS] for ends in ((0, 1), (1, 2), (0, 2)))
    assert (entered.is_new, entered.is_void) == (True, False)
    assert (voided.is_new, voided.is_void, voided.lines) == (False, True, [])
    assert (both.is_new, both.is_void) == (True, True)
    visit_section = told(subject, 0, 1)["Screening"]
    assert [(str(x.then), str(x.now)) for x in visit_section.lines if x.what.endswith("Visit date")] == [
        ("None", "2026-03-02")
    ]


def test_milestones_of_the_subject_are_told_first(subject: Subject, coordinator: Actor) -> None:
    visit.save_date(visit_of(subject, "LD1"), subject.site.today(), by=coordinator)
    commit()
    titles = list(told(subject, 0, 1))
    assert titles[0] == "Subject"
    assert titles[1].startswith("Lymphodepletion")


def test_repeating_rows_are_named(cast: Cast, subject: Subject) -> None:
    chemistry(cast, subject, RowEntry({"lbtestcd": "ALT", "lborres": "30"}))
    chemistry(cast, subject, RowEntry({}, key=1, voided=True), reason="entered twice")
    commit()
    [section] = [each for title, each in told(subject, 1, 2).items() if "chemistry" in title]
    [gone] = section.lines
    assert gone.what.startswith("Alanine aminotransferase (ALT) (row 1)")
    assert (str(gone.then), str(gone.now)) == ("in use", "void")


def test_queries_are_told_by_where_they_stood_and_stand(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"sysbp": 250}, by=coordinator)
    query.answer(Query.objects.get(), "As measured", by=coordinator)
    query.reopen(Query.objects.get(), "Really?", by=cast.actor(cast.monitor))
    query.answer(Query.objects.get(), "Yes", by=coordinator)
    query.close(Query.objects.get(), "Agreed", by=cast.actor(cast.monitor))
    commit()

    def said(since: int, until: int) -> str:
        return " ".join(event for section in told(subject, since, until).values() for event in section.events)

    assert "Query raised about Systolic blood pressure, then open" in said(0, 1)
    assert "Query about Systolic blood pressure, open before, then answered" in said(1, 2)
    assert "answered before, then closed" in said(2, 5)
    assert "Query raised about Systolic blood pressure, then closed" in said(0, 5)
    assert "2 steps and still open" in said(1, 3)


def test_verification_and_signatures_are_gained_and_lost(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    commit()
    place = signed(cast, verified(cast, place_at(subject, "SCR", "VS")))
    save_vs(subject, CALM | {"sysbp": 121}, by=coordinator, reason=WHY)
    commit()
    assert place.record is not None
    gained, lost, both = (told(subject, *ends)[VS] for ends in ((1, 3), (3, 4), (1, 4)))
    name = cast.investigator.full_name
    assert any(event.startswith("Verified against source:") for event in gained.events)
    assert f"Signed by {name}" in gained.events
    assert "No longer verified: Systolic blood pressure" in lost.events
    assert f"No longer stands: the signature of {name}" in lost.events
    assert [event for event in both.events if name in event] == [
        f"Signed by {name}",
        f"No longer stands: the signature of {name}",
    ]
    assert "Verification came and went, and stands as it stood: Systolic blood pressure" in both.events
    assert gained.lines == []


def test_freezes_and_locks_are_told(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    commit()
    target = Target.of_subject(subject)
    do(hold.freeze, target, cast, cast.monitor)
    do(hold.unfreeze, target, cast, cast.monitor)

    def said(since: int, until: int) -> list[str]:
        return words.holds(difference.between(span(subject, since, until)).holds, subject)

    assert said(1, 2) == ["Subject: Free before, then: Frozen"]
    assert said(2, 3) == ["Subject: Frozen before, then: Free"]
    assert said(1, 3) == ["Subject: 2 steps and still: Free"]
    assert said(0, 1) == []


def test_its_links_lead_to_both_moments_and_to_the_history(cast: Cast, vs: Subject) -> None:
    since, until = (changes(vs)[n].at.astimezone(vs.site.clock).isoformat() for n in (1, 3))
    answer = page(cast, since=since, until=until)
    links = {unescape(href) for href in re.findall(r'href="([^"]*)"', answer.content.decode())}
    client = client_of(cast.coordinator)
    for at in (since, until):
        for url in ("/subjects/01-001/", "/subjects/01-001/visits/SCR/VS/"):
            assert f"{url}?at={quote(at, safe=':')}" in links
            assert client.get(f"{url}?at={quote(at, safe=':')}").status_code == 200
    assert "/subjects/01-001/visits/SCR/VS/history/pulse/" in links


def test_without_a_second_moment_it_is_until_now(cast: Cast, vs: Subject) -> None:
    text = text_of(page(cast, since=changes(vs)[1].at.isoformat()))
    assert "changed 2 times, and back" in text


def test_all_of_a_subject_is_new_since_before_it_was_added(cast: Cast, vs: Subject) -> None:
    answer = page(cast, since="2020-01-01T00:00")
    assert answer.status_code == 200
    assert "Vital signs" in text_of(answer)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("soon", "", "is no moment"),
        ("2020-01-01T00:00", "soon", "is no moment"),
        ("", "2020-01-01T00:00", "is no moment"),
        ("2999-01-01T00:00", "", "lies ahead"),
        ("2020-01-01T00:00", "2999-01-01T00:00", "lies ahead"),
        ("2021-01-01T00:00", "2020-01-01T00:00", "The first moment lies after the second"),
    ],
)
def test_moments_that_make_no_sense_are_refused_with_words_and_kept(
    cast: Cast, vs: Subject, since: str, until: str, said: str
) -> None:
    answer = page(cast, since=since, until=until)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert f'name="since" value="{since}"' in answer.content.decode()
    with pytest.raises(BadMoment):
        difference.span(vs, since, until)


def test_nothing_changed_is_said(cast: Cast, vs: Subject) -> None:
    at = changes(vs)[3].at.isoformat()
    assert "Nothing changed between these moments." in text_of(page(cast, since=at, until=at))
    assert "Nothing changed" not in text_of(page(cast))


def test_another_site_has_no_such_page(cast: Cast, vs: Subject) -> None:
    asked = {"since": "2020-01-01T00:00"}
    assert page(cast, cast.other_coordinator, **asked).status_code == 404
    assert page(cast, cast.administrator, **asked).status_code == 403
    for reader in (cast.monitor, cast.auditor, cast.safety_reviewer, cast.investigator, cast.data_manager):
        assert page(cast, reader, **asked).status_code == 200


def test_of_a_long_difference_each_record_has_a_page(cast: Cast, vs: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "MANY", 1)
    asked = {"since": "2020-01-01T00:00"}
    brief = page(cast, **asked)
    assert "Much has changed" in text_of(brief)
    assert "Pulse rate" not in text_of(brief)
    [ref] = re.findall(r"place=(SCR\.VS\.1)", brief.content.decode())
    one = text_of(page(cast, place=ref, **asked))
    assert "Pulse rate" in one
    assert "Informed consent" not in one


def test_it_costs_the_same_for_little_and_for_much(cast: Cast, vs: Subject, coordinator: Actor) -> None:
    client = client_of(cast.coordinator)
    url = f"{PAGE}?since=2020-01-01T00:00"
    client.get(url)
    little = statements(lambda: client.get(url))
    for name in ("LEUK", "BL", "LD1", "LD2"):
        save_vs(vs, CALM | {"sysbp": 300}, by=coordinator, visit=name)
    for n in range(10):
        save_vs(vs, CALM | {"pulse": 60 + n}, by=coordinator, reason=WHY)
    commit()
    assert statements(lambda: client.get(url)) == little
    assert little <= 12  # 3 of them keep the session alive
