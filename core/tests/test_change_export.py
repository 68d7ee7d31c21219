"""The change list as a file: exactly the rows of the filters, for machines and for people, and harmless to open."""

from __future__ import annotations

import csv
import tracemalloc
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Event, EventKind, User
from accounts.testing import Cast, make_cast
from core.actions import crf
from core.actions.entry import Entry
from core.models import Change, ChangeItem
from core.places import place_of, visit_of
from core.tests.scenes import change, client_of, corrected, screened, vitals
from core.views import change_export
from core.views.change_export import COLUMNS, as_csv, as_xlsx, batched, harmless
from core.views.change_filters import ChangeFilters

ENDINGS = ("csv", "xlsx")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def answer_of(user: User, ending: str = "csv", /, **asked: Any) -> Any:
    return client_of(user).get(reverse(f"change-export-{ending}"), asked)


def rows_of(user: User, ending: str = "csv", /, **asked: Any) -> list[dict[str, str]]:
    """What a program reads of the file."""
    answer = answer_of(user, ending, **asked)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if ending == "csv":
        assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets tell UTF-8 by its mark"
        return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    head, *lines = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [{str(name): str(cell or "") for name, cell in zip(head, line, strict=True)} for line in lines]


@pytest.mark.req("AUD-05")
@pytest.mark.parametrize("ending", ENDINGS)
def test_it_works(cast: Cast, ending: str) -> None:
    corrected(cast)
    rows = rows_of(cast.monitor, ending, kind="CHANGE", item="sysbp", person=cast.coordinator.pk)
    assert len(rows) == 1
    row, record = rows[0], Change.objects.get(kind="CHANGE")
    assert row["sentence"] == (
        "Lin Yue 林悦 (Hangzhou, study coordinator) changed Vital signs, Systolic blood pressure at Screening of 01-001"
        " from 250 to 120 mmHg; reason: transcription error."
    )
    assert {name: row[name] for name in ("site", "subject", "visit", "form", "record", "field", "label")} == {
        "site": "01", "subject": "01-001", "visit": "SCR", "form": "VS", "record": "1",
        "field": "assessments_vitalsigns.sysbp", "label": "Systolic blood pressure",
    }  # fmt: skip
    assert (row["old"], row["new"], row["old_text"], row["new_text"]) == ("250", "120", "250 mmHg", "120 mmHg")
    assert (row["by"], row["role"], row["reason"]) == ("Lin Yue 林悦", "coordinator", "transcription error")
    assert (row["change"], row["digest"]) == (str(record.seq), record.digest)
    assert datetime.fromisoformat(row["at_utc"]) == record.at
    assert row["at_local"].endswith("+08:00")


@pytest.mark.req("AUD-05")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("role", ["investigator", "monitor", "auditor", "data_manager"])
def test_it_has_as_many_rows_as_the_database(cast: Cast, ending: str, role: str) -> None:
    corrected(cast)
    user = getattr(cast, role)
    assert len(rows_of(user, ending, kind="CHANGES")) == ChangeItem.objects.count()
    seen = ChangeFilters(cast.actor(user), {})
    assert seen.is_valid()
    events = seen.events()
    assert events is not None
    last = Event.objects.latest("seq").seq
    everything = rows_of(user, ending)
    assert len(everything) == ChangeItem.objects.count() + events.rows.filter(seq__lte=last).count()


@pytest.mark.parametrize(
    "asked", [{"form": "VS"}, {"kind": "CREATE"}, {"reason": "transcription"}, {"item": "resp"}, {"visit": "D28"}]
)
def test_exactly_the_filtered_rows(cast: Cast, asked: dict[str, str]) -> None:
    corrected(cast)
    filters = ChangeFilters(cast.actor(cast.monitor), asked)
    assert filters.is_valid()
    search = filters.search()
    assert search
    kept = ChangeItem.objects.filter(filters.lines(), change__in=search.rows)
    rows = rows_of(cast.monitor, **asked, **({} if "kind" in asked else {"kind": "CHANGES"}))
    assert sorted((row["change"], row["field"]) for row in rows) == sorted(
        (str(item.change.seq), f"{item.table_name}.{item.field}") for item in kept.select_related("change")
    )


@pytest.mark.req("AUD-07")
@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_on_record_before_it_leaves(cast: Cast, ending: str) -> None:
    corrected(cast)
    answer = answer_of(cast.auditor, ending, form="VS", kind="CHANGE")
    event = Event.objects.get(kind=EventKind.EXPORT)
    assert event.actor == cast.auditor
    assert event.what == f"changes.{ending}"
    assert event.detail == {"filters": {"form": "VS", "kind": "CHANGE"}, "rows": 5}
    content = b"".join(answer.streaming_content)
    assert content
    assert len(rows_of(cast.auditor, ending, form="VS", kind="CHANGE")) == 5


def test_another_sites_rows_are_not_in_it(cast: Cast) -> None:
    corrected(cast)
    assert rows_of(cast.coordinator, form="VS")
    assert rows_of(cast.other_coordinator, form="VS") == []
    assert {row["site"] for row in rows_of(cast.coordinator, kind="CHANGES")} == {"01"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_administrator_has_it_not(cast: Cast, ending: str) -> None:
    assert answer_of(cast.administrator, ending).status_code == 403
    assert not Event.objects.filter(kind=EventKind.EXPORT).exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_bad_filter_gives_no_file(cast: Cast, ending: str) -> None:
    answer = answer_of(cast.monitor, ending, since="yesterday")
    assert answer.status_code == 400
    assert "There is no such date." in answer.content.decode()
    assert not Event.objects.filter(kind=EventKind.EXPORT).exists()


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_run_as_a_formula(cast: Cast, text: str) -> None:
    _, place = screened(cast)
    change(place, cast, {"sysbp": 120}, f"{text} x")
    for ending in ENDINGS:
        (row,) = rows_of(cast.monitor, ending, kind="CHANGE", item="sysbp", person=cast.coordinator.pk)
        assert row["reason"].lstrip("'").strip() == f"{text} x".strip()
        assert harmless(text) == f"'{text}"
        assert row["reason"][0] not in "=+-@\t\r"


@pytest.mark.parametrize("number", ["-1", "+2.5", "-0.004", "12"])
def test_a_number_stays_a_number(number: str) -> None:
    assert harmless(number) == number


def test_a_character_no_workbook_takes_does_not_break_it() -> None:
    book = load_workbook(as_xlsx([["a\x0bb", *[""] * (len(COLUMNS) - 1)]]), read_only=True)
    assert [row[0] for row in book.worksheets[0].iter_rows(values_only=True)] == [
        "at_utc",
        "a\N{REPLACEMENT CHARACTER}b",
    ]


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_export, "SHEET", 2)
    book = load_workbook(as_xlsx([[str(turn)] for turn in range(4)]), read_only=True)
    counts = [len(list(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
    assert counts == [2, 2, 1]


def test_the_file_is_written_a_row_at_a_time() -> None:
    def rows(count: int) -> Any:
        return ([f"{turn} {'x' * 500}"] for turn in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        size = sum(len(line) for line in as_csv(rows(count)))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > count * 500
        return used

    peak(10)
    assert peak(20_000) < peak(200) * 2


def test_numbers_come_in_batches() -> None:
    numbers = list(range(change_export.AT_ONCE * 2 + 1))
    assert [len(some) for some in batched(numbers)] == [change_export.AT_ONCE, change_export.AT_ONCE, 1]
    assert [number for some in batched(numbers) for number in some] == numbers


@pytest.mark.req("AUD-09")
def test_what_the_system_wrote_is_the_systems(cast: Cast) -> None:
    of, _ = corrected(cast)
    place = place_of(visit_of(of, "SCR"), "MGADL")
    typed = {item.name: "1" for item in place.form.typed if item.score}
    crf.save(place, Entry({"qsperf": "Y"} | typed), by=cast.actor(cast.coordinator))
    derived = place.form.item("mgadltot")
    (row,) = (row for row in rows_of(cast.monitor, form="MGADL") if row["field"].endswith(f".{derived.name}"))
    author = next(rule.author for rule in place.form.derivations if rule.target == derived.name)
    assert (row["by"], row["role"], row["rule"]) == (f"System (rule {author})", "", author)
    assert row["form_version"] == str(place.form.version)


def test_it_reads_in_the_readers_language(cast: Cast) -> None:
    corrected(cast)
    cast.monitor.language = "zh-hans"
    cast.monitor.save()
    (row,) = rows_of(cast.monitor, kind="CHANGE", item="sysbp", person=cast.coordinator.pk)
    assert row["label"] == "收缩压"
    assert "杭州" in row["sentence"]
    assert list(row) == list(COLUMNS), "a program finds the same columns"


def test_what_is_recorded_while_it_is_written_is_not_in_it(cast: Cast) -> None:
    of, _ = corrected(cast)
    answer = answer_of(cast.monitor, kind="CHANGES")
    before = ChangeItem.objects.count()
    change(vitals(of), cast, {"pulse": 61}, "in the meantime")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(list(csv.DictReader(StringIO(lines, newline="")))) == before
