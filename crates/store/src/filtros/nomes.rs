//! What a filter names: creditors by their codes, and réguas, positions and results by their ids.

use std::collections::BTreeMap;

use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::filtro::{ErroFiltro, Filtro, Termo};
use domain::ids::{PosicaoId, ReguaId, ResultadoContatoId};
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// What a filter names and the company has, and what it has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nomeados {
    /// What réguas, positions and results are called, for [`Filtro::em_palavras`].
    pub nomes: BTreeMap<Uuid, String>,
    /// What the company has not, each at the list that names it. A filter that was saved may come to name such: it finds nobody
    /// by that.
    pub desconhecidos: Vec<ErroFiltro>,
}

#[derive(QueryableByName)]
struct Nomeado {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    nome: String,
}

/// Looks up what a filter names.
///
/// # Errors
/// The database is unreachable.
pub fn named(t: &mut Tenant<'_>, filtro: &Filtro) -> Result<Nomeados, StoreError> {
    let resultados = || filtro.contato.ultimo_resultado.union(&filtro.contato.sem_resultado).copied();
    let linhas: Vec<Nomeado> = sql_query(
        "SELECT NULL AS id, codigo_integracao AS nome FROM cadastro.credor WHERE empresa_id = $1 AND codigo_integracao = ANY ($2) \
          UNION ALL SELECT id, nome FROM regua.regua WHERE empresa_id = $1 AND id = ANY ($3) \
          UNION ALL SELECT p.id, r.nome || CASE p.gatilho WHEN 'lembrete' THEN ', D-' ELSE ', D+' END || p.dias \
           FROM regua.posicao p JOIN regua.regua r ON r.empresa_id = p.empresa_id AND r.id = p.regua_id \
          WHERE p.empresa_id = $1 AND p.id = ANY ($4) \
          UNION ALL SELECT id, nome FROM cadastro.resultado_contato WHERE empresa_id = $1 AND id = ANY ($5)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(filtro.devedor.credor.iter().map(Termo::as_str).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(filtro.regua.regua.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(filtro.regua.posicao.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(resultados().map(ResultadoContatoId::uuid).collect::<Vec<_>>())
    .load(t.conn)?;
    let credores: Vec<&str> = linhas.iter().filter(|l| l.id.is_none()).map(|l| l.nome.as_str()).collect();
    let nomes = linhas.iter().filter_map(|l| Some((l.id?, l.nome.clone()))).collect();
    let desconhecidos = unknown(filtro, &credores, &nomes);
    Ok(Nomeados { nomes, desconhecidos })
}

fn unknown(filtro: &Filtro, credores: &[&str], nomes: &BTreeMap<Uuid, String>) -> Vec<ErroFiltro> {
    let de_credor =
        filtro.devedor.credor.iter().map(Termo::as_str).filter(|codigo| !credores.contains(codigo));
    let de_credor = de_credor.map(|codigo| {
        erro(
            "/devedor/credor",
            "credor_desconhecido",
            format!("a empresa não tem credor com o código {codigo}"),
        )
    });
    let ausentes = |ids: Vec<Uuid>, ponteiro: &'static str, codigo: &'static str, o_que: &'static str| {
        let ausentes = ids.into_iter().filter(|id| !nomes.contains_key(id));
        ausentes
            .map(|id| erro(ponteiro, codigo, format!("a empresa não tem {o_que} com o id {id}")))
            .collect()
    };
    let contato = &filtro.contato;
    let resultado = |ids: Vec<Uuid>, ponteiro| ausentes(ids, ponteiro, "resultado_desconhecido", "resultado");
    let reguas = filtro.regua.regua.iter().copied().map(ReguaId::uuid).collect();
    let posicoes = filtro.regua.posicao.iter().copied().map(PosicaoId::uuid).collect();
    let ultimos = contato.ultimo_resultado.iter().copied().map(ResultadoContatoId::uuid).collect();
    let sem = contato.sem_resultado.iter().copied().map(ResultadoContatoId::uuid).collect();
    let de_ids: [Vec<ErroFiltro>; 4] = [
        ausentes(reguas, "/regua/regua", "regua_desconhecida", "régua"),
        ausentes(posicoes, "/regua/posicao", "posicao_desconhecida", "posição"),
        resultado(ultimos, "/contato/ultimo_resultado"),
        resultado(sem, "/contato/sem_resultado"),
    ];
    de_credor.chain(de_ids.into_iter().flatten()).collect()
}

fn erro(ponteiro: &str, codigo: &'static str, detalhe: String) -> ErroFiltro {
    ErroFiltro { ponteiro: ponteiro.to_owned(), codigo, detalhe }
}
