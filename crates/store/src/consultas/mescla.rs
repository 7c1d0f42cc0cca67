//! Rule b22: what of an answer is added to a debtor, in the transaction that keeps the answer.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _};
use domain::email::EnderecoEmail;
use domain::enriquecimento::{
    Conhecidos, Dados, Mescla, Noticia, Perfil, ScoreDe, TipoMeio, mesclar, noticia,
};
use domain::telefone::Telefone;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
struct LinhaMeio {
    #[diesel(sql_type = Text)]
    tipo: String,
    #[diesel(sql_type = Text)]
    valor: String,
    #[diesel(sql_type = Nullable<Text>)]
    endereco: Option<String>,
}

#[derive(QueryableByName)]
struct LinhaPerfil {
    #[diesel(sql_type = Nullable<SmallInt>)]
    score: Option<i16>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    score_em: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    falecido: bool,
}

/// Adds what is new, and answers what that was.
pub(super) fn merge(
    t: &mut Tenant<'_>,
    devedor: Uuid,
    (dados, quer_enderecos): (&Dados, bool),
    (fonte, em): (&str, DateTime<Utc>),
) -> Result<(Mescla, Noticia), StoreError> {
    let linhas: Vec<LinhaMeio> =
        prepared("SELECT tipo, valor, endereco::text AS endereco FROM cadastro.contatos_a_mesclar($1)")
            .bind::<SqlUuid, _>(devedor)
            .load(t.conn)?;
    let mescla = mesclar(&known(&linhas), dados, quer_enderecos);
    let novidade = noticia(&profile(t, devedor)?, dados, em);
    if mescla.vazia() && novidade.vazia() {
        return Ok((mescla, novidade));
    }
    let (mut tipos, mut valores, mut enderecos) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |tipo: TipoMeio, valor: Option<String>, endereco: Option<String>| {
        tipos.push(tipo.as_str());
        valores.push(valor);
        enderecos.push(endereco);
    };
    for telefone in &mescla.telefones {
        add(TipoMeio::Telefone, Some(telefone.as_str().to_owned()), None);
    }
    for email in &mescla.emails {
        add(TipoMeio::Email, Some(email.as_str().to_owned()), None);
    }
    for endereco in &mescla.enderecos {
        // Texts, numbers and codes always serialize.
        add(TipoMeio::Endereco, None, Some(serde_json::to_string(endereco).unwrap_or_default()));
    }
    prepared("SELECT cadastro.enriquecer($1, $2, $3, $4, $5, $6, $7, $8) AS n")
        .bind::<SqlUuid, _>(devedor)
        .bind::<Array<Text>, _>(tipos)
        .bind::<Array<Nullable<Text>>, _>(valores)
        .bind::<Array<Nullable<Text>>, _>(enderecos)
        .bind::<Text, _>(fonte)
        .bind::<Timestamptz, _>(em)
        .bind::<Nullable<SmallInt>, _>(novidade.score.and_then(|score| i16::try_from(score).ok()))
        .bind::<Bool, _>(novidade.falecido)
        .execute_unit(t.conn)?;
    Ok((mescla, novidade))
}

fn profile(t: &mut Tenant<'_>, devedor: Uuid) -> Result<Perfil, StoreError> {
    let linha: Option<LinhaPerfil> =
        prepared("SELECT score, score_em, falecido FROM cadastro.devedor_a_mesclar($1)")
            .bind::<SqlUuid, _>(devedor)
            .get_result(t.conn)
            .optional()?;
    let Some(LinhaPerfil { score, score_em, falecido }) = linha else { return Ok(Perfil::default()) };
    let score = score.map(|_| score_em.map_or(ScoreDe::Empresa, ScoreDe::Consulta));
    Ok(Perfil { score, falecido })
}

fn known(linhas: &[LinhaMeio]) -> Conhecidos {
    let mut conhecidos = Conhecidos::default();
    for LinhaMeio { tipo, valor, endereco } in linhas {
        match TipoMeio::parse(tipo) {
            Ok(TipoMeio::Telefone) => conhecidos.telefones.extend(Telefone::parse(valor).ok()),
            Ok(TipoMeio::Email) => conhecidos.emails.extend(EnderecoEmail::parse(valor).ok()),
            Ok(TipoMeio::Endereco) => {
                let lido = endereco.as_deref().and_then(|texto| serde_json::from_str(texto).ok());
                conhecidos.enderecos.extend(lido);
            }
            Err(_) => {}
        }
    }
    conhecidos
}

/// What came of an answer, as it is kept with it: what was added, how much was not and why, and what is news of the debtor himself.
pub(super) fn changes(mescla: &Mescla, noticia: Noticia) -> Value {
    let recusados: Vec<Value> = mescla
        .recusados
        .iter()
        .map(|((tipo, motivo), quantos)| json!({ "tipo": tipo, "motivo": motivo, "quantos": quantos }))
        .collect();
    json!({
        "telefones": mescla.telefones.iter().map(Telefone::as_str).collect::<Vec<_>>(),
        "emails": mescla.emails.iter().map(EnderecoEmail::as_str).collect::<Vec<_>>(),
        "enderecos": mescla.enderecos,
        "recusados": recusados,
        "score": noticia.score,
        "falecido": noticia.falecido,
    })
}
