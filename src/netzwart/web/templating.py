"""One strict Jinja environment over the template folders of all packages.

`schools/index.html` means `netzwart/schools/templates/index.html`; a name that is not defined is an
error, never an empty string.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from litestar.connection import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from markupsafe import Markup

from netzwart import money
from netzwart.web import formatting
from netzwart.web.assets import Assets
from netzwart.web.frame import FrameSettings

_FILTERS = {
    "day": formatting.format_day,
    "weekday": formatting.format_weekday,
    "moment": formatting.format_moment,
    "moment_exact": formatting.format_moment_exact,
    "ago": formatting.format_ago,
    "since": formatting.format_since,
    "duration": formatting.format_duration,
    "number": formatting.format_number,
    "pieces": formatting.format_pieces,
    "percent": formatting.format_percent,
    "speed": formatting.format_speed,
    "size": formatting.format_size,
    "euro": money.format_euro,
    "amount": money.format_amount,
}


def build_environment(
    packages: Sequence[str], frame_settings: FrameSettings, assets: Assets
) -> jinja2.Environment:
    """Return the environment over `netzwart.web` and the given packages (`"netzwart.schools"`).

    Packages without a `templates` folder are passed over.
    """
    environment = jinja2.Environment(
        loader=jinja2.PrefixLoader(_loaders(["netzwart.web", *packages])),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)  # pyright: ignore[reportUnknownMemberType] - untyped dict
    names = {
        "asset": assets.url,
        "icon_url": assets.icon_url,
        "frame_of": frame_settings.frame_of,
        "csrf_field": _csrf_field(frame_settings),
    }
    environment.globals.update(names)  # pyright: ignore[reportUnknownMemberType] - untyped dict
    return environment


def template_config(
    packages: Sequence[str], frame_settings: FrameSettings, assets: Assets | None = None
) -> TemplateConfig[JinjaTemplateEngine]:
    """Return what `Litestar(template_config=…)` wants."""
    environment = build_environment(packages, frame_settings, assets or Assets.load())
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def _loaders(packages: Sequence[str]) -> dict[str, jinja2.BaseLoader]:
    root = Path(__file__).parent.parent
    return {
        package.rpartition(".")[2]: jinja2.PackageLoader(package, "templates")
        for package in packages
        if root.joinpath(*package.split(".")[1:], "templates").is_dir()
    }


def _csrf_field(frame_settings: FrameSettings) -> Any:  # noqa: ANN401 - Jinja's marker hides the type
    @jinja2.pass_context
    def csrf_field(context: jinja2.runtime.Context) -> Markup:
        request: Request[Any, Any, Any] = context["request"]
        return Markup('<input type="hidden" name="{}" value="{}">').format(
            frame_settings.csrf_field_name, frame_settings.csrf_token_of(request)
        )

    return csrf_field
