//! What moves an entry besides the bureau: its título, a date, a person.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _};
use domain::negativacao::{EventoBureau, MotivoBaixa, PrazoDaBaixa, Rumo, Situacao, rumo};
use domain::titulo::StatusTitulo;
use uuid::Uuid;

use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// What a pass over a page of entries did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Andamento {
    /// Entries that came to be public, the term of their notice being over.
    pub publicadas: usize,
    /// Entries that have to come off, or that were called off before they left.
    pub baixas: usize,
    /// Where the next page begins; `None` after the last one.
    pub continua: Option<Uuid>,
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(embed)]
    dita: Dita,
    #[diesel(sql_type = Text)]
    situacao: String,
    #[diesel(sql_type = Bool)]
    parada: bool,
    #[diesel(sql_type = Bool)]
    conta_ativa: bool,
}

/// Of which debt an entry speaks.
#[derive(QueryableByName)]
pub(super) struct Dita {
    #[diesel(sql_type = SqlUuid)]
    pub(super) titulo_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credor_id: Option<Uuid>,
    #[diesel(sql_type = Date)]
    vencimento: NaiveDate,
    #[diesel(sql_type = BigInt)]
    valor: i64,
}

/// What became of a título.
#[derive(QueryableByName)]
pub(super) struct DoTitulo {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credor_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Bool)]
    confirmada: bool,
    #[diesel(sql_type = Date)]
    vencimento: NaiveDate,
    #[diesel(sql_type = BigInt)]
    saldo: i64,
    #[diesel(sql_type = Nullable<Date>)]
    pago_em: Option<NaiveDate>,
}

impl DoTitulo {
    /// What it says of an entry: one that speaks of another debt than it is by now (another debtor, creditor or due date) has to
    /// be off.
    pub(super) fn rumo(&self, dita: &Dita, hoje: NaiveDate) -> Result<Rumo, StoreError> {
        let status = StatusTitulo::parse(&self.status).ok().ok_or(StoreError::Unknown("status"))?;
        let rumo = rumo(status, self.confirmada, self.vencimento, hoje);
        let mesma = (self.devedor_id, self.credor_id, self.vencimento)
            == (dita.devedor_id, dita.credor_id, dita.vencimento);
        Ok(match rumo {
            Rumo::Segue | Rumo::Espera if !mesma => Rumo::Baixar(MotivoBaixa::Solicitacao),
            Rumo::Segue | Rumo::Espera | Rumo::Baixar(_) => rumo,
        })
    }

    /// Whether as much is owed as an entry says.
    pub(super) fn owes(&self, dita: &Dita) -> bool {
        self.saldo == dita.valor
    }

    /// From which day the deadline counts of an entry that comes off for `motivo`: that of the payment, if it was one.
    pub(super) fn base(&self, motivo: MotivoBaixa, hoje: NaiveDate) -> NaiveDate {
        let pago = matches!(motivo, MotivoBaixa::Pagamento | MotivoBaixa::Acordo);
        self.pago_em.filter(|em| pago && *em <= hoje).unwrap_or(hoje)
    }
}

/// What became of these títulos, by id.
pub(super) fn titulos(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, DoTitulo>, StoreError> {
    let linhas: Vec<DoTitulo> = prepared("SELECT * FROM cadastro.titulos_negativados($1)")
        .bind::<Array<SqlUuid>, _>(ids)
        .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| (linha.id, linha)).collect())
}

/// One entry that has to come off.
pub(super) struct Saida {
    pub(super) id: Uuid,
    pub(super) de: Situacao,
    pub(super) para: Situacao,
    pub(super) motivo: MotivoBaixa,
    /// From which day its deadline counts.
    pub(super) base: NaiveDate,
}

/// Looks at entries of which something may be due: a page, after `depois_de`, of those that nobody carried yet or whose day has come,
/// and those whose título changed since the last look. Those whose título says so have to come off (rules G20, G21), as does what has
/// not left by an account that nothing is included by any more; those whose term is over are public.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn move_on(
    t: &mut Tenant<'_>,
    depois_de: Option<Uuid>,
    limite: i64,
    (agora, hoje): (DateTime<Utc>, NaiveDate),
) -> Result<Andamento, StoreError> {
    let mudadas = changed(t, limite)?;
    let vencidas = due(t, depois_de, limite, hoje)?;
    let cheia = |quantas: usize| i64::try_from(quantas).unwrap_or(i64::MAX) >= limite;
    let ultima = vencidas.last().copied().or(depois_de).unwrap_or(Uuid::nil());
    let continua = (cheia(mudadas.len()) || cheia(vencidas.len())).then_some(ultima);
    let ids: Vec<Uuid> = mudadas.into_iter().flatten().chain(vencidas).collect();
    let linhas = read(t, &ids)?;
    let titulos = titulos(t, &linhas.iter().map(|linha| linha.dita.titulo_id).collect::<Vec<_>>())?;
    let (mut saidas, mut viradas) = (Vec::new(), Vec::new());
    for linha in &linhas {
        let de = situacao(&linha.situacao)?;
        let Some(titulo) = titulos.get(&linha.dita.titulo_id) else { continue };
        let rumo = titulo.rumo(&linha.dita, hoje)?;
        let sem_conta = de == Situacao::Solicitada && !linha.conta_ativa;
        let rumo = match rumo {
            Rumo::Segue | Rumo::Espera if sem_conta => Rumo::Baixar(MotivoBaixa::Solicitacao),
            Rumo::Segue | Rumo::Espera | Rumo::Baixar(_) => rumo,
        };
        if let (Rumo::Baixar(motivo), Some(para)) = (rumo, de.depois(EventoBureau::PedirBaixa)) {
            saidas.push(Saida { id: linha.id, de, para, motivo, base: titulo.base(motivo, hoje) });
        } else if de == Situacao::Solicitada && linha.parada != (rumo == Rumo::Espera) {
            viradas.push(linha.id);
        }
    }
    let baixas = take_off(t, &saidas, agora)?;
    turn(t, &viradas)?;
    let publicadas = publish(t, &ids, (agora, hoje))?;
    Ok(Andamento { publicadas, baixas, continua })
}

/// Takes note of títulos that changed, and answers their entries; `None` of one whose entries are over.
fn changed(t: &mut Tenant<'_>, limite: i64) -> Result<Vec<Option<Uuid>>, StoreError> {
    #[derive(QueryableByName)]
    struct Mudada {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        id: Option<Uuid>,
    }
    let mudadas: Vec<Mudada> = prepared(
        "WITH x AS MATERIALIZED ( \
           SELECT id FROM disparo.titulo_mudado WHERE empresa_id = $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED), \
         vistos AS ( \
           DELETE FROM disparo.titulo_mudado m USING x WHERE m.empresa_id = $1 AND m.id = x.id RETURNING m.titulo_id) \
         SELECT n.id FROM vistos v \
           LEFT JOIN disparo.negativacao n ON n.empresa_id = $1 AND n.titulo_id = v.titulo_id AND n.terminou_em IS NULL",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    Ok(mudadas.into_iter().map(|mudada| mudada.id).collect())
}

/// A page of what nobody carried yet, what is public by now, and what is too old, or will be in a day.
fn due(
    t: &mut Tenant<'_>,
    depois_de: Option<Uuid>,
    limite: i64,
    hoje: NaiveDate,
) -> Result<Vec<Uuid>, StoreError> {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let ids: Vec<Id> = prepared(
        "(SELECT n.id FROM disparo.negativacao n \
           WHERE n.empresa_id = $1 AND n.situacao = 'solicitada' AND n.id > $2 ORDER BY n.id LIMIT $3) \
          UNION \
         (SELECT n.id FROM disparo.negativacao n \
           WHERE n.empresa_id = $1 AND n.situacao = 'aceita' AND n.publica_em <= $4 AND n.id > $2 ORDER BY n.id LIMIT $3) \
          UNION \
         (SELECT n.id FROM disparo.negativacao n \
           WHERE n.empresa_id = $1 AND n.situacao IN ('enviada', 'aceita', 'incluida') \
             AND n.vencimento <= ($4 - interval '5 years' + interval '1 day')::date AND n.id > $2 ORDER BY n.id LIMIT $3) \
         ORDER BY id LIMIT $3",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(depois_de.unwrap_or(Uuid::nil()))
    .bind::<BigInt, _>(limite)
    .bind::<Date, _>(hoje)
    .load(t.conn)?;
    Ok(ids.into_iter().map(|linha| linha.id).collect())
}

fn read(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<Vec<Linha>, StoreError> {
    Ok(prepared(
        "SELECT n.id, n.titulo_id, n.devedor_id, n.credor_id, n.vencimento, n.valor, n.situacao, n.parada, c.ativa AS conta_ativa \
           FROM disparo.negativacao n JOIN disparo.credencial c ON c.empresa_id = n.empresa_id AND c.id = n.credencial_id \
          WHERE n.empresa_id = $1 AND n.id = ANY ($2) AND n.terminou_em IS NULL ORDER BY n.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?)
}

pub(super) fn situacao(codigo: &str) -> Result<Situacao, StoreError> {
    Situacao::parse(codigo).ok().ok_or(StoreError::Unknown("situacao"))
}

/// Writes that they have to come off, each if it still is where it was.
pub(super) fn take_off(
    t: &mut Tenant<'_>,
    saidas: &[Saida],
    agora: DateTime<Utc>,
) -> Result<usize, StoreError> {
    if saidas.is_empty() {
        return Ok(0);
    }
    Ok(prepared(
        "UPDATE disparo.negativacao n SET situacao = x.para, motivo_baixa = x.motivo, base_baixa = x.base, limite_baixa = x.limite, \
                baixa_pedida_em = $8, mudou_em = $8, terminou_em = CASE WHEN x.para = 'cancelada' THEN $8 END \
           FROM unnest($2, $3, $4, $5, $6, $7) AS x (id, de, para, motivo, base, limite) \
          WHERE n.empresa_id = $1 AND n.id = x.id AND n.situacao = x.de",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(saidas.iter().map(|s| s.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(saidas.iter().map(|s| s.de.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(saidas.iter().map(|s| s.para.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(saidas.iter().map(|s| s.motivo.as_str()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(saidas.iter().map(|s| s.base).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(saidas.iter().map(|s| PrazoDaBaixa::contado_de(s.base).limite).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?)
}

/// The bureau told the debtor, and its term is over: they are public.
fn publish(
    t: &mut Tenant<'_>,
    ids: &[Uuid],
    (agora, hoje): (DateTime<Utc>, NaiveDate),
) -> Result<usize, StoreError> {
    let de = Situacao::Aceita;
    let para = de.depois(EventoBureau::Publicar).ok_or(StoreError::Unknown("situacao"))?;
    Ok(prepared(
        "UPDATE disparo.negativacao SET situacao = $6, incluida_em = $3, mudou_em = $3 \
          WHERE empresa_id = $1 AND id = ANY ($2) AND situacao = $5 AND publica_em <= $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Timestamptz, _>(agora)
    .bind::<Date, _>(hoje)
    .bind::<Text, _>(de.as_str())
    .bind::<Text, _>(para.as_str())
    .execute(t.conn)?)
}

/// Has those stand still that go, and those go that stand still.
fn turn(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    prepared("UPDATE disparo.negativacao SET parada = NOT parada WHERE empresa_id = $1 AND id = ANY ($2)")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .execute(t.conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Pedida {
    #[diesel(sql_type = Text)]
    situacao: String,
}

/// A person asks for an entry to come off. `Some(false)` when that is under way or over; `None` when there is no such entry. An
/// exclusion that was handed over on another day, or whose remessa was answered without settling it, goes once more.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn ask_off(
    t: &mut Tenant<'_>,
    id: Uuid,
    motivo: MotivoBaixa,
    (agora, hoje): (DateTime<Utc>, NaiveDate),
) -> Result<Option<bool>, StoreError> {
    let linha: Option<Pedida> =
        prepared("SELECT situacao FROM disparo.negativacao WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id)
            .get_result(t.conn)
            .optional()?;
    let Some(linha) = linha else { return Ok(None) };
    let de = situacao(&linha.situacao)?;
    if let Some(para) = de.depois(EventoBureau::ReenviarBaixa) {
        return Ok(Some(resend(t, id, para, (agora, hoje))?));
    }
    let Some(para) = de.depois(EventoBureau::PedirBaixa) else { return Ok(Some(false)) };
    take_off(t, &[Saida { id, de, para, motivo, base: hoje }], agora)?;
    Ok(Some(true))
}

/// Why it comes off, and by when, stays as it was.
fn resend(
    t: &mut Tenant<'_>,
    id: Uuid,
    para: Situacao,
    (agora, hoje): (DateTime<Utc>, NaiveDate),
) -> Result<bool, StoreError> {
    let feitas = prepared(
        "UPDATE disparo.negativacao n SET situacao = $3, mudou_em = $4 FROM disparo.remessa r \
          WHERE n.empresa_id = $1 AND n.id = $2 AND r.empresa_id = n.empresa_id AND r.id = n.remessa_baixa_id \
            AND (r.respondida_em IS NOT NULL \
                 OR (n.baixa_enviada_em AT TIME ZONE (SELECT v.fuso FROM cadastro.v_empresa v))::date < $5)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(para.as_str())
    .bind::<Timestamptz, _>(agora)
    .bind::<Date, _>(hoje)
    .execute(t.conn)?;
    Ok(feitas == 1)
}
