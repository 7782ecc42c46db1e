"""Build hook: the browser's files are fetched by hash and go inside the wheel, not into git."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs `tools/build_assets.py` before the wheel (or the editable install) is put together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Fill `static/vendor/` and tell hatchling to pack it although git ignores it."""
        root = Path(self.root)
        _load_builder(root).build(root)
        build_data["artifacts"].append("/src/netzwart/web/static/vendor/")


def _load_builder(root: Path) -> Any:  # noqa: ANN401 - a module found by path has no static type
    spec = importlib.util.spec_from_file_location("build_assets", root / "tools/build_assets.py")
    if spec is None or spec.loader is None:
        message = "tools/build_assets.py is missing from this source tree."
        raise RuntimeError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
