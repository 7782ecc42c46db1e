"""One application per test process, lent from test to test with another database below it.

Building it takes half a second of CPU, and a thousand tests want one. Whatever a test could leave
behind lies in the database and the data folder, which are new each time, in the live hub, which is
made anew, and in the counters of /metrics: who reads those builds an application of their own.
"""

from dataclasses import dataclass

from litestar import Litestar

from netzwart.app import LIVE, create_app
from netzwart.database import Database
from netzwart.secrets import SecretBox, new_key
from netzwart.settings import Settings


@dataclass(frozen=True)
class _Lent:
    app: Litestar
    database: Database
    settings: Settings


_LENT: dict[str, _Lent] = {}


def lent_app(
    settings: Settings, database: Database, *, operator_name: str = "", is_demo: bool = False
) -> Litestar:
    """Return the application with these settings over this database, until the next call."""
    built_in = settings.model_dump_json(exclude={"data_dir"})
    key = f"{built_in} {operator_name} {is_demo}"
    lent = _LENT.get(key)
    if lent is None:
        own_settings, own_database = settings.model_copy(), object.__new__(Database)
        vars(own_database).update(vars(database))
        app = create_app(
            own_settings,
            own_database,
            secret_box=SecretBox(new_key()),
            operator_name=operator_name,
            is_demo=is_demo,
        )
        lent = _LENT[key] = _Lent(app, own_database, own_settings)
    else:
        vars(lent.database).update(vars(database))
        vars(lent.settings).update(vars(settings))
        lent.app.state[LIVE].__init__(lent.database)
    return lent.app
