"""How a resource is written: forms, references, scope, versions and the audit trail.

A domain gives functions where writing a row means more than setting its columns; they live in its
`service.py` and get checked values with references resolved to keys.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.accounts.resources.acting import reach, view_of
from netzwart.accounts.resources.forms import (
    Form,
    column_of,
    create_form,
    patch_form,
    refuse,
    validate,
)
from netzwart.database import Record, explain
from netzwart.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from netzwart.secrets import SecretBox
from netzwart.web.resources import Resource
from netzwart.web.resources.reaching import condition
from netzwart.web.resources.reading import Item
from netzwart.web.resources.referring import BadReferenceError, References, writable_references

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One request that writes: its transaction, who sent it, and the key box for secrets."""

    session: AsyncSession
    actor: Actor
    secret_box: SecretBox


Create = Callable[[Act, Values], Awaitable[Record | tuple[Record, Item]]]
"""Writes a row; may also return what the answer tells once (a token's word)."""
CreateMany = Callable[[Act, Sequence[Values]], Awaitable[list[Record]]]
Update = Callable[[Act, Any, Values], Awaitable[None]]
Remove = Callable[[Act, Any], Awaitable[None]]

MOST_ITEMS = 500


class NeverDeletedError(ConflictError):
    """Rows of this kind are kept for ever."""


async def refuse_removal(act: Act, row: Record) -> None:
    """Refuse to delete what must outlive its use: devices, schools, payments, papers.

    Raises:
        NeverDeletedError: always.
    """
    del act
    raise NeverDeletedError("Dieser Eintrag wird nie gelöscht.", table=row.__tablename__)


@dataclass(frozen=True)
class Writing:
    """What may be written of a resource, by whom, and through which functions."""

    resource: Resource
    right: Right
    fields: str = ""
    """Public names that a form takes; a reference is taken by key or by id."""
    patched: str | None = None
    """Public names that a change takes; None is the same."""
    form: type[Form] | None = None
    """Further fields of the form for new rows: parts, secrets."""
    patch: type[Form] | None = None
    """Further fields of the form for changes."""
    create: Create | None = None
    create_many: CreateMany | None = None
    """Writes a whole list at once, where that costs less; its errors begin with the index."""
    update: Update | None = None
    remove: Remove | None = None
    may_create: bool = True
    may_patch: bool = True
    may_delete: bool = False
    audits_itself: bool = False
    """True if the domain's functions write the audit trail."""
    tells_once: bool = False
    """True if the answer to a POST holds a secret: it is then not kept for a repeated request."""

    @cached_property
    def create_form(self) -> type[Form]:
        """Return the form of a new row."""
        return create_form(self.resource, self.fields, self.form)

    @cached_property
    def patch_form(self) -> type[Form]:
        """Return the form of a change."""
        return patch_form(
            self.resource, self.fields if self.patched is None else self.patched, self.patch
        )


class Writer:
    """Writes rows of one resource for one actor within one transaction."""

    def __init__(self, act: Act, writing: Writing) -> None:
        self.act = act
        self.session = act.session
        self.writing = writing
        self.actor = act.actor
        self.resource = writing.resource
        self.view = view_of(writing.resource, act.actor)
        self.references = References(act.session, self.view)
        self.told: dict[int, Item] = {}
        """What the answer to a POST tells once beside the row: row id → fields."""

    async def create(self, sent: Sequence[object], *, is_list: bool) -> list[Record]:
        """Write all of what was sent, or nothing.

        Raises:
            BadFormError: an item has not the form; its fields begin with its index.
            InvalidInputError: an item breaks a rule or names what is not there.
            ForbiddenError: an item lies where the actor may not write.
        """
        if len(sent) > MOST_ITEMS:
            raise InvalidInputError(f"Höchstens {MOST_ITEMS} Einträge auf einmal sind erlaubt.")
        prefixes = [f"{index}." if is_list else "" for index in range(len(sent))]
        forms = self._filled(self.writing.create_form, sent, prefixes)
        drafts = await self._resolved(forms, prefixes, {})
        if self.writing.create_many is not None:
            rows = await self.writing.create_many(self.act, drafts)
        else:
            rows = [
                await self._create_one(draft, prefix)
                for draft, prefix in zip(drafts, prefixes, strict=True)
            ]
        await self._check_reach(rows)
        for row in rows:
            await self._audit("created", row, {})
        return rows

    async def _create_one(self, values: Values, prefix: str) -> Record:
        create = self.writing.create or self._plain_create
        try:
            made = await create(self.act, values)
            row, told = made if isinstance(made, tuple) else (made, {})
            await self.session.flush()
            self.told[row.id] = told
        except InvalidInputError as error:
            raise self._named(error, prefix) from error
        except IntegrityError as error:
            spoken = explain(error)
            if isinstance(spoken, InvalidInputError):
                raise self._named(spoken, prefix) from error
            raise
        return row

    def _named(self, error: InvalidInputError, prefix: str) -> InvalidInputError:
        """Let the error speak of fields as the API calls them, below the index of their item."""
        plain = (field for field in self.resource.fields.values() if field.join is None)
        names = {column_of(field): field.name for field in plain}
        names |= {column: name for name, column in writable_references(self.resource).items()}
        fields: dict[str, str] = {}
        for name, text in error.fields.items():
            stem, dot, rest = name.partition(".")
            fields[f"{prefix}{names.get(stem, stem)}{dot}{rest}"] = text
        error.fields = fields
        return error

    async def _plain_create(self, act: Act, values: Values) -> Record:
        row = self.resource.record(**values)
        act.session.add(row)
        return row

    async def load(self, row_id: int) -> Record:
        """Return a row that the actor may change.

        Raises:
            NotFoundError: there is none that the actor may see.
            ForbiddenError: the actor may see it, but not change it.
        """
        table = self.resource.table
        seen = await self.session.execute(
            select(table.c.id).where(table.c.id == row_id, *self.view.conditions())
        )
        if seen.scalar_one_or_none() is None:
            raise NotFoundError("Diesen Eintrag gibt es nicht.")
        row = await self.session.get(self.resource.record, row_id, with_for_update=True)
        if row is None:
            raise NotFoundError("Diesen Eintrag gibt es nicht.")
        await self._check_reach([row])
        return row

    async def update(self, row: Record, sent: object) -> None:
        """Change a row as it was sent.

        Raises:
            BadFormError: what was sent has not the form.
            InvalidInputError: it breaks a rule or names what is not there.
            ForbiddenError: the row would lie where the actor may not write.
        """
        [form] = self._filled(self.writing.patch_form, [sent], [""])
        before = self._shown(row)
        known = {name: getattr(row, name) for name in self.resource.record.model_fields}
        [values] = await self._resolved([form], [""], known, is_partial=True)
        try:
            await self._change(row, values)
        except InvalidInputError as error:
            raise self._named(error, "") from error
        await self._check_reach([row])
        after = self._shown(row)
        changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        await self._audit("changed", row, changes)

    async def _change(self, row: Record, values: Values) -> None:
        if self.writing.update is not None:
            await self.writing.update(self.act, row, values)
        else:
            for name, value in values.items():
                setattr(row, name, value)
        await self.session.flush()

    async def remove(self, row: Record) -> None:
        """Delete a row, or do what the domain does instead."""
        lost = {name: value for name, value in self._shown(row).items() if value is not None}
        await self._audit("deleted", row, {name: [value, None] for name, value in lost.items()})
        if self.writing.remove is not None:
            await self.writing.remove(self.act, row)
        else:
            await self.session.delete(row)
        try:
            await self.session.flush()
        except IntegrityError as error:
            raise (explain(error) or error) from error

    def _filled(
        self, form: type[Form], sent: Sequence[object], prefixes: Sequence[str]
    ) -> list[Form]:
        filled: list[Form] = []
        errors: dict[str, str] = {}
        for one, prefix in zip(sent, prefixes, strict=True):
            found, wrong = validate(form, one, prefix)
            errors |= {
                name if name.startswith(prefix) else f"{prefix}{name}": text
                for name, text in wrong.items()
            }
            if found is not None:
                filled.append(found)
        refuse(errors)
        return filled

    async def _resolved(
        self,
        forms: Sequence[Form],
        prefixes: Sequence[str],
        known: Mapping[str, Any],
        *,
        is_partial: bool = False,
    ) -> list[Values]:
        drafts: list[Values] = []
        errors: dict[str, str] = {}
        for form, prefix in zip(forms, prefixes, strict=True):
            draft, wrong = await self._draft(form, known, is_partial=is_partial)
            errors |= {f"{prefix}{name}": text for name, text in wrong.items()}
            drafts.append(draft)
        if errors:
            raise InvalidInputError("Einige Angaben passen nicht.", errors)
        return drafts

    async def _draft(
        self, form: Form, known: Mapping[str, Any], *, is_partial: bool
    ) -> tuple[Values, dict[str, str]]:
        given = {
            name: getattr(form, name)
            for name in type(form).model_fields
            if not is_partial or name in form.model_fields_set
        }
        references = writable_references(self.resource)
        draft: Values = {}
        errors: dict[str, str] = {}
        for name, value in given.items():
            stem = name.removesuffix("_id")
            if name not in references and stem not in references:
                field = self.resource.fields.get(name)
                draft[column_of(field) if field is not None else name] = value
        for name, column in references.items():
            sent = {part: given[part] for part in (f"{name}_id", name) if part in given}
            if sent:
                try:
                    draft[column] = await self._reference(name, column, sent, {**known, **draft})
                except BadReferenceError as refusal:
                    errors[name] = str(refusal)
        return draft, errors

    async def _reference(
        self, name: str, column: str, sent: Mapping[str, Any], row: Mapping[str, Any]
    ) -> int | None:
        keys = {part: value for part, value in sent.items() if value is not None}
        if not keys:
            if self.resource.table.c[column].nullable:
                return None
            raise BadReferenceError("Dieses Feld fehlt.")
        found = {
            await self.references.resolve(name, key, row, is_id=part != name)
            for part, key in keys.items()
        }
        if len(found) > 1:
            raise BadReferenceError(f"{name} und {name}_id meinen Verschiedenes.")
        return found.pop()

    async def _check_reach(self, rows: Sequence[Record]) -> None:
        within = condition(
            self.resource.table, self.resource.places, reach(self.actor, self.writing.right)
        )
        if within is None:
            return
        table, keys = self.resource.table, {row.id for row in rows}
        inside = select(func.count()).select_from(table).where(table.c.id.in_(keys), within)
        if (await self.session.execute(inside)).scalar_one() != len(keys):
            raise ForbiddenError("Das liegt außerhalb dessen, was Sie ändern dürfen.")

    def _shown(self, row: Record) -> dict[str, Any]:
        """Return the row's public values as JSON has them; secrets are not public."""
        plain = {
            name: getattr(row, column_of(field))
            for name, field in self.resource.fields.items()
            if field.join is None and name not in {"id", "created_at", "changed_at", "version"}
        }
        keys = {
            f"{name}_id": getattr(row, column)
            for name, column in writable_references(self.resource).items()
        }
        return {name: _as_json(value) for name, value in {**plain, **keys}.items()}

    async def _audit(self, action: str, row: Record, changes: dict[str, Any]) -> None:
        own = {
            "created": self.writing.create or self.writing.create_many,
            "changed": self.writing.update,
        }
        if self.writing.audits_itself and own.get(action, self.writing.remove) is not None:
            return
        subject = self.resource.table.name  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        await record_audit(
            self.session,
            self.actor,
            f"{subject}_{action}",
            str(subject),  # pyright: ignore[reportUnknownArgumentType]
            row.id,
            school_id=getattr(row, "school_id", None),
            changes=changes,
        )


def _as_json(value: Any) -> Any:  # noqa: ANN401 - a column's value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
