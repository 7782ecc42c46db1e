"""The JSON twin of a proof and the hash that stands on each page."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, cast

from netzwart.proofs.values import (
    CheckResult,
    Coverage,
    Expense,
    InterimProofOfUse,
    ProofOfUse,
    ProvenDevice,
)


def as_json(proof: ProofOfUse) -> dict[str, object]:
    """Return `nachweis.json` as plain values: money as decimal strings, moments as RFC 3339 UTC.

    The keys of `contract.md` come with additions, so that the hash covers everything printed.
    `sha256` is the SHA-256 of `canonical` over all other keys.
    """
    content = _content(proof)
    return {**content, "sha256": hashlib.sha256(canonical(content)).hexdigest()}


def content_sha256(proof: ProofOfUse) -> str:
    """Return the hash of what is printed, the one in `nachweis.json`."""
    return hashlib.sha256(canonical(_content(proof))).hexdigest()


def canonical(content: Mapping[str, object]) -> bytes:
    """Return the bytes that are hashed: UTF-8, keys sorted, no spaces, nothing escaped needlessly.

    To verify a file: parse it, remove `sha256`, write it like this, hash it.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def checks_as_json(checks: tuple[CheckResult, ...]) -> list[dict[str, object]]:
    """Return `pruefbericht.json` as plain values."""
    return [cast("dict[str, object]", _plain(_parts(check))) for check in checks]


def plain(content: Mapping[str, object]) -> dict[str, object]:
    """Return any content as JSON knows it, by the same rules as the proof."""
    return cast("dict[str, object]", _plain(dict(content)))


def _content(proof: ProofOfUse) -> dict[str, object]:
    content: dict[str, object] = {
        "format": "netzwart/proof/1",
        "kind": proof.kind,
        "number": proof.number,
        "draft": proof.is_draft,
        "demo": proof.is_demo,
        "grant": proof.grant,
        "lucom_number": proof.lucom_number,
        "as_of": proof.as_of,
        "programme": proof.programme,
        "programme_name": proof.programme_name,
        "form": proof.form,
        "purpose": proof.purpose,
        "place": proof.place,
        "recipient": _parts(proof.recipient),
        "authority": _parts(proof.authority),
        "notices": [_parts(notice) for notice in proof.notices],
        "approved_amount": proof.approved_amount,
        "received_amount": proof.received_amount,
        "approval_from": proof.approval_from,
        "approval_until": proof.approval_until,
        "conditions": proof.conditions,
        "funding_rate": proof.funding_rate,
        "totals": _parts(proof.totals),
        "by_category": [
            {
                "category": row.category,
                "label": row.label,
                "planned": row.planned_total,
                "planned_eligible": row.planned_eligible,
                "spent": row.actual_total,
                "eligible": row.actual_eligible,
            }
            for row in proof.expenditure.rows
        ],
        "by_school": [_parts(row) for row in proof.by_school],
        "caps": [_parts(row) for row in proof.caps],
        "expenses": [_expense(line) for line in proof.expenses.expenses],
        "includes_expense_list": proof.includes_expense_list,
        "devices": [_device(line) for line in proof.devices.devices],
        "coverage": _coverage(proof.coverage),
        "deadlines": _parts(proof.deadlines),
        "rule_notes": [_parts(note) for note in proof.rule_notes],
        "checks": checks_as_json(proof.checks),
        "narrative": [_parts(report) for report in proof.narrative],
        "income": _parts(proof.income),
        "expenditure_sums": {
            "planned_total": proof.expenditure.planned_total,
            "planned_eligible": proof.expenditure.planned_eligible,
        },
        "received": _parts(proof.received),
        "result": _parts(proof.result),
        "confirmations": _parts(proof.confirmations),
        "generator": f"netzwart {proof.generator_version}",
        "rule_version": proof.rule_version,
        "seal_root": proof.seal_root,
        "signature_note": proof.signature_note,
        "check_address": proof.check_address,
    }
    if isinstance(proof, InterimProofOfUse):
        content["period_from"] = proof.period_from
        content["period_until"] = proof.period_until
    return cast("dict[str, object]", _plain(content))


def _expense(line: Expense) -> dict[str, object]:
    return {
        key: value
        for key, value in _parts(line).items()
        if key != "device_span" and not key.endswith("_so_far")
    }


def _device(line: ProvenDevice) -> dict[str, object]:
    content = {key: value for key, value in _parts(line).items() if not key.endswith("_so_far")}
    evidence = line.evidence
    content["evidence"] = {
        "class": evidence.letter,
        "seen_at": evidence.seen_at,
        "source": evidence.source,
        "serial_read": evidence.serial_read,
    }
    return content


def _coverage(coverage: Coverage) -> dict[str, object]:
    return {
        "window_days": coverage.window_days,
        **{row.key: row.amount for row in coverage.rows},
        "devices": {row.key: row.devices for row in coverage.rows},
        "serial_amount": coverage.serial_amount,
        "serial_percent": coverage.serial_percent,
    }


def _parts(value: Any) -> dict[str, object]:  # noqa: ANN401 - any frozen dataclass
    """Return the fields of a dataclass; `asdict` would copy each value, which costs seconds."""
    kind = cast("type[Any]", type(value))
    return {name: getattr(value, name) for name in _names(kind)}


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: object) -> object:
    """Return the value as JSON knows it; a type without a rule is a bug and raises TypeError."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return {str(key): _plain(item) for key, item in items}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("list[object]", value)]
    if is_dataclass(value):
        return _plain(_parts(value))
    return _text_of(value)


def _text_of(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            message = f"no JSON rule for {type(value).__name__}"
            raise TypeError(message)
