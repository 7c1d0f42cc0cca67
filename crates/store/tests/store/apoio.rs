//! A database with one company, builders, and the ways to look at it behind the store's back.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use domain::calendario::Feriados;
use domain::dinheiro::Centavos;
use domain::documento::{Cpf, Documento};
use domain::execucao::{Canal, Envio, Motivo};
use domain::ids::{EmpresaId, ExecucaoId, NoiteId, ReguaId, TituloId};
use domain::regua::{EstadoRegua, Gatilho, Migracao, Regras};
use store::disparos::{Cerca, Reivindicacao};
use store::empresas::{self, NovaEmpresa};
use store::execucoes::{self, ExecucaoLida};
use store::noites::{self, Abertura};
use store::titulos::{EntradaDevedor, EntradaTitulo, ResultadoItem, upsert};
use store::{Banco, Papel};

pub(crate) mod disparo;
mod motor;
mod reguas;

pub(crate) use motor::{chunk, claim, decide_and_save, walk};
pub(crate) use reguas::{add_posicao, aviso, edit, nova_regua, posicao, set_estado};

/// Longer than any wait of these tests; only a test that fails waits this long.
pub(crate) const PRAZO: Duration = Duration::from_secs(20);
pub(crate) const LEASE: Duration = Duration::from_mins(1);
pub(crate) const REGRAS: Regras = Regras {
    vencimento_em_dia_util: true,
    feriados: Feriados::NENHUM,
    migracao: Migracao::Prioridade,
    cancelar_acordo_apos: None,
};

/// A database with one company, and the pools of the three services on it.
pub(crate) struct Casa {
    pub(crate) titulos: Banco,
    pub(crate) engine: Banco,
    pub(crate) dispatcher: Banco,
    pub(crate) empresa: EmpresaId,
    pub(crate) pg: testkit::Banco,
}

impl Casa {
    pub(crate) fn nova() -> Self {
        let pg = testkit::Banco::new();
        let titulos = Banco::connect(pg.url(), Papel::Titulos, 2).unwrap();
        let engine = Banco::connect(pg.url(), Papel::ReguaEngine, 2).unwrap();
        let dispatcher = Banco::connect(pg.url(), Papel::Dispatcher, 2).unwrap();
        let empresa = nova_empresa(&titulos, "Alfa");
        Self { titulos, engine, dispatcher, empresa, pg }
    }

    pub(crate) fn push(&self, itens: &[EntradaTitulo]) -> Vec<ResultadoItem> {
        self.titulos.da_empresa(self.empresa, |t| upsert(t, itens, agora())).unwrap()
    }

    /// Pushes one and answers its id.
    pub(crate) fn push_one(&self, item: EntradaTitulo) -> TituloId {
        id_of(&self.push(&[item])[0])
    }

    /// A negotiated título goes to another debtor. No push does that any more; those of former versions did.
    pub(crate) fn move_to(&self, titulo: &str, devedor: &str) {
        testkit::Sql::connect(self.pg.url()).run(&format!(
            "UPDATE cadastro.titulo SET devedor_id = \
                (SELECT devedor_id FROM cadastro.devedor_codigo WHERE codigo_integracao = '{devedor}') \
              WHERE codigo_integracao = '{titulo}'"
        ));
    }

    /// An active régua with one e-mail at each position.
    pub(crate) fn regua(&self, gatilhos: &[Gatilho]) -> ReguaId {
        let nova = nova_regua(gatilhos);
        self.engine
            .da_empresa(self.empresa, |t| {
                store::reguas::create(t, &nova, agora())?.unwrap();
                set_estado(t, nova.regua.id(), EstadoRegua::Ativa, agora())?;
                Ok(nova.regua.id())
            })
            .unwrap()
    }

    pub(crate) fn open(&self, data: NaiveDate) -> Abertura {
        self.engine.da_empresa(self.empresa, |t| noites::open(t, data, hora(data))).unwrap()
    }

    pub(crate) fn open_new(&self, data: NaiveDate) -> (NoiteId, NaiveDate) {
        let aberta = self.open(data);
        let Abertura::Nova(noite) = aberta else { panic!("{data}: {aberta:?}") };
        (NoiteId::new(noite.id), data)
    }

    /// A whole night; answers the debtors looked at and the new actions.
    pub(crate) fn night(&self, data: &str) -> (i64, i64) {
        let noite = self.open_new(dia(data));
        walk(&self.engine, self.empresa, noite, 100);
        let lida = self.engine.da_empresa(self.empresa, |t| noites::get(t, noite.0)).unwrap().unwrap();
        (lida.devedores, lida.acoes)
    }

    pub(crate) fn execucoes(&self) -> Vec<ExecucaoLida> {
        self.dispatcher
            .da_empresa(self.empresa, |t| execucoes::list(t, &execucoes::Filtro::default(), None, 100_000))
            .unwrap()
    }

    pub(crate) fn execucao(&self, id: ExecucaoId) -> ExecucaoLida {
        self.dispatcher.da_empresa(self.empresa, |t| execucoes::get(t, id)).unwrap().unwrap()
    }

    /// One debtor, overdue and enrolled, with one e-mail that waits in the queue: its execution and its título.
    pub(crate) fn queued(&self) -> (ExecucaoId, TituloId) {
        let titulo = self.push_one(item("1", devedor(1)));
        (self.queue_one(), titulo)
    }

    /// What [`Casa::queued`] does, for the debtor that was pushed.
    pub(crate) fn queue_one(&self) -> ExecucaoId {
        self.regua(&[d(0)]);
        assert_eq!(self.night(NOITE), (1, 1));
        let fila = store::disparos::enqueue(&self.dispatcher, &[Canal::Email], hora(dia(NOITE)), (10, 1_000))
            .unwrap();
        assert_eq!(fila.len(), 1);
        fila[0].id
    }

    /// Claims it with the answer of the fence given.
    pub(crate) fn claim(&self, id: ExecucaoId, lease: Duration, envio: &Envio) -> Reivindicacao {
        self.dispatcher.da_empresa(self.empresa, |t| disparo::claim(t, id, lease, |_| envio.clone())).unwrap()
    }

    /// Claims it to be sent and answers the fence.
    pub(crate) fn claimed(&self, id: ExecucaoId, lease: Duration) -> i64 {
        self.ours(id, lease).0
    }

    /// What the fence shows to whoever decides there.
    pub(crate) fn seen(&self, id: ExecucaoId) -> Cerca {
        self.ours(id, LEASE).1
    }

    fn ours(&self, id: ExecucaoId, lease: Duration) -> (i64, Cerca) {
        let claimed = self.claim(id, lease, &Envio::Enviar { titulos: vec![] });
        let Reivindicacao::Nossa { cerca, dados, .. } = claimed else { panic!("{}", nome(&claimed)) };
        (cerca, *dados)
    }

    /// A number, with the owner's eyes.
    pub(crate) fn n(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Linha {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        sql_query(format!("SELECT ({sql})::bigint AS n")).get_result::<Linha>(&mut self.root()).unwrap().n
    }

    /// The single text column `x` of every row, with the owner's eyes.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        texts(&mut self.root(), sql)
    }

    pub(crate) fn run(&self, sql: &str) {
        self.root().batch_execute(sql).unwrap();
    }

    pub(crate) fn root(&self) -> PgConnection {
        PgConnection::establish(self.pg.url()).unwrap()
    }

    /// Returns once a statement of this database waits for a lock.
    pub(crate) fn wait_until_blocked(&self) {
        testkit::block_until(PRAZO, || self.is_blocked());
    }

    /// Whether a statement of this database waits for a lock.
    pub(crate) fn is_blocked(&self) -> bool {
        let esperando = "datname = current_database() AND wait_event_type = 'Lock'";
        self.n(&format!("SELECT count(*) FROM pg_stat_activity WHERE {esperando}")) > 0
    }

    /// What every row of these tables is and when it was written or locked: equal answers mean that nothing was.
    pub(crate) fn versions(&self) -> Vec<String> {
        self.rows("ctid, xmin, xmax, x")
    }

    /// What every row of these tables is and when it was written: equal answers mean that nothing was written.
    pub(crate) fn written(&self) -> Vec<String> {
        self.rows("ctid, xmin, x")
    }

    fn rows(&self, colunas: &str) -> Vec<String> {
        [
            "cadastro.credor",
            "cadastro.devedor",
            "cadastro.devedor_codigo",
            "cadastro.devedor_saldo",
            "cadastro.meio_contato",
            "cadastro.negociacao",
            "cadastro.titulo",
            "regua.agenda",
        ]
        .iter()
        .flat_map(|tabela| {
            self.texts(&format!(
                "SELECT '{tabela} ' || concat_ws(' ', {colunas}) AS x FROM {tabela} x ORDER BY 1"
            ))
        })
        .collect()
    }

    /// The debtors that the next night will look at because they changed, by code.
    pub(crate) fn marked(&self) -> Vec<String> {
        self.texts(
            "SELECT min(c.codigo_integracao) AS x FROM regua.agenda a JOIN cadastro.devedor_codigo c USING (empresa_id, devedor_id) \
              WHERE a.proxima = '-infinity' GROUP BY a.devedor_id ORDER BY 1",
        )
    }

    /// As if a night had looked at everybody.
    pub(crate) fn unmark(&self) {
        self.run("UPDATE regua.agenda SET proxima = NULL");
    }
}

/// The night on which [`item`] enters a régua.
pub(crate) const NOITE: &str = "2026-03-02";

pub(crate) fn texts(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = Text)]
        x: String,
    }
    sql_query(sql).load::<Linha>(conn).unwrap().into_iter().map(|l| l.x).collect()
}

pub(crate) fn nova_empresa(banco: &Banco, nome: &str) -> EmpresaId {
    let nova = NovaEmpresa {
        nome: nome.to_owned(),
        documento: None,
        remetente_email: "cobranca@empresa.com.br".to_owned(),
    };
    empresas::create(banco, &nova, &[], agora()).unwrap()
}

/// A título overdue on [`NOITE`], of R$ 100,00.
pub(crate) fn item(codigo: &str, devedor: EntradaDevedor) -> EntradaTitulo {
    EntradaTitulo {
        codigo_integracao: codigo.to_owned(),
        numero: format!("NF {codigo}"),
        emissao: None,
        vencimento: dia("2026-02-10"),
        valor: Centavos::new(10_000),
        devedor,
        credor: None,
        tipo_negocio: None,
        tipo_titulo: None,
        boleto: store::titulos::Boleto::default(),
    }
}

/// Debtor `n`, with the code `d<n>` and a CPF of its own.
pub(crate) fn devedor(n: u32) -> EntradaDevedor {
    EntradaDevedor {
        codigo_integracao: format!("d{n}"),
        nome: format!("Devedor {n}"),
        documento: Some(cpf(n)),
        categoria: None,
        score: None,
        emails: None,
        gerente: None,
        telefones: None,
        enderecos: None,
    }
}

pub(crate) fn cpf(n: u32) -> Documento {
    Documento::Cpf(Cpf::from_base(&format!("{:09}", 100_000_000 + n)).unwrap())
}

pub(crate) fn id_of(resultado: &ResultadoItem) -> TituloId {
    match resultado {
        ResultadoItem::Criado(id) | ResultadoItem::Atualizado(id) | ResultadoItem::Inalterado(id) => *id,
        ResultadoItem::Recusado(recusa) => panic!("{recusa:?}"),
    }
}

pub(crate) fn nome(reivindicacao: &Reivindicacao) -> String {
    match reivindicacao {
        Reivindicacao::Nossa { .. } => "nossa".to_owned(),
        Reivindicacao::Adiada { para } => format!("adiada para {para}"),
        Reivindicacao::Retida => "retida".to_owned(),
        Reivindicacao::Expirada => "expirada".to_owned(),
        Reivindicacao::Descartada { motivo } => format!("descartada ({motivo})"),
        Reivindicacao::DeOutro => "de outro".to_owned(),
    }
}

/// Discards for a reason that no test of the fence expects.
pub(crate) fn descartar() -> Envio {
    Envio::Descartar { motivo: Motivo::SemContato }
}

/// `D+n`.
pub(crate) fn d(dias: u16) -> Gatilho {
    Gatilho::Cobranca { dias }
}

/// `D-n`.
pub(crate) fn antes(dias_antes: u16) -> Gatilho {
    Gatilho::Lembrete { dias_antes }
}

pub(crate) fn dia(texto: &str) -> NaiveDate {
    texto.parse().unwrap()
}

pub(crate) fn depois(texto: &str, dias: u64) -> NaiveDate {
    dia(texto) + Days::new(dias)
}

/// The instant of a date's night, 03:00 in São Paulo.
pub(crate) fn hora(data: NaiveDate) -> DateTime<Utc> {
    data.and_hms_opt(6, 0, 0).unwrap().and_utc()
}

/// The day before [`NOITE`], when tests push.
pub(crate) fn agora() -> DateTime<Utc> {
    hora(dia("2026-03-01"))
}
