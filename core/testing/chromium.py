"""The machine's own Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "NO CHROMIUM FOUND: the browser tests did not run. Install one (on Debian: apt install chromium) "
    "or name it: CHROMIUM=/path/to/chromium."
)


def executable() -> str:
    """Its path. Without one the test is skipped, and said so; continuous integration must have one."""
    named = os.environ.get("CHROMIUM")
    if named and not Path(named).exists():
        pytest.fail(f"CHROMIUM={named}: there is no such program.", pytrace=False)
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING)
