"""The licensed wording of instruments, which a site may supply: shown on the form page in place of our short labels.

Nothing else reads it. What is stored are our codes; queries, history, exports and the annotated form keep our labels.
docs/operations.md describes the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language

from core.crf import read
from core.crf.items import FormDef, Item

KEYS = frozenset({"label", "help", "codes"})
# language -> form -> item
Wording: TypeAlias = "dict[tuple[str, str, str], Text]"


@dataclass(frozen=True)
class Text:
    """What one question of an instrument is called in one language; `help` None where ours stays."""

    label: str
    help: str | None
    codes: dict[str, str]


def worded(form_code: str, item: Item) -> Item:
    """The item in the site's wording, in the reader's language; ours where the site supplied none."""
    text = wording().get((get_language() or "", form_code, item.name))
    if text is None:
        return item
    codes = tuple(replace(code, label=text.codes[code.code]) for code in item.codes)
    return replace(item, label=text.label, help=item.help if text.help is None else text.help, codes=codes)


def wording() -> Wording:
    """All that the site supplied; nothing where the setting is empty. ImproperlyConfigured where the file is broken."""
    return _read(settings.INSTRUMENT_TEXTS) if settings.INSTRUMENT_TEXTS else {}


@cache
def _read(path: str) -> Wording:
    try:
        content = json.loads(Path(path).read_text("utf-8"), object_pairs_hook=_once)
        faults = list(_faults(content))
    except (OSError, ValueError) as error:
        faults = [str(error)]
    if faults:
        raise ImproperlyConfigured(
            f"INSTRUMENT_TEXTS={path} cannot be used:\n- " + "\n- ".join(faults) + "\nMend the file as "
            "docs/operations.md describes it, or leave INSTRUMENT_TEXTS empty to show the short labels."
        )
    return {
        (language, form, item): Text(text["label"], text.get("help"), text.get("codes", {}))
        for language, forms in content.items()
        for form, items in forms.items()
        for item, text in items.items()
    }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a name stand twice and keeps the last; here it is a mistake."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one place")
    return found


def _faults(content: Any) -> Iterator[str]:
    known = [language for language, _ in settings.LANGUAGES]
    if not isinstance(content, dict):
        yield "the file holds no object; it begins with a language"
        return
    for language, forms in content.items():
        if language not in known or not isinstance(forms, dict):
            yield f"{language!r}: expected one of {', '.join(known)}, and under it the forms by code"
            continue
        for code, items in forms.items():
            yield from (f"{language}, {code}: {fault}" for fault in _form_faults(code, items))


def _form_faults(code: str, items: Any) -> Iterator[str]:
    instruments = {form.code: form for form in read.forms() if form.licensed}
    if code not in instruments:
        yield f"expected an instrument, one of {', '.join(sorted(instruments))}"
    elif not isinstance(items, dict):
        yield "expected the items by name"
    else:
        for name, text in items.items():
            yield from (f"{name}: {fault}" for fault in _item_faults(instruments[code], name, text))


def _item_faults(form: FormDef, name: str, text: Any) -> Iterator[str]:
    if name not in form.names:
        yield f"form {form.code} has no such item"
    elif not isinstance(text, dict) or not text.keys() <= KEYS:
        yield f"expected an object with {', '.join(sorted(KEYS))} and nothing else"
    else:
        yield from _text_faults(form.item(name), text)


def _text_faults(item: Item, text: dict[str, Any]) -> Iterator[str]:
    spoken = {key: text[key] for key in ("label", "help") if key in text}
    if "label" not in spoken:
        yield "label is missing"
    yield from (f"{key}: expected a text that is not empty" for key, words in spoken.items() if not _is_text(words))
    codes, expected = text.get("codes", {}), {code.code for code in item.codes}
    if not isinstance(codes, dict) or codes.keys() != expected:
        yield f"codes: expected all of {', '.join(sorted(expected))}" if expected else "codes: it has none"
    else:
        yield from (f"code {code}: expected a text that is not empty" for code, w in codes.items() if not _is_text(w))


def _is_text(words: Any) -> bool:
    return isinstance(words, str) and bool(words.strip())
