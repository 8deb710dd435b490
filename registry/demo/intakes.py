"""A copy of a closed dealer's book, typed off by hand: mostly good, partly doubtful, partly wrong."""

from __future__ import annotations

from io import BytesIO

from registry.core.work import Actor, Office
from registry.intake import acts, queries, worker
from registry.intake.queries import run_key
from registry.retention import received_queries
from schemas.received import ReceivedAsked

HEAD = (
    "Número de série;Fabricante;Tipo;Modelo;Calibre;País;Ano;Data de entrada;Fornecedor;Data de saída;"
    "Comprador;Nota fiscal"
)
BOOK = """
PE98001;Forjas Taurus;Pistola;PT 92;9 mm Luger;Brasil;1998;02/03/1998;Forjas Taurus;15/04/1998;Moacir Lyra;118
PE98002;Taurus;Revólver;RT 82;.38 Special;Brasil;1998;02/03/1998;Forjas Taurus;20/04/1998;Célia Arruda;121
PE98003;Taurus;Revólver;RT 82;.38 SPL;Brasil;1998;03/1998;Forjas Taurus;02/05/1998;Nilo Peçanha;125
PE99014;Rossi;Revólver;971;.357 Magnum;Brasil;1999;12/01/1999;Amadeo Rossi;;;
PE99015;Rossi;Espingarda;Overland;12 GA;Brasil;1999;12/01/1999;Amadeo Rossi;01/02/1998;Ivo Sá;NF 140
PE01007;CBC;Carabina;7022;.22 LR;Brasil;2001;05/07/2001;CBC;19/07/2001;Tânia Okada;NF 201
PE01008;Tauros;Pistola;PT 58;.380 ACP;Brasil;2001;05/07/2001;Forjas Taurus;;;
RASPADA;Taurus;Pistola;PT 58;.380 ACP;Brasil;;2001;;;;
PE03001;Taurus;Garruchão;;.38 Special;Brasil;03;11/02/2003;Forjas Taurus;;;
""".strip()


def load(office: Office, officer: Actor, description: str) -> None:
    """What is good of it goes on record; the rest waits for somebody to settle it.

    description: of the book that it is a copy of.
    """
    with office.look(officer) as work:
        books = received_queries.received(work, ReceivedAsked()).items
        number = next(book.number for book in books if book.description == description)
    content = f"{HEAD}\r\n{BOOK}\r\n".encode("cp1252")
    first, second = content[: content.index(b"PE01007")], HEAD.encode("cp1252") + b"\r\n"
    second += content[content.index(b"PE01007") :]
    for name, part in (("livro-1-folhas-1-5.csv", first), ("livro-1-folhas-6-9.csv", second)):
        with office.begin(officer) as work:
            made = acts.hand_in(work, BytesIO(part), acts.FileTold(name, received=number))
        worker.run_all(office)
        if part is first:
            with office.begin(officer) as work:
                acts.start(work, run_key(made.number), queries.run(work, run_key(made.number)).version)
            worker.run_all(office)
