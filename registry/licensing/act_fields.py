"""The fields of each form of a case, filled with what is on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from registry.core.web.words import options
from registry.licensing.pages import countries
from registry.licensing.views import LicenceView
from schemas.licensing_vocabulary import Assessed, EvidenceKind, LetterKind, TransitAnswer


@dataclass(frozen=True)
class Field:
    """kind: of the page kit's fields: text, number, date, area, select, check."""

    name: str
    text: str
    kind: str = "text"
    value: Any = ""
    required: bool = False
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()


def why(found: LicenceView, part: str) -> Sequence[Field]:
    """A reason."""
    return (Field("reason", _("Reason"), "area", required=True),)


def text(found: LicenceView, part: str) -> Sequence[Field]:
    """What is said."""
    return (Field("text", _("What is said"), "area", required=True),)


def against(found: LicenceView, part: str) -> Sequence[Field]:
    """Reasons of a decision against the holder, and time to appeal."""
    hint = _("Left empty: as the law's time to appeal says.")
    return (
        Field("reason", _("Reasons"), "area", required=True, hint=_("The holder reads them.")),
        Field("appeal_until", _("Appeal until"), "date", hint=hint),
    )


def how(found: LicenceView, part: str) -> Sequence[Field]:
    """How a paper was verified."""
    hint = _("With whom, and by which way.")
    return (Field("how", _("How it was verified"), required=True, hint=hint),)


def verify_import(found: LicenceView, part: str) -> Sequence[Field]:
    """The same, and how much of each line the importing State allows."""
    lines = [
        Field(
            f"authorised-{n}",
            _("Line %(n)s: how many it allows", n=line.n),
            "number",
            line.quantity if line.authorised is None else line.authorised,
            required=True,
            hint=f"{line.quantity} × {line.description}",
        )
        for n, line in enumerate(found.lines)
    ]
    return (*how(found, part), *lines)


def used_before(found: LicenceView, part: str) -> Sequence[Field]:
    """How much of each line was used before this registry, and the document that says so."""
    lines = [
        Field(
            f"used-{n}",
            _("Line %(n)s: how many were used before", n=line.n),
            "number",
            line.used_before,
            required=True,
            hint=f"{line.quantity} × {line.description}",
        )
        for n, line in enumerate(found.lines)
    ]
    return (
        *lines,
        Field("number", _("Number of the document that says so"), required=True),
        Field("issued_by", _("Issued by"), required=True),
        Field("issued_on", _("Issued on"), "date", required=True),
        *why(found, part),
    )


def delivery(found: LicenceView, part: str) -> Sequence[Field]:
    """What a broker tells of a delivery, and how much of each line it was."""
    lines = [
        Field(
            f"quantities-{n}",
            _("Line %(n)s: how many were delivered", n=line.n),
            "number",
            0,
            required=True,
            hint=_("%(left)s left of %(whole)s", left=line.quantity - line.drawn, whole=line.quantity)
            + f", {line.description}",
        )
        for n, line in enumerate(found.lines)
    ]
    return (
        *lines,
        Field("departed_on", _("Left on"), "date", required=True),
        Field("arrived_on", _("Arrived on"), "date", required=True),
        Field("export_licence", _("Export licence"), required=True, hint=_("Of the State it left")),
        Field("proof", _("Proof of delivery"), required=True),
        Field("carrier", _("Carrier")),
        Field("note", _("Note"), "area"),
    )


def transit(found: LicenceView, part: str) -> Sequence[Field]:
    """What a State on the way was asked, said and was told."""
    known = next((one for one in found.transits if one.country == part), None)

    def value(name: str) -> Any:
        return getattr(known, name) if known else ""

    return (
        Field("answer", _("Answer"), "select", value("answer"), options=options(TransitAnswer)),
        Field("asked_on", _("Asked on"), "date", value("asked_on")),
        Field("answered_on", _("Answered on"), "date", value("answered_on")),
        Field(
            "reference",
            _("Notice, agreement or procedure"),
            value=value("reference"),
            hint=_("Its number and date."),
        ),
        Field("valid_until", _("Notice valid until"), "date", value("valid_until")),
        Field(
            "informed_on",
            _("Given the import licence's information on"),
            "date",
            value("informed_on"),
            hint=_("Before anything leaves (FP 10(3))."),
        ),
    )


def assess(found: LicenceView, part: str) -> Sequence[Field]:
    """The answer to a question, and what it rests on."""
    known = next((one for one in found.checks if one.question == part), None)

    def value(name: str) -> Any:
        return getattr(known, name) if known else ""

    hint = _("Against a risk: which measure is taken.")
    return (
        Field("answer", _("Answer"), "select", value("answer"), required=True, options=options(Assessed)),
        Field("source", _("What the answer rests on"), value=value("source"), required=True),
        Field("note", _("Note"), "area", value("note"), hint=hint),
    )


def letter(found: LicenceView, part: str) -> Sequence[Field]:
    """A letter or note."""
    kinds = [kind for kind in LetterKind if kind not in (LetterKind.INFORMATION_REQUEST, LetterKind.ANSWER)]
    return (
        Field("kind", _("Kind"), "select", required=True, options=options(kinds)),
        Field("country", _("State it went to or came from"), "select", options=countries()),
        Field("text", _("Text"), "area", required=True),
        Field("shown", _("The applicant sees it"), "check"),
    )


def authority(found: LicenceView, part: str) -> Sequence[Field]:
    """Place of issue and conditions."""
    return (
        Field("place", _("Place of issue"), value=found.place, required=True),
        Field("conditions", _("Conditions"), "area", found.conditions, hint=_("The licence bears them.")),
    )


def amend(found: LicenceView, part: str) -> Sequence[Field]:
    """What an amendment may change."""
    lines = [
        Field(f"quantities-{n}-quantity", _("Line %(n)s: quantity", n=line.n), "number", line.quantity)
        for n, line in enumerate(found.lines)
    ]
    back = [Field("return_by", _("Return by"), "date", found.return_by)] if found.purpose else []
    return (
        Field("expires_on", _("Last day"), "date", found.expires_on),
        *back,
        Field("recipient_address", _("Address of the final recipient"), value=found.recipient_address),
        Field("conditions", _("Conditions"), "area", found.conditions),
        *lines,
        *why(found, part),
    )


def give_back(found: LicenceView, part: str) -> Sequence[Field]:
    """When it was given back."""
    return (
        Field("on", _("On"), "date", required=True),
        Field("note", _("Note"), "area"),
    )


def import_licence(found: LicenceView, part: str) -> Sequence[Field]:
    """The import licence as it was shown."""
    known = found.import_licence
    return (
        Field("number", _("Number"), value=known.number if known else "", required=True),
        Field("authority", _("Authority"), value=known.authority if known else "", required=True),
        Field(
            "country",
            _("State"),
            "select",
            known.country if known else found.import_country,
            required=True,
            options=countries(),
        ),
        Field("issued_on", _("Issued on"), "date", known and known.issued_on, required=True),
        Field("expires_on", _("Last day"), "date", known and known.expires_on, required=True),
    )


def end_user(found: LicenceView, part: str) -> Sequence[Field]:
    """The end-user certificate as it was shown."""
    known = found.end_user

    def value(name: str, otherwise: Any = "") -> Any:
        return getattr(known, name) if known else otherwise

    end_user = value("end_user", found.recipient_name)
    return (
        Field("number", _("Number"), value=value("number"), required=True),
        Field("contract", _("Contract"), value=value("contract")),
        Field("issued_on", _("Issued on"), "date", value("issued_on"), required=True),
        Field("expires_on", _("Last day"), "date", value("expires_on")),
        Field(
            "country",
            _("Country of the end user"),
            "select",
            value("country", found.import_country),
            required=True,
            options=countries(),
        ),
        Field("end_user", _("End user"), value=end_user, required=True),
        Field("address", _("Address"), value=value("address", found.recipient_address), required=True),
        Field("signed_by", _("Signed by"), value=value("signed_by"), required=True),
        Field("position", _("Position"), value=value("position")),
        Field("end_use", _("End use"), "area", value("end_use", found.end_use), required=True),
        Field("certified_by", _("Certified by the authority"), value=value("certified_by")),
        Field("no_re_export", _("It undertakes not to re-export"), "check", value("no_re_export")),
        Field(
            "delivery_verification",
            _("It promises to verify delivery"),
            "check",
            value("delivery_verification"),
        ),
    )


def evidence(found: LicenceView, part: str) -> Sequence[Field]:
    """A document of the case."""
    return (
        Field("kind", _("Kind"), "select", required=True, options=options(EvidenceKind)),
        Field("number", _("Number"), required=True),
        Field("issued_by", _("Issued by"), required=True),
        Field("issued_on", _("Issued on"), "date", required=True),
        Field("expires_on", _("Last day"), "date"),
        Field("sha256", _("SHA-256 of the file"), hint=_("64 hexadecimal digits, where a file was shown.")),
        Field("note", _("Note"), "area"),
    )
