"""Loading a licensed dictionary: all of it or nothing, and in words what is wrong with the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Event
from coding.load import BadDictionary, load
from coding.models import Dictionary, Term, normal
from coding.spots import in_force
from coding.tests.conftest import HEAD
from core.testing.trial import refused, sql

pytestmark = pytest.mark.django_db

LLT = "10001$Fever$20001$$$$$$$Y$$\n10002$Hot$20001$$$$$$$N$$\n"
HIER = (
    "20001$30001$40001$50001$Pyrexia$Body temperature$General$General disorders$Genrl$$50001$Y$\n"
    "20001$30001$40001$50002$Pyrexia$Body temperature$General$Infections$Infec$$50001$N$\n"
)


def release(folder: Path, llt: str = LLT, hier: str = HIER) -> Path:
    (folder / "llt.asc").write_text(llt, "utf-8")
    (folder / "mdhier.asc").write_text(hier, "utf-8")
    return folder


def test_it_works(tmp_path: Path) -> None:
    made = load(release(tmp_path), "MEDDRA", "27.1", "en")
    assert made.terms_count == 2
    fever = Term.objects.get(code="10001")
    assert fever.place == "Pyrexia › Body temperature › General › General disorders"
    assert (fever.is_current, Term.objects.get(code="10002").is_current) == (True, False)


def test_the_version_loaded_last_is_in_force_in_each_language(load_terms: Callable[..., Dictionary]) -> None:
    load_terms(version="1.0")
    chinese = load_terms(HEAD + "1001,发热,Y,PT,2001,发热,,,\n", version="1.0", language="zh")
    second = load_terms(version="2.0")
    assert {dictionary.pk for dictionary in in_force("MEDDRA")} == {chinese.pk, second.pk}


@pytest.mark.parametrize(
    ("llt", "hier", "words"),
    [
        ("10001$Fever$99999$$$$$$$Y$$\n", HIER, "no preferred term"),
        (LLT, "20001$30001\n", "fewer than 12"),
        ("", HIER, "no term"),
    ],
)
def test_a_broken_release_is_refused_whole(tmp_path: Path, llt: str, hier: str, words: str) -> None:
    with pytest.raises(BadDictionary, match=words):
        load(release(tmp_path, llt, hier), "MEDDRA", "27.1", "en")
    assert not Dictionary.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [("term,code\n", "first line"), (HEAD + ",Fever,Y,,,,,,\n", "Line 2"), (HEAD + "1,Fever,maybe,,,,,,\n", "Line 2")],
)
def test_a_broken_table_is_refused_with_its_line(load_terms: Callable[..., Any], text: str, words: str) -> None:
    with pytest.raises(BadDictionary, match=words):
        load_terms(text)


def test_a_version_is_loaded_once(load_terms: Callable[..., Dictionary]) -> None:
    load_terms()
    with pytest.raises(BadDictionary, match="loaded already"):
        load_terms()


def test_the_command_says_what_it_loaded_and_the_trial_s_events_keep_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_dictionary", "MEDDRA", "27.1", str(release(tmp_path)))
    assert "2 terms" in capsys.readouterr().out
    event = Event.objects.get(kind="CONFIGURATION")
    assert event.what == "MedDRA 27.1 (en)"
    with pytest.raises(CommandError, match="loaded already"):
        call_command("load_dictionary", "MEDDRA", "27.1", str(tmp_path))


@pytest.mark.req("AUD-04")
@pytest.mark.parametrize("statement", ["UPDATE coding_term SET text = 'x'", "DELETE FROM coding_dictionary"])
def test_nothing_of_a_loaded_dictionary_is_ever_changed(load_terms: Callable[..., Any], statement: str) -> None:
    load_terms()
    with refused():
        sql(statement)


@pytest.mark.parametrize("text", ["Fever", " FEVER. ", "ｆｅｖｅｒ", "fever。"])
def test_case_width_spaces_and_full_stop_make_no_difference(text: str) -> None:
    assert normal(text) == "fever"
