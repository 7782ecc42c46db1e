"""A list in one go, without pages and jobs: what the command line and measurements use."""

import asyncio
from dataclasses import dataclass, replace

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.exchange.lists.columns import ListSettings, MatchKey, recognised
from netzwart.exchange.lists.queries import find_profile, list_profiles
from netzwart.exchange.lists.reading import Sheet, read_sheet
from netzwart.exchange.lists.running import apply_run, plan_run
from netzwart.exchange.lists.taking import take_list
from netzwart.exchange.lists.walking import DeviceListWalk
from netzwart.exchange.problems import BrokenImportError, ImportProblem, nearest
from netzwart.exchange.reading import ReadFile
from netzwart.exchange.service import ImportPlan, PlanChangedError, plan_import

_LARGEST_MIB = 256


@dataclass(frozen=True, slots=True)
class ListWish:
    """How a list shall be read."""

    profile: str = ""
    """Name of a saved mapping; without it every heading must be a usual one."""
    match_on: MatchKey | None = None
    leaves_conflicts: bool = False


async def plan_at_once(
    database: Database, file_name: str, data: bytes, wish: ListWish, key: bytes
) -> ImportPlan:
    """Return what a list would do; writes nothing.

    Raises:
        BrokenImportError: the file cannot be taken; every fault named.
    """
    sheet = await asyncio.to_thread(read_sheet, data, file_name)
    settings = await _settings(database, sheet, wish)
    walk = DeviceListWalk(sheet, settings, SYSTEM, None, "Import", is_rehearsal=True)
    return await plan_import(database, walk, ReadFile({}), key)


async def apply_at_once(
    database: Database,
    file_name: str,
    data: bytes,
    wish: ListWish,
    key: bytes,
    *,
    plan_id: str | None = None,
) -> ImportPlan:
    """Do it, all or nothing, so that the page can take it back.

    Raises:
        BrokenImportError: the file cannot be taken; every fault named.
        PlanChangedError: `plan_id` is another plan's.
        PlanInConflictError: rows contradict the record and shall not be left out.
    """
    sheet = await asyncio.to_thread(read_sheet, data, file_name)
    settings = await _settings(database, sheet, wish)
    async with database.session() as session:
        run = await take_list(session, SYSTEM, file_name, data, limit_mib=_LARGEST_MIB)
        run.settings = settings.to_json()
    plan = await plan_run(database, run, key)
    if plan_id not in {None, plan.plan_id}:
        raise PlanChangedError(
            "Seit dem Plan hat sich der Bestand geändert. Bitte den Plan neu ansehen."
        )
    await apply_run(database, run, key, plan.plan_id)
    return plan


async def _settings(database: Database, sheet: Sheet, wish: ListWish) -> ListSettings:
    kept = None
    if wish.profile:
        async with database.session(writing=False) as session:
            found = await find_profile(session, wish.profile)
            known = [row.name for row in await list_profiles(session)]
        if found is None:
            sentence = f"Die Zuordnung „{wish.profile}“ gibt es nicht."
            raise BrokenImportError(
                [ImportProblem("", f"{sentence}{nearest(wish.profile, known)}")]
            )
        kept = ListSettings.from_json(found.settings)
    settings = recognised(sheet.header, kept)
    return replace(
        settings,
        match_on=wish.match_on or settings.match_on,
        leaves_conflicts=wish.leaves_conflicts or settings.leaves_conflicts,
    )
