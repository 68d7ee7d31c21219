"""A made-up dictionary, and adverse events to code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.models import User
from accounts.testing import Cast
from coding.load import load
from coding.models import Dictionary
from core.models import Subject
from core.testing.forms import enter

HEAD = "code,text,current,level,code,text,level,code,text\n"
FIRST = HEAD + (
    "1001,Fever,Y,PT,2001,Pyrexia,SOC,3001,General disorders\n"
    "1002,High temperature,Y,PT,2001,Pyrexia,SOC,3001,General disorders\n"
    "1003,Temperature went up,N,PT,2001,Pyrexia,SOC,3001,General disorders\n"
    "1004,Headache,Y,PT,2002,Headache,SOC,3002,Nervous system disorders\n"
    "1005,Cold,Y,PT,2003,Nasopharyngitis,SOC,3003,Infections\n"
    "1006,cold,Y,PT,2004,Feeling cold,SOC,3001,General disorders\n"
)


@pytest.fixture
def load_terms(tmp_path: Path) -> Callable[..., Dictionary]:
    """Load a table of terms as a version of MedDRA."""

    def load_them(text: str = FIRST, version: str = "1.0", language: str = "en") -> Dictionary:
        file = tmp_path / f"{version}.csv"
        file.write_text(text, "utf-8")
        return load(file, "MEDDRA", version, language)

    return load_them


@pytest.fixture
def event(subject: Subject, coordinator: Actor) -> Callable[..., Any]:
    """Enter an adverse event with these words."""
    return lambda words, **more: enter(coordinator, subject, "LOG", "AE", {"aeterm": words} | more).record


@pytest.fixture
def coder(cast: Cast) -> User:
    """The data manager."""
    return cast.data_manager
