"""Paper from a time when the system was down, and what was entered afterwards: marked, with who wrote and who typed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.testing import Cast
from core.crf import provenance, read, snapshot
from core.models import Subject
from core.testing.trial import CALM, WHY, commit, save_vs
from core.tests.scenes import client_of, text_of

pytestmark = [pytest.mark.req("BCK-02"), pytest.mark.req("ENT-02")]
VS = "/subjects/01-001/visits/SCR/VS/"
PAPER = {"srcmode": "PAPER", "srcdat": "2026-03-02", "srcby": "C-03"}


def facts(cast: Cast, url: str = VS) -> str:
    return text_of(client_of(cast.monitor).get(url))


def test_it_works(cast: Cast, subject: Subject, coordinator: Any) -> None:
    saved = save_vs(subject, CALM | PAPER, by=coordinator)
    commit()

    assert saved.record
    assert (str(saved.record.srcdat), saved.record.srcby) == ("2026-03-02", "C-03")
    assert "Transcribed from paper of 2026-03-02, filled in by C-03; transcribed by Lin Yue 林悦" in facts(cast)


@pytest.mark.parametrize("lacks", ["srcdat", "srcby"])
def test_paper_without_its_date_or_its_writer_is_refused(subject: Subject, coordinator: Any, lacks: str) -> None:
    with pytest.raises(ValidationError) as caught:
        save_vs(subject, CALM | PAPER | {lacks: None}, by=coordinator)
    assert list(caught.value.message_dict) == [lacks]
    assert not read.form_models()["VS"].objects.exists()


def test_a_writer_without_paper_is_refused(subject: Subject, coordinator: Any) -> None:
    for mode in (None, "RETROSPECTIVE"):
        with pytest.raises(ValidationError):
            save_vs(subject, CALM | PAPER | {"srcmode": mode}, by=coordinator)


def test_a_mark_alone_is_no_record(subject: Subject, coordinator: Any) -> None:
    assert save_vs(subject, PAPER, by=coordinator).record is None


def test_what_was_entered_at_once_says_nothing(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM, by=coordinator)
    page = facts(cast)
    assert "Transcribed from paper" not in page
    assert "Entered afterwards" not in page


def test_retrospective_entry_is_marked_as_such(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | {"srcmode": "RETROSPECTIVE"}, by=coordinator)
    assert "Entered afterwards, from the medical record, by Lin Yue 林悦" in facts(cast)


def test_who_says_so_later_is_the_one_named(cast: Cast, subject: Subject, coordinator: Any, colleague: Any) -> None:
    save_vs(subject, CALM, by=coordinator)
    save_vs(subject, CALM | PAPER, by=colleague, reason=WHY)
    assert "transcribed by He Qing 何青" in facts(cast)


def test_the_mark_is_in_the_history_with_its_reason(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | PAPER, by=coordinator)
    save_vs(subject, CALM | PAPER | {"srcby": "C-04"}, by=coordinator, reason=WHY)
    told = facts(cast, f"{VS}history/")
    assert "From a paper form, written while the system was down" in told
    assert "from C-03 to C-04" in told or ("C-03" in told and "C-04" in told)
    assert WHY in told


@pytest.mark.parametrize(("days", "flag"), [(0, ""), (7, ""), (8, "8 days after the paper")])
def test_paper_that_waited_long_is_flagged(
    cast: Cast, subject: Subject, coordinator: Any, days: int, flag: str
) -> None:
    written = timezone.localtime(timezone.now(), subject.site.clock).date() - timedelta(days=days)
    save_vs(subject, CALM | PAPER | {"srcdat": written.isoformat()}, by=coordinator)
    page = facts(cast)
    assert ("after the paper" in page) is bool(flag)
    assert flag in page


def test_what_comes_long_after_the_visit_is_flagged_too(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | PAPER, by=coordinator)
    late = (timezone.localtime(timezone.now(), subject.site.clock).date() - date(2026, 3, 2)).days
    assert f"Entered {late} days after the visit" in facts(cast)


def test_every_form_takes_the_mark() -> None:
    for form in read.forms():
        assert [item.name for item in form.items[-3:]] == ["srcmode", "srcdat", "srcby"], form.code


@pytest.mark.parametrize("code", sorted(read.form_models()))
def test_every_version_of_a_form_asks_it_last_and_none_has_it_in_its_wording(code: str) -> None:
    for version in range(1, read.form(code).version + 1):
        form = read.form(code, version)
        assert [item.name for item in form.items[-3:]] == ["srcmode", "srcdat", "srcby"]
        assert not provenance.NAMES & {item["name"] for item in snapshot.dump(form)["items"]}
