"""Checks about single invoices: shares, days, payment, tax, arithmetic, decisions, files."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from netzwart.funding.programmes.judging import ineligible_words
from netzwart.funding.programmes.law import load_law
from netzwart.funding.queries.records import InvoiceRecord, LineRecord
from netzwart.funding.rules.suggesting import COMMON_WORDS, suspicious_word
from netzwart.funding.rules.taxing import ROUNDING_TOLERANCE, vat_fits
from netzwart.funding.settlement import SettledGrant, is_set_off
from netzwart.money import ZERO, cents, exact, format_euro, total
from netzwart.proofs.checking.saying import error, warning
from netzwart.proofs.values import CheckResult

Named = tuple[str, InvoiceRecord]


def _invoices(grant: SettledGrant) -> Iterator[Named]:
    for invoice in grant.record.invoices:
        yield f"Rechnung {invoice.number} ({invoice.supplier})", invoice


def _lines(grant: SettledGrant) -> Iterator[tuple[str, InvoiceRecord, LineRecord]]:
    for subject, invoice in _invoices(grant):
        for line in invoice.lines:
            yield f"{subject}, Position {line.number}", invoice, line


def nothing_is_funded_twice(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-02: grants together bear at most a line once; a receipt belongs to one invoice."""
    for subject, _, line in _lines(grant):
        payers = {share.grant_id for share in line.shares}
        borne = total([share.amount for share in line.shares])
        if len(payers) > 1 and abs(borne) > abs(line.gross):
            yield error(
                "CHK-02",
                subject,
                f"{len(payers)} Bewilligungen tragen zusammen {format_euro(borne)} von "
                f"{format_euro(line.gross)}.",
            )
    files = Counter(
        invoice.document_id for _, invoice in _invoices(grant) if invoice.document_id is not None
    )
    for document, count in files.items():
        if count > 1:
            yield error(
                "CHK-02",
                "Belegdatei",
                f"Dieselbe Datei hängt an {count} Rechnungen.",
                [subject for subject, each in _invoices(grant) if each.document_id == document],
            )


def nothing_is_entered_twice(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-02: one supplier does not write the same sum on one day under two numbers.

    Equal numbers are impossible; what differs only in spelling is what slips through.
    """
    seen: dict[tuple[int, object, Decimal], str] = {}
    for subject, invoice in _invoices(grant):
        key = (invoice.supplier_id, invoice.issued_on, invoice.gross)
        if invoice.lines and key in seen:
            yield warning(
                "CHK-02",
                subject,
                f"Gleicher Lieferant, Tag und Betrag wie {seen[key]}; vielleicht doppelt erfasst.",
            )
        seen.setdefault(key, subject)


def shares_are_the_line(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-03: the shares of a line add up to it."""
    for subject, _, line in _lines(grant):
        borne = total([share.amount for share in line.shares])
        if line.shares and borne != line.gross:
            yield error(
                "CHK-03",
                subject,
                f"Die Anteile ergeben {format_euro(borne)} statt {format_euro(line.gross)}.",
            )


def nothing_began_too_early(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-04: nothing was ordered before the project may start."""
    start = grant.terms.ordered_from
    for subject, invoice in _invoices(grant):
        if start and invoice.ordered_on and invoice.ordered_on < start:
            yield error(
                "CHK-04",
                subject,
                f"Bestellt am {invoice.ordered_on:%d.%m.%Y}, zugelassen ab {start:%d.%m.%Y}.",
            )


def everything_happened_in_time(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-05: delivered within the execution period, paid within the grant period."""
    delivered, paid = grant.terms.delivered_until, grant.terms.paid_until
    for subject, invoice in _invoices(grant):
        if delivered and invoice.delivered_on and invoice.delivered_on > delivered:
            yield error(
                "CHK-05",
                subject,
                f"Geliefert am {invoice.delivered_on:%d.%m.%Y}, "
                f"Durchführung bis {delivered:%d.%m.%Y}.",
            )
        late = [
            f"Beleg {payment.receipt_number} vom {payment.paid_on:%d.%m.%Y}"
            for payment in invoice.payments
            if paid and paid < payment.paid_on <= grant.settlement.as_of
        ]
        if late and paid:
            yield error("CHK-05", subject, f"Nach dem {paid:%d.%m.%Y} bezahlt.", sorted(late))


def payments_fit(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-06: not more is paid than owed, and an offered discount was taken."""
    set_off = _set_off(grant)
    for subject, invoice in _invoices(grant):
        discount = total([payment.discount for payment in invoice.payments])
        owed = invoice.gross - discount - set_off.get(invoice.id, ZERO)
        if abs(invoice.paid) > abs(owed):
            yield error(
                "CHK-06",
                subject,
                f"Bezahlt sind {format_euro(invoice.paid)}, geschuldet {format_euro(owed)}.",
            )
        if _missed_discount(invoice):
            offered = cents(exact(invoice.gross) * exact(invoice.discount_rate or ZERO))
            yield warning(
                "CHK-06",
                subject,
                f"Angebotenes Skonto von {format_euro(offered)} wurde nicht gezogen.",
            )


def _set_off(grant: SettledGrant) -> dict[int, Decimal]:
    taken: dict[int, Decimal] = {}
    for _, invoice in _invoices(grant):
        if invoice.cancels_id is not None and is_set_off(invoice, grant.settlement.as_of):
            taken[invoice.cancels_id] = taken.get(invoice.cancels_id, ZERO) - invoice.gross
    return taken


def _missed_discount(invoice: InvoiceRecord) -> bool:
    if not invoice.discount_rate or invoice.discount_days is None or not invoice.payments:
        return False
    last_day = invoice.issued_on + timedelta(days=invoice.discount_days)
    in_time = all(payment.paid_on <= last_day for payment in invoice.payments)
    return in_time and not any(payment.discount for payment in invoice.payments)


def tax_fits_the_day(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-07: the tax rate was in force on the day of delivery."""
    table = load_law().vat
    for subject, invoice, line in _lines(grant):
        day = invoice.delivered_on
        if day is not None and not vat_fits(table, line.vat_rate, day):
            percent = f"{(line.vat_rate * 100).normalize():f}".replace(".", ",")
            yield warning(
                "CHK-07", subject, f"{percent} % passen nicht zur Lieferung am {day:%d.%m.%Y}."
            )


def invoices_are_sound(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-08: euros, made out to the city, and lines that are quantity times price plus tax."""
    operator = grant.record.around.operator
    for subject, invoice in _invoices(grant):
        if invoice.currency != "EUR":
            yield error("CHK-08", subject, f"Die Rechnung lautet auf {invoice.currency}.")
        if operator and invoice.buyer and invoice.buyer.casefold() != operator.casefold():
            yield error(
                "CHK-08",
                subject,
                f"Als Käufer nennt die Rechnung „{invoice.buyer}“, nicht „{operator}“.",
            )
        if invoice.stated_total is not None and invoice.stated_total != invoice.gross:
            yield error(
                "CHK-08",
                subject,
                f"Die Positionen ergeben {format_euro(invoice.gross)}, die Rechnung nennt "
                f"{format_euro(invoice.stated_total)}.",
            )
    for subject, invoice, line in _lines(grant):
        net = exact(line.quantity) * exact(line.unit_net) if line.net is None else exact(line.net)
        computed = cents(net * (1 + exact(line.vat_rate)))
        # Lines of an invoice with a stated total share the cents of its rounding.
        tolerance = ZERO if invoice.stated_total is None else ROUNDING_TOLERANCE
        if abs(computed - line.gross) > tolerance:
            yield error(
                "CHK-08",
                subject,
                f"Menge mal Preis plus Steuer ist {format_euro(computed)}, "
                f"verbucht sind {format_euro(line.gross)}.",
            )


def eligibility_is_decided(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-09: two people decided about every line, and no word speaks against it."""
    grant_id = grant.record.head.id
    undecided = [
        subject
        for subject, _, line in _lines(grant)
        if line.counts_as is None and line.share_of(grant_id)
    ]
    if undecided:
        yield error(
            "CHK-09",
            "Zuwendungsfähigkeit",
            "Positionen sind noch nicht von zwei Personen entschieden; sie zählen nicht mit.",
            undecided,
        )
    for subject, _, line in _lines(grant):
        if not line.counts_as or not line.share_of(grant_id):
            continue
        words = [
            word
            for category in sorted({share.category for share in line.shares})
            for word in ineligible_words(grant.programme, category)
        ]
        found = suspicious_word(line.text, [*COMMON_WORDS, *words])
        if found:
            yield warning(
                "CHK-09", subject, f"„{found}“ ist als zuwendungsfähig entschieden.", [line.text]
            )


def receipts_are_there(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-30: every invoice has its file; paper would do, so that this is a warning."""
    missing = [subject for subject, invoice in _invoices(grant) if invoice.document_id is None]
    if missing:
        yield warning(
            "CHK-30", "Belegdateien", "Zu diesen Rechnungen liegt keine Datei vor.", missing
        )
    damaged = list(grant.record.around.damaged_files)
    if damaged:
        yield error(
            "CHK-30",
            "Belegdateien",
            "Diese Dateien fehlen im Speicher oder sind verändert.",
            damaged,
        )


CHECKS = (
    nothing_is_funded_twice,
    nothing_is_entered_twice,
    shares_are_the_line,
    nothing_began_too_early,
    everything_happened_in_time,
    payments_fit,
    tax_fits_the_day,
    invoices_are_sound,
    eligibility_is_decided,
    receipts_are_there,
)
