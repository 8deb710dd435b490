"""Registers that are brought in: mostly good, partly doubtful, partly wrong.

A copy of a closed dealer's book, typed off by hand; lists of an authority before it had this registry.
"""

from __future__ import annotations

from io import BytesIO

from registry.access import approvals
from registry.core.work import Actor, Office
from registry.intake import acts, entering, mappings, queries, worker
from registry.intake.licence_kind import LICENCES as LICENCES_IN
from registry.intake.queries import run_key
from registry.licensing import queries as licences
from registry.licensing import taking_over
from registry.retention import received_queries
from schemas.intake import EnteringNew, FaultsAsked
from schemas.intake_mappings import MappingNew
from schemas.intake_vocabulary import IntakeKind
from schemas.licensing_earlier import TakingOver
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

PARTIES = """
Tipo;Nome;Nome fantasia;País;Cidade;CNPJ;CPF;Data de encerramento
Loja;Armeria do Sertão Ltda.;Sertão Armas;Brasil;Petrolina;04.221.887/0001-07;;
Loja;Caça e Pesca Boa Vista;;Brasil;Boa Vista;11.902.331/0001-33;;31/12/2011
Órgão público;Guarda Municipal de Cascavel;;Brasil;Cascavel;;;
Distribuidora;Munições do Vale S.A.;;Brasil;Taubaté;08.115.904/0001-74;;
Pessoa física;Rui Barreto Nunes;;Brasil;Olinda;;552.118.904-21;
""".strip()
LOTS = """
Lote;Fabricante;Calibre;Código do produto;Produto;Quantidade;Data de fabricação;Marcação
BNT04;CBC;9 mm Luger;9ETOG-04;Cartucho 9 mm Luger ETOG 124 gr;1.859.000;11/2006;lote e comprador
KLM55;CBC;.38 SPL;38EXPP;Cartucho .38 SPL EXPP 125 gr;10.000;14/05/2012;lote
KLM56;CBC;.38 SPL;38EXPP;Cartucho .38 SPL EXPP 125 gr;10.000;2012;lote
KLM57;CBC;.40 S&W;40EXPO;Cartucho .40 S&W EXPO;dez mil;20/05/2012;lote
""".strip()
PACKAGES = """
Lote;Embalagem;Por caixa;Primeiro cartucho;Último cartucho
KLM55;caixa;50;0;9999
KLM55;cunhete;1000;0;9999
KLM56;caixa;50;9000;10500
""".strip()
SALES = """
Lote;Vendedor;Comprador;Data da venda;Quantidade;Autorização;Nota fiscal;Série;Data da nota;\
Guia de tráfego;Data da guia
KLM55;CBC;Armeria do Sertão Ltda.;02/07/2012;4.000;EB-2012-118;88012;1;02/07/2012;GT-5512;02/07/2012
KLM55;CBC;Guarda Municipal de Cascavel;09/07/2012;5.500;EB-2012-121;88020;1;09/07/2012;GT-5520;09/07/2012
KLM55;CBC;Armeria do Sertão Ltda.;16/07/2012;1.000;EB-2012-130;88031;1;16/07/2012;GT-5531;16/07/2012
""".strip()
LICENCES = """
Licença;Tipo;Titular;Data de emissão;Validade;País de exportação;País de importação;Destinatário;\
Endereço do destinatário;Uso final;Local de emissão;Emitida por;Mercadoria;NCM;Descrição;Quantidade
DFPC 214/2008;Exportação;CBC;12/05/2008;12/05/2009;Brasil;Chile;Armería Andes;Av. Matta 410, Santiago;\
Venda;Brasília;DFPC;Munição;930630;Cartuchos .38 SPL;50.000
DFPC 215/2008;Exportação;CBC;05/2008;30/04/2009;Brasil;Chilândia;Armería Andes;Av. Matta 410, Santiago;\
Venda;Brasília;DFPC;Munição;930630;Cartuchos 9 mm;20.000
""".strip()
IN_FORCE = """
DFPC 88/2024;Exportação;CBC;11/03/2024;31/12/{last};Brasil;Chile;Armería Andes;Av. Matta 410, Santiago;\
Venda;Brasília;DFPC;Munição;930630;Cartuchos .38 SPL;80.000
DFPC 91/2024;Exportação;CBC;02/04/2024;30/06/{last};Brasil;Chile;Armería Andes;Av. Matta 410, Santiago;\
Venda;Brasília;DFPC;Munição;930630;Cartuchos 9 mm;120.000"""
AN_IMPORT = """
DFPC 57/2025;Importação;{importer};10/02/2025;31/12/{last};Alemanha;Brasil;{importer};São Paulo;Revenda;\
Brasília;DFPC;Peças;930510;Canos 9 mm;400
DFPC 57/2025;Importação;{importer};10/02/2025;31/12/{last};Alemanha;Brasil;{importer};São Paulo;Revenda;\
Brasília;DFPC;Peças;930510;Ferrolhos 9 mm;150"""
"""Of two lines of goods, which its holder goes on using here."""
USED = (120, 150)
RECOVERIES = """
Forma;Data da apreensão;Local;Órgão;Circunstâncias;Processo;Objeto;Tipo;Fabricante;Calibre;\
Número de série;Lacre
Apreensão;14/08/2013;Cascavel;Guarda Municipal de Cascavel;Abordagem na BR-277;BO 4471/13;Arma;Revólver;\
Taurus;.38 SPL;OK44812;G-0091
Achado;2014;Cascavel;Guarda Municipal de Cascavel;Terreno baldio;;Arma;Espingarda;;12 GA;;G-0107
Apreensão;02/03/2015;Cascavel;Guarda Municipal de Cascavel;;BO 901/15;Arma;Pistola;\
Taurus;.380 ACP;KZ1190;G-0111
""".strip()
LISTS = (
    ("empresas.csv", IntakeKind.PARTIES, PARTIES),
    ("lotes-antigos.csv", IntakeKind.LOTS, LOTS),
    ("embalagens.csv", IntakeKind.PACKAGES, PACKAGES),
    ("vendas-2012.csv", IntakeKind.SALES, SALES),
    ("licencas-2008.csv", IntakeKind.LICENCES, LICENCES),
    ("apreensoes.csv", IntakeKind.RECOVERIES, RECOVERIES),
)


def load(office: Office, officer: Actor, supervisor: Actor, description: str, importer: str) -> None:
    """What is good of it goes on record; the rest waits for somebody to settle it.

    description: of the book that it is a copy of; importer: name of one who holds a licence of before.
    """
    with office.look(officer) as work:
        books = received_queries.received(work, ReceivedAsked()).items
        number = next(book.number for book in books if book.description == description)
    content = f"{HEAD}\r\n{BOOK}\r\n".encode("cp1252")
    first, second = content[: content.index(b"PE01007")], HEAD.encode("cp1252") + b"\r\n"
    second += content[content.index(b"PE01007") :]
    for name, part in (("livro-1-folhas-1-5.csv", first), ("livro-1-folhas-6-9.csv", second)):
        made = _brought_in(office, officer, part, acts.FileTold(name, received=number), enter=part is first)
    with office.begin(officer) as work:
        mappings.remember(work, MappingNew(made, "Livro de armas do comércio"))
    lists(office, officer)
    _in_force(office, officer)
    _taken_over(office, officer, supervisor, importer)


def lists(office: Office, officer: Actor) -> None:
    """What the authority itself kept before; the parties first, since the others name them."""
    for name, kind, told in LISTS:
        _brought_in(office, officer, told.encode(), acts.FileTold(name, kind=kind), enter=True)


def _in_force(office: Office, officer: Actor) -> None:
    """Licences that still run: they wait for a supervisor who reads and approves them."""
    last = office.today.year + 1
    rows = LICENCES.partition("\n")[0] + IN_FORCE.format(last=last)
    told = acts.FileTold("licencas-vigentes.csv", kind=IntakeKind.LICENCES)
    number = _brought_in(office, officer, rows.encode(), told, enter=False)
    with office.begin(officer) as work:
        found, why = queries.run(work, run_key(number)), EnteringNew("Licenças do sistema anterior")
        entering.propose(work, run_key(number), why, found.version)


def _taken_over(office: Office, officer: Actor, supervisor: Actor, importer: str) -> None:
    """A licence of before whose goods come in here from now on, with what was used of it before."""
    rows = LICENCES.partition("\n")[0] + AN_IMPORT.format(last=office.today.year + 1, importer=importer)
    told = acts.FileTold("licenca-em-uso.csv", kind=IntakeKind.LICENCES)
    number = _brought_in(office, officer, rows.encode(), told, enter=False)
    with office.begin(officer) as work:
        found, why = queries.run(work, run_key(number)), EnteringNew("Licença do sistema anterior")
        proposed = entering.propose(work, run_key(number), why, found.version)
    with office.begin(supervisor) as work:
        approvals.approve(work, proposed.id, proposed.digest)
    worker.run_all(office)
    with office.begin(officer) as work:
        asked = FaultsAsked(limit=1)
        (line,) = queries.entered(work, run_key(number), LICENCES_IN.kept, LICENCES_IN.number, asked)
        key, why_now = licences.licence_key(line.record), "Entra agora pela alfândega daqui"
        new = TakingOver(USED, "RFB 2026/118", "Receita Federal", work.today, why_now)
        proposed = taking_over.propose(work, key, new, licences.licence_row(work, key).version)
    with office.begin(supervisor) as work:
        approvals.approve(work, proposed.id, proposed.digest)


def _brought_in(office: Office, officer: Actor, content: bytes, told: acts.FileTold, *, enter: bool) -> str:
    """The number of the file, judged, and entered where that is said."""
    with office.begin(officer) as work:
        made = acts.hand_in(work, BytesIO(content), told)
    worker.run_all(office)
    if enter:
        with office.begin(officer) as work:
            acts.start(work, run_key(made.number), queries.run(work, run_key(made.number)).version)
        worker.run_all(office)
    return made.number
