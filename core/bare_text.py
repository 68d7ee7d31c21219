"""Words in a template that no translation reaches, because nobody marked them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

WORD = re.compile(r"[^\W\d_]{2,}")
ENTITY = re.compile(r"&#?\w+;")
SPOKEN = ("title", "alt", "placeholder", "label", "aria-label", "aria-description")
BLOCKS = {"blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans", "comment": "endcomment"}
SILENT = {"script", "style", "code", "kbd"}
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def bare_text(template: str) -> list[str]:
    """Unmarked words of a template. An element with translate="no" may hold what is the same in every language."""
    reader = _Reader()
    reader.feed("".join(_outside_tags(template)))
    return reader.found


def _outside_tags(template: str) -> Iterator[str]:
    """What a template says by itself: no tags, no variables, no translated blocks."""
    until = ""
    for token in Lexer(template).tokenize():
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if until:
            until = "" if name == until else until
        elif name in BLOCKS:
            until = BLOCKS[name]
        elif token.token_type == TokenType.TEXT:
            yield token.contents


class _Reader(HTMLParser):
    """Gathers text and spoken attributes, passing over elements whose content is not language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name, value in attrs:
            if name in SPOKEN or name.startswith("data-text-"):
                self._take(value or "")
        opens_silence = tag in SILENT or given.get("translate") == "no"
        if tag not in VOID and (opens_silence or self.silent):
            self.silent.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element closed at once holds no text."""

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        self._take(data)

    def _take(self, text: str) -> None:
        text = ENTITY.sub(" ", text).strip()
        if not self.silent and WORD.search(text):
            self.found.append(" ".join(text.split()))
