//! A chunk of a file, stored by a handful of statements.
//!
//! The common line goes the short way: its debtor is new, or stored already and exactly so; its rows are copied into tables
//! of the transaction, debtors and creditors are found or made, and one statement writes the títulos that are new or differ.
//! Whatever is not that plain — two codes of one document, a debtor who changed, several contacts, instalments — goes the
//! way of `PUT /v1/titulos` ([`titulos::upsert_from`]), so that there is one meaning only.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::Rotulo;
use domain::documento::Documento;
use domain::meio::OrigemContato;
use uuid::Uuid;

use super::copia::{Linhas, copy_devedores, copy_titulos, prepare};
use super::{Tomada, chaves};
use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::titulos::{
    self, Alvo, EntradaDevedor, EntradaPagamento, EntradaTitulo, PREFIXO_PARCELA, Recusa, ResultadoItem,
};
use crate::{StoreError, Tenant, credores};

mod sql;

/// A line that could be read.
#[derive(Clone, Debug)]
pub struct Item {
    /// Line of the file.
    pub linha: i64,
    /// What it says.
    pub entrada: EntradaTitulo,
    /// The day on which it says that the título was paid.
    pub pago_em: Option<NaiveDate>,
}

/// What became of a chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feitos {
    /// Lines that made a título.
    pub criados: i64,
    /// Lines that changed one.
    pub atualizados: i64,
    /// Lines that were stored already, exactly so.
    pub inalterados: i64,
    /// Lines that were refused.
    pub recusados: i64,
    /// Why, of those that the database refused.
    pub recusas: Vec<(i64, String, Recusa)>,
}

#[derive(QueryableByName)]
struct Escritos {
    #[diesel(sql_type = BigInt)]
    criados: i64,
    #[diesel(sql_type = BigInt)]
    atualizados: i64,
    #[diesel(sql_type = Array<Text>)]
    a_pagar: Vec<String>,
    /// What would go to another debtor than it is negotiated with.
    #[diesel(sql_type = Array<Text>)]
    de_outro: Vec<String>,
}

/// What there is among the groups.
#[derive(QueryableByName)]
struct Achados {
    #[diesel(sql_type = Bool)]
    novos: bool,
    #[diesel(sql_type = Bool)]
    dificeis: bool,
}

#[derive(QueryableByName)]
struct Dificil {
    #[diesel(sql_type = Integer)]
    grupo: i32,
}

/// Stores the lines after `depois_de` up to `ate` that could be read. Those over which a later one stands are left out. The
/// same chunk again writes no row.
///
/// # Errors
/// The database refused or is unreachable; then nothing is stored.
pub fn save<'i>(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    (depois_de, ate): (i64, i64),
    itens: impl Iterator<Item = &'i Item>,
    agora: DateTime<Utc>,
) -> Result<Feitos, StoreError> {
    let repetidas = chaves::repeated(t, tomada, (depois_de, ate))?;
    let itens: Vec<&Item> = itens.filter(|item| repetidas.binary_search(&item.linha).is_err()).collect();
    prepare(t.conn)?;
    let mut grupos = Grupos::new(&itens);
    grupos.stage_devedores(t, agora)?;
    grupos.save_devedores(t, agora)?;
    credores::save_credores(t, grupos.plain().filter_map(|item| item.entrada.credor.as_ref()), agora)?;
    let simples = grupos.stage_titulos(t, agora)?;
    let escritos: Escritos = prepared(sql::TITULOS)
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Timestamptz, _>(agora)
        .get_result(t.conn)?;
    let de_outro: HashSet<&str> = escritos.de_outro.iter().map(String::as_str).collect();
    let de_outro = grupos.plain().filter(|item| de_outro.contains(item.entrada.codigo_integracao.as_str()));
    let de_outro =
        de_outro.map(|item| (item.linha, item.entrada.codigo_integracao.clone(), Recusa::NegociadoComOutro));
    let recusas: Vec<_> = de_outro.collect();
    let recusados = i64::try_from(recusas.len()).unwrap_or(i64::MAX);
    let (criados, atualizados) = (escritos.criados, escritos.atualizados);
    let inalterados = simples - criados - atualizados - recusados;
    let mut feitos = Feitos { criados, atualizados, inalterados, recusados, recusas };
    let mut a_pagar = save_like_put(t, &grupos, agora, &mut feitos)?;
    a_pagar.extend(escritos.a_pagar.iter().map(String::as_str));
    pay(t, &grupos, &a_pagar, agora)?;
    Ok(feitos)
}

/// The lines of a chunk by the debtor they mention. Each has one code and at most one document, of which no other group has
/// either, and all its mentions are equal; or it is difficult.
struct Grupos<'i> {
    itens: Vec<(&'i Item, usize)>,
    grupos: Vec<Grupo<'i>>,
}

struct Grupo<'i> {
    devedor: &'i EntradaDevedor,
    dificil: bool,
}

impl<'i> Grupos<'i> {
    fn new(itens: &[&'i Item]) -> Self {
        let mut este = Self { itens: Vec::with_capacity(itens.len()), grupos: Vec::new() };
        let (mut por_codigo, mut por_documento) = (HashMap::new(), HashMap::new());
        for item in itens {
            let devedor = &item.entrada.devedor;
            let novo = este.grupos.len();
            let grupo = *por_codigo.entry(devedor.codigo_integracao.as_str()).or_insert(novo);
            if grupo == novo {
                este.grupos.push(Grupo { devedor, dificil: !is_plain(devedor) });
            }
            let do_documento =
                devedor.documento.as_ref().map(|d| *por_documento.entry(d.as_str()).or_insert(grupo));
            let outro = do_documento.unwrap_or(grupo);
            if outro != grupo {
                este.make_difficult(outro);
                este.make_difficult(grupo);
            }
            if !is_plain_titulo(&item.entrada) || este.grupos.get(grupo).is_some_and(|g| g.devedor != devedor)
            {
                este.make_difficult(grupo);
            }
            este.itens.push((item, grupo));
        }
        este
    }

    fn make_difficult(&mut self, grupo: usize) {
        if let Some(grupo) = self.grupos.get_mut(grupo) {
            grupo.dificil = true;
        }
    }

    fn is_difficult(&self, grupo: usize) -> bool {
        self.grupos.get(grupo).is_none_or(|g| g.dificil)
    }

    fn plain(&self) -> impl Iterator<Item = &'i Item> {
        self.itens.iter().filter(|(_, grupo)| !self.is_difficult(*grupo)).map(|(item, _)| *item)
    }

    fn difficult(&self) -> impl Iterator<Item = &'i Item> {
        self.itens.iter().filter(|(_, grupo)| self.is_difficult(*grupo)).map(|(item, _)| *item)
    }

    fn stage_devedores(&self, t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<(), StoreError> {
        let (mut linhas, mut ids) = (Linhas::new(9), Ids::new(agora));
        for (numero, grupo) in self.grupos.iter().enumerate().filter(|(_, grupo)| !grupo.dificil) {
            let d = grupo.devedor;
            linhas.row().number(numero).id(ids.next()).text(&d.codigo_integracao).text(&d.nome);
            linhas.maybe(d.documento.as_ref().map(Documento::as_str));
            linhas.text(d.documento.as_ref().map_or("isenta", |d| d.tipo_pessoa().as_str()));
            linhas.maybe(d.categoria.as_deref()).small(d.score);
            linhas.maybe(d.emails.iter().flatten().next().map(domain::email::EnderecoEmail::as_str));
        }
        copy_devedores(t.conn, &linhas.take())
    }

    /// Finds who is behind each plain group, and makes who is new. Those of which there is more to say than "new" or "exactly
    /// so" are difficult too.
    fn save_devedores(&mut self, t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<(), StoreError> {
        let empresa = t.empresa.uuid();
        let achados: Achados = prepared(sql::ALVOS).bind::<SqlUuid, _>(empresa).get_result(t.conn)?;
        if achados.dificeis {
            for dificil in sql_query(sql::DIFICEIS).load::<Dificil>(t.conn)? {
                self.make_difficult(usize::try_from(dificil.grupo).unwrap_or(usize::MAX));
            }
        }
        if achados.novos {
            sql_query(sql::DEVEDORES)
                .bind::<SqlUuid, _>(empresa)
                .bind::<Timestamptz, _>(agora)
                .execute_unit(t.conn)?;
            sql_query(sql::CODIGOS).bind::<SqlUuid, _>(empresa).execute_unit(t.conn)?;
            sql_query(sql::EMAILS).bind::<SqlUuid, _>(empresa).execute_unit(t.conn)?;
        }
        Ok(())
    }

    /// Copies the títulos of the plain groups; answers how many.
    fn stage_titulos(&self, t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<i64, StoreError> {
        let (mut linhas, mut ids, mut quantos) = (Linhas::new(15), Ids::new(agora), 0);
        for (item, grupo) in self.itens.iter().filter(|(_, grupo)| !self.is_difficult(*grupo)) {
            let e = &item.entrada;
            linhas.row().number(*grupo).id(ids.next()).text(&e.codigo_integracao);
            linhas.maybe(e.credor.as_ref().map(|c| c.codigo_integracao.as_str())).text(&e.numero);
            linhas.day(e.emissao).day(Some(e.vencimento)).big(e.valor.get());
            linhas
                .maybe(e.tipo_negocio.as_ref().map(Rotulo::as_str))
                .maybe(e.tipo_titulo.as_ref().map(Rotulo::as_str));
            linhas.maybe(e.boleto.nosso_numero.as_deref()).maybe(e.boleto.linha_digitavel.as_deref());
            linhas.maybe(e.boleto.pix_copia_e_cola.as_deref()).maybe(e.boleto.link_boleto.as_deref());
            linhas.day(item.pago_em);
            quantos += 1;
        }
        copy_titulos(t.conn, &linhas.take())?;
        Ok(quantos)
    }
}

/// Ids of one chunk: the first is made as any other, the next ones follow it, which is cheaper than to draw each.
struct Ids(u128);

impl Ids {
    fn new(agora: DateTime<Utc>) -> Self {
        Self(new_id(agora).as_u128())
    }

    fn next(&mut self) -> Uuid {
        self.0 = self.0.wrapping_add(1);
        Uuid::from_u128(self.0)
    }
}

/// Whether all that is said of the debtor fits a row.
fn is_plain(devedor: &EntradaDevedor) -> bool {
    let so_email = devedor.telefones.is_none() && devedor.enderecos.is_none() && devedor.gerente.is_none();
    so_email && devedor.emails.as_ref().is_none_or(|emails| emails.len() == 1)
}

/// An instalment is changed by its negotiation only.
fn is_plain_titulo(titulo: &EntradaTitulo) -> bool {
    !titulo.codigo_integracao.starts_with(PREFIXO_PARCELA)
}

/// The lines of the difficult groups, as if they had been pushed. Answers the codes of those that are stored.
fn save_like_put<'i>(
    t: &mut Tenant<'_>,
    grupos: &Grupos<'i>,
    agora: DateTime<Utc>,
    feitos: &mut Feitos,
) -> Result<Vec<&'i str>, StoreError> {
    let dificeis: Vec<&Item> = grupos.difficult().collect();
    if dificeis.is_empty() {
        return Ok(Vec::new());
    }
    let entradas: Vec<EntradaTitulo> = dificeis.iter().map(|item| item.entrada.clone()).collect();
    let resultados = titulos::upsert_from(t, &entradas, OrigemContato::Importacao, agora)?;
    let mut guardados = Vec::with_capacity(dificeis.len());
    for (item, resultado) in dificeis.into_iter().zip(resultados) {
        match resultado {
            ResultadoItem::Criado(_) => feitos.criados += 1,
            ResultadoItem::Atualizado(_) => feitos.atualizados += 1,
            ResultadoItem::Inalterado(_) => feitos.inalterados += 1,
            ResultadoItem::Recusado(recusa) => {
                feitos.recusados += 1;
                feitos.recusas.push((item.linha, item.entrada.codigo_integracao.clone(), recusa));
                continue;
            }
        }
        guardados.push(item.entrada.codigo_integracao.as_str());
    }
    Ok(guardados)
}

/// Books the payments of títulos that are stored and of which a line says that they are paid: of what was left of their value,
/// as of one that comes paid, since the line tells no other amount; with that they owe nothing. What takes no payment, being
/// paid, negotiated or cancelled, stays as it is.
fn pay(
    t: &mut Tenant<'_>,
    grupos: &Grupos<'_>,
    codigos: &[&str],
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    if codigos.is_empty() {
        return Ok(());
    }
    let pagos = grupos
        .itens
        .iter()
        .filter_map(|(item, _)| Some((item.entrada.codigo_integracao.as_str(), item.pago_em?)));
    let pagos: HashMap<&str, NaiveDate> = pagos.collect();
    let pagamento = |codigo: &&str| {
        let data = Some(*pagos.get(*codigo)?);
        let titulo = Alvo::Codigo((*codigo).to_owned());
        Some(EntradaPagamento { data, so_principal: true, ..EntradaPagamento::integral(titulo) })
    };
    let pagamentos: Vec<EntradaPagamento> = codigos.iter().filter_map(pagamento).collect();
    titulos::pay(t, &pagamentos, agora)?;
    Ok(())
}
