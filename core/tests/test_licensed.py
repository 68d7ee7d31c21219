"""The licensed wording of instruments: on the form page in place of our labels, nowhere else, and right or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import override

from core.crf import annotate, licensed, read, snapshot

LEVELS = {"0": "nil", "1": "slight", "2": "clear", "3": "utmost"}
ITEM = read.form("MGADL").item("mgadl01")


def supplied(settings: Any, folder: Path, content: Any) -> None:
    """The site's file with this content."""
    path = folder / "texts.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    settings.INSTRUMENT_TEXTS = str(path)
    licensed._read.cache_clear()


def texts(**text: Any) -> dict[str, Any]:
    """A file that words one item in Chinese."""
    return {"zh-hans": {"MGADL": {"mgadl01": {"label": "第一项", "codes": LEVELS} | text}}}


def test_it_works(settings: Any, tmp_path: Path) -> None:
    supplied(settings, tmp_path, texts(help="全文"))
    with override("zh-hans"):
        shown = licensed.worded("MGADL", ITEM)
    assert (shown.label, shown.help) == ("第一项", "全文")
    assert [(code.code, code.label) for code in shown.codes] == list(LEVELS.items())
    assert (shown.name, shown.sdtm, shown.asked_if) == (ITEM.name, ITEM.sdtm, ITEM.asked_if)


def test_another_language_another_item_and_another_form_keep_our_labels(settings: Any, tmp_path: Path) -> None:
    supplied(settings, tmp_path, texts())
    with override("en"):
        assert licensed.worded("MGADL", ITEM) is ITEM
    with override("zh-hans"):
        other = read.form("MGADL").item("mgadl02")
        assert licensed.worded("MGADL", other) is other
        assert licensed.worded("MGC", ITEM) is ITEM


def test_without_a_file_our_labels_are_shown(settings: Any) -> None:
    settings.INSTRUMENT_TEXTS = ""
    with override("zh-hans"):
        assert licensed.worded("MGADL", ITEM) is ITEM


def test_our_help_stays_where_the_site_gives_none(settings: Any, tmp_path: Path) -> None:
    supplied(settings, tmp_path, {"en": {"MGADL": {"mgadltot": {"label": "Sum of all"}}}})
    with override("en"):
        total = read.form("MGADL").item("mgadltot")
        shown = licensed.worded("MGADL", total)
    assert (shown.label, shown.help) == ("Sum of all", total.help)


def test_declaration_snapshot_and_annotated_form_keep_our_labels(settings: Any, tmp_path: Path) -> None:
    form = read.form("MGADL")
    before = annotate.page(form), snapshot.write(form)
    supplied(settings, tmp_path, texts())
    assert (annotate.page(form), snapshot.write(form)) == before


BROKEN: list[tuple[Any, str]] = [
    ("{", "Expecting"),
    ("[]", "it begins with a language"),
    ({"fr": {}}, "'fr': expected one of en, zh-hans"),
    ({"en": []}, "'en': expected one of"),
    ({"en": {"AE": {}}}, "en, AE: expected an instrument, one of"),
    ({"en": {"NOFORM": {}}}, "NOFORM: expected an instrument"),
    ({"en": {"MGADL": []}}, "MGADL: expected the items by name"),
    ({"en": {"MGADL": {"mgadl09": {"label": "x"}}}}, "mgadl09: form MGADL has no such item"),
    ({"en": {"MGADL": {"mgadl01": "x"}}}, "expected an object with codes, help, label"),
    (texts(lable="x"), "expected an object with codes, help, label"),
    ({"en": {"MGADL": {"mgadl01": {"codes": LEVELS}}}}, "label is missing"),
    (texts(label=" "), "label: expected a text"),
    (texts(help=3), "help: expected a text"),
    (texts(codes={"0": "nil"}), "codes: expected all of 0, 1, 2, 3"),
    (texts(codes=LEVELS | {"4": "more"}), "codes: expected all of 0, 1, 2, 3"),
    (texts(codes=[]), "codes: expected all of"),
    (texts(codes=LEVELS | {"3": ""}), "code 3: expected a text"),
    ({"en": {"MGADL": {"mgadltot": {"label": "x", "codes": {"0": "y"}}}}}, "codes: it has none"),
    ('{"en": {"MGADL": {}, "MGADL": {}}}', "'MGADL' stands twice"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_broken_file_stops_the_start_and_says_what_to_do(
    settings: Any, tmp_path: Path, content: Any, words: str
) -> None:
    supplied(settings, tmp_path, content)
    with pytest.raises(ImproperlyConfigured) as refused:
        apps.get_app_config("core").ready()
    assert words in str(refused.value)
    assert str(tmp_path) in str(refused.value)
    assert "docs/operations.md" in str(refused.value)


def test_a_file_that_is_not_there_stops_the_start(settings: Any, tmp_path: Path) -> None:
    settings.INSTRUMENT_TEXTS = str(tmp_path / "none.json")
    with pytest.raises(ImproperlyConfigured, match=r"none\.json"):
        apps.get_app_config("core").ready()


def test_every_fault_is_named_at_once(settings: Any, tmp_path: Path) -> None:
    supplied(settings, tmp_path, {"en": {"AE": {}, "MGADL": {"mgadl09": {}}}, "fr": {}})
    with pytest.raises(ImproperlyConfigured) as refused:
        licensed.wording()
    assert str(refused.value).count("\n- ") == 3


def test_only_instruments_can_be_reworded() -> None:
    found = {form.code for form in read.forms() if form.licensed}
    assert found >= {"MGADL", "QMG", "MGC", "MGQOL", "MGFA", "PIS"}
    assert not found & {"AE", "ICF", "DM", "VS", "CHEM", "UPT", "INF", "DV"}
