"""Answers as they are kept: in English, for the record, with what it takes to say them otherwise. Pure."""

from __future__ import annotations

from typing import Any

import orjson
from msgspec.json import encode

from schemas.words import Sentences


def written(answer: Any) -> tuple[str, str]:
    """(the answer as JSON as it goes over the API, its sentences as JSON) of an answer's struct."""
    met = Sentences()
    document = encode(answer, enc_hook=met.text).decode()
    return document, orjson.dumps(met.kept()).decode()


def read(document: str, sentences: str) -> dict[str, Any]:
    """An answer as it was kept; its sentences can be said in other languages."""
    answer: dict[str, Any] = Sentences.again(orjson.loads(sentences)).within(orjson.loads(document))
    return answer
