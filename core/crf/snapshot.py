"""Released versions of a form: wording, code lists and order in both languages, kept as files."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import override

from core.crf.items import Bilingual, Code, Derivation, FormDef, Item, Kind, RowsDef
from core.crf.provenance import common, own

if TYPE_CHECKING:
    from django.db import models

LANGUAGES = {"en": "en", "zh": "zh-hans"}


def path_of(model: type[models.Model], code: str, version: int) -> Path:
    """Where a version is kept: beside the app that declares the form."""
    return Path(apps.get_app_config(model._meta.app_label).path) / "released" / f"{code}.v{version}.json"


def dump(form: FormDef) -> dict[str, Any]:
    """A version of a form as plain data. `released` is the day it went into use: from then on it never changes."""
    return {
        "form": form.code,
        "version": form.version,
        "released": released_on(form),
        "title": both(form.title),
        "note": both(form.note),
        "domain": form.domain,
        "items": [_dump_item(item) for item in own(form.items)],
        "rows": [_dump_rows(rows) for rows in form.rows],
        "rules": [{"id": rule.id, "reads": list(rule.reads)} | both(rule.message) for rule in form.rules],
        "derived": [_dump_derivation(each) for each in form.derivations],
    }


def released_on(form: FormDef) -> str | None:
    """The day this version went into use, None while it may still be altered."""
    path = path_of(form.model, form.code, form.version)
    found: str | None = json.loads(path.read_text("utf-8"))["released"] if path.exists() else None
    return found


def write(form: FormDef) -> str:
    """The file's text: stable, readable in a review."""
    return json.dumps(dump(form), ensure_ascii=False, indent=1) + "\n"


def restore(live: FormDef, version: int) -> FormDef:
    """The form as that version asked it. KeyError where it was never released."""
    path = path_of(live.model, live.code, version)
    if not path.exists():
        raise KeyError(f"form {live.code} has no released version {version}")
    data = json.loads(path.read_text("utf-8"))
    ids = {rule["id"] for rule in data["rules"]}
    derived = {(rule["id"], rule["version"]) for rule in data["derived"]}
    return replace(
        live,
        version=version,
        title=_text(data["title"]),
        note=_text(data["note"]),
        items=(*(_load_item(item) for item in data["items"]), *common(live.items)),
        rows=tuple(_load_rows(rows, live) for rows in data["rows"]),
        rules=tuple(rule for rule in live.rules if rule.id in ids),
        derivations=tuple(rule for rule in live.derivations if (rule.id, rule.version) in derived),
    )


def both(text: Any) -> dict[str, str]:
    """A text in both languages."""
    if isinstance(text, Bilingual):
        return {"en": text.en, "zh": text.zh}
    result = {}
    for key, language in LANGUAGES.items():
        with override(language):
            result[key] = str(text)
    return result


def _text(data: dict[str, str]) -> Bilingual | str:
    return Bilingual(data["en"], data["zh"]) if data["en"] else ""


def _dump_item(item: Item) -> dict[str, Any]:
    data: dict[str, Any] = {"name": item.name, "kind": item.kind.value, "label": both(item.label)}
    plain = {"unit": item.unit, "sdtm": item.sdtm, "rule": item.rule, "score": item.score, "optional": item.optional}
    plain |= {"ahead": item.ahead, "coded_by": item.coded_by}
    texts = {"help": item.help, "heading": item.heading}
    data |= {key: value for key, value in plain.items() if value}
    data |= {key: both(text) for key, text in texts.items() if text}
    data |= {key: str(value) for key, value in (("low", item.low), ("high", item.high)) if value is not None}
    if item.codes:
        data["codes"] = [{"code": code.code} | both(code.label) for code in item.codes]
    if item.asked_if:
        data["asked_if"] = [item.asked_if[0], list(item.asked_if[1])]
    return data


def _load_item(data: dict[str, Any]) -> Item:
    asked = data.get("asked_if")
    return Item(
        name=data["name"],
        kind=Kind(data["kind"]),
        label=_text(data["label"]),
        unit=data.get("unit", ""),
        help=_text(data["help"]) if "help" in data else "",
        heading=_text(data["heading"]) if "heading" in data else "",
        codes=tuple(Code(code["code"], _text(code)) for code in data.get("codes", ())),
        low=Decimal(data["low"]) if "low" in data else None,
        high=Decimal(data["high"]) if "high" in data else None,
        asked_if=(asked[0], tuple(asked[1])) if asked else None,
        sdtm=data.get("sdtm", ""),
        rule=data.get("rule", ""),
        score=data.get("score", False),
        optional=data.get("optional", False),
        ahead=data.get("ahead", False),
        coded_by=data.get("coded_by", ""),
    )


def _dump_derivation(rule: Derivation) -> dict[str, Any]:
    return {"id": rule.id, "version": rule.version, "target": rule.target, "reads": list(rule.reads)}


def _dump_rows(rows: RowsDef) -> dict[str, Any]:
    return {
        "name": rows.name,
        "label": both(rows.label),
        "items": [_dump_item(item) for item in rows.items],
        "rules": [{"id": rule.id, "reads": list(rule.reads)} | both(rule.message) for rule in rows.rules],
        "start": [dict(row) for row in rows.start],
    } | ({"derived": [_dump_derivation(each) for each in rows.derivations]} if rows.derivations else {})


def _load_rows(data: dict[str, Any], live: FormDef) -> RowsDef:
    ids = {rule["id"] for rule in data["rules"]}
    derived = {(each["id"], each["version"]) for each in data.get("derived", ())}
    current = live.group(data["name"])
    return replace(
        current,
        label=_text(data["label"]),
        items=tuple(_load_item(item) for item in data["items"]),
        rules=tuple(rule for rule in current.rules if rule.id in ids),
        start=tuple(data["start"]),
        derivations=tuple(each for each in current.derivations if (each.id, each.version) in derived),
    )
