"""What holds for every declared form is tested over all of them, with answers made up for each kind of question."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.actor import Actor
from core.actions import crf
from core.actions.crf import Saved
from core.actions.verify import verify_chain
from core.crf import evaluate, read
from core.crf.items import Kind
from core.models import Change, ChangeItem, CrfRow, Query, Recorded, Subject, Visit
from core.testing import samples, trial
from core.testing.trial import answers_of, commit, rows_of, stored

FORMS = sorted(read.form_models())
State = dict[tuple[str, int], dict[str, Any]]


class Scene:
    """One form of one subject, saved again and again with other answers."""

    def __init__(self, code: str, subject: Subject, by: Actor) -> None:
        self.code, self.subject, self.by = code, subject, by
        self.form = read.form(code)
        self.files = samples.keep_files(subject, by)
        self.key = 0 if self.form.log else 1
        self.home = trial.home_of(code, subject, by)

    @property
    def place(self) -> Any:
        return trial.place_at(self.subject, self.home, self.code, self.key)

    def save(self, variant: int) -> Saved:
        place = self.place
        entry = samples.sample_entry(place.form, variant, files=self.files)
        saved = trial.save(place, entry, by=self.by, reason=trial.WHY if place.record else "")
        assert saved.record
        self.key = saved.record.key
        commit()
        return saved

    def void(self) -> Saved:
        saved = crf.void(self.place, by=self.by, reason=trial.WHY, revision=self.place.record.revision)
        commit()
        return saved

    def state(self) -> State:
        """Every row of the form, its rows, the visits and the subject, as PostgreSQL has them."""
        models: list[type[Recorded]] = [self.form.model, *(group.model for group in self.form.rows), Visit, Subject]
        return {
            (model._meta.db_table, row["id"]): answers_of(row)
            for model in models
            for row in rows_of(model._meta.db_table)
        }


@pytest.fixture(autouse=True)
def _nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a decision needs is tested with its form; these answers are made up."""
    monkeypatch.setattr(crf, "_refused", lambda work: {})


@pytest.fixture(params=FORMS)
def scene(request: pytest.FixtureRequest, subject: Subject, coordinator: Actor) -> Scene:
    return Scene(request.param, subject, coordinator)


def differences(before: State, after: State) -> dict[tuple[str, int, str], tuple[Any, Any]]:
    return {
        (*place, name): (before.get(place, {}).get(name), row.get(name))
        for place, row in after.items()
        for name in {*row, *before.get(place, {})}
        if before.get(place, {}).get(name) != row.get(name)
    }


def assert_recorded(scene: Scene, saved: Saved, before: State) -> None:
    """The change record says exactly what differs in the database, and nothing of it is left empty."""
    assert saved.change
    assert trial.items_of(saved.change) == differences(before, scene.state())
    change = Change.objects.values().get(pk=saved.change.pk)
    empty = {name for name, value in change.items() if value in (None, "", 0) and value is not False}
    assert empty <= {"page_token", "request_id", "reason", "query_id"}, empty
    assert bool(change["reason"]) == (change["kind"] != "CREATE")
    items = ChangeItem.objects.filter(change=saved.change).values()
    assert all(item["table_name"] and item["row_id"] and item["field"] and item["digest"] for item in items)
    rows = {model._meta.db_table for model in read.recorded_models() if issubclass(model, CrfRow)}
    assert all(item["row_key"] for item in items if item["table_name"] in rows)


def assert_history_is_true(scene: Scene) -> None:
    """Each row is equal to the latest of its history, and its history begins with its first entry."""
    for model in (scene.form.model, *(group.model for group in scene.form.rows)):
        for row in model.objects.all():
            history = rows_of(model.history.model._meta.db_table, "id = %s", [row.pk])
            state = stored(row)
            assert {name: history[-1][name] for name in state} == state
            assert [line["history_type"] for line in history] == ["+", *["~"] * (len(history) - 1)]


@pytest.mark.req("AUD-01")
def test_it_works(scene: Scene) -> None:
    before = scene.state()
    saved = scene.save(0)
    assert_recorded(scene, saved, before)
    assert_history_is_true(scene)
    assert saved.record
    asked = {item.name for item in scene.form.items if stored(saved.record)[item.name] is not None}
    assert {item.field for item in ChangeItem.objects.filter(change=saved.change)} >= asked
    values = evaluate.answers(saved.record, scene.form.items)
    typed = {item.name for item in scene.form.items if not item.derived and item.is_asked(values)}
    assert len(asked & typed) > len(typed) / 2


@pytest.mark.req("AUD-01", "AUD-02")
@pytest.mark.parametrize("variant", [1, 2])
def test_a_change_records_each_field_before_and_after(scene: Scene, variant: int) -> None:
    scene.save(0)
    before = scene.state()
    saved = scene.save(variant)
    assert_recorded(scene, saved, before)
    assert_history_is_true(scene)
    assert saved.change
    assert len(trial.items_of(saved.change)) > 1


@pytest.mark.req("AUD-01", "AUD-04")
def test_a_void_record_keeps_every_value(scene: Scene) -> None:
    record = scene.save(0).record
    before, full = scene.state(), trial.counts()
    saved = scene.void()
    assert_recorded(scene, saved, before)
    assert_history_is_true(scene)
    assert record
    table = scene.form.model._meta.db_table
    assert scene.state()[table, record.pk] == before[table, record.pk] | {"voided": True}
    assert all(count >= full[name] for name, count in trial.counts().items())
    assert not Query.objects.exclude(state="CLOSED").filter(form_code=scene.code).exists()


@pytest.mark.req("AUD-01")
def test_every_former_state_can_be_read_from_the_items(scene: Scene) -> None:
    """Replayed backwards from the present, the items give each state as it was."""
    states, changes = [], []
    acts: list[Callable[[], Saved]] = [
        partial(scene.save, 0),
        partial(scene.save, 1),
        partial(scene.save, 2),
        scene.void,
    ]
    for act in acts:
        states.append(scene.state())
        changes.append(act().change)
    present = scene.state()
    for change, former in reversed(list(zip(changes, states, strict=True))):
        assert change
        for (table, row, field), (old, new) in trial.items_of(change).items():
            assert present[table, row].get(field) == new
            present[table, row] = {k: v for k, v in present[table, row].items() if k != field}
            present[table, row] |= {} if old is None else {field: old}
        assert {place: row for place, row in present.items() if row} == former
    assert verify_chain(scene.subject) == []


def test_the_same_answers_again_write_nothing(scene: Scene) -> None:
    scene.save(0)
    before = trial.counts()
    place = scene.place
    entry = samples.sample_entry(place.form, 0, files=scene.files)
    assert trial.save(place, entry, by=scene.by).change is None
    assert trial.counts() == before


def test_every_value_comes_back_as_it_was_entered(scene: Scene) -> None:
    """Saved, read, and entered again through its own field, each value stays what it is."""
    record = scene.save(0).record
    assert record
    fresh = scene.form.model.objects.get(pk=record.pk)
    for item in scene.form.typed:
        if item.kind is not Kind.FILE and (value := getattr(fresh, item.name)) is not None:
            field: Any = fresh._meta.get_field(item.name)
            assert field.clean(value, fresh) == getattr(record, item.name), item.name
    assert evaluate.answers(fresh, scene.form.items) == evaluate.answers(record, scene.form.items)


@pytest.mark.req("AUD-09")
def test_what_a_rule_computed_carries_the_rule_and_what_a_person_typed_none(scene: Scene) -> None:
    saved = scene.save(0)
    for part in scene.form.parts:
        authors = {derivation.target: derivation.author for derivation in part.derivations}
        items = ChangeItem.objects.filter(change=saved.change, table_name=part.model._meta.db_table)
        said = [(item.field, item.system_rule) for item in items if item.system_rule or item.field in authors]
        assert said == [(name, authors[name]) for name, _rule in said]
