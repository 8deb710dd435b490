"""Who makes what: real makers and models, as data.

A model is `maker | model | type | action | calibres | years | serials | weight`; in the pattern of serials
`A` is a letter, `9` a digit, `Я` a Cyrillic letter, anything else itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# name | short name | country | place
_MAKERS = """
Forjas Taurus | Taurus | BR | São Leopoldo
Amadeo Rossi | Rossi | BR | São Leopoldo
Indústria de Material Bélico do Brasil | IMBEL | BR | Itajubá
E. R. Amantino | Boito | BR | Veranópolis
Companhia Brasileira de Cartuchos | CBC | BR | Ribeirão Pires
Glock | Glock | AT | Deutsch-Wagram
Steyr Mannlicher | Steyr | AT | Steyr
Fabbrica d'Armi Pietro Beretta | Beretta | IT | Gardone Val Trompia
Benelli Armi | Benelli | IT | Urbino
Smith & Wesson | S&W | US | Springfield
Colt's Manufacturing Company | Colt | US | Hartford
Sturm, Ruger & Co. | Ruger | US | Southport
Remington Arms | Remington | US | Ilion
Winchester Repeating Arms | Winchester | US | New Haven
O.F. Mossberg & Sons | Mossberg | US | North Haven
Marlin Firearms | Marlin | US | North Haven
Heckler & Koch | HK | DE | Oberndorf
Carl Walther | Walther | DE | Ulm
J. P. Sauer & Sohn | SIG Sauer | DE | Eckernförde
Mauser-Werke | Mauser | DE | Oberndorf
FN Herstal | FN | BE | Herstal
Česká zbrojovka Uherský Brod | CZ | CZ | Uherský Brod
Česká zbrojovka Strakonice | CZ | CS | Strakonice
Fabryka Broni Radom | Radom | PL | Radom
Izhevsk Mechanical Plant | Izhmash | SU | Izhevsk
Tula Arms Plant | TOZ | SU | Tula
Kalashnikov Concern | Kalashnikov | RU | Izhevsk
Zastava Arms | Zastava | YU | Kragujevac
Norinco | Norinco | CN | Beijing
State Factory 26 Jianshe | Jianshe | CN | Chongqing
Arsenal | Arsenal | BG | Kazanlak
Cugir Arms Factory | Cugir | RO | Cugir
Israel Weapon Industries | IWI | IL | Kiryat Gat
Fábrica Militar de Armas Portátiles | FM | AR | Rosario
Bersa | Bersa | AR | Ramos Mejía
Star Bonifacio Echeverría | Star | ES | Eibar
Astra Unceta | Astra | ES | Guernica
Howa Machinery | Howa | JP | Nagoya
"""

_MODELS = """
Taurus | PT 92 | pistol | semi_automatic | 9x19 | 1983-2018 | TAA99999 | 6
Taurus | PT 58 | pistol | semi_automatic | 380-acp | 1988-2015 | KAA99999 | 5
Taurus | PT 100 | pistol | semi_automatic | 40-sw | 1992-2016 | SAA99999 | 6
Taurus | PT 24/7 | pistol | semi_automatic | 40-sw,9x19 | 2004-2016 | SAA99999 | 5
Taurus | TH40 | pistol | semi_automatic | 40-sw | 2018-2025 | AAA999999 | 3
Taurus | G2C | pistol | semi_automatic | 9x19 | 2013-2025 | AAA999999 | 4
Taurus | RT 82 | revolver | revolving | 38-special | 1971-2016 | 9999999 | 6
Taurus | RT 85 | revolver | revolving | 38-special | 1980-2020 | AA999999 | 5
Taurus | RT 605 | revolver | revolving | 357-mag | 1995-2020 | AA999999 | 3
Taurus | CT40 | rifle | semi_automatic | 40-sw | 2009-2020 | AA99999 | 1
Taurus | MT40 | submachine_gun | automatic | 40-sw | 2004-2014 | A99999 | 1
Rossi | M971 | revolver | revolving | 357-mag | 1988-1998 | F999999 | 2
Rossi | M68 | revolver | revolving | 38-special | 1972-1998 | D999999 | 4
Rossi | Puma | rifle | lever | 38-special,357-mag,44-40 | 1975-2015 | K999999 | 2
Rossi | Gallery | rifle | pump | 22-lr | 1963-1998 | G99999 | 2
IMBEL | M973 | pistol | semi_automatic | 9x19,45-acp | 1973-2000 | AAA99999 | 2
IMBEL | GC MD1 | pistol | semi_automatic | 380-acp,40-sw | 1998-2020 | AAA99999 | 2
IMBEL | M964 FAL | rifle | automatic | 7.62x51 | 1964-2010 | 99999 | 2
IMBEL | IA2 | rifle | automatic | 5.56x45 | 2012-2025 | AAA99999 | 2
Boito | Miura II | shotgun | double_barrel | 12-gauge,20-gauge | 1985-2022 | 999999 | 3
Boito | Reúna | shotgun | single_shot | 28-gauge,32-gauge,36-gauge | 1970-2015 | 999999 | 3
CBC | 586 | shotgun | pump | 12-gauge | 1978-2015 | 999999 | 3
CBC | 8122 | rifle | bolt | 22-lr | 1998-2022 | AA999999 | 3
Glock | 17 | pistol | semi_automatic | 9x19 | 1985-2025 | AAA999 | 6
Glock | 19 | pistol | semi_automatic | 9x19 | 1988-2025 | AAAA999 | 6
Glock | 22 | pistol | semi_automatic | 40-sw | 1990-2022 | AAA999 | 4
Glock | 25 | pistol | semi_automatic | 380-acp | 1995-2024 | AAA999 | 4
Steyr | M9-A1 | pistol | semi_automatic | 9x19 | 2004-2022 | 999999 | 1
Beretta | 92 FS | pistol | semi_automatic | 9x19 | 1985-2022 | A99999Z | 4
Beretta | 84 | pistol | semi_automatic | 380-acp | 1976-2017 | A99999Y | 2
Beretta | PX4 Storm | pistol | semi_automatic | 9x19,40-sw | 2005-2022 | PX99999 | 2
Benelli | M3 | shotgun | pump | 12-gauge | 1989-2020 | M999999 | 2
S&W | 10-5 | revolver | revolving | 38-special | 1962-1977 | D999999 | 3
S&W | 36 | revolver | revolving | 38-special | 1950-1990 | J999999 | 2
S&W | 686 | revolver | revolving | 357-mag | 1981-2020 | AAA9999 | 3
S&W | M&P9 | pistol | semi_automatic | 9x19 | 2006-2025 | AAA9999 | 3
Colt | 1903 Pocket Hammerless | pistol | semi_automatic | 32-acp | 1903-1945 | 999999 | 2
Colt | 1908 Pocket Hammerless | pistol | semi_automatic | 380-acp | 1908-1945 | 999999 | 2
Colt | M1911A1 | pistol | semi_automatic | 45-acp | 1926-1970 | 9999999 | 2
Colt | Detective Special | revolver | revolving | 38-special | 1950-1986 | 999999A | 2
Colt | M16A2 | rifle | automatic | 5.56x45 | 1983-2005 | 9999999 | 1
Ruger | 10/22 | rifle | semi_automatic | 22-lr | 1964-2022 | 999-99999 | 2
Ruger | GP100 | revolver | revolving | 357-mag | 1985-2022 | 171-99999 | 2
Ruger | Mini-14 | rifle | semi_automatic | 223-rem | 1975-2018 | 18999999 | 1
Remington | 870 | shotgun | pump | 12-gauge | 1951-2020 | A999999A | 3
Remington | 700 | rifle | bolt | 308-win,30-06 | 1962-2019 | E9999999 | 2
Winchester | 94 | rifle | lever | 30-30,44-40 | 1901-1980 | 9999999 | 2
Winchester | 1200 | shotgun | pump | 12-gauge | 1964-1983 | L999999 | 1
Mossberg | 500 | shotgun | pump | 12-gauge,20-gauge | 1961-2022 | T999999 | 2
Marlin | 60 | rifle | semi_automatic | 22-lr | 1960-2020 | 99999999 | 1
HK | MP5 | submachine_gun | automatic | 9x19 | 1970-2015 | C999999 | 1
HK | USP | pistol | semi_automatic | 9x19,40-sw,45-acp | 1993-2022 | 24-999999 | 2
HK | G3 | rifle | automatic | 7.62x51 | 1962-1990 | 9999999 | 1
Walther | PPK | pistol | semi_automatic | 32-acp,380-acp | 1931-2000 | 999999A | 2
Walther | P99 | pistol | semi_automatic | 9x19 | 1997-2020 | 999999 | 1
SIG Sauer | P226 | pistol | semi_automatic | 9x19 | 1984-2018 | U999999 | 2
SIG Sauer | P320 | pistol | semi_automatic | 9x19 | 2014-2024 | 58A999999 | 2
Mauser | 98 | rifle | bolt | 7x57,8x57 | 1908-1944 | A9999 | 2
FN | Browning HP-35 | pistol | semi_automatic | 9x19 | 1935-2017 | 245PA99999 | 2
FN | FAL | rifle | automatic | 7.62x51 | 1954-1988 | 9999999 | 1
FN | Browning 1910 | pistol | semi_automatic | 32-acp,380-acp | 1910-1983 | 999999 | 2
CZ | 75 B | pistol | semi_automatic | 9x19 | 1995-2023 | A999999 | 2
CZ | 27 | pistol | semi_automatic | 32-acp | 1930-1955 | 999999 | 1
Radom | VIS wz. 35 | pistol | semi_automatic | 9x19 | 1935-1944 | A9999 | 1
Izhmash | PM Makarov | pistol | semi_automatic | 9x18 | 1951-1990 | ЯЯ9999 | 2
Izhmash | AKM | rifle | automatic | 7.62x39 | 1959-1977 | ЯЯ999999 | 1
TOZ | TT-33 | pistol | semi_automatic | 7.62x25 | 1933-1952 | ЯЯ999 | 1
TOZ | SKS | rifle | semi_automatic | 7.62x39 | 1949-1955 | ЯЯ9999 | 1
Kalashnikov | AK-103 | rifle | automatic | 7.62x39 | 2001-2020 | 99999999 | 1
Zastava | M70 | rifle | automatic | 7.62x39 | 1970-1991 | A-999999 | 1
Zastava | M57 | pistol | semi_automatic | 7.62x25 | 1963-1990 | A-99999 | 1
Norinco | Type 54 | pistol | semi_automatic | 7.62x25 | 1954-1995 | 99999999 | 1
Jianshe | SKS Type 56 | rifle | semi_automatic | 7.62x39 | 1956-1985 | 9999999 | 1
Arsenal | AKK | rifle | automatic | 7.62x39 | 1960-1990 | AA 99 9999 | 1
Cugir | PM md. 63 | rifle | automatic | 7.62x39 | 1963-1988 | AA9999 | 1
IWI | Jericho 941 | pistol | semi_automatic | 9x19 | 1990-2020 | 35999999 | 1
IWI | Tavor | rifle | automatic | 5.56x45 | 2003-2022 | T9999999 | 1
FM | Ballester Molina | pistol | semi_automatic | 45-acp | 1938-1953 | 99999 | 1
FM | Browning HP | pistol | semi_automatic | 9x19 | 1969-2005 | 999999 | 1
Bersa | Thunder 380 | pistol | semi_automatic | 380-acp | 1995-2022 | A99999 | 3
Star | Model B | pistol | semi_automatic | 9x19 | 1931-1984 | 999999 | 1
Astra | 960 | revolver | revolving | 38-special | 1973-1995 | R999999 | 1
Howa | 1500 | rifle | bolt | 308-win,243-win | 1979-2022 | B999999 | 1
"""

SYMBOLS = {
    "Izhmash": ("arrow_in_triangle",),
    "TOZ": ("star",),
    "Jianshe": ("twenty_six_in_triangle",),
    "Arsenal": ("ten_in_double_circle",),
    "Cugir": ("triangle", "arrow"),
}
"""Factory symbols that stand beside the serial."""


@dataclass(frozen=True)
class Maker:
    name: str
    short: str
    country: str
    place: str


@dataclass(frozen=True)
class Model:
    """weight: how common it is among the rest."""

    maker: str
    name: str
    type: str
    action: str
    calibres: tuple[str, ...]
    first_year: int
    last_year: int
    serials: str
    weight: int


@cache
def makers() -> tuple[Maker, ...]:
    """All makers; two may share a short name (CZ of two towns and two States)."""
    return tuple(Maker(*_cells(line)) for line in _MAKERS.strip().splitlines())


@cache
def models() -> tuple[Model, ...]:
    """All models."""
    found = []
    for line in _MODELS.strip().splitlines():
        maker, name, kind, action, calibres, years, serials, weight = _cells(line)
        first, last = years.split("-")
        found.append(
            Model(
                maker,
                name,
                kind,
                action,
                tuple(calibres.split(",")),
                int(first),
                int(last),
                serials,
                int(weight),
            )
        )
    return tuple(found)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


DEALERS = (
    ("Casa do Caçador", "Porto Alegre"),
    ("Armas & Cia", "Curitiba"),
    ("Sertão Armas", "Recife"),
    ("Planalto Tiro Esportivo", "Brasília"),
    ("Litoral Caça e Pesca", "Santos"),
    ("Mineira Armas", "Belo Horizonte"),
    ("Pantanal Esportes", "Campo Grande"),
    ("Amazônia Caça", "Manaus"),
    ("Bandeirante Armas", "São Paulo"),
    ("Guanabara Tiro", "Rio de Janeiro"),
    ("Serra Armas", "Caxias do Sul"),
    ("Cerrado Tiro", "Goiânia"),
)
IMPORTERS = (("Atlântica Importadora", "São Paulo"), ("Sul Comércio Exterior", "Itajaí"))
BODIES = (
    ("Departamento de Polícia Federal", "DPF", "Brasília"),
    ("Exército Brasileiro", "EB", "Brasília"),
    ("Força Aérea Brasileira", "FAB", "Brasília"),
    ("Polícia Militar do Estado de São Paulo", "PMESP", "São Paulo"),
    ("Polícia Militar do Estado do Rio de Janeiro", "PMERJ", "Rio de Janeiro"),
    ("Polícia Civil do Estado do Rio de Janeiro", "PCERJ", "Rio de Janeiro"),
    ("Polícia Rodoviária Federal", "PRF", "Brasília"),
    ("Brigada Militar", "BM", "Porto Alegre"),
)
FIRST_NAMES = (
    "Ana",
    "Bruno",
    "Carla",
    "Davi",
    "Elisa",
    "Fábio",
    "Gabriela",
    "Heitor",
    "Inês",
    "João",
    "Karina",
    "Lucas",
    "Márcia",
    "Nelson",
    "Olívia",
    "Paulo",
    "Rita",
    "Sérgio",
    "Tânia",
    "Vítor",
    "Yusuf",
    "Дмитрий",
    "Ἑλένη",
    "李",
)
LAST_NAMES = (
    "Almeida",
    "Barros",
    "Cardoso",
    "Duarte",
    "Esteves",
    "Fonseca",
    "Guimarães",
    "Haddad",
    "Lacerda",
    "Moraes",
    "Nogueira",
    "Pacheco",
    "Queiroz",
    "Ribeiro",
    "Sampaio",
    "Tavares",
    "Vasconcelos",
    "Xavier",
    "Zanetti",
)
"""Invented persons: any likeness is chance."""
STATES_OF_BRAZIL = (
    "AC",
    "AL",
    "AM",
    "AP",
    "BA",
    "CE",
    "DF",
    "ES",
    "GO",
    "MA",
    "MG",
    "MS",
    "MT",
    "PA",
    "PB",
    "PE",
    "PI",
    "PR",
    "RJ",
    "RN",
    "RO",
    "RR",
    "RS",
    "SC",
    "SE",
    "SP",
    "TO",
)
