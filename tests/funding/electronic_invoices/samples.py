# ruff: noqa: E501, ISC004 - files as suppliers write them
"""E-invoices as suppliers send them: the same invented sale in both syntaxes. All invented.

Two positions: 40 access points at 520.00 net with 19 %, and 40 licences at 10.00; a rebate of
100.00 on the whole invoice. Net 21,100.00, tax 4,009.00, gross 25,109.00. They keep the official
rules of EN 16931 and XRechnung, see `test_official_rules.py`.
"""

from io import BytesIO

from pypdf import PdfWriter

_UBL_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
"""
_UBL_PARTIES = """<cac:AccountingSupplierParty><cac:Party>
<cbc:EndpointID schemeID="EM">rechnung@musterhaus.example</cbc:EndpointID>
<cac:PostalAddress><cbc:StreetName>Musterweg 1</cbc:StreetName><cbc:CityName>Musterstadt</cbc:CityName><cbc:PostalZone>12345</cbc:PostalZone><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>DE999999990</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Muster Systemhaus GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
<cac:Contact><cbc:Name>Buchhaltung</cbc:Name><cbc:Telephone>+49 12345 6789</cbc:Telephone><cbc:ElectronicMail>rechnung@musterhaus.example</cbc:ElectronicMail></cac:Contact>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
<cbc:EndpointID schemeID="EM">rechnung@musterstadt.example</cbc:EndpointID>
<cac:PostalAddress><cbc:CityName>Musterstadt</cbc:CityName><cbc:PostalZone>12345</cbc:PostalZone><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Stadt Musterstadt</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
"""
_UBL_ALLOWANCE = """<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>
<cbc:AllowanceChargeReason>Projektrabatt</cbc:AllowanceChargeReason>
<cbc:Amount currencyID="EUR">100.00</cbc:Amount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>
</cac:AllowanceCharge>
"""
_UBL_TOTALS = """<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">4009.00</cbc:TaxAmount>
<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">21100.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">4009.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal>
<cbc:LineExtensionAmount currencyID="EUR">21200.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">21100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">25109.00</cbc:TaxInclusiveAmount>
<cbc:AllowanceTotalAmount currencyID="EUR">100.00</cbc:AllowanceTotalAmount>
{prepaid}<cbc:PayableAmount currencyID="EUR">{payable}</cbc:PayableAmount>
</cac:LegalMonetaryTotal>
"""


def _ubl_line(tag: str, quantity_tag: str, number: int, item: str, net: str, price: str) -> str:
    return f"""<cac:{tag}><cbc:ID>{number}</cbc:ID>
<cbc:{quantity_tag} unitCode="H87">40</cbc:{quantity_tag}>
<cbc:LineExtensionAmount currencyID="EUR">{net}</cbc:LineExtensionAmount>
<cac:OrderLineReference><cbc:LineID>{number}</cbc:LineID></cac:OrderLineReference>
<cac:Item>{item}<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory>
{"<cac:AdditionalItemProperty><cbc:Name>Seriennummer</cbc:Name><cbc:Value>CNXX0001</cbc:Value></cac:AdditionalItemProperty>" if number == 1 else ""}</cac:Item>
<cac:Price><cbc:PriceAmount currencyID="EUR">{price}</cbc:PriceAmount><cbc:BaseQuantity unitCode="H87">1</cbc:BaseQuantity></cac:Price>
</cac:{tag}>
"""


_UBL_ITEMS = (
    "<cbc:Description>Innenraum, Wi-Fi 6E</cbc:Description><cbc:Name>Access Point AP-635</cbc:Name>"
    "<cac:SellersItemIdentification><cbc:ID>R7J27A</cbc:ID></cac:SellersItemIdentification>",
    "<cbc:Name>Lizenz je Access Point</cbc:Name>",
)


def ubl(
    *,
    number: str = "R-2022-0815",
    order: str = "B-2022-17",
    currency: str = "EUR",
    credit: bool = False,
    corrects: str = "",
    prepaid: str = "",
    payable: str = "25109.00",
) -> bytes:
    """An XRechnung in UBL; a credit note with `credit`, which may name what it corrects."""
    root, tag, quantity = (
        ("CreditNote", "CreditNoteLine", "CreditedQuantity")
        if credit
        else ("Invoice", "InvoiceLine", "InvoicedQuantity")
    )
    due = "" if credit else "<cbc:DueDate>2022-03-12</cbc:DueDate>\n"
    code = "381" if credit else "380"
    reference = (
        "<cac:BillingReference><cac:InvoiceDocumentReference>"
        f"<cbc:ID>{corrects}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
        if corrects
        else ""
    )
    text = (
        _UBL_HEAD.format(root=root)
        + f"<cbc:ID>{number}</cbc:ID>\n<cbc:IssueDate>2022-02-10</cbc:IssueDate>\n{due}"
        + f"<cbc:{root}TypeCode>{code}</cbc:{root}TypeCode>\n"
        + f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>\n"
        + "<cbc:BuyerReference>05562020-31001-02</cbc:BuyerReference>\n"
        + f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>\n{reference}"
        + _UBL_PARTIES
        + "<cac:Delivery><cbc:ActualDeliveryDate>2022-02-01</cbc:ActualDeliveryDate></cac:Delivery>\n"
        + "<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cac:PayeeFinancialAccount>"
        + "<cbc:ID>DE02120300000000202051</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>\n"
        + "<cac:PaymentTerms><cbc:Note>#SKONTO#TAGE=14#PROZENT=2.00#\n</cbc:Note></cac:PaymentTerms>\n"
        + _UBL_ALLOWANCE
        + _UBL_TOTALS.format(
            prepaid=f'<cbc:PrepaidAmount currencyID="EUR">{prepaid}</cbc:PrepaidAmount>\n'
            if prepaid
            else "",
            payable=payable,
        ).replace('"EUR"', f'"{currency}"')
        + _ubl_line(tag, quantity, 1, _UBL_ITEMS[0], "20800.00", "520.00")
        + _ubl_line(tag, quantity, 2, _UBL_ITEMS[1], "400.00", "10.00")
        + f"</{root}>"
    )
    return text.encode()


def _cii_line(number: int, item: str, net: str, price: str) -> str:
    return f"""<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>{number}</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct>{item}</ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement>
<ram:BuyerOrderReferencedDocument><ram:LineID>{number}</ram:LineID></ram:BuyerOrderReferencedDocument>
<ram:NetPriceProductTradePrice><ram:ChargeAmount>{price}</ram:ChargeAmount><ram:BasisQuantity unitCode="H87">1</ram:BasisQuantity></ram:NetPriceProductTradePrice>
</ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="H87">40</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement>
<ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{net}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
</ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>
"""


_CII_ITEMS = (
    "<ram:SellerAssignedID>R7J27A</ram:SellerAssignedID><ram:Name>Access Point AP-635</ram:Name>"
    "<ram:Description>Innenraum, Wi-Fi 6E</ram:Description>"
    "<ram:ApplicableProductCharacteristic><ram:Description>Seriennummer</ram:Description>"
    "<ram:Value>CNXX0001</ram:Value></ram:ApplicableProductCharacteristic>",
    "<ram:Name>Lizenz je Access Point</ram:Name>",
)


def cii(*, number: str = "R-2022-0815", code: str = "380", with_lines: bool = True) -> bytes:
    """The same invoice as a Cross Industry Invoice, as XRechnung and as ZUGFeRD carry it."""
    lines = (
        _cii_line(1, _CII_ITEMS[0], "20800.00", "520.00")
        + _cii_line(2, _CII_ITEMS[1], "400.00", "10.00")
        if with_lines
        else ""
    )
    day = '<udt:DateTimeString format="102">{}</udt:DateTimeString>'
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:BusinessProcessSpecifiedDocumentContextParameter><ram:ID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</ram:ID></ram:BusinessProcessSpecifiedDocumentContextParameter><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>{code}</ram:TypeCode><ram:IssueDateTime>{day.format("20220210")}</ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
{lines}<ram:ApplicableHeaderTradeAgreement>
<ram:BuyerReference>05562020-31001-02</ram:BuyerReference>
<ram:SellerTradeParty><ram:Name>Muster Systemhaus GmbH</ram:Name>
<ram:DefinedTradeContact><ram:PersonName>Buchhaltung</ram:PersonName><ram:TelephoneUniversalCommunication><ram:CompleteNumber>+49 12345 6789</ram:CompleteNumber></ram:TelephoneUniversalCommunication><ram:EmailURIUniversalCommunication><ram:URIID>rechnung@musterhaus.example</ram:URIID></ram:EmailURIUniversalCommunication></ram:DefinedTradeContact>
<ram:PostalTradeAddress><ram:PostcodeCode>12345</ram:PostcodeCode><ram:LineOne>Musterweg 1</ram:LineOne><ram:CityName>Musterstadt</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>
<ram:URIUniversalCommunication><ram:URIID schemeID="EM">rechnung@musterhaus.example</ram:URIID></ram:URIUniversalCommunication>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE999999990</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Stadt Musterstadt</ram:Name><ram:PostalTradeAddress><ram:PostcodeCode>12345</ram:PostcodeCode><ram:CityName>Musterstadt</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress><ram:URIUniversalCommunication><ram:URIID schemeID="EM">rechnung@musterstadt.example</ram:URIID></ram:URIUniversalCommunication></ram:BuyerTradeParty>
<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>B-2022-17</ram:IssuerAssignedID></ram:BuyerOrderReferencedDocument>
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery><ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>{day.format("20220201")}</ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent></ram:ApplicableHeaderTradeDelivery>
<ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE02120300000000202051</ram:IBANID></ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
<ram:ApplicableTradeTax><ram:CalculatedAmount>4009.00</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>21100.00</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>100.00</ram:ActualAmount><ram:Reason>Projektrabatt</ram:Reason><ram:CategoryTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:CategoryTradeTax></ram:SpecifiedTradeAllowanceCharge>
<ram:SpecifiedTradePaymentTerms><ram:Description>#SKONTO#TAGE=14#PROZENT=2.00#\n</ram:Description><ram:DueDateDateTime>{day.format("20220312")}</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>21200.00</ram:LineTotalAmount><ram:AllowanceTotalAmount>100.00</ram:AllowanceTotalAmount><ram:TaxBasisTotalAmount>21100.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">4009.00</ram:TaxTotalAmount><ram:GrandTotalAmount>25109.00</ram:GrandTotalAmount><ram:DuePayableAmount>25109.00</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""
    return text.encode()


def hybrid_pdf(inside: bytes | None, name: str = "factur-x.xml", password: str = "") -> bytes:
    """A PDF that carries the file, as ZUGFeRD and Factur-X do; without one a plain PDF."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    if inside is not None:
        writer.add_attachment(name, inside)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
