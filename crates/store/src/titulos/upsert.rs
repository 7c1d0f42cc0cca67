//! The bulk upsert by `codigo_integracao`: a handful of set-based statements, whatever the number of títulos. Each row is
//! looked up by its key (see `devedores`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::Rotulo;
use domain::ids::TituloId;
use domain::meio::OrigemContato;
use uuid::Uuid;

use super::devedores::{Resolvidos, resolve, save_credores};
use super::{EntradaTitulo, PREFIXO_PARCELA, Recusa, ResultadoItem, mark};
use crate::banco::new_id;
use crate::{StoreError, Tenant, importacoes};

#[derive(QueryableByName)]
struct Existente {
    #[diesel(sql_type = Text)]
    codigo_integracao: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Bool)]
    negociado: bool,
}

#[derive(QueryableByName)]
struct Gravado {
    #[diesel(sql_type = Text)]
    codigo_integracao: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Bool)]
    criado: bool,
}

/// Stores the títulos, each code of which comes once, with their debtors and creditors and answers a result for each, in the
/// order given. Pushing the same again writes no row. Every debtor with a changed fact is marked for the engine in the same transaction.
///
/// # Errors
/// The database refused or is unreachable; then nothing is stored.
pub fn upsert(
    t: &mut Tenant<'_>,
    itens: &[EntradaTitulo],
    agora: DateTime<Utc>,
) -> Result<Vec<ResultadoItem>, StoreError> {
    let resultados = upsert_from(t, itens, OrigemContato::Erp, agora)?;
    importacoes::note_sent(t, &resultados)?;
    Ok(resultados)
}

/// As [`upsert`]; contacts that are new were told by `origem`.
pub(crate) fn upsert_from(
    t: &mut Tenant<'_>,
    itens: &[EntradaTitulo],
    origem: OrigemContato,
    agora: DateTime<Utc>,
) -> Result<Vec<ResultadoItem>, StoreError> {
    let parcelas = load_parcelas(t, itens)?;
    let proprios: Vec<_> = itens.iter().filter(|item| !parcelas.contains(&item.codigo_integracao)).collect();
    let mencoes: Vec<_> = proprios.iter().map(|item| &item.devedor).collect();
    let Resolvidos { mut devedores, alterados } = resolve(t, &mencoes, origem, agora)?;
    let credores = save_credores(t, proprios.iter().filter_map(|item| item.credor.as_ref()), agora)?;
    let codigos: Vec<&str> = proprios.iter().map(|item| item.codigo_integracao.as_str()).collect();
    let antes = load_existing(t, &codigos)?;

    for (codigo, devedor) in codigos.iter().zip(&mut devedores) {
        let de_outro = |id: &Uuid| antes.get(*codigo).is_some_and(|a| a.negociado && a.devedor_id != *id);
        if devedor.as_ref().is_ok_and(de_outro) {
            *devedor = Err(Recusa::NegociadoComOutro);
        }
    }
    let mut colunas = Colunas::default();
    for (item, devedor) in proprios.iter().zip(&devedores) {
        if let Ok(devedor) = devedor {
            let credor = item.credor.as_ref().and_then(|c| credores.get(&c.codigo_integracao)).copied();
            colunas.push(item, *devedor, credor, agora);
        }
    }
    let gravados = colunas.save(t, agora)?;

    let mut marcados: BTreeSet<Uuid> = alterados;
    for gravado in gravados.values() {
        marcados.insert(gravado.devedor_id);
        marcados.extend(antes.get(&gravado.codigo_integracao).map(|antes| antes.devedor_id));
    }
    mark(t, &marcados.into_iter().collect::<Vec<_>>())?;

    // Neither written nor known before: somebody else stored exactly the same a moment ago.
    let agora_mesmo: Vec<&str> =
        codigos.iter().copied().filter(|c| !gravados.contains_key(*c) && !antes.contains_key(*c)).collect();
    let novos = load_existing(t, &agora_mesmo)?;
    let mut por_codigo: BTreeMap<&str, ResultadoItem> =
        parcelas.iter().map(|c| (c.as_str(), ResultadoItem::Recusado(Recusa::ParcelaDeAcordo))).collect();
    for (codigo, devedor) in codigos.iter().zip(devedores) {
        let conhecido = || antes.get(*codigo).or_else(|| novos.get(*codigo)).map(|e| TituloId::new(e.id));
        let resultado = match (devedor, gravados.get(*codigo)) {
            (Err(recusa), _) => ResultadoItem::Recusado(recusa),
            (Ok(_), Some(g)) if g.criado => ResultadoItem::Criado(TituloId::new(g.id)),
            (Ok(_), Some(g)) => ResultadoItem::Atualizado(TituloId::new(g.id)),
            (Ok(_), None) => ResultadoItem::Inalterado(conhecido().ok_or(StoreError::Unknown("titulo"))?),
        };
        por_codigo.insert(codigo, resultado);
    }
    let resultado = |item: &EntradaTitulo| por_codigo.get(item.codigo_integracao.as_str()).cloned();
    itens.iter().map(|item| resultado(item).ok_or(StoreError::Unknown("titulo"))).collect()
}

#[derive(QueryableByName)]
struct Parcela {
    #[diesel(sql_type = Text)]
    codigo_integracao: String,
}

/// The codes that are those of instalments. Nearly no push has any, and then nothing is asked.
fn load_parcelas(t: &mut Tenant<'_>, itens: &[EntradaTitulo]) -> Result<BTreeSet<String>, StoreError> {
    let codigos = itens.iter().map(|item| item.codigo_integracao.as_str());
    let codigos: Vec<&str> = codigos.filter(|codigo| codigo.starts_with(PREFIXO_PARCELA)).collect();
    if codigos.is_empty() {
        return Ok(BTreeSet::new());
    }
    let linhas: Vec<Parcela> = sql_query(
        "SELECT codigo_integracao FROM cadastro.titulo \
          WHERE empresa_id = $1 AND codigo_integracao = ANY ($2) AND acordo_id IS NOT NULL",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| l.codigo_integracao).collect())
}

fn load_existing(t: &mut Tenant<'_>, codigos: &[&str]) -> Result<BTreeMap<String, Existente>, StoreError> {
    if codigos.is_empty() {
        return Ok(BTreeMap::new());
    }
    let linhas: Vec<Existente> = sql_query(
        "SELECT n.codigo AS codigo_integracao, t.* FROM unnest($2) AS n(codigo) CROSS JOIN LATERAL \
                (SELECT id, devedor_id, status = 'negociado' AS negociado FROM cadastro.titulo WHERE empresa_id = $1 AND codigo_integracao = n.codigo OFFSET 0) t",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| (l.codigo_integracao.clone(), l)).collect())
}

/// The títulos of one push, column by column, as `unnest` takes them.
#[derive(Default)]
struct Colunas<'i> {
    ids: Vec<Uuid>,
    codigos: Vec<&'i str>,
    devedores: Vec<Uuid>,
    credores: Vec<Option<Uuid>>,
    numeros: Vec<&'i str>,
    emissoes: Vec<Option<NaiveDate>>,
    vencimentos: Vec<NaiveDate>,
    valores: Vec<i64>,
    tipos_negocio: Vec<Option<&'i str>>,
    tipos_titulo: Vec<Option<&'i str>>,
    nossos_numeros: Vec<Option<&'i str>>,
    linhas_digitaveis: Vec<Option<&'i str>>,
    pix: Vec<Option<&'i str>>,
    links: Vec<Option<&'i str>>,
}

/// What was paid of a título stays paid when its value changes: one that it covers is paid.
///
/// Writes only what is new or different (the join in the SELECT keeps unchanged rows from being locked at all; the last
/// WHERE is for a row that somebody else wrote meanwhile) and answers what was written, by code. What is stored is
/// locked in order of id first, as everybody locks títulos; what is new is written in order of code, so that two
/// pushes create the same rows in the same order.
const GRAVAR: &str = "WITH n AS MATERIALIZED ( \
     SELECT n.*, a.id AS antes \
       FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $14, $15, $16) \
         AS n(id, codigo, devedor, credor, numero, emissao, vencimento, valor, negocio, tipo, nosso, linha, pix, link) \
       LEFT JOIN LATERAL (SELECT id, devedor_id, credor_id, numero, emissao, vencimento, valor, tipo_negocio, \
                                 tipo_titulo, nosso_numero, linha_digitavel, pix_copia_e_cola, link_boleto \
                            FROM cadastro.titulo \
                           WHERE empresa_id = $1 AND codigo_integracao = n.codigo OFFSET 0) a ON true \
      WHERE a.id IS NULL OR (a.devedor_id, a.credor_id, a.numero, a.emissao, a.vencimento, a.valor, a.tipo_negocio, \
                             a.tipo_titulo, a.nosso_numero, a.linha_digitavel, a.pix_copia_e_cola, a.link_boleto) \
            IS DISTINCT FROM (n.devedor, coalesce(n.credor, a.credor_id), n.numero, coalesce(n.emissao, a.emissao), \
                              n.vencimento, n.valor, coalesce(n.negocio, a.tipo_negocio), \
                              coalesce(n.tipo, a.tipo_titulo), coalesce(n.nosso, a.nosso_numero), \
                              coalesce(n.linha, a.linha_digitavel), coalesce(n.pix, a.pix_copia_e_cola), \
                              coalesce(n.link, a.link_boleto))), \
     presos AS MATERIALIZED ( \
     SELECT x.id FROM (SELECT antes FROM n WHERE antes IS NOT NULL ORDER BY antes) m CROSS JOIN LATERAL \
            (SELECT id FROM cadastro.titulo WHERE empresa_id = $1 AND id = m.antes FOR NO KEY UPDATE) x) \
     INSERT INTO cadastro.titulo AS t (empresa_id, id, codigo_integracao, devedor_id, credor_id, numero, emissao, \
            vencimento, valor, saldo, tipo_negocio, tipo_titulo, nosso_numero, linha_digitavel, pix_copia_e_cola, \
            link_boleto, status_em, criado_em, atualizado_em) \
     SELECT $1, n.id, n.codigo, n.devedor, n.credor, n.numero, n.emissao, n.vencimento, n.valor, n.valor, \
            n.negocio, n.tipo, n.nosso, n.linha, n.pix, n.link, $12, $12, $12 \
       FROM n WHERE (SELECT count(*) FROM presos) >= 0 ORDER BY n.codigo \
     ON CONFLICT (empresa_id, codigo_integracao) DO UPDATE SET \
            devedor_id = CASE t.status WHEN 'negociado' THEN t.devedor_id ELSE excluded.devedor_id END, \
            credor_id = coalesce(excluded.credor_id, t.credor_id), numero = excluded.numero, \
            emissao = coalesce(excluded.emissao, t.emissao), vencimento = excluded.vencimento, \
            valor = excluded.valor, tipo_negocio = coalesce(excluded.tipo_negocio, t.tipo_negocio), \
            tipo_titulo = coalesce(excluded.tipo_titulo, t.tipo_titulo), \
            nosso_numero = coalesce(excluded.nosso_numero, t.nosso_numero), \
            linha_digitavel = coalesce(excluded.linha_digitavel, t.linha_digitavel), \
            pix_copia_e_cola = coalesce(excluded.pix_copia_e_cola, t.pix_copia_e_cola), \
            link_boleto = coalesce(excluded.link_boleto, t.link_boleto), atualizado_em = excluded.atualizado_em, \
            (status, suspenso_ate, saldo, status_em) = (SELECT \
              CASE WHEN a.quita THEN 'pago' ELSE t.status END, CASE WHEN NOT a.quita THEN t.suspenso_ate END, \
              CASE WHEN t.status IN ('pago', 'cancelado') THEN t.saldo ELSE a.resta END, \
              CASE WHEN a.quita THEN excluded.status_em ELSE t.status_em END \
              FROM (SELECT r.resta, r.resta = 0 AND t.status IN ('aberto', 'suspenso') AS quita \
                      FROM (SELECT greatest(0, excluded.valor - (t.valor - t.saldo)) AS resta) r) a) \
      WHERE (t.devedor_id, t.credor_id, t.numero, t.emissao, t.vencimento, t.valor, t.tipo_negocio, t.tipo_titulo, \
             t.nosso_numero, t.linha_digitavel, t.pix_copia_e_cola, t.link_boleto) \
            IS DISTINCT FROM \
            (excluded.devedor_id, coalesce(excluded.credor_id, t.credor_id), excluded.numero, \
             coalesce(excluded.emissao, t.emissao), excluded.vencimento, excluded.valor, \
             coalesce(excluded.tipo_negocio, t.tipo_negocio), coalesce(excluded.tipo_titulo, t.tipo_titulo), \
             coalesce(excluded.nosso_numero, t.nosso_numero), coalesce(excluded.linha_digitavel, t.linha_digitavel), \
             coalesce(excluded.pix_copia_e_cola, t.pix_copia_e_cola), coalesce(excluded.link_boleto, t.link_boleto)) \
     RETURNING codigo_integracao, id, devedor_id, (xmax = 0) AS criado";

impl<'i> Colunas<'i> {
    fn push(&mut self, item: &'i EntradaTitulo, devedor: Uuid, credor: Option<Uuid>, agora: DateTime<Utc>) {
        self.ids.push(new_id(agora));
        self.codigos.push(&item.codigo_integracao);
        self.devedores.push(devedor);
        self.credores.push(credor);
        self.numeros.push(&item.numero);
        self.emissoes.push(item.emissao);
        self.vencimentos.push(item.vencimento);
        self.valores.push(item.valor.get());
        self.tipos_negocio.push(item.tipo_negocio.as_ref().map(Rotulo::as_str));
        self.tipos_titulo.push(item.tipo_titulo.as_ref().map(Rotulo::as_str));
        self.nossos_numeros.push(item.boleto.nosso_numero.as_deref());
        self.linhas_digitaveis.push(item.boleto.linha_digitavel.as_deref());
        self.pix.push(item.boleto.pix_copia_e_cola.as_deref());
        self.links.push(item.boleto.link_boleto.as_deref());
    }

    /// By [`GRAVAR`]; answers what was written, by code.
    fn save(self, t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<BTreeMap<String, Gravado>, StoreError> {
        let linhas: Vec<Gravado> = sql_query(GRAVAR)
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Array<SqlUuid>, _>(self.ids)
            .bind::<Array<Text>, _>(self.codigos)
            .bind::<Array<SqlUuid>, _>(self.devedores)
            .bind::<Array<Nullable<SqlUuid>>, _>(self.credores)
            .bind::<Array<Text>, _>(self.numeros)
            .bind::<Array<Nullable<Date>>, _>(self.emissoes)
            .bind::<Array<Date>, _>(self.vencimentos)
            .bind::<Array<BigInt>, _>(self.valores)
            .bind::<Array<Nullable<Text>>, _>(self.tipos_negocio)
            .bind::<Array<Nullable<Text>>, _>(self.tipos_titulo)
            .bind::<Timestamptz, _>(agora)
            .bind::<Array<Nullable<Text>>, _>(self.nossos_numeros)
            .bind::<Array<Nullable<Text>>, _>(self.linhas_digitaveis)
            .bind::<Array<Nullable<Text>>, _>(self.pix)
            .bind::<Array<Nullable<Text>>, _>(self.links)
            .load(t.conn)?;
        Ok(linhas.into_iter().map(|l| (l.codigo_integracao.clone(), l)).collect())
    }
}
