"""The Chinese catalogue, kept in step with code and templates without the gettext programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polib  # type: ignore[import-untyped]
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

# Function name -> which arguments are the message: babel's own list, and Django's lazy and silent variants.
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SKIPPED = {"tests", "testing", "migrations", "locale", "static", "staticfiles", "node_modules", "docs"}
NAMED = re.compile(r"%\(\w+\)[sdif]|\{[^{}]+\}")
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
POSITIONAL = re.compile(r"(?<!%)%[sd]|\{\}")
NOTE = "Simplified Chinese. Gathered by `manage.py messages`; terms as in docs/glossary.md."
# No dates and no names: the file changes only when a string does.
HEADER = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str, str]  # context, English


@dataclass
class Message:
    """A string of the pages and the files it stands in."""

    english: str
    plural: str = ""
    context: str = ""
    files: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.context, self.english


def source_files(root: Path) -> list[Path]:
    """Modules and templates of the project in a fixed order; no tests, migrations or hidden folders."""
    return [path for path in sorted(root.rglob("*")) if _speaks(path.relative_to(root))]


def _speaks(path: Path) -> bool:
    if path.suffix != ".py" and (path.suffix not in {".html", ".txt"} or "templates" not in path.parts):
        return False
    return not any(part in SKIPPED or part.startswith(".") for part in path.parts)


def collect(root: Path) -> dict[Key, Message]:
    """Every string of the project, in the order a reader of the files meets them."""
    found: dict[Key, Message] = {}
    for path in source_files(root):
        for message in messages_of(path):
            kept = found.setdefault(message.key, message)
            kept.plural = kept.plural or message.plural
            kept.files = list(dict.fromkeys([*kept.files, path.relative_to(root).as_posix()]))
    return found


def messages_of(path: Path) -> Iterator[Message]:
    """The strings one file hands to gettext."""
    text = path.read_text(encoding="utf-8")
    # Django turns a template into Python-like lines whose indentation means nothing, but would stop babel.
    source = text if path.suffix == ".py" else INDENTATION.sub("", templatize(text, origin=str(path)))
    for _line, strings, _comments, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        english, plural = strings[:2] if isinstance(strings, tuple) else (strings, "")
        yield Message(english, plural, context or "")


@dataclass(frozen=True)
class Catalogue:
    """The translations of one language: the text translators edit, and the compiled form the pages read."""

    folder: Path

    @property
    def text_file(self) -> Path:
        return self.folder / "django.po"

    @property
    def compiled_file(self) -> Path:
        return self.folder / "django.mo"

    def read(self) -> polib.POFile:
        """The catalogue as it is on disk; empty before the first run."""
        if not self.text_file.exists():
            return polib.POFile()
        return polib.pofile(str(self.text_file), wrapwidth=110)

    def update(self, messages: dict[Key, Message]) -> polib.POFile:
        """Take up new strings, keep what is translated, drop what no page says any more, compile."""
        known = {(entry.msgctxt or "", entry.msgid): entry for entry in self.read()}
        fresh = polib.POFile(wrapwidth=110)
        fresh.header = NOTE
        fresh.metadata = HEADER
        fresh.extend(_entry(message, known.get(message.key)) for message in messages.values())
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh.save(str(self.text_file))
        fresh.save_as_mofile(str(self.compiled_file))
        return fresh

    def faults(self, messages: dict[Key, Message]) -> Iterator[str]:
        """What a reader in this language would stumble over, a line each."""
        entries = self.read()
        known = {(entry.msgctxt or "", entry.msgid): entry for entry in entries}
        for message in messages.values():
            where = f"{message.files[0]}: {message.english!r}"
            if (entry := known.get(message.key)) is None:
                yield f"{where} is not in the catalogue"
            elif fault := _fault(entry, message.plural):
                yield f"{where} {fault}"
        if not self.compiled_file.exists() or self.compiled_file.read_bytes() != entries.to_binary():
            yield f"{self.compiled_file.name} is older than {self.text_file.name}"


def _entry(message: Message, known: polib.POEntry | None) -> polib.POEntry:
    """A catalogue entry that keeps a translation made earlier."""
    entry = polib.POEntry(msgid=message.english, msgctxt=message.context or None)
    entry.occurrences = [(name, "") for name in message.files]
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: _translation(known) if known else ""}
    else:
        entry.msgstr = _translation(known) if known else ""
    if known:
        entry.flags = [flag for flag in known.flags if flag == "fuzzy"]
        entry.tcomment = known.tcomment
    return entry


def _translation(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") or entry.msgstr)


def _fault(entry: polib.POEntry, plural: str) -> str:
    """What is wrong with a translation, or nothing."""
    translation = _translation(entry)
    if not translation:
        return "is not translated"
    if entry.fuzzy:
        return "is marked fuzzy"
    if bool(plural) != bool(entry.msgid_plural):
        return "has or has not a plural in the catalogue, unlike the code"
    if placeholders(translation) != placeholders(plural or entry.msgid):
        return f"has other placeholders than its translation {translation!r}"
    return ""


def placeholders(text: str) -> list[str]:
    """What will be filled in: names may come in any order and number, nameless ones may not."""
    return [*sorted(set(NAMED.findall(text))), *POSITIONAL.findall(text)]
