"""A person at the keyboard: drives a page by keys alone and counts what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

MAX_TABS = 300
AT = """(name) => {
  const here = document.activeElement;
  return [here.name, here.id, here.dataset?.action, here.textContent?.trim()].includes(name);
}"""


@dataclass
class Keyboard:
    """One person's hands on one page. `keys`: keys pressed, `loads`: pages loaded, `clicks`: always none."""

    page: Page
    keys: int = 0
    loads: int = 0
    log: list[str] = field(default_factory=list)

    def press(self, key: str) -> None:
        """One key, or one chord."""
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, text: str) -> None:
        """A key per character."""
        self.page.keyboard.type(text)
        self.keys += len(text)

    def go_to(self, name: str) -> None:
        """Tab to the input, button or link of that name. Fails where the keyboard cannot reach it."""
        for _ in range(MAX_TABS):
            if self.page.evaluate(AT, name):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not reach {name!r} on {self.page.url}")

    def fill(self, answers: Mapping[str, str]) -> None:
        """Answer items in the order of the page: text is typed; `#2` presses the digit on a group of choices."""
        for name, answer in answers.items():
            self.go_to(name)
            if answer.startswith("#"):
                self.press(answer[1:])
            else:
                self.type(answer)

    def follow(self, name: str) -> None:
        """Follow a link or press a button."""
        self.go_to(name)
        with self.page.expect_navigation():
            self.press("Enter")
        self.loads += 1

    def save(self) -> None:
        """Save with the keyboard's own shortcut and wait for the next page."""
        with self.page.expect_navigation():
            self.press("Control+s")
        self.loads += 1

    def sees(self, text: str) -> None:
        """Fails unless the page says so."""
        expect(self.page.locator("body")).to_contain_text(text)
