//! Réguas as they are written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Motivo;
use domain::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId, TemplateId};
use domain::regua::{Acao, EstadoRegua, Gatilho, Posicao};
use uuid::Uuid;

use super::diferenca::Diferenca;
use super::{Conteudo, ReguaIgual, ReguaInteira, criterios, for_the_same, in_the_way};
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// Stores a new régua with everything in it, or answers the one that has the same mode and criteria (rule s11).
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(
    t: &mut Tenant<'_>,
    nova: &ReguaInteira,
    agora: DateTime<Utc>,
) -> Result<Result<(), ReguaIgual>, StoreError> {
    let regua = &nova.regua;
    if let Some(outra) = in_the_way(t, None, regua)? {
        return Ok(Err(outra));
    }
    // One that is born at work is looked at by the next night; one at rest changes nothing until it is activated.
    sql_query(
        "INSERT INTO regua.regua (empresa_id, id, nome, prioridade, estado, criada_em, alterada_em, modo, criterios, chave, \
                versao, mudou) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $5 <> 'inativa')",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(regua.id().uuid())
    .bind::<Text, _>(&nova.nome)
    .bind::<Integer, _>(regua.prioridade())
    .bind::<Text, _>(regua.estado().as_str())
    .bind::<Timestamptz, _>(regua.criada_em())
    .bind::<Timestamptz, _>(agora)
    .bind::<Text, _>(regua.modo().as_str())
    .bind::<Text, _>(criterios::write(regua.criterios()))
    .bind::<Text, _>(regua.criterios().chave(regua.modo()))
    .bind::<Integer, _>(nova.versao)
    .execute_unit(t.conn)?;
    write(t, regua.id(), &Diferenca::of_new(regua), &nova.conteudos, agora)?;
    Ok(Ok(()))
}

/// Stores what an edit made of the régua that [`super::lock`] answered; its version grows if it is another now. What was
/// taken out stays for the history, and what it had not sent yet is discarded (rules r04, v04). Answers the other régua
/// when the edit makes the two equal (rule s11).
///
/// # Errors
/// The database refused or is unreachable.
pub fn save(
    t: &mut Tenant<'_>,
    antes: &ReguaInteira,
    depois: &ReguaInteira,
    agora: DateTime<Utc>,
) -> Result<Result<(), ReguaIgual>, StoreError> {
    let diferenca = Diferenca::between(&antes.regua, &depois.regua);
    if diferenca == Diferenca::default() && antes.nome == depois.nome {
        return Ok(Ok(()));
    }
    if let Some(outra) = in_the_way(t, Some(&antes.regua), &depois.regua)? {
        return Ok(Err(outra));
    }
    update(t, depois, !for_the_same(&antes.regua, &depois.regua), !diferenca.decides_nothing(), agora)?;
    write(t, depois.regua.id(), &diferenca, &depois.conteudos, agora)?;
    if depois.regua.estado() == EstadoRegua::Arquivada {
        let posicoes = depois.regua.posicoes().iter();
        let acoes: Vec<AcaoId> = posicoes.flat_map(|posicao| &posicao.acoes).map(|acao| acao.id).collect();
        discard(t, &acoes, Motivo::ReguaArquivada, agora)?;
    }
    Ok(Ok(()))
}

/// Its own row. The key is written only when it changes: an older régua may have one that says more than its criteria.
fn update(
    t: &mut Tenant<'_>,
    depois: &ReguaInteira,
    nova_chave: bool,
    mudou: bool,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let regua = &depois.regua;
    sql_query(
        "UPDATE regua.regua SET nome = $3, prioridade = $4, estado = $5, modo = $6, criterios = $7::jsonb, \
                chave = coalesce($8, chave), versao = versao + 1, mudou = mudou OR $9, alterada_em = $10 \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(regua.id().uuid())
    .bind::<Text, _>(&depois.nome)
    .bind::<Integer, _>(regua.prioridade())
    .bind::<Text, _>(regua.estado().as_str())
    .bind::<Text, _>(regua.modo().as_str())
    .bind::<Text, _>(criterios::write(regua.criterios()))
    .bind::<Nullable<Text>, _>(nova_chave.then(|| regua.criterios().chave(regua.modo())))
    .bind::<Bool, _>(mudou)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// Positions and actions. What goes out goes first: its day becomes free.
fn write(
    t: &mut Tenant<'_>,
    regua: ReguaId,
    diferenca: &Diferenca<'_>,
    textos: &BTreeMap<ConteudoId, Conteudo>,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    remove(t, diferenca, agora)?;
    insert_posicoes(t, regua, &diferenca.posicoes_novas)?;
    let novas: Vec<&Acao> = diferenca.acoes_novas.iter().map(|(_, acao)| *acao).collect();
    insert_textos(t, novas.iter().chain(&diferenca.acoes_mudadas), textos)?;
    insert_acoes(t, &diferenca.acoes_novas)?;
    update_acoes(t, &diferenca.acoes_mudadas)
}

fn remove(t: &mut Tenant<'_>, diferenca: &Diferenca<'_>, agora: DateTime<Utc>) -> Result<(), StoreError> {
    if !diferenca.posicoes_removidas.is_empty() {
        let ids: Vec<Uuid> = diferenca.posicoes_removidas.iter().map(|id| id.uuid()).collect();
        sql_query("UPDATE regua.posicao SET removida_em = $3 WHERE empresa_id = $1 AND id = ANY ($2)")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Timestamptz, _>(agora)
            .execute_unit(t.conn)?;
    }
    if diferenca.acoes_removidas.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = diferenca.acoes_removidas.iter().map(|id| id.uuid()).collect();
    sql_query("UPDATE regua.acao SET removida_em = $3 WHERE empresa_id = $1 AND id = ANY ($2)")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)?;
    discard(t, &diferenca.acoes_removidas, Motivo::PosicaoRemovida, agora)
}

fn discard(
    t: &mut Tenant<'_>,
    acoes: &[AcaoId],
    motivo: Motivo,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    if acoes.is_empty() {
        return Ok(());
    }
    sql_query("SELECT disparo.descartar_de_acoes($1, $2, $3)")
        .bind::<Array<SqlUuid>, _>(acoes.iter().map(|id| id.uuid()).collect::<Vec<_>>())
        .bind::<Text, _>(motivo.as_str())
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)
}

fn insert_posicoes(t: &mut Tenant<'_>, regua: ReguaId, posicoes: &[&Posicao]) -> Result<(), StoreError> {
    if posicoes.is_empty() {
        return Ok(());
    }
    let gatilho = |posicao: &&Posicao| match posicao.gatilho {
        Gatilho::Lembrete { dias_antes } => ("lembrete", i32::from(dias_antes)),
        Gatilho::Cobranca { dias } => ("cobranca", i32::from(dias)),
        Gatilho::Reposicionamento { dias, .. } => ("reposicionamento", i32::from(dias)),
    };
    let para = |posicao: &&Posicao| posicao.gatilho.volta_para().map(PosicaoId::uuid);
    sql_query(
        "INSERT INTO regua.posicao (empresa_id, id, regua_id, gatilho, dias, para_id) \
         SELECT $1, p.id, $2, p.gatilho, p.dias, p.para FROM unnest($3, $4, $5, $6) AS p(id, gatilho, dias, para)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(regua.uuid())
    .bind::<Array<SqlUuid>, _>(posicoes.iter().map(|posicao| posicao.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(posicoes.iter().map(|posicao| gatilho(posicao).0).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(posicoes.iter().map(|posicao| gatilho(posicao).1).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(posicoes.iter().map(para).collect::<Vec<_>>())
    .execute_unit(t.conn)
}

/// A text that is stored already stays as it is: an edit writes another one (rule r13).
fn insert_textos<'a>(
    t: &mut Tenant<'_>,
    acoes: impl Iterator<Item = &'a &'a Acao>,
    textos: &BTreeMap<ConteudoId, Conteudo>,
) -> Result<(), StoreError> {
    let com_texto = acoes.filter_map(|acao| Some((acao.conteudo?, acao.canal, textos.get(&acao.conteudo?)?)));
    let linhas: Vec<_> = com_texto.collect();
    if linhas.is_empty() {
        return Ok(());
    }
    let templates: BTreeSet<TemplateId> =
        linhas.iter().filter_map(|(_, _, texto)| texto.template()).collect();
    hold_templates(t, &templates)?;
    let texto = |parte: fn(&Conteudo) -> Option<&str>| -> Vec<Option<String>> {
        linhas.iter().map(|(_, _, texto)| parte(texto).map(str::to_owned)).collect()
    };
    let dos_templates: Vec<_> =
        linhas.iter().map(|(_, _, texto)| texto.template().map(TemplateId::uuid)).collect();
    sql_query(
        "INSERT INTO regua.conteudo (empresa_id, id, canal, assunto, corpo, template_id) \
         SELECT $1, c.id, c.canal, c.assunto, c.corpo, c.template \
           FROM unnest($2, $3, $4, $5, $6) AS c(id, canal, assunto, corpo, template) \
         ON CONFLICT (empresa_id, id) DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(linhas.iter().map(|(id, _, _)| id.uuid()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(linhas.iter().map(|(_, canal, _)| canal.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(texto(Conteudo::assunto))
    .bind::<Array<Nullable<Text>>, _>(texto(Conteudo::corpo))
    .bind::<Array<Nullable<SqlUuid>>, _>(dos_templates)
    .execute_unit(t.conn)
}

#[derive(QueryableByName)]
struct Segurados {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Nobody deletes or archives them until this transaction ends. Whoever named them looked whether they are there; one that was
/// deleted since then is looked for again.
fn hold_templates(t: &mut Tenant<'_>, ids: &BTreeSet<TemplateId>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let Segurados { n } = sql_query("SELECT disparo.segurar_templates($1) AS n")
        .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
        .get_result(t.conn)?;
    if usize::try_from(n).ok() == Some(ids.len()) { Ok(()) } else { Err(StoreError::Raced) }
}

/// After the actions that the position has or had, in their order.
fn insert_acoes(t: &mut Tenant<'_>, acoes: &[(PosicaoId, &Acao)]) -> Result<(), StoreError> {
    if acoes.is_empty() {
        return Ok(());
    }
    sql_query(
        "INSERT INTO regua.acao (empresa_id, id, posicao_id, ordem, canal, conteudo_id, destinatarios) \
         SELECT $1, a.id, a.posicao, least(a.n + coalesce((SELECT max(x.ordem) FROM regua.acao x \
                  WHERE x.empresa_id = $1 AND x.posicao_id = a.posicao), 0), 32767), a.canal, a.conteudo, a.destinatarios \
           FROM unnest($2, $3, $4, $5, $6) WITH ORDINALITY AS a(id, posicao, canal, conteudo, destinatarios, n)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(acoes.iter().map(|(_, acao)| acao.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(acoes.iter().map(|(posicao, _)| posicao.uuid()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(acoes.iter().map(|(_, acao)| acao.canal.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(conteudos(acoes.iter().map(|(_, acao)| *acao)))
    .bind::<Array<Text>, _>(acoes.iter().map(|(_, acao)| acao.destinatarios.as_str()).collect::<Vec<_>>())
    .execute_unit(t.conn)
}

fn update_acoes(t: &mut Tenant<'_>, acoes: &[&Acao]) -> Result<(), StoreError> {
    if acoes.is_empty() {
        return Ok(());
    }
    sql_query(
        "UPDATE regua.acao a SET conteudo_id = x.conteudo, destinatarios = x.destinatarios \
           FROM unnest($2, $3, $4) AS x(id, conteudo, destinatarios) WHERE a.empresa_id = $1 AND a.id = x.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(acoes.iter().map(|acao| acao.id.uuid()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(conteudos(acoes.iter().copied()))
    .bind::<Array<Text>, _>(acoes.iter().map(|acao| acao.destinatarios.as_str()).collect::<Vec<_>>())
    .execute_unit(t.conn)
}

fn conteudos<'a>(acoes: impl Iterator<Item = &'a Acao>) -> Vec<Option<Uuid>> {
    acoes.map(|acao| acao.conteudo.map(ConteudoId::uuid)).collect()
}
