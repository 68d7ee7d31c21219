"""The change list: every changed field, filtered, by key a page at a time, at the reader's own sites only."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import system_actor
from accounts.models import User
from accounts.testing import Cast, make_cast
from core import listing
from core.actions import crf, subject
from core.actions.entry import Entry, RowEntry
from core.models import Change, Subject
from core.places import place_of, visit_of
from core.tests.scenes import STAMP, WITH_OFFSET, change, chemistry, client_of, corrected, statements, text_of, vitals
from core.views import change_pages


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def changes(user: User, **asked: Any) -> Any:
    return client_of(user).get(reverse("change-list"), asked)


def listed(user: User, **asked: Any) -> str:
    """The list as a reader sees it, without the filters above it."""
    answer = changes(user, **asked)
    assert answer.status_code == 200
    page = text_of(answer)
    return page[page.index("Clear filters") :]


def elsewhere(cast: Cast) -> Subject:
    """A subject of the other site with vital signs."""
    added = subject.add(cast.other_site, by=cast.actor(cast.other_coordinator))
    place = place_of(visit_of(added, "SCR"), "VS")
    entry = Entry({"vsperf": "Y", "temp": "37.7"}, visit_on=date(2026, 11, 21))
    crf.save(place, entry, by=cast.actor(cast.other_coordinator))
    return added


@pytest.mark.req("AUD-05")
def test_it_works(cast: Cast) -> None:
    corrected(cast)
    page = listed(cast.monitor, kind="CHANGES")
    assert "changed 01-001 · Screening Vital signs 01 The First Affiliated Hospital" in page
    assert "Reason: transcription error" in page
    assert (
        "Lin Yue 林悦 (Hangzhou, study coordinator) changed Vital signs, Systolic blood pressure at Screening of 01-001"
        " from 250 to 120 mmHg ."
    ) in page
    assert "entered Visit date at Screening of 01-001 for the first time: 2026-11-20" in page
    assert page.index("transcription error") < page.index("Were vital signs taken?"), "newest first"


@pytest.mark.req("AUD-05")
@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "auditor"])
def test_each_reader_has_it(cast: Cast, role: str) -> None:
    corrected(cast)
    assert "from 250 to 120 mmHg" in listed(getattr(cast, role), kind="CHANGES")


def test_an_administrator_has_not(cast: Cast) -> None:
    assert changes(cast.administrator).status_code == 403


def test_another_sites_changes_are_not_in_it(cast: Cast) -> None:
    corrected(cast)
    number = elsewhere(cast).number
    assert number in listed(cast.monitor, kind="CHANGES")
    assert number not in listed(cast.coordinator, kind="CHANGES")
    assert "37.7" not in listed(cast.coordinator, form="VS")
    assert changes(cast.coordinator, site=cast.other_site.pk).status_code == 400
    assert changes(cast.coordinator, subject=number).status_code == 400
    assert "Shen Lu" not in text_of(changes(cast.coordinator))


@pytest.mark.req("AUD-05")
@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ({"form": "CHEM"}, "Result", "Temperature"),
        ({"form": "VS"}, "Temperature", "Result"),
        ({"visit": "SCR"}, "Temperature", "Registered"),
        ({"visit": "D28"}, "No change fits these filters.", "Temperature"),
        ({"subject": "02-001"}, "37.7", "36.5"),
        ({"kind": "CHANGE"}, "from 250 to 120 mmHg", "37.7"),
        ({"kind": "CREATE"}, "37.7", "from 250 to 120 mmHg"),
        ({"kind": "VOID"}, "voided Serum chemistry, Alanine", "Result"),
        ({"reason": "TRANSCRIPTION"}, "from 250 to 120 mmHg", "37.7"),
        ({"item": "systolic"}, "from 250 to 120 mmHg", "Pulse"),
        ({"item": "resp"}, "missing reason at Screening of 01-001 from Not done to no value", "Systolic"),
    ],
)
def test_each_filter_narrows_the_list(cast: Cast, asked: dict[str, str], there: str, gone: str) -> None:
    of, _ = corrected(cast)
    elsewhere(cast)
    chemistry(cast, of, RowEntry({"lbtestcd": "ALT", "lborres": "30"}))
    chemistry(cast, of, RowEntry({}, key=1, voided=True), reason="entered twice")
    page = listed(cast.monitor, **asked | ({} if "kind" in asked else {"kind": "CHANGES"}))
    assert there in page
    assert gone not in page


def test_the_site_and_the_person_narrow_the_list(cast: Cast) -> None:
    corrected(cast)
    elsewhere(cast)
    assert "37.7" not in listed(cast.monitor, site=cast.site.pk, kind="CHANGES")
    assert "37.7" in listed(cast.monitor, person=cast.other_coordinator.pk)
    assert "36.5" not in listed(cast.monitor, person=cast.other_coordinator.pk)


@pytest.mark.req("AUD-09")
def test_the_systems_own_lines_are_found_under_the_system(cast: Cast) -> None:
    of, _ = corrected(cast)
    place = place_of(visit_of(of, "SCR"), "MGADL")
    typed = {item.name: "1" for item in place.form.typed if item.score}
    crf.save(place, Entry({"qsperf": "Y"} | typed), by=cast.actor(cast.coordinator))
    label = str(place.form.item("mgadltot").label)
    by_system = listed(cast.monitor, person=system_actor().user.pk, form="MGADL")
    assert label in by_system
    assert "System (rule" in by_system
    assert str(place.form.item("qsperf").label) not in by_system
    assert "System (rule" not in listed(cast.monitor, person=cast.coordinator.pk, form="MGADL")


def test_days_are_whole_days_of_the_readers_clock(cast: Cast) -> None:
    corrected(cast)
    today = timezone.localdate(timezone=cast.actor(cast.monitor).clock)
    assert "36.5" in listed(cast.monitor, kind="CHANGES", since=today.isoformat(), until=today.isoformat())
    assert "36.5" not in listed(cast.monitor, kind="CHANGES", since=(today + timedelta(days=1)).isoformat())
    assert "36.5" not in listed(cast.monitor, kind="CHANGES", until=(today - timedelta(days=1)).isoformat())
    assert "36.5" in listed(cast.monitor, kind="CHANGES", since="0001-01-01", until="9999-12-31")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "2026-13-01"}, "There is no such date."),
        ({"until": "yesterday"}, "There is no such date."),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "The last day lies before the first."),
        ({"subject": "01-999"}, "There is no subject of this number at your sites."),
        ({"item": "zzz"}, "No form asks an item of this name."),
        ({"form": "NOPE"}, "NOPE is not one of the available choices."),
        ({"site": "x"}, "Select a valid choice."),
        ({"person": "999999"}, "Select a valid choice."),
        ({"reason": "a\0b"}, "Null characters are not allowed."),
        ({"reason": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_bad_filter_is_told_beside_it_and_stays(cast: Cast, asked: dict[str, str], said: str) -> None:
    corrected(cast)
    answer = changes(cast.monitor, **asked)
    assert answer.status_code == 400
    page = text_of(answer)
    assert said in page
    assert "Mend the filter marked above" in page
    assert "36.5" not in page, "a list that ignores a filter would mislead"
    last = list(asked.values())[-1]
    assert f'value="{last}"' in answer.content.decode() or "select" in answer.content.decode()


def test_the_filters_stay_in_the_address_of_the_next_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_pages.page_of, "__kwdefaults__", {"size": 1})
    corrected(cast)
    page = changes(cast.monitor, form="VS").content.decode()
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert "form=VS" in older[1]
    answer = client_of(cast.monitor).get(reverse("change-list") + older[1].replace("&amp;", "&"))
    assert "36.5" in text_of(answer)
    assert "from 250 to 120 mmHg" not in text_of(answer)


def test_pages_by_key_show_each_row_once_in_both_directions(cast: Cast) -> None:
    """All changes of one transaction have one time: the number decides."""
    for _ in range(7):
        subject.add(cast.site, by=cast.actor(cast.coordinator))
    everything = Change.objects.all()
    expected = list(everything.order_by("-at", "-id"))
    pages = [listing.page_of(everything, "at", {}, size=3)]
    while pages[-1].after:
        pages.append(listing.page_of(everything, "at", {"after": pages[-1].after}, size=3))
    assert [row for page in pages for row in page.rows] == expected
    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert not pages[0].before
    back = listing.page_of(everything, "at", {"before": pages[-1].before}, size=3)
    assert back.rows == pages[1].rows
    assert back.after
    first = listing.page_of(everything, "at", {"before": back.before}, size=3)
    assert first.rows == pages[0].rows
    assert not first.before
    oldest = listing.page_of(everything, "at", {}, newest_first=False, size=3)
    assert oldest.rows == expected[::-1][:3]


@pytest.mark.parametrize("key", ["", "x", "1", "-", "1-", "-1-1", "9" * 30 + "-1", "1-" + "9" * 25, "١-١x", "1-1-1"])
def test_a_mangled_key_shows_the_first_page(cast: Cast, key: str) -> None:
    corrected(cast)
    assert "from 250 to 120 mmHg" in listed(cast.monitor, kind="CHANGES", after=key)
    assert "from 250 to 120 mmHg" in listed(cast.monitor, kind="CHANGES", before=key)


@pytest.mark.req("TIM-01")
def test_every_stamp_shows_its_offset(cast: Cast) -> None:
    corrected(cast)
    stamps = STAMP.findall(changes(cast.monitor).content.decode())
    assert stamps
    assert [stamp for stamp in stamps if not WITH_OFFSET.fullmatch(stamp)] == []


def test_the_cost_does_not_grow_with_the_changes(cast: Cast) -> None:
    of, _ = corrected(cast)
    client, address = client_of(cast.monitor), reverse("change-list")
    person = {"site": cast.site.pk, "form": "VS", "person": cast.coordinator.pk, "reason": "transcription"}

    def cost(asked: dict[str, Any]) -> int:
        return statements(lambda: client.get(address, asked))

    def costs() -> list[int]:
        return [cost({}), cost({"kind": "CHANGES"}), cost(person)]

    def more(times: int) -> None:
        for number in range(times):
            values = {"temp": f"36.{number % 10}", "pulse": 60 + number % 30}
            change(vitals(of), cast, values, f"transcription of {number}")

    more(30)
    few = costs()
    more(30)
    assert costs() == few
    assert max(few) < 20
