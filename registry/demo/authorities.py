"""Cards of a dozen States' authorities. All invented: no text here names a real office or law."""

from __future__ import annotations

from registry.authorities import acts
from registry.core.work import Work
from schemas.authorities import OPEN_PARTS, CardNew
from schemas.authority_vocabulary import AnswerKind, CardPart

SOURCE = "Demonstration: invented, names no real office"
_ALL = tuple(AnswerKind)
_TRACES = (AnswerKind.TRACE, AnswerKind.LICENCE)
LANGUAGES = {
    "AO": "pt", "AR": "es", "BR": "pt es en", "CA": "en fr", "CV": "pt fr", "EG": "ar en", "FR": "fr en",
    "JO": "ar en", "MZ": "pt en", "PT": "pt en", "UY": "es pt", "ZA": "en",
}  # fmt: skip
ALONE = frozenset({"AO", "EG", "MZ"})  # States whose demonstration office answers for traces alone
CLOSED = frozenset({"JO"})  # whose card tells everybody its languages only


def load(work: Work) -> None:
    """Enter the cards of the demonstration."""
    for code, languages in LANGUAGES.items():
        acts.enter(work, code, _card(code, languages.split()), 0)


def _card(code: str, languages: list[str]) -> CardNew:
    return CardNew(
        authority=f"Demonstration office for firearms ({code})",
        contact=f"Tracing desk, +999 {ord(code[0])} {ord(code[1])}, tracing-{code.lower()}@demo.example",
        answers=_TRACES if code in ALONE else _ALL,
        languages=tuple(languages),
        requirements="Demonstration: a reference, the legal basis, and the stamp of the office that asks",
        links=(f"https://demonstration.example/{code.lower()}/law",),
        public=(CardPart.LANGUAGES,) if code in CLOSED else OPEN_PARTS,
        source=SOURCE,
    )
