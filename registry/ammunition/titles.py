"""What GS1 application identifiers stand for, in words."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "00": "Number of the logistic unit (SSCC)",
    "01": "Product (GTIN)",
    "02": "Product inside (GTIN)",
    "10": "Lot",
    "11": "Made on",
    "13": "Packed on",
    "15": "Best before",
    "17": "Expires on",
    "20": "Variant",
    "21": "Serial number",
    "22": "Variant of the consumer product",
    "30": "Cartridges",
    "37": "Boxes inside",
    "90": "Buyer (registry number)",
    "240": "Additional product number",
    "241": "Customer's part number",
    "250": "Second serial number",
    "251": "Source",
    "400": "Order",
    "410": "Delivered to",
    "411": "Buyer (billed to)",
    "412": "Bought from",
    "413": "Forwarded to",
    "414": "Location",
    "415": "Invoicing party",
    "416": "Made at",
    "417": "Party",
    "420": "Postal code of delivery",
    "422": "Country of origin (ISO 3166 numeric)",
    **{str(ai): "Internal to a company" for ai in range(91, 100)},
}
