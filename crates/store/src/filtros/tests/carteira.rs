//! A portfolio as values, and how it gets into the database.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::America::Sao_Paulo;
use domain::documento::TipoPessoa;
use domain::execucao::Canal;
use domain::filtro::Filtro;
use domain::ids::EmpresaId;
use domain::negociacao::EstadoNegociacao;
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use super::super::{Alvo, Amostrado, Contagem, Dia, Selecao, count, ids, sample};
use super::oraculo::exclusao;
use crate::{Banco, Papel, Tenant};

/// What is named in filters: results of contacts with their group and whether they are good.
pub(super) const RESULTADOS: [(&str, bool); 4] =
    [("Promessa", true), ("Promessa", false), ("Recado", false), ("Acordo", true)];

#[derive(Clone, Debug, Default)]
pub(super) struct Dev {
    pub(super) nome: String,
    pub(super) codigos: Vec<String>,
    pub(super) gerente: Option<String>,
    pub(super) categoria: Option<String>,
    pub(super) tipo: Tipo,
    pub(super) criado_em: DateTime<Utc>,
    pub(super) meios: Vec<Meio>,
    pub(super) opt_out: Vec<&'static str>,
    pub(super) titulos: Vec<Tit>,
    pub(super) inscricoes: Vec<Insc>,
    pub(super) negociacoes: Vec<Neg>,
    pub(super) contatos: Vec<Con>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Tipo(pub(super) TipoPessoa);

impl Default for Tipo {
    fn default() -> Self {
        Self(TipoPessoa::Fisica)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Meio {
    /// With whether it may be used.
    Email(bool),
    /// Whether it is a mobile number.
    Telefone(bool),
    /// City, state, whether an address block can be made of it.
    Endereco(&'static str, &'static str, bool),
}

#[derive(Clone, Debug)]
pub(super) struct Tit {
    pub(super) vencimento: NaiveDate,
    pub(super) saldo: i64,
    pub(super) status: StatusTitulo,
    pub(super) acordo: bool,
    pub(super) credor: Option<u8>,
    pub(super) negocio: Option<&'static str>,
    pub(super) tipo: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) struct Insc {
    pub(super) regua: u8,
    /// The first or the second one of that régua, and since when.
    pub(super) posicao: Option<(u8, NaiveDate)>,
    pub(super) viva: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Neg {
    pub(super) estado: EstadoNegociacao,
    pub(super) criada_em: DateTime<Utc>,
    pub(super) cancelada_em: DateTime<Utc>,
    pub(super) usuario: Option<&'static str>,
    pub(super) parcelas: Vec<(StatusTitulo, NaiveDate)>,
}

#[derive(Clone, Debug)]
pub(super) struct Con {
    pub(super) em: DateTime<Utc>,
    pub(super) resultado: u8,
    pub(super) agendado: Option<(DateTime<Utc>, Option<&'static str>)>,
}

pub(super) fn dia(texto: &str) -> NaiveDate {
    texto.parse().unwrap()
}

/// A Sunday; who was due on Friday or before is overdue.
pub(super) fn hoje() -> Dia {
    Dia { hoje: dia("2026-11-08"), fuso: Sao_Paulo, vencidos_ate: dia("2026-11-06") }
}

pub(super) fn instante(texto: &str) -> DateTime<Utc> {
    texto.parse().unwrap()
}

pub(super) fn dev(nome: &str) -> Dev {
    Dev { nome: nome.to_owned(), criado_em: instante("2026-10-01T12:00:00Z"), ..Dev::default() }
}

pub(super) fn tit(vencimento: &str) -> Tit {
    Tit {
        vencimento: dia(vencimento),
        saldo: 100,
        status: StatusTitulo::Aberto,
        acordo: false,
        credor: None,
        negocio: None,
        tipo: None,
    }
}

impl Dev {
    /// Its títulos, instalments too.
    pub(super) fn todos(&self) -> Vec<Tit> {
        let parcelas = self.negociacoes.iter().flat_map(|negociacao| &negociacao.parcelas);
        let parcelas = parcelas.map(|(status, em)| Tit {
            vencimento: *em,
            saldo: saldo(*status, 50),
            status: *status,
            acordo: true,
            credor: None,
            negocio: None,
            tipo: None,
        });
        self.titulos.iter().cloned().chain(parcelas).collect()
    }
}

fn saldo(status: StatusTitulo, saldo: i64) -> i64 {
    if status == StatusTitulo::Pago { 0 } else { saldo }
}

/// Ids that tell what they are of; those of contacts in the order of their list.
pub(super) fn id(empresa: u16, que: u8, n: usize) -> Uuid {
    Uuid::from_u128(u128::from(empresa) << 64 | u128::from(que) << 48 | u128::try_from(n).unwrap())
}

pub(super) const RESULTADO: u8 = 1;
pub(super) const REGUA: u8 = 2;
pub(super) const POSICAO: u8 = 3;
const DEVEDOR: u8 = 4;
const CREDOR: u8 = 5;

/// A database that filters are asked of.
pub(super) struct Casa {
    pub(super) pg: testkit::Banco,
    pub(super) lote: Banco,
}

impl Casa {
    pub(super) fn nova() -> Self {
        let pg = testkit::Banco::new();
        let lote = Banco::connect(pg.url(), Papel::Lote, 1).unwrap();
        Self { pg, lote }
    }

    /// A company with this portfolio.
    pub(super) fn guardar(&self, empresa: u16, devedores: &[Dev]) {
        testkit::Sql::connect(self.pg.url()).run(&escrito(empresa, devedores));
    }

    /// The names of those who meet it, by count, by sample and by id.
    pub(super) fn quem(&self, empresa: u16, devedores: &[Dev], filtro: &Filtro) -> Vec<String> {
        let nomes = self.amostra(empresa, filtro);
        let selecao = Selecao { quem: Alvo::Filtro(filtro), tipo: Canal::Enriquecimento, dia: hoje() };
        let (contados, todos) = self
            .lote
            .da_empresa(de(empresa), |t| Ok((count(t, &selecao)?, ids(t, &selecao, None, 1_000)?)))
            .unwrap();
        assert_eq!(contados.atendem, i64::try_from(nomes.len()).unwrap());
        assert_eq!(contados.com_contato, i64::try_from(todos.len()).unwrap());
        let podem =
            devedores.iter().enumerate().filter(|(_, d)| exclusao(d, Canal::Enriquecimento).is_none());
        let podem = podem.filter(|(_, d)| nomes.contains(&d.nome));
        let espera: Vec<Uuid> = podem.map(|(n, _)| id(empresa, DEVEDOR, n)).collect();
        assert_eq!(todos.iter().map(|id| id.uuid()).collect::<Vec<_>>(), espera);
        nomes
    }

    /// The whole sample, three at a time: of however many it is said to be, it is the same.
    fn amostra(&self, empresa: u16, filtro: &Filtro) -> Vec<String> {
        let selecao = Selecao { quem: Alvo::Filtro(filtro), tipo: Canal::Enriquecimento, dia: hoje() };
        let (mut nomes, mut depois_de) = (Vec::new(), None);
        loop {
            let [pagina, de_muitos] = [0, i64::MAX].map(|contados| {
                let ler = |t: &mut Tenant<'_>| sample(t, (&selecao, contados), depois_de.as_ref(), 3);
                self.lote.da_empresa(de(empresa), ler).unwrap()
            });
            let ids = |pagina: &[Amostrado]| pagina.iter().map(|um| um.id).collect::<Vec<_>>();
            assert_eq!(ids(&pagina), ids(&de_muitos));
            let Some(ultimo) = pagina.last() else { return nomes };
            depois_de = Some((ultimo.nome_busca.clone(), ultimo.id));
            nomes.extend(pagina.into_iter().filter_map(|amostrado| amostrado.nome));
        }
    }

    pub(super) fn contar(&self, empresa: u16, filtro: &Filtro, tipo: Canal) -> Contagem {
        let selecao = Selecao { quem: Alvo::Filtro(filtro), tipo, dia: hoje() };
        self.lote.da_empresa(de(empresa), |t| count(t, &selecao)).unwrap()
    }
}

pub(super) fn de(empresa: u16) -> EmpresaId {
    EmpresaId::new(id(empresa, 0, 0))
}

/// Rows of a statement while they are put together.
struct Escrita {
    sql: String,
    empresa: u16,
    proximo: usize,
}

fn texto(valor: Option<&str>) -> String {
    valor.map_or("NULL".to_owned(), |valor| format!("'{valor}'"))
}

fn escrito(empresa: u16, devedores: &[Dev]) -> String {
    let mut escrita = Escrita { sql: String::new(), empresa, proximo: 0 };
    let e = id(empresa, 0, 0);
    escrita
        .em(&format!("empresa (id, nome, remetente_email, criada_em) VALUES ('{e}', 'A', 'a@a.com', now())"));
    for (n, (grupo, positivo)) in RESULTADOS.iter().enumerate() {
        let r = id(empresa, RESULTADO, n);
        escrita.em(&format!("resultado_contato VALUES ('{e}', '{r}', 'R{n}', '{grupo}', {positivo})"));
    }
    for n in 0..3 {
        let k = id(empresa, CREDOR, n);
        escrita.em(&format!(
            "credor (empresa_id, id, codigo_integracao, nome) VALUES ('{e}', '{k}', 'K{n}', 'K')"
        ));
    }
    for n in 0..2 {
        let r = id(empresa, REGUA, n);
        escrita.por(&format!(
            "INSERT INTO regua.regua (empresa_id, id, nome, prioridade, criada_em, alterada_em, chave) \
             VALUES ('{e}', '{r}', 'R', 0, now(), now(), '{n}'); "
        ));
        for p in 0..2 {
            let posicao = id(empresa, POSICAO, n * 2 + p);
            escrita.por(&format!(
                "INSERT INTO regua.posicao (empresa_id, id, regua_id, gatilho, dias) \
                 VALUES ('{e}', '{posicao}', '{r}', 'cobranca', {p}); "
            ));
        }
    }
    for (n, devedor) in devedores.iter().enumerate() {
        escrita.devedor(n, devedor);
    }
    escrita.sql
}

impl Escrita {
    fn em(&mut self, que: &str) {
        self.por(&format!("INSERT INTO cadastro.{que}; "));
    }

    fn por(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn id(&mut self) -> Uuid {
        self.proximo += 1;
        id(self.empresa, 9, self.proximo)
    }

    fn devedor(&mut self, n: usize, dev: &Dev) {
        let (e, d) = (id(self.empresa, 0, 0), id(self.empresa, DEVEDOR, n));
        let isenta = dev.tipo.0 == TipoPessoa::Isenta;
        let documento = texto((!isenta).then(|| format!("{n:011}")).as_deref());
        let (gerente, categoria) = (texto(dev.gerente.as_deref()), texto(dev.categoria.as_deref()));
        self.em(&format!(
            "devedor (empresa_id, id, nome, documento, tipo_pessoa, categoria, gerente, criado_em, atualizado_em) \
             VALUES ('{e}', '{d}', '{}', {documento}, '{}', {categoria}, {gerente}, '{}', now())",
            dev.nome, dev.tipo.0, dev.criado_em
        ));
        for codigo in &dev.codigos {
            self.em(&format!("devedor_codigo VALUES ('{e}', '{codigo}', '{d}')"));
        }
        for canal in &dev.opt_out {
            self.em(&format!(
                "opt_out (empresa_id, devedor_id, canal, desde) VALUES ('{e}', '{d}', '{canal}', now())"
            ));
        }
        for (ordem, meio) in dev.meios.iter().enumerate() {
            let (tipo, valor, endereco, serve) = match meio {
                Meio::Email(serve) => ("email", format!("{ordem}@x.com"), None, *serve),
                Meio::Telefone(true) => ("telefone", format!("+551191234567{ordem}"), None, true),
                Meio::Telefone(false) => ("telefone", format!("+55112234567{ordem}"), None, true),
                Meio::Endereco(cidade, uf, inteiro) => {
                    let rua = if *inteiro { r#", "logradouro": "R", "cep": "01001000""# } else { "" };
                    let endereco = format!(r#"{{"cidade": "{cidade}", "uf": "{uf}"{rua}}}"#);
                    ("endereco", ordem.to_string(), Some(endereco), true)
                }
            };
            let invalido = if serve { "NULL" } else { "now()" };
            let endereco = texto(endereco.as_deref());
            self.em(&format!(
                "meio_contato (empresa_id, devedor_id, tipo, valor, ordem, endereco, invalido_desde) \
                 VALUES ('{e}', '{d}', '{tipo}', '{valor}', {ordem}, {endereco}, {invalido})"
            ));
        }
        for titulo in &dev.titulos {
            self.titulo(d, titulo, None);
        }
        self.inscricoes(d, &dev.inscricoes);
        self.negociacoes(d, &dev.negociacoes);
        for contato in &dev.contatos {
            self.contato(d, contato);
        }
    }

    fn titulo(&mut self, d: Uuid, titulo: &Tit, acordo: Option<Uuid>) {
        let (e, id, status) = (id(self.empresa, 0, 0), self.id(), titulo.status);
        let credor = titulo.credor.map(|n| self::id(self.empresa, CREDOR, n.into()).to_string());
        let saldo = saldo(status, titulo.saldo);
        let origem = if titulo.acordo { "acordo" } else { "original" };
        self.em(&format!(
            "titulo (empresa_id, id, codigo_integracao, devedor_id, credor_id, numero, vencimento, valor, saldo, status, origem, \
                     acordo_id, tipo_negocio, tipo_titulo, status_em, criado_em, atualizado_em) \
             VALUES ('{e}', '{id}', '{id}', '{d}', {}, 'N', '{}', 1000, {saldo}, '{status}', '{origem}', {}, {}, {}, now(), now(), now())",
            texto(credor.as_deref()),
            titulo.vencimento,
            texto(acordo.map(|acordo| acordo.to_string()).as_deref()),
            texto(titulo.negocio),
            texto(titulo.tipo),
        ));
    }

    fn inscricoes(&mut self, d: Uuid, inscricoes: &[Insc]) {
        for inscricao in inscricoes {
            let (e, id, alvo) = (id(self.empresa, 0, 0), self.id(), self.id());
            let regua = self::id(self.empresa, REGUA, inscricao.regua.into());
            let n = inscricao
                .posicao
                .map(|(n, em)| (self::id(self.empresa, POSICAO, usize::from(inscricao.regua * 2 + n)), em));
            let (posicao, em) =
                (texto(n.map(|n| n.0.to_string()).as_deref()), texto(n.map(|n| n.1.to_string()).as_deref()));
            let (estado, encerrada) =
                if inscricao.viva { ("final", "NULL, NULL") } else { ("encerrada", "now(), 'sem_titulo'") };
            self.por(&format!(
                "INSERT INTO regua.inscricao (empresa_id, id, regua_id, devedor_id, alvo_id, estado, entrada, ciclo, final_em, \
                        encerrada_em, motivo, titulos, posicao_id, posicao_em) \
                 VALUES ('{e}', '{id}', '{regua}', '{d}', '{alvo}', '{estado}', now(), 1, now(), {encerrada}, '{{}}', {posicao}, {em}); "
            ));
        }
    }

    fn negociacoes(&mut self, d: Uuid, negociacoes: &[Neg]) {
        for negociacao in negociacoes {
            let (e, id, estado) = (id(self.empresa, 0, 0), self.id(), negociacao.estado);
            let (confirmada, cancelada, quebrada) = match estado {
                EstadoNegociacao::Aberta => ("NULL".to_owned(), "NULL".to_owned(), "NULL"),
                EstadoNegociacao::Confirmada => ("now()".to_owned(), "NULL".to_owned(), "NULL"),
                EstadoNegociacao::Cancelada => {
                    ("NULL".to_owned(), format!("'{}'", negociacao.cancelada_em), "NULL")
                }
                EstadoNegociacao::Quebrada => ("now()".to_owned(), "NULL".to_owned(), "now()"),
            };
            let paga = matches!(estado, EstadoNegociacao::Confirmada | EstadoNegociacao::Quebrada);
            self.em(&format!(
                "negociacao (empresa_id, id, devedor_id, estado, valor, primeira_parcela, com_pagamento, criada_em, confirmada_em, \
                             cancelada_em, quebrada_em, principal, encargos, desconto_encargos, desconto_principal, juros, \
                             com_entrada, usuario) \
                 VALUES ('{e}', '{id}', '{d}', '{estado}', 1, now(), {paga}, '{}', {confirmada}, {cancelada}, {quebrada}, 1, 0, 0, 0, 0, \
                         false, {})",
                negociacao.criada_em,
                texto(negociacao.usuario)
            ));
            for (status, vencimento) in &negociacao.parcelas {
                let parcela =
                    Tit { status: *status, acordo: true, saldo: 50, ..tit(&vencimento.to_string()) };
                self.titulo(d, &parcela, Some(id));
            }
        }
    }

    fn contato(&mut self, d: Uuid, contato: &Con) {
        let (e, id) = (id(self.empresa, 0, 0), self.id());
        let resultado = self::id(self.empresa, RESULTADO, contato.resultado.into());
        let para = contato.agendado.map(|(para, _)| para.to_string());
        let operador = contato.agendado.and_then(|(_, operador)| operador);
        self.em(&format!(
            "contato (empresa_id, id, devedor_id, canal, em, resultado_id, agendado_para, operador_agendamento, criado_em) \
             VALUES ('{e}', '{id}', '{d}', 'telefone', '{}', '{resultado}', {}, {}, now())",
            contato.em,
            texto(para.as_deref()),
            texto(operador)
        ));
    }
}
