"""A version of a form, once in use, is shown as it was: wording, codes, order, ranges, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from accounts.actor import Actor
from core.actions import crf
from core.actions.entry import Entry
from core.crf import read, snapshot
from core.crf.items import FormDef, Item
from core.models import Change, Query, Subject
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON, WHY

FORMS = sorted(read.form_models())
LIVE = {"name", "since", "until"}  # what a version has no need to keep: it is the version


@pytest.fixture
def kept_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Versions are kept in a folder of the test's own."""
    monkeypatch.setattr(snapshot, "path_of", lambda model, code, version: tmp_path / f"{code}.v{version}.json")
    read.form.cache_clear()
    read.item_of.cache_clear()
    yield tmp_path
    read.form.cache_clear()
    read.item_of.cache_clear()


def release(form: FormDef, **otherwise: Any) -> None:
    path = snapshot.path_of(form.model, form.code, otherwise.get("version", form.version))
    path.write_text(snapshot.write(replace(form, **otherwise)), "utf-8")


def said(item: Item) -> dict[str, Any]:
    """Everything an item says, in the language of the moment."""
    plain = {f.name: getattr(item, f.name) for f in fields(item) if f.name not in LIVE | {"codes"}}
    texts = {name: str(plain[name]) for name in ("label", "help", "heading")}
    return plain | texts | {"codes": [(code.code, str(code.label)) for code in item.codes]}


@pytest.mark.parametrize("code", FORMS)
def test_it_works(kept_in: Path, code: str) -> None:
    """Written and read again, a form says the same in both languages."""
    live = read.form(code)
    release(live, version=99)
    old = snapshot.restore(live, 99)
    for language in ("en", "zh-hans"):
        with override(language):
            assert str(old.title) == str(live.title)
            assert [said(item) for item in old.items] == [said(item) for item in live.items]
            assert [item.name for item in old.items] == [item.name for item in live.items]
            for before, now in zip(old.rows, live.rows, strict=True):
                assert (before.name, str(before.label), before.start) == (now.name, str(now.label), now.start)
                assert [said(item) for item in before.items] == [said(item) for item in now.items]
                assert before.rules == now.rules
    assert (old.version, old.rules, old.derivations) == (99, live.rules, live.derivations)
    assert json.loads(snapshot.write(replace(old, version=99)))["items"] == snapshot.dump(live)["items"]


def test_a_version_that_was_never_released_is_none(kept_in: Path) -> None:
    with pytest.raises(KeyError, match="no released version 7"):
        read.form("VS", version=7)


@pytest.fixture
def version_1(kept_in: Path) -> FormDef:
    """Vital signs before the oxygen saturation was asked, with another wording and a narrower range."""
    live = read.form("VS")
    before = [item for item in live.items if item.is_in(1)]
    before = [
        replace(item, label="Blood pressure, upper", low=100, high=110) if item.name == "sysbp" else item  # type: ignore[arg-type]
        for item in before
    ]
    release(live, version=1, items=tuple(before), rules=())
    return read.form("VS", version=1)


def test_an_earlier_version_asks_what_it_asked(version_1: FormDef) -> None:
    assert "oxysat" in read.form("VS").names
    assert "oxysat" not in version_1.names
    assert str(version_1.item("sysbp").label) == "Blood pressure, upper"
    named = read.item_of("assessments_vitalsigns", "sysbp", 1)
    assert named
    assert str(named.label) == "Blood pressure, upper"


@pytest.fixture
def entered_before(version_1: FormDef, subject: Subject, coordinator: Actor) -> Any:
    """A record of that version."""
    place = replace(trial.place_at(subject, "SCR", "VS"), form=version_1)
    answers = {name: value for name, value in CALM.items() if name in version_1.names}
    return crf.save(place, Entry(answers, visit_on=VISIT_ON), by=coordinator).record


def test_a_record_is_read_changed_and_checked_under_its_own_version(
    entered_before: Any, subject: Subject, coordinator: Actor
) -> None:
    """An amendment neither asks new questions of an old record nor measures it by new ranges."""
    assert (entered_before.form_version, Query.objects.get().field) == (1, "sysbp")
    place = trial.place_at(subject, "SCR", "VS")
    assert place.form.version == 1
    trial.save(place, Entry({"sysbp": "105", "oxysat": "99"}), by=coordinator, reason=WHY)
    state = trial.stored(entered_before)
    assert (state["form_version"], state["sysbp"], state["oxysat"]) == (1, 105, None)
    assert Change.objects.latest("id").form_version == 1
    assert Query.objects.get().state == "CLOSED"
    trial.commit()


def test_a_new_record_is_of_the_present_version(entered_before: Any, subject: Subject, coordinator: Actor) -> None:
    assert trial.save_vs(subject, CALM, by=coordinator, visit="D1").record.form_version == 2  # type: ignore[union-attr]
    trial.commit()
