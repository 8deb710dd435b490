"""Calibres by their CIP (TDCC) and SAAMI names, with the other names people write.

`confusable_with` names calibres that are distinct but often taken for each other (.223 Rem and 5.56x45).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Calibre:
    """code: stable, kept in records; name: as shown; kind: pistol, rifle, shotgun or rimfire."""

    code: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    confusable_with: tuple[str, ...] = ()


# code | name | aliases | confusable with; one line each, by kind
_PISTOL = """
9x19 | 9 mm Luger | 9 mm Parabellum; 9 mm Para; 9 mm; 9x19 mm; 9 mm NATO; 9 Luger; 9mm P | 9x18, 380-acp, 9x21
9x21 | 9x21 IMI | 9x21 mm | 9x19
9x18 | 9 mm Makarov | 9x18 mm; 9 Makarov; 9x18 PM | 9x19, 380-acp
9x23-largo | 9 mm Largo | 9x23 Largo; 9 mm Bergmann-Bayard | 9x19
380-acp | .380 ACP | 380 Auto; 9x17; 9 mm Kurz; 9 mm Corto; 9 mm Short; 9 mm Browning Short; .380 | 9x18, 9x19
32-acp | .32 ACP | 32 Auto; 7.65 mm Browning; 7.65x17; 7.65x17SR | 7.65x21
25-acp | .25 ACP | 25 Auto; 6.35 mm Browning; 6.35x16; 6.35 mm |
7.65x21 | 7.65 mm Luger | 7.65x21 Parabellum; .30 Luger; 7.65 Para | 32-acp
7.62x25 | 7.62x25 Tokarev | 7.62 mm Tokarev; 7.62 TT | 7.63x25
7.63x25 | 7.63 mm Mauser | 7.63x25 Mauser; .30 Mauser | 7.62x25
5.45x18 | 5.45x18 MPTs | 5.45x18 |
5.7x28 | 5.7x28 mm FN | FN 5.7; 5.7 |
4.6x30 | 4.6x30 mm HK | 4.6x30 |
40-sw | .40 S&W | 40 Smith & Wesson; .40; 10x22 | 10-auto
10-auto | 10 mm Auto | 10x25; 10 mm | 40-sw
45-acp | .45 ACP | 45 Auto; 11.43x23; .45 | 45-colt, 45-gap
45-gap | .45 GAP | 45 Glock | 45-acp
45-colt | .45 Colt | 45 Long Colt; .45 LC | 45-acp
38-super | .38 Super | 38 Super Auto; 9x23SR | 38-special
38-special | .38 Special | 38 Spl; 38 Spec; 9x29R; .38 | 38-sw, 357-mag
38-sw | .38 S&W | 38 Smith & Wesson; 9x20R; .38/200; .380 Rim | 38-special
357-mag | .357 Magnum | 357 Mag; 9x33R; .357 | 38-special, 357-sig
357-sig | .357 SIG | 357 Sig | 357-mag
32-sw-long | .32 S&W Long | 32 Smith & Wesson Long; .32 SWL; .32 | 32-sw, 32-hr
32-sw | .32 S&W | 32 Smith & Wesson | 32-sw-long
32-hr | .32 H&R Magnum | 32 H&R | 32-sw-long
327-fed | .327 Federal Magnum | 327 Federal; 327 Mag |
41-mag | .41 Magnum | 41 Rem Mag; 41 Mag |
44-mag | .44 Magnum | 44 Rem Mag; 44 Mag; .44 | 44-special
44-special | .44 Special | 44 Spl | 44-mag, 44-40
44-40 | .44-40 Winchester | 44 WCF; 44-40 Win | 44-special
454-casull | .454 Casull | 454 |
50-ae | .50 AE | 50 Action Express | 500-sw
500-sw | .500 S&W Magnum | 500 S&W; 500 Smith & Wesson | 50-ae
455-webley | .455 Webley | 455 Eley; .455 |
7.62x38r | 7.62x38R Nagant | 7.62 mm Nagant; 7.62 Nagant |
8-lebel-r | 8 mm French Ordnance | 8x27R; 8 mm Lebel Revolver |
9x39 | 9x39 mm | 9x39 | 9x19
"""
_RIFLE = """
5.56x45 | 5.56x45 mm NATO | 5.56 NATO; 5.56 mm; 5.56 | 223-rem
223-rem | .223 Remington | 223 Rem; .223 | 5.56x45
7.62x51 | 7.62x51 mm NATO | 7.62 NATO; 7.62x51 NATO | 308-win, 7.62x39, 7.62x54r
308-win | .308 Winchester | 308 Win; .308 | 7.62x51
7.62x39 | 7.62x39 mm | 7.62x39 M43; 7.62 Russian Short; 7.62 Soviet | 7.62x51, 7.62x54r
7.62x54r | 7.62x54R | 7.62x54 mm R; 7.62 mm Russian; 7.62x53R | 7.62x51, 7.62x39
5.45x39 | 5.45x39 mm | 5.45 mm; 5.45 | 5.56x45
30-carbine | .30 Carbine | 30 M1 Carbine; 7.62x33 | 30-06
30-06 | .30-06 Springfield | 30-06; 7.62x63; .30-06 Sprg | 308-win
30-30 | .30-30 Winchester | 30-30 Win; 30 WCF; 7.62x51R |
300-win-mag | .300 Winchester Magnum | 300 Win Mag; 300 WM | 300-wsm
300-wsm | .300 WSM | 300 Winchester Short Magnum | 300-win-mag
300-blk | .300 AAC Blackout | 300 BLK; 7.62x35 | 223-rem
338-lapua | .338 Lapua Magnum | 338 Lapua; 8.6x70; .338 LM |
243-win | .243 Winchester | 243 Win; .243 |
270-win | .270 Winchester | 270 Win; .270 |
280-rem | .280 Remington | 280 Rem |
7x57 | 7x57 mm Mauser | 7 mm Mauser; 275 Rigby | 7x64
7x64 | 7x64 mm | 7x64 Brenneke | 7x57
7-rem-mag | 7 mm Remington Magnum | 7 mm Rem Mag |
7.5x55 | 7.5x55 Swiss | 7.5 Swiss; GP11 | 7.5x54
7.5x54 | 7.5x54 French | 7.5 French MAS | 7.5x55
7.65x53 | 7.65x53 mm Argentine | 7.65 Argentine; 7.65 Mauser; 7.65x53 Mauser | 7x57
7.7x58 | 7.7x58 Arisaka | 7.7 Japanese |
303-british | .303 British | .303; 7.7x56R |
8x57 | 8x57 mm IS | 8 mm Mauser; 7.92x57; 8x57 JS; 7.92 Mauser | 8x57-i
8x57-i | 8x57 mm I | 8x57 J | 8x57
7.92x33 | 7.92x33 Kurz | 8 mm Kurz | 8x57
6.5x55 | 6.5x55 mm SE | 6.5 Swedish; 6.5x55 Swedish Mauser | 6.5-creedmoor
6.5-creedmoor | 6.5 Creedmoor | 6.5 CM | 6.5x55
6.8-spc | 6.8 mm Remington SPC | 6.8 SPC |
45-70 | .45-70 Government | 45-70 Govt |
375-hh | .375 H&H Magnum | 375 H&H; 9.5x72 |
458-win-mag | .458 Winchester Magnum | 458 Win Mag |
9.3x62 | 9.3x62 mm | 9.3x62 Mauser | 9.3x74r
9.3x74r | 9.3x74R | 9.3x74 mm R | 9.3x62
50-bmg | .50 BMG | 12.7x99; .50 Browning; 12.7x99 NATO; .50 | 12.7x108
12.7x108 | 12.7x108 mm | 12.7 mm Russian | 50-bmg
14.5x114 | 14.5x114 mm | 14.5 mm KPV |
"""
_SHOTGUN = """
10-gauge | 10 gauge | 10 ga; cal 10 |
12-gauge | 12 gauge | 12 ga; 12/70; 12/76; cal 12; 12 bore; calibre 12; 12 | 16-gauge, 20-gauge
16-gauge | 16 gauge | 16 ga; 16/70; cal 16; 16 bore | 12-gauge, 20-gauge
20-gauge | 20 gauge | 20 ga; 20/70; 20/76; cal 20; 20 bore | 12-gauge, 28-gauge
24-gauge | 24 gauge | 24 ga; cal 24 |
28-gauge | 28 gauge | 28 ga; cal 28; 28/70 | 20-gauge
32-gauge | 32 gauge | 32 ga; cal 32 |
36-gauge | .410 bore | 410; .410; 36 gauge; 36 ga; cal 36 |
"""
_RIMFIRE = """
22-lr | .22 Long Rifle | 22 LR; .22; 22; 5.6x15R; .22 L.R. | 22-short, 22-wmr
22-short | .22 Short | 22 Short; 22 Corto | 22-lr
22-long | .22 Long | 22 L | 22-lr
22-wmr | .22 WMR | 22 Magnum; 22 Mag; 22 Winchester Magnum | 22-lr
17-hmr | .17 HMR | 17 Hornady Magnum | 22-wmr
"""


def _read(text: str, kind: str) -> list[Calibre]:
    found = []
    for line in text.strip().splitlines():
        code, name, aliases, alike = (part.strip() for part in line.split("|"))
        found.append(
            Calibre(
                code,
                name,
                tuple(a.strip() for a in aliases.split(";") if a.strip()),
                kind,
                tuple(c.strip() for c in alike.split(",") if c.strip()),
            )
        )
    return found


BY_CODE: Mapping[str, Calibre] = MappingProxyType(
    {
        calibre.code: calibre
        for text, kind in (
            (_PISTOL, "pistol"),
            (_RIFLE, "rifle"),
            (_SHOTGUN, "shotgun"),
            (_RIMFIRE, "rimfire"),
        )
        for calibre in _read(text, kind)
    }
)
_SEPARATORS = re.compile(r"[\s\-_,/&.]+")


def alias_key(text: str) -> str:
    """How names of calibres are compared: case, spaces, points, "mm", "cal" and kinds of × do not count."""
    unified = unicodedata.normalize("NFKC", text).casefold().replace("×", "x").replace("*", "x")
    # 7,62 and 7.62 are the same number; a leading point (.308) is none
    unified = re.sub(r"(\d)[.,](\d)", r"\1p\2", unified)
    plain = _SEPARATORS.sub("", unified)
    return re.sub(r"(?<=\d)mm|^cal(ibre|iber)?", "", plain)


_KEYS: Mapping[str, Calibre] = MappingProxyType(
    {
        alias_key(name): calibre
        for calibre in reversed(list(BY_CODE.values()))
        for name in (*calibre.aliases, calibre.name, calibre.code)
    }
)


def find(text: str) -> Calibre | None:
    """The calibre meant by a text, or None."""
    if len(text) > 80:
        return None
    return BY_CODE.get(text) or _KEYS.get(alias_key(text))


def suggestions(text: str) -> list[Calibre]:
    """Calibres with names near to a text, nearest first."""
    keys = difflib.get_close_matches(alias_key(text[:80]), _KEYS, n=8, cutoff=0.5)
    return list(dict.fromkeys(_KEYS[key] for key in keys))
