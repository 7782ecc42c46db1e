import hashlib
import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from netzwart.web.assets import STATIC_DIR, Assets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "tools/build_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_manifest_names_each_vendor_file_with_its_hash() -> None:
    manifest = json.loads((STATIC_DIR / "vendor/manifest.json").read_text())
    on_disk = {path.name for path in (STATIC_DIR / "vendor").iterdir()} - {"manifest.json"}
    assert set(manifest["files"]) == on_disk
    for name, expected in manifest["files"].items():
        assert hashlib.sha256((STATIC_DIR / "vendor" / name).read_bytes()).hexdigest() == expected
    assert {"tabler.min.css", "htmx.min.js", "icons.svg", "tabler.LICENSE.txt"} <= on_disk


def test_addresses_change_with_the_file_and_unknown_files_fail() -> None:
    assets = Assets.load()
    digest = hashlib.sha256((STATIC_DIR / "netzwart.css").read_bytes()).hexdigest()
    assert assets.url("netzwart.css") == f"/static/netzwart.css?v={digest[:12]}"
    with pytest.raises(KeyError):
        assets.url("missing.css")


def test_missing_third_party_files_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"build_assets\.py"):
        Assets.load(tmp_path)


def test_sprite_holds_each_listed_icon_once() -> None:
    sprite = (STATIC_DIR / "vendor/icons.svg").read_text()
    ids = re.findall(r'<symbol id="([^"]+)"', sprite)
    assert len(ids) == len(set(ids))
    assert set(ids) == Assets.load().icons
    assert "<script" not in sprite


def test_own_style_and_script_fetch_nothing_from_elsewhere() -> None:
    for path in [*STATIC_DIR.glob("*.css"), *STATIC_DIR.glob("*.js")]:
        assert not re.search(r"https?://|@import|\beval\(", path.read_text()), path.name


def test_lock_file_pins_every_package_by_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) >= 4
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name


def test_build_does_nothing_when_current_and_sees_a_changed_file(
    builder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ["package-lock.json", "src/netzwart/web/icons.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    shutil.copytree(STATIC_DIR / "vendor", tmp_path / builder.VENDOR)
    installs: list[Path] = []

    def install(root: Path, *, dev: bool) -> None:
        installs.append(root)
        (root / "node_modules").symlink_to(ROOT / "node_modules")

    monkeypatch.setattr(builder, "_install", install)
    assert builder.build(tmp_path) is False
    (tmp_path / builder.VENDOR / "htmx.min.js").write_text("changed by hand")
    assert builder.build(tmp_path) is True
    assert installs == [tmp_path]
    assert builder.build(tmp_path) is False


def test_node_from_the_wheel_serves_where_the_machine_has_none(
    builder: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder.shutil, "which", lambda _: None)
    command, environment = builder._npm()
    assert all(Path(part).is_file() for part in command)
    assert environment["PATH"].startswith(str(Path(command[0]).parent))
