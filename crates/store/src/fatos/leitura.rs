//! The statements, each for as many messages as there are.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _};
use domain::dinheiro::Centavos;
use domain::endereco::Endereco;
use domain::ids::TituloId;
use uuid::Uuid;

use super::{Credor, DaRegua, Destinatario, DoTitulo, Emitente, Parcela};
use crate::preparada::prepared;
use crate::titulos::read_pagos;
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
struct LinhaEmitente {
    #[diesel(sql_type = Nullable<Text>)]
    documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    endereco: Option<String>,
}

pub(super) fn emitente(t: &mut Tenant<'_>) -> Result<Emitente, StoreError> {
    let linha: Option<LinhaEmitente> =
        prepared("SELECT documento, endereco FROM cadastro.v_emitente").get_result(t.conn).optional()?;
    let LinhaEmitente { documento, endereco } = linha.ok_or(StoreError::Unknown("empresa"))?;
    Ok(Emitente { documento, endereco: read_endereco(endereco.as_deref())? })
}

#[derive(QueryableByName)]
struct LinhaDestinatario {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    categoria: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    gerente: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    telefone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    endereco: Option<String>,
}

pub(crate) fn destinatarios(
    t: &mut Tenant<'_>,
    devedores: &[Uuid],
) -> Result<BTreeMap<Uuid, Destinatario>, StoreError> {
    let linhas: Vec<LinhaDestinatario> = prepared(
        "SELECT id, categoria, gerente, telefone, endereco FROM cadastro.v_destinatario \
          WHERE empresa_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(devedores)
    .load(t.conn)?;
    let read = |linha: LinhaDestinatario| {
        let LinhaDestinatario { id, categoria, gerente, telefone, endereco } = linha;
        let endereco = read_endereco(endereco.as_deref())?;
        Ok((id, Destinatario { categoria, gerente, telefone, endereco, correio: None }))
    };
    linhas.into_iter().map(read).collect()
}

#[derive(QueryableByName)]
struct LinhaCorreio {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    endereco: String,
}

/// Rule c03: of each debtor the first address that the mail can find.
pub(super) fn correio(
    t: &mut Tenant<'_>,
    devedores: &[Uuid],
) -> Result<BTreeMap<Uuid, Endereco>, StoreError> {
    let linhas: Vec<LinhaCorreio> = prepared(
        "SELECT devedor_id, endereco::text AS endereco FROM cadastro.v_endereco \
          WHERE empresa_id = $1 AND devedor_id = ANY ($2) ORDER BY ordem, valor",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(devedores)
    .load(t.conn)?;
    let mut deles = BTreeMap::new();
    for LinhaCorreio { devedor_id, endereco } in linhas {
        if let Some(endereco) = read_endereco(Some(&endereco))?.filter(Endereco::postavel) {
            deles.entry(devedor_id).or_insert(endereco);
        }
    }
    Ok(deles)
}

#[derive(QueryableByName)]
struct LinhaTitulo {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Date>)]
    emissao: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    nosso_numero: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    linha_digitavel: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pix_copia_e_cola: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    link_boleto: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    credor: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    credor_razao_social: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    credor_documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    credor_endereco: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    credor_telefone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    credor_email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    credor_site: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pagos: Option<String>,
}

pub(super) fn titulos(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<BTreeMap<TituloId, DoTitulo>, StoreError> {
    let linhas: Vec<LinhaTitulo> = prepared(
        "SELECT id, emissao, nosso_numero, linha_digitavel, pix_copia_e_cola, link_boleto, credor, credor_razao_social, \
                credor_documento, credor_endereco, credor_telefone, credor_email, credor_site, pagos \
           FROM cadastro.v_titulo_da_mensagem WHERE empresa_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    linhas.into_iter().map(|linha| Ok((TituloId::new(linha.id), linha.read()?))).collect()
}

impl LinhaTitulo {
    fn read(self) -> Result<DoTitulo, StoreError> {
        let credor = match self.credor {
            None => None,
            Some(_) => Some(Credor {
                razao_social: self.credor_razao_social,
                documento: self.credor_documento,
                endereco: read_endereco(self.credor_endereco.as_deref())?,
                telefone: self.credor_telefone,
                email: self.credor_email,
                site: self.credor_site,
            }),
        };
        Ok(DoTitulo {
            emissao: self.emissao,
            nosso_numero: self.nosso_numero,
            linha_digitavel: self.linha_digitavel,
            pix_copia_e_cola: self.pix_copia_e_cola,
            link_boleto: self.link_boleto,
            credor,
            pagos: read_pagos(self.pagos.as_deref())?,
        })
    }
}

#[derive(QueryableByName)]
struct LinhaParcela {
    #[diesel(sql_type = SqlUuid)]
    titulo_id: Uuid,
    #[diesel(sql_type = Date)]
    acordada_em: NaiveDate,
    #[diesel(sql_type = BigInt)]
    acordado: i64,
    #[diesel(sql_type = BigInt)]
    parcelas: i64,
    #[diesel(sql_type = BigInt)]
    parcela: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    entrada: Option<i64>,
}

pub(super) fn parcelas(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<BTreeMap<TituloId, Parcela>, StoreError> {
    let linhas: Vec<LinhaParcela> = prepared(
        "SELECT titulo_id, acordada_em, acordado, parcelas, parcela, entrada FROM cadastro.v_parcela \
          WHERE empresa_id = $1 AND titulo_id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let read = |linha: LinhaParcela| {
        let parcela = Parcela {
            acordada_em: linha.acordada_em,
            acordado: Centavos::new(linha.acordado),
            parcelas: count(linha.parcelas),
            parcela: count(linha.parcela),
            entrada: linha.entrada.map(Centavos::new),
        };
        (TituloId::new(linha.titulo_id), parcela)
    };
    Ok(linhas.into_iter().map(read).collect())
}

#[derive(QueryableByName)]
struct LinhaRegua {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    nome: String,
    #[diesel(sql_type = Text)]
    gatilho: String,
    #[diesel(sql_type = Integer)]
    dias: i32,
}

pub(super) fn reguas(t: &mut Tenant<'_>, execucoes: &[Uuid]) -> Result<BTreeMap<Uuid, DaRegua>, StoreError> {
    let linhas: Vec<LinhaRegua> = prepared(
        "SELECT e.id, r.nome, p.gatilho, p.dias FROM disparo.execucao e \
           JOIN regua.v_regua r ON r.empresa_id = e.empresa_id AND r.id = e.regua_id \
           JOIN regua.v_posicao p ON p.empresa_id = e.empresa_id AND p.id = e.posicao_id \
          WHERE e.empresa_id = $1 AND e.id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(execucoes)
    .load(t.conn)?;
    let read = |linha: LinhaRegua| {
        let sinal = if linha.gatilho == "lembrete" { '-' } else { '+' };
        (linha.id, DaRegua { nome: linha.nome, posicao: format!("D{sinal}{}", linha.dias) })
    };
    Ok(linhas.into_iter().map(read).collect())
}

fn read_endereco(json: Option<&str>) -> Result<Option<Endereco>, StoreError> {
    json.map(serde_json::from_str).transpose().ok().ok_or(StoreError::Unknown("endereco"))
}
