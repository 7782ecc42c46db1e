"""Funding programmes, which are data in files, shown like any other list: a table of values."""

from sqlalchemy import Date, Integer, String, column, values

from netzwart.accounts.actors import Right
from netzwart.database import Rate
from netzwart.funding.programmes.loading import FundingProgramme, load_programmes
from netzwart.funding.tables import Grant
from netzwart.web.resources import Resource
from netzwart.web.resources.fields import field_of
from netzwart.web.resources.reaching import Places

_COLUMNS = (
    column("id", Integer()),
    column("key", String(60)),
    column("name", String(300)),
    column("programme_version", String(60)),
    column("valid_from", Date()),
    column("level", String(60)),
    column("financing_type", String(60)),
    column("rate", Rate()),
    column("aliases", String(400)),
    column("version", Integer()),
)


def _row(number: int, programme: FundingProgramme) -> tuple[object, ...]:
    rules = programme.rules
    financing = rules.financing_type.value
    return (
        number,
        programme.key,
        programme.name,
        programme.version,
        programme.current.valid_from,
        ",".join(rules.level.value or ()),
        None if financing is None else str(financing),
        rules.funding_rate.value,
        ",".join(programme.aliases),
        len(programme.versions),
    )


def _programmes() -> Resource:
    rows = [_row(number, found) for number, found in enumerate(load_programmes().values(), 1)]
    table = values(*_COLUMNS).data(rows).cte("programme")
    shown = ("id", "key", "name", "valid_from", "level", "financing_type", "rate", "aliases")
    nullable = {"valid_from", "financing_type", "rate"}
    fields = {
        name: field_of(name, table.c[name], nullable=name in nullable)
        for name in (*shown, "programme_version", "version")
    }
    return Resource(
        name="programmes",
        record=Grant,  # never written: a programme is a file
        table=table,
        read=Right.READ_FUNDING,
        fields=fields,
        joins={},
        children={},
        places=Places(is_open=True),
        search=(table.c.key, table.c.name, table.c.aliases),
        is_search_folded=False,
        sort="key",
        called="FundingProgramme",
    )


PROGRAMMES = _programmes()
