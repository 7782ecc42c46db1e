"""Column types that mean the same on both databases, and the record every table starts from."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    Numeric,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from netzwart.clock import utcnow

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

JsonValue = JSON().with_variant(JSONB(), "postgresql")
"""JSON text on SQLite, JSONB on PostgreSQL."""


class Id(TypeDecorator[int]):
    """BIGINT that SQLite still takes for its rowid."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return INTEGER on SQLite, where only that name makes a rowid alias."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


class UtcDateTime(TypeDecorator[datetime]):
    """Moments, always aware and in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Fixed(TypeDecorator[Decimal]):
    """Exact decimals: NUMERIC on PostgreSQL, a scaled integer on SQLite, which has no decimals.

    A value with more places than the scale is refused, never rounded: rounding is `money.py`'s.
    """

    impl = Numeric
    cache_ok = True
    precision: ClassVar[int]
    scale: ClassVar[int]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the storage type of this dialect."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Any:  # noqa: ANN401 - int or Decimal, by dialect
        """Check and scale a value for storage."""
        if value is None:
            return None
        exact = Decimal(value)
        scaled = exact.scaleb(self.scale)
        if not exact.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.scale} places")
        return int(scaled) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ANN401 - int or Decimal, by dialect
        """Give back the exact decimal with all its places."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(value).scaleb(-self.scale)
        return Decimal(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's signature
        """Compare with the same scaling."""
        del op, value
        return self


class Money(Fixed):
    """Euro amounts, NUMERIC(12,2)."""

    cache_ok = True
    precision = 12
    scale = 2


class UnitPrice(Fixed):
    """Prices per unit, which invoices may give to the tenth of a cent, NUMERIC(14,4)."""

    cache_ok = True
    precision = 14
    scale = 4


class Quantity(Fixed):
    """Quantities of an order or invoice line, NUMERIC(12,3)."""

    cache_ok = True
    precision = 12
    scale = 3


class Rate(TypeDecorator[Decimal]):
    """Shares and tax rates between 0 and 1, NUMERIC(9,6); fixed-width text on SQLite.

    Checks on a rate say CAST(… AS NUMERIC), which reads the same on both databases.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the storage type of this dialect."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(10))
        return dialect.type_descriptor(Numeric(9, 6))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Any:  # noqa: ANN401 - text or Decimal, by dialect
        """Check a value and give it all its places."""
        if value is None:
            return None
        exact = Decimal(value)
        if not exact.is_finite() or exact != round(exact, 6):
            raise ValueError(f"{value} has more than 6 places")
        return f"{exact:.6f}" if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ANN401 - text or Decimal, by dialect
        """Give back the exact decimal."""
        del dialect
        return None if value is None else Decimal(value)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def choice(enum: type[StrEnum], *, index: bool = False, **field: Any) -> Any:  # noqa: ANN401 - SQLModel's Field returns Any
    """Return a field for one of an enum's values, checked by the database as well."""
    nullable = "default" in field and field["default"] is None
    kind = Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        name=_snake(enum.__name__),
        length=32,
        values_callable=lambda members: [member.value for member in members],  # pyright: ignore[reportUnknownLambdaType, reportUnknownMemberType, reportUnknownVariableType] - untyped in SQLAlchemy
    )
    return Field(sa_column=Column(kind, nullable=nullable, index=index), **field)


def link(target: str, *, nullable: bool = False, index: bool = True, unique: bool = False) -> Any:  # noqa: ANN401 - SQLModel's Field returns Any
    """Return a foreign key to `table.column`; what is referred to cannot be deleted."""
    column = Column(
        Id, ForeignKey(target, ondelete="RESTRICT"), nullable=nullable, index=index, unique=unique
    )
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def json_object() -> Any:  # noqa: ANN401 - SQLModel's Field returns Any
    """Return a field for a JSON object, empty by default."""
    return Field(default_factory=dict, sa_column=Column(JsonValue, nullable=False))


class Record(SQLModel):
    """What every table has: a key, two moments, and a version that the ETag is made of.

    A table is named like its class in snake case, or by `table_name` where SQL reserves that word.
    """

    table_name: ClassVar[str] = ""

    id: int = Field(default=None, primary_key=True, sa_type=Id)
    created_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime)
    changed_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime, index=True)
    version: int = Field(default=1)
    """Counts up with every change; `engine.py` does that on flush."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride] - SQLAlchemy calls it with the class
        return cls.table_name or _snake(cls.__name__)


def table_of(record: type[SQLModel]) -> Table:
    """Return the table behind a record, for SQLAlchemy Core: its columns are typed as columns."""
    return SQLModel.metadata.tables[str(record.__tablename__)]  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - a plain text, which SQLModel does not say
