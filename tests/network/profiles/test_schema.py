import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from netzwart.network.profiles.loading import (
    ProfileRejectedError,
    load_knowledge,
    load_profile,
    profiles_directory,
)
from netzwart.network.profiles.schema import DeviceProfile, NumberSource, TextSource

GOOD = """
name: some_switch
vendor: Someone
category: switch
sources: [a manual]
match: [{object_id: 1.3.6.1.4.1.99999.1}]
read:
  firmware: [{oid: 1.3.6.1.4.1.99999.1.1.0}]
"""


def written(tmp_path: Path, text: str, name: str = "some_switch") -> Path:
    path = tmp_path / name / "profile.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rejection(tmp_path: Path, text: str) -> str:
    path = written(tmp_path, text)
    with pytest.raises(ProfileRejectedError) as caught:
        load_profile(path)
    assert str(path) in caught.value.message
    return caught.value.message


def test_a_profile_is_read_with_all_scalars_as_text(tmp_path: Path):
    text = GOOD.replace("vendor: Someone", "vendor: no").replace("a manual", "10.10")

    profile = load_profile(written(tmp_path, text))

    assert profile.vendor == "no"
    assert profile.sources == ("10.10",)


def test_an_unknown_key_is_named_with_the_nearest_known_one(tmp_path: Path):
    message = rejection(tmp_path, GOOD.replace("object_id", "objekt_id"))

    assert "match.0.objekt_id: unbekannter Schlüssel; meinten Sie 'object_id'?" in message


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (GOOD.replace("category: switch", "category: toaster"), "category: Input should be"),
        (GOOD.replace("1.3.6.1.4.1.99999.1}", ".1.3.6.1}"), "match.0.object_id.0"),
        (GOOD.replace("{oid:", "{oid: 1.3.6.1, column:"), "read.firmware.0"),
        (GOOD.replace("some_switch", "Some Switch"), "name"),
        (GOOD.replace("sources: [a manual]", ""), "sources: Field required"),
        (GOOD.replace("{oid: 1.3", "{description: '(', oid: 1.3"), "firmware.0.description"),
        (GOOD + "ssh: {platform: Cisco IOS}", "ssh.platform"),
        (GOOD.replace("match: [{object_id: 1.3.6.1.4.1.99999.1}]", "match: [{}]"), "match.0"),
    ],
)
def test_a_broken_profile_names_its_file_and_field(tmp_path: Path, broken: str, named: str):
    assert named in rejection(tmp_path, broken)


def test_an_enum_error_lists_what_is_allowed(tmp_path: Path):
    message = rejection(tmp_path, GOOD.replace("category: switch", "category: toaster"))

    assert "'switch'" in message
    assert "'access_point'" in message


def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path):
    assert "ist nicht lesbar" in rejection(tmp_path, "name: [")


@pytest.mark.parametrize(
    "share",
    [
        "{used: {oid: 1.3.6.1.1}}",
        "{percent: {oid: 1.3.6.1.1}, total: {oid: 1.3.6.1.2}}",
    ],
)
def test_a_share_must_be_a_percentage_or_two_of_three(tmp_path: Path, share: str):
    assert "memory_percent.0" in rejection(tmp_path, GOOD + f"  memory_percent: [{share}]\n")


def test_join_and_parts_must_name_the_same_parts(tmp_path: Path):
    join = "{join: 'v{a}.{b}', parts: {a: {text: '1'}}}"

    assert "join and parts" in rejection(tmp_path, GOOD + f"  model: [{join}]\n")


def test_a_folder_that_is_named_otherwise_is_refused(tmp_path: Path):
    written(tmp_path, GOOD, name="other_switch")
    (tmp_path / "enterprises.yaml").write_text("source: x\nenterprises: {'9': Cisco}\n")

    with pytest.raises(ProfileRejectedError, match="other_switch"):
        load_knowledge(tmp_path)


def test_a_base_that_does_not_exist_is_refused_with_the_allowed_ones(tmp_path: Path):
    written(tmp_path, GOOD + "based_on: nothing_here\n")
    (tmp_path / "enterprises.yaml").write_text("source: x\nenterprises: {'9': Cisco}\n")

    with pytest.raises(ProfileRejectedError, match="nothing_here"):
        load_knowledge(tmp_path)


def test_a_profile_takes_what_it_leaves_open_from_its_base(tmp_path: Path):
    written(tmp_path, GOOD)
    child = (
        "name: child\nbased_on: some_switch\ncategory: router\nsources: [x]\n"
        "match: [{object_id: 1.3.6.1.4.1.99999.2}]\nread: {model: [{text: One}]}\n"
    )
    written(tmp_path, child, name="child")
    (tmp_path / "enterprises.yaml").write_text("source: x\nenterprises: {'9': Cisco}\n")

    read = load_knowledge(tmp_path).profiles["child"].read

    assert read.firmware == (TextSource.model_validate({"oid": "1.3.6.1.4.1.99999.1.1.0"}),)
    assert read.model == (TextSource.model_validate({"text": "One"}),)


def test_each_profile_file_satisfies_the_schema_for_editors():
    schema = json.loads((profiles_directory() / "schema.json").read_text(encoding="utf-8"))
    adapted = _for_text_scalars(schema)
    assert isinstance(adapted, dict)
    validator = jsonschema.Draft202012Validator(adapted)

    for path in sorted(profiles_directory().glob("*/profile.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        problems = [error.message for error in validator.iter_errors(document)]
        assert not problems, f"{path}: {problems[:3]}"


def _for_text_scalars(node: object) -> object:
    """Our files keep scalars as text and let one source stand without a list's dash."""
    if isinstance(node, dict):
        if node.get("type") == "array" and "items" in node:
            items = _for_text_scalars(node["items"])
            return {"anyOf": [{"type": "array", "items": items}, items]}
        if node.get("type") == "integer":
            return {"type": "string", "pattern": r"^\d+$"}
        return {key: _for_text_scalars(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_for_text_scalars(item) for item in node]
    return node


def test_each_word_of_a_source_is_explained_by_its_model():
    for model in (DeviceProfile, TextSource, NumberSource):
        assert model.__doc__
