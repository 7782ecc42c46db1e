import hashlib
import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from netzwart.proofs.serialising import as_json, canonical, content_sha256, written_proof
from netzwart.proofs.values import ProofOfUse
from tests.reports.builders import a_proof

_TEXTS = st.text('aZ0"\\/\n\t\x00\x1f\x7f\u00e4\u00df\u2028\ufffd\U0001f600<&', max_size=6)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)


def with_hard_texts() -> ProofOfUse:
    proof = a_proof()
    [*others, last] = proof.devices.groups
    hard = replace(last.devices[-1], room='Keller "Süd"\n\\ \x01 \u2028 🏫')
    groups = (*others, replace(last, devices=(*last.devices[:-1], hard)))
    return replace(proof, devices=replace(proof.devices, groups=groups))


@settings(max_examples=60)
@given(st.dictionaries(_TEXTS, _VALUES, max_size=4))
def test_what_is_hashed_is_what_the_standard_library_writes(content: dict[str, object]):
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(content) == plain.encode()


def test_file_written_row_by_row_says_the_same_as_the_values():
    proof = with_hard_texts()
    written, sha256 = written_proof(proof)
    assert json.loads(written) == as_json(proof)
    assert sha256 == content_sha256(proof) == as_json(proof)["sha256"]


def test_hash_can_be_computed_from_the_file_alone():
    content = json.loads(written_proof(with_hard_texts())[0])
    sha256 = content.pop("sha256")
    assert hashlib.sha256(canonical(content)).hexdigest() == sha256


def test_each_device_is_one_line_of_the_file():
    lines = written_proof(a_proof())[0].decode().splitlines()
    assert sum('"inventory_number"' in line for line in lines) == len(a_proof().devices.devices)


def test_empty_lists_are_written_as_such():
    proof = a_proof()
    empty = replace(proof, devices=replace(proof.devices, groups=()))
    assert json.loads(written_proof(empty)[0])["devices"] == []
