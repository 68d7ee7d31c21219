"""Scales, laboratory panels, examinations and medication."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from demo.answers.scene import Filled, Scene

ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {}
