"""Two schools with one row of everything each, every text marked with the school it belongs to.

Where rows may point at another school's (a neighbour, a sighting, a finding), they do: what one may
not see must not come out by that way either.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.tables import ApiToken, AuditEvent, Role
from netzwart.custody.tables import AuditDraw, AuditDrawLine, DrawnState
from netzwart.database import Record
from netzwart.documents.service import path_of
from netzwart.documents.tables import Document
from netzwart.evidence.tables import Stocktake, StocktakeLine, StocktakeState
from netzwart.funding.purchase_tables import DeliveredSerial, DeliveryLine, InvoicedSerial
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.tables import (
    AuthorityMessage,
    Clawback,
    FundingSource,
    GrantApplication,
    GrantNotice,
    GrantTranche,
    Income,
    MeasureSupport,
    PlanPosition,
    ProofSubmission,
)
from netzwart.inventory.tables import Borrower, Loan, LoanDevice
from netzwart.network.discovery_tables import DiscoveredNode, DiscoveryRun
from netzwart.network.tables import (
    Component,
    Configuration,
    Credential,
    CredentialKind,
    Incident,
    IncidentKind,
    MaintenanceWindow,
    Neighbour,
)
from netzwart.network.topology_tables import DocumentedLink
from netzwart.reports.tables import IssuedDocument
from netzwart.rollout.tables import (
    Acceptance,
    AcceptanceResult,
    PlannedItem,
    Project,
    SiteSurvey,
    Wave,
)
from netzwart.schools.tables import Building, SchoolClosure
from netzwart.web.tables import Webhook
from tests import builders

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = date(2026, 11, 20)
SECRET = b"GEHEIM-never-to-be-shown"


@dataclass
class Marked:
    """One school's rows: resource name → ids."""

    mark: str
    school_id: int = 0
    grant_id: int = 0
    ids: dict[str, int] = field(default_factory=dict[str, int])

    def keep_files(self, folder: Path) -> None:
        """Put the bytes of the school's document where the service looks for them."""
        content = self.mark.encode()
        path = path_of(folder, hashlib.sha256(content).hexdigest())
        path.parent.mkdir(parents=True)
        path.write_bytes(content)


async def two_schools(session: AsyncSession) -> tuple[Marked, Marked]:
    """Build everything twice, the second pointing at the first and the other way round."""
    model = await builders.a_model(session, name="AP-635")
    supplier = await builders.a_supplier(session)
    first, second = Marked("ALPHA"), Marked("BRAVO")
    for marked in (first, second):
        await _papers_and_things(session, marked, model.id, supplier.id)
    for marked, other in ((first, second), (second, first)):
        await _wire(session, marked, other)
        await _evidence(session, marked)
        await _intent(session, marked)
        await _offices(session, marked)
    return first, second


async def _papers_and_things(
    session: AsyncSession, marked: Marked, model_id: int, supplier_id: int
) -> None:
    mark, ids = marked.mark, marked.ids
    school = await builders.a_school(
        session, name=f"Schule {mark}", short_name=mark, email=f"{mark}@schule.example"
    )
    marked.school_id = ids["schools"] = school.id
    building = await _keep(session, Building(school_id=school.id, name=f"Haus {mark}"))
    room = await builders.a_room(
        session, school_id=school.id, number=f"R {mark}", building_id=building.id
    )
    ids["rooms"] = room.id
    digest = hashlib.sha256(mark.encode()).hexdigest()
    document = await _keep(
        session,
        Document(
            sha256=digest, file_name=f"{mark}-beleg.pdf", media_type="application/pdf",
            size_bytes=7, school_id=school.id,
        ),
    )  # fmt: skip
    ids["documents"] = document.id
    grant = await builders.a_grant(session, number=f"{mark}-48.02", title=f"{mark}-Zuwendung")
    marked.grant_id = ids["grants"] = grant.id
    for part in (
        PlanPosition(
            grant_id=grant.id, category="it_grundstruktur", total=Decimal(10), eligible=Decimal(9)
        ),
        FundingSource(
            grant_id=grant.id, kind="own_share", label=f"{mark}-Anteil", amount=Decimal(1)
        ),
        GrantTranche(grant_id=grant.id, year=2022, amount=Decimal(9)),
    ):  # fmt: skip
        await _keep(session, part)
    measure = await builders.a_measure(
        session, grant_id=grant.id, school_id=school.id, key=f"{mark}-wlan", title=f"{mark}-WLAN"
    )
    ids["measures"] = measure.id
    order = await builders.an_order(session, supplier_id=supplier_id, number=f"{mark}-B1")
    order_line = await builders.an_order_line(
        session, order_id=order.id, number=1, text=f"{mark}-AP", model_id=model_id
    )
    delivery = await builders.a_delivery(session, order_id=order.id, note_number=f"{mark}-LS")
    ids |= {"orders": order.id, "deliveries": delivery.id}
    came = await _keep(
        session,
        DeliveryLine(delivery_id=delivery.id, order_line_id=order_line.id, quantity=Decimal(1)),
    )
    await _keep(session, DeliveredSerial(delivery_line_id=came.id, serial=f"{mark}-SN1"))
    invoice = await builders.an_invoice(
        session, supplier_id=supplier_id, number=f"{mark}-R1", order_id=order.id,
        document_id=document.id,
    )  # fmt: skip
    line = await builders.an_invoice_line(
        session, invoice_id=invoice.id, number=1, text=f"{mark}-AP", order_line_id=order_line.id
    )
    await builders.a_cost_share(session, invoice_line_id=line.id, measure_id=measure.id)
    await _keep(session, InvoicedSerial(invoice_line_id=line.id, serial=f"{mark}-SN1"))
    payment = await builders.a_payment(session, invoice_id=invoice.id, receipt_number=f"{mark}-K1")
    drawdown = await builders.a_drawdown(session, grant_id=grant.id)
    ids |= {"invoices": invoice.id, "payments": payment.id, "drawdowns": drawdown.id}
    device = await builders.a_device(
        session, model_id=model_id, school_id=school.id, room_id=room.id,
        inventory_number=f"{mark}-0001", serial=f"{mark}-SN1", order_line_id=order_line.id,
        invoice_line_id=line.id, measure_id=measure.id, note=f"{mark}-Notiz",
    )  # fmt: skip
    ids["devices"] = device.id
    income = await _keep(
        session,
        Income(grant_id=grant.id, kind="insurance", received_on=DAY, payer=f"{mark}-Kasse",
               amount=Decimal(5), device_id=device.id),
    )  # fmt: skip
    ids["incomes"] = income.id
    await _letters(session, marked)
    proof = IssuedDocument(
        number=f"{mark}-VN", kind="proof_of_use", title=f"{mark}-Nachweis", grant_id=grant.id,
        as_of=DAY, issued_at=AT, issued_by="x", sha256="a" * 64, content_sha256="b" * 64,
        pdf=SECRET, content=SECRET,
    )  # fmt: skip
    ids["proofs"] = (await _keep(session, proof)).id
    borrower = await _keep(session, Borrower(school_id=school.id, name=f"{mark}-Person"))
    loan = Loan(number=f"{mark}-L1", school_id=school.id, borrower_id=borrower.id, lent_on=DAY)
    ids["loans"] = (await _keep(session, loan)).id
    await _keep(session, LoanDevice(loan_id=loan.id, device_id=device.id))


async def _letters(session: AsyncSession, marked: Marked) -> None:
    mark, ids, grant_id = marked.mark, marked.ids, marked.grant_id
    rows: dict[str, Record] = {
        "applications": GrantApplication(
            programme="DPS-NRW-2019", applied_on=DAY, requested=Decimal(9),
            reference=f"{mark}-Antrag", grant_id=grant_id,
        ),
        "notices": GrantNotice(
            grant_id=grant_id, notice_number=f"{mark}-Ä1", issued_on=DAY, amount=Decimal(1),
            reason=f"{mark}-mehr",
        ),
        "messages": AuthorityMessage(
            grant_id=grant_id, occasion=MessageOccasion.OBJECT_NOT_USED, due_on=DAY,
            text=f"{mark}-weg", device_id=ids["devices"],
        ),
        "clawbacks": Clawback(
            grant_id=grant_id, demanded_on=DAY, amount=Decimal(1), reason=f"{mark}-zurück"
        ),
        "submissions": ProofSubmission(
            grant_id=grant_id, submitted_on=DAY, as_of=DAY, figures={"totals.spent": mark}
        ),
    }  # fmt: skip
    for name, row in rows.items():
        ids[name] = (await _keep(session, row)).id


async def _wire(session: AsyncSession, marked: Marked, other: Marked) -> None:
    mark, ids, school_id = marked.mark, marked.ids, marked.school_id
    support = MeasureSupport(measure_id=ids["measures"], supports_id=other.ids["measures"])
    ids["measure-supports"] = (await _keep(session, support)).id
    credential = Credential(
        name=f"{mark}-v3", kind=CredentialKind.SNMP_V3, user_name="netzwart",
        secrets_encrypted=SECRET, school_id=school_id,
    )  # fmt: skip
    ids["credentials"] = (await _keep(session, credential)).id
    node = await builders.a_node(
        session, school_id=school_id, name=f"{mark}-ap-01", sys_location=f"{mark}-Keller",
        credential_id=credential.id,
    )  # fmt: skip
    ids["nodes"] = node.id
    other.ids.setdefault("foreign_node", node.id)
    interface = await builders.an_interface(session, node_id=node.id, alias=f"{mark}-Uplink")
    ids["interfaces"] = interface.id
    rows: dict[str, Record] = {
        "components": Component(
            node_id=node.id, position="1", kind="chassis", serial=f"{mark}-SN1",
            device_id=other.ids["devices"], first_seen_at=AT, last_seen_at=AT,
        ),
        "neighbours": Neighbour(
            node_id=node.id, local_interface=f"{mark}-1", last_seen_at=AT,
            remote_node_id=marked.ids.get("foreign_node"),
        ),
        "incidents": Incident(
            node_id=node.id, interface_id=interface.id, school_id=school_id,
            kind=IncidentKind.UNREACHABLE, started_at=AT, text=f"{mark}-aus",
        ),
        "maintenance-windows": MaintenanceWindow(
            node_id=node.id, starts_at=AT, ends_at=AT.replace(hour=9), reason=f"{mark}-Umbau"
        ),
        "configurations": Configuration(
            node_id=node.id, taken_at=AT, sha256="c" * 64, text_encrypted=SECRET, lines=3
        ),
        "discovery-runs": DiscoveryRun(
            school_id=school_id, ranges="10.1.0.0/24", requested_by=f"{mark}-Technik",
            credential_ids=[credential.id],
        ),
    }  # fmt: skip
    for name, row in rows.items():
        ids[name] = (await _keep(session, row)).id
    second = await builders.a_node(session, school_id=school_id, name=f"{mark}-sw-02")
    cable = DocumentedLink(
        node_id=node.id, remote_node_id=second.id, interface=f"{mark}-1", note=f"{mark}-Dose",
    )  # fmt: skip
    ids["documented-links"] = (await _keep(session, cable)).id
    found = DiscoveredNode(
        school_id=school_id, run_id=ids["discovery-runs"], address=f"10.1.0.{school_id}",
        sys_name=f"{mark}-neu", credential_id=credential.id, first_seen_at=AT, last_seen_at=AT,
        node_id=marked.ids.get("foreign_node"),
    )  # fmt: skip
    ids["discovered-nodes"] = (await _keep(session, found)).id
    device = await session.get_one(builders.Device, other.ids["devices"])
    sighting = await builders.a_sighting(
        session, device, school_id=school_id, node_id=node.id, serial=f"{mark}-SN1",
        serial_normalised=f"{mark}SN1",
    )  # fmt: skip
    finding = await builders.a_finding(
        session, title=f"{mark}-Befund", school_id=school_id, device_id=device.id,
        node_id=other.ids.get("nodes"),
    )  # fmt: skip
    ids |= {"sightings": sighting.id, "findings": finding.id}
    stocktake = Stocktake(school_id=school_id, title=f"{mark}-Inventur", started_on=DAY)
    ids["stocktakes"] = (await _keep(session, stocktake)).id
    await _keep(
        session,
        StocktakeLine(
            stocktake_id=stocktake.id, device_id=device.id, state=StocktakeState.FOUND,
            room_id=other.ids["rooms"],
        ),
    )  # fmt: skip


async def _evidence(session: AsyncSession, marked: Marked) -> None:
    mark, ids = marked.mark, marked.ids
    draw = AuditDraw(
        grant_id=marked.grant_id, seed=f"{mark}-Losung", listed=f"{mark}-0001;{mark}-SN1",
        list_sha256="d" * 64, population=1, size=1, drawn_at=AT,
    )  # fmt: skip
    ids["draws"] = (await _keep(session, draw)).id
    line = AuditDrawLine(
        draw_id=draw.id, position=1, device_id=ids["devices"], inventory_number=f"{mark}-0001",
        state=DrawnState.WAITING,
    )  # fmt: skip
    await _keep(session, line)
    closure = SchoolClosure(
        school_id=marked.school_id, from_on=DAY, until_on=DAY, reason=f"{mark}-Studientag"
    )
    ids["school-closures"] = (await _keep(session, closure)).id


async def _intent(session: AsyncSession, marked: Marked) -> None:
    mark, ids = marked.mark, marked.ids
    project = Project(key=f"{mark}-P", title=f"{mark}-Projekt", grant_id=marked.grant_id)
    ids["projects"] = (await _keep(session, project)).id
    wave = Wave(project_id=project.id, number=1, title=f"{mark}-Welle")
    ids["waves"] = (await _keep(session, wave)).id
    item = PlannedItem(
        wave_id=wave.id, school_id=marked.school_id, room_id=ids["rooms"],
        specification=f"{mark}-Soll", device_id=ids["devices"],
    )  # fmt: skip
    ids["planned-items"] = (await _keep(session, item)).id
    survey = SiteSurvey(
        project_id=project.id, school_id=marked.school_id, surveyed_on=DAY,
        answers={"power": f"{mark}-ja"},
    )  # fmt: skip
    ids["site-surveys"] = (await _keep(session, survey)).id
    acceptance = Acceptance(
        wave_id=wave.id, planned_item_id=item.id, measured_at=AT,
        requirement=f"{mark}-vlan", result=AcceptanceResult.PASS,
    )  # fmt: skip
    ids["acceptances"] = (await _keep(session, acceptance)).id


async def _offices(session: AsyncSession, marked: Marked) -> None:
    mark, ids = marked.mark, marked.ids
    user = await builders.a_user(session, name=f"{mark.lower()}.person", password_hash="GEHEIM")
    ids["users"] = user.id
    rows: dict[str, Record] = {
        "tokens": ApiToken(
            name=f"{mark}-poller", token_hash=f"GEHEIM{mark}", prefix="nw_abcde",
            role=Role.POLLER, school_id=marked.school_id,
        ),
        "audit-events": AuditEvent(
            at=AT, actor="anna", action="device_changed", subject_type="device",
            subject_id=ids["devices"], school_id=marked.school_id,
            changes={"note": [None, f"{mark}-Notiz"]},
        ),
        "webhooks": Webhook(
            url=f"https://{mark.lower()}.example/", secret_encrypted=SECRET,
            school_id=marked.school_id,
        ),
    }  # fmt: skip
    for name, row in rows.items():
        ids[name] = (await _keep(session, row)).id


async def _keep(session: AsyncSession, row: Any) -> Any:
    session.add(row)
    await session.flush()
    return row
