"""The JSON twin of a proof and the hash that stands on each page."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final, cast

import msgspec

from netzwart.proofs.values import (
    CheckResult,
    Coverage,
    Expense,
    InterimProofOfUse,
    ProofOfUse,
    ProvenDevice,
)

_ROWS: Final = frozenset({"expenses", "devices"})
"""Keys whose rows are written one by one: all at once they would take a hundred megabytes."""


def as_json(proof: ProofOfUse) -> dict[str, object]:
    """Return `nachweis.json` as plain values: money as decimal strings, moments as RFC 3339 UTC.

    The keys of `contract.md` come with additions, so that the hash covers everything printed.
    `sha256` is the SHA-256 of `canonical` over all other keys.
    """
    content = {key: _listed(value) for key, value in _content(proof).items()}
    return {**content, "sha256": hashlib.sha256(canonical(content)).hexdigest()}


def content_sha256(proof: ProofOfUse) -> str:
    """Return the hash of what is printed, the one in `nachweis.json`."""
    return written_proof(proof)[1]


def written_proof(proof: ProofOfUse) -> tuple[bytes, str]:
    """Return `nachweis.json` and its hash: indented for people, a line for each row of the lists.

    The same as `as_json`, without ever holding all rows as plain values. The hash wants the keys in
    order, the file wants them as people read them, so pieces are kept until all are there.
    """
    content = _content(proof)
    digest = hashlib.sha256()
    pieces: dict[str, list[bytes]] = {}
    for index, key in enumerate(sorted(content)):
        digest.update(f'{"," if index else "{"}"{key}":'.encode())
        if key in _ROWS:
            pieces[key] = _rows_written(cast("Iterable[object]", content[key]), digest.update)
        else:
            digest.update(msgspec.json.encode(content[key], order="sorted"))
            text = msgspec.json.format(msgspec.json.encode(content[key]), indent=2)
            pieces[key] = [text.replace(b"\n", b"\n  ")]
    digest.update(b"}")
    sha256 = digest.hexdigest()
    written: list[bytes] = []
    for key in content:
        written += [f'{"," if written else "{"}\n  "{key}": '.encode(), *pieces[key]]
    written.append(f',\n  "sha256": "{sha256}"\n}}\n'.encode())
    return b"".join(written), sha256


def _rows_written(rows: Iterable[object], hashing: Callable[[bytes], object]) -> list[bytes]:
    """Return a list as the file shows it, a line for each row, and hash it."""
    pieces: list[bytes] = []
    for row in rows:
        hashing(b"," if pieces else b"[")
        hashing(msgspec.json.encode(row, order="sorted"))
        pieces += [b",\n    " if pieces else b"[\n    ", msgspec.json.encode(row)]
    hashing(b"]" if pieces else b"[]")
    return [*pieces, b"\n  ]"] if pieces else [b"[]"]


def canonical(content: Mapping[str, object]) -> bytes:
    """Return the bytes that are hashed: UTF-8, keys sorted, no spaces, nothing escaped needlessly.

    To verify a file: parse it, remove `sha256`, write it like this, hash it. In Python that is
    `json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()`.
    """
    return msgspec.json.encode(content, order="sorted")


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
        "expenses": map(_expense, proof.expenses.expenses),
        "includes_expense_list": proof.includes_expense_list,
        "devices": map(_device, proof.devices.devices),
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
    return {key: value if key in _ROWS else _plain(value) for key, value in content.items()}


def _listed(value: object) -> object:
    return list(cast("map[object]", value)) if isinstance(value, map) else value


def _expense(line: Expense) -> object:
    return _plain({name: getattr(line, name) for name in _told_names(Expense)})


def _device(line: ProvenDevice) -> object:
    content = {name: getattr(line, name) for name in _told_names(ProvenDevice)}
    evidence = line.evidence
    content["evidence"] = {
        "class": evidence.letter,
        "seen_at": evidence.seen_at,
        "source": evidence.source,
        "serial_read": evidence.serial_read,
    }
    return _plain(content)


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


@cache
def _told_names(kind: type[Any]) -> tuple[str, ...]:
    """Return the fields of a row without what only the drawing needs."""
    drawn = {"device_span", "evidence"}
    return tuple(
        name for name in _names(kind) if name not in drawn and not name.endswith("_so_far")
    )


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
            return _moment(value)
        case date():
            return value.isoformat()
        case _:
            message = f"no JSON rule for {type(value).__name__}"
            raise TypeError(message)


@lru_cache(maxsize=4000)
def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
