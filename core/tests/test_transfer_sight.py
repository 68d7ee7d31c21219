"""After a transfer: the former site keeps its own part of the trail and sees nothing of what the new site enters.

Each investigator is responsible for the source of their own time (ICH E6(R3) 2.12) and keeps access to it; the rest is
another site's data, which is shown only to those who follow the subject now.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import URLPattern, get_resolver
from openpyxl import load_workbook

from accounts.models import Role, User
from accounts.testing import Cast, join, make_person
from core.actions import file as files
from core.actions import query as queries
from core.actions import visit as visits
from core.actions.entry import Entry
from core.actions.subject import add
from core.actions.transfer import transfer
from core.listings.base import Asked
from core.listings.exceptions import BY_NAME
from core.models import Query, StoredFile, Subject
from core.places import LOG, NEW
from core.testing import trial
from core.testing.trial import CALM, commit
from core.tests.scenes import client_of

pytestmark = pytest.mark.django_db
SITE_PEOPLE = ("coordinator", "investigator", "site_monitor")
# Words that only the former site entered, and words that only the new one did.
BEFORE = ("Lumbago", "misread")
AFTER = ("Quinsy", "Zinnia", "Gardenia", "oleander")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
GIVEN = {
    "number": "01-001",
    "visit": "SCR",
    "code": "VS",
    "key": "1",
    "field": "sysbp",
    "target": "reason",
    "name": "late-entry",
}


@pytest.fixture
def moved(subject: Subject, cast: Cast) -> Subject:
    """Vital signs and an adverse event at site 01; then site 02 corrects, answers, uploads and adds."""
    here, there = cast.actor(cast.coordinator), cast.actor(cast.other_coordinator)
    trial.save_vs(subject, CALM | {"sysbp": "250"}, by=here)
    trial.save_vs(subject, CALM | {"sysbp": "251"}, by=here, reason="misread")
    trial.save(trial.place_at(subject, LOG, "AE", NEW), Entry({"aeterm": "Lumbago"}), by=here)
    transfer(subject, cast.other_site, by=cast.actor(cast.data_manager), reason="Ningbo", seen=cast.site)
    trial.save_vs(subject, CALM | {"sysbp": "252"}, by=there, reason="Zinnia")
    trial.save(trial.place_at(subject, LOG, "AE", NEW), Entry({"aeterm": "Quinsy"}), by=there)
    queries.answer(Query.objects.get(field="sysbp"), "Gardenia", by=there)
    files.keep(Subject.objects.get(), SimpleUploadedFile("oleander.pdf", b"%PDF-1.7"), by=there)
    commit()
    return Subject.objects.get()


@pytest.fixture
def people(cast: Cast) -> dict[str, User]:
    """Those who work at site 01 alone, one of a role."""
    watching = join(make_person("wei.lan", "Wei Lan 卫兰"), Role.MONITOR, cast.site)
    return {"coordinator": cast.coordinator, "investigator": cast.investigator, "site_monitor": watching}


@pytest.fixture
def followers(cast: Cast) -> dict[str, User]:
    """The same roles at site 02."""
    watching = join(make_person("wei.mei", "Wei Mei 卫梅"), Role.MONITOR, cast.other_site)
    return {"coordinator": cast.other_coordinator, "investigator": cast.other_investigator, "site_monitor": watching}


def addresses() -> Iterator[str]:
    """Every page there is, about the subject, one of its queries or files, or about none."""
    numbers = {"pk": Query.objects.get(field="sysbp").pk, "file": StoredFile.objects.get().pk}
    waiting: list[tuple[str, Any]] = [("/", pattern) for pattern in get_resolver().url_patterns]
    while waiting:
        start, pattern = waiting.pop()
        route = start + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            waiting += [(route, each) for each in pattern.url_patterns]
        elif pattern.callback.__module__.partition(".")[0] != "django" and "admin" not in route:
            given = GIVEN | {"pk": str(numbers["file" if "files/" in route else "pk"])}
            if set(PARAMETER.findall(route)) <= set(given):
                yield PARAMETER.sub(r"{\1}", route).format(**given)


def content_of(answer: Any) -> str:
    """All of a page or file, as a reader may search it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))


@pytest.mark.req("ACC-02")
@pytest.mark.parametrize("person", SITE_PEOPLE)
def test_what_the_new_site_opens_is_not_there_for_the_former_one(
    person: str, moved: Subject, people: dict[str, User], followers: dict[str, User]
) -> None:
    here, there = client_of(people[person]), client_of(followers[person])
    about = [url for url in addresses() if "01-001" in url or re.search(r"/(queries|files)/\d", url)]
    opened = [url for url in about if there.get(url).status_code == 200]
    assert {url: here.get(url).status_code for url in opened} == dict.fromkeys(opened, 404)
    assert {"/subjects/01-001/", "/subjects/01-001/visits/SCR/VS/", "/subjects/01-001/derived/"} <= set(opened)


@pytest.mark.req("ACC-02")
@pytest.mark.parametrize("person", SITE_PEOPLE)
def test_no_list_shows_the_former_site_what_the_new_one_entered(
    person: str, moved: Subject, people: dict[str, User]
) -> None:
    client = client_of(people[person])
    lists = [url for url in addresses() if "01-001" not in url and not re.search(r"\d", url)]
    pages = {url: client.get(url) for url in (*lists, "/queries/?waits=", "/deviations/?awaits=")}
    shown = {url: content_of(page) for url, page in pages.items() if page.status_code == 200}
    assert {url: word for url, page in shown.items() for word in AFTER if word in page} == {}
    assert {"/", "/subjects/", "/changes/", "/changes/export.csv", "/queries/"} <= set(shown)
    assert "01-001" not in shown["/subjects/"] + shown["/queries/?waits="]


@pytest.mark.req("ACC-02", "AUD-05")
@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize("person", SITE_PEOPLE)
def test_the_change_list_of_each_site(
    person: str, indexed: bool, moved: Subject, cast: Cast, people: dict[str, User], followers: dict[str, User]
) -> None:
    if indexed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT trail_index(1, 1000)")
    mine, theirs = client_of(people[person]), client_of(followers[person])
    own = set(moved.changes.filter(site=cast.site).values_list("pk", flat=True))
    whole = set(moved.changes.values_list("pk", flat=True))
    assert own < whole
    assert shown(mine) == own
    assert shown(theirs) == whole
    assert all(word in content_of(mine.get("/changes/")) for word in BEFORE)
    assert all(word in content_of(theirs.get("/changes/")) for word in (*BEFORE, *AFTER))


def shown(client: Any, **asked: Any) -> set[int]:
    """The change records of all pages of the list."""
    page = client.get("/changes/", {"kind": "CHANGES"} | asked).content.decode()
    return {int(number) for number in re.findall(r'data-change="(\d+)"', page)}


@pytest.mark.req("ACC-02", "AUD-05")
def test_no_filter_of_the_list_finds_more(moved: Subject, cast: Cast) -> None:
    mine, theirs = client_of(cast.investigator), client_of(cast.other_investigator)
    own = set(moved.changes.filter(site=cast.site).values_list("pk", flat=True))
    for asked in ({"reason": "Zinnia"}, {"kind": "FILE"}, {"kind": "TRANSFER"}, {"site": cast.other_site.pk}):
        assert not shown(mine, **asked), asked
        assert asked.keys() == {"site"} or shown(theirs, **asked), asked
    for asked in (
        {"subject": "01-001"},
        {"form": "VS"},
        {"form": "AE"},
        {"item": "sysbp"},
        {"visit": "SCR"},
        {"kind": "CHANGE"},
    ):
        assert shown(mine, **asked), asked
        assert shown(mine, **asked) == shown(theirs, **asked) & own, asked
        assert shown(mine, **asked) < shown(theirs, **asked), asked


@pytest.mark.req("ACC-02", "AUD-05")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_files_hold_what_the_list_shows(ending: str, moved: Subject, cast: Cast) -> None:
    def exported(person: User) -> tuple[set[str], str]:
        answer: Any = client_of(person).get(f"/changes/export.{ending}?kind=CHANGES")
        lines = lines_of(b"".join(answer.streaming_content), ending)
        return {line["change"] for line in lines}, str(lines)

    numbers, said = exported(cast.investigator)
    everything, all_said = exported(cast.other_investigator)
    assert numbers == {str(seq) for seq in moved.changes.filter(site=cast.site).values_list("seq", flat=True)}
    assert everything == {str(seq) for seq in moved.changes.values_list("seq", flat=True)}
    assert [word for word in (*BEFORE, *AFTER) if word in said] == list(BEFORE)
    assert all(word in all_said for word in (*BEFORE, *AFTER))


def lines_of(content: bytes, ending: str) -> list[dict[str, str]]:
    """An export as a program reads it."""
    if ending == "csv":
        return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    head, *lines = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [{str(name): str(cell or "") for name, cell in zip(head, line, strict=True)} for line in lines]


@pytest.mark.req("ACC-02", "AUD-06")
@pytest.mark.parametrize(("first", "then"), [(3, 30), (30, 3)])
def test_a_date_the_new_site_corrects_moves_no_listing_of_the_former_one(
    first: int, then: int, subject: Subject, cast: Cast
) -> None:
    """Days ago that the visit took place by the word of each site; more than seven before its entry is late."""
    here, there = cast.actor(cast.coordinator), cast.actor(cast.other_coordinator)
    on, corrected = (cast.site.today() - timedelta(days=days) for days in (first, then))
    trial.save(trial.place_at(subject, "SCR", "VS"), Entry(CALM, visit_on=on), by=here)
    transfer(subject, cast.other_site, by=cast.actor(cast.data_manager), reason="Ningbo", seen=cast.site)
    visits.save_date(trial.place_at(subject, "SCR", "VS").at, corrected, by=there, reason="misread", revision=1)
    commit()
    assert late({cast.site.pk}) == [first for _ in range(first > 7)]
    assert late(None) == late({cast.site.pk, cast.other_site.pk}) == [then for _ in range(then > 7)]


def late(sites: set[int] | None) -> list[int]:
    """How late what these sites see was entered."""
    ever = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    return [line.figure for line in BY_NAME["late-entry"].lines(Asked(*ever, sites))]


def test_the_former_site_names_the_subject_in_the_change_list_alone(moved: Subject, cast: Cast) -> None:
    client = client_of(cast.investigator)
    assert client.get("/changes/?subject=01-001").status_code == 200
    for url in ("/queries/", "/deviations/"):
        assert client.get(f"{url}?subject=01-001").status_code == 400, url
    add(cast.other_site, by=cast.actor(cast.other_coordinator))
    assert client.get("/changes/?subject=02-001").status_code == 400
