//! Rule b12: the texts that a batch may send, as the dispatcher shows them.

use diesel::sql_types::{Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::coringas::{Coringa, Texto, Uso};
use domain::execucao::Canal;
use domain::ids::TemplateId;
use domain::lote::TextoMostrado;
use uuid::Uuid;

use super::Lote;
use crate::{StoreError, Tenant};

/// A template, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateDeLote {
    /// Whose channel it is.
    pub canal: Canal,
    /// Name.
    pub nome: String,
    /// Whether nobody may begin to use it.
    pub arquivado: bool,
    /// What it says.
    pub texto: TextoMostrado,
}

impl TemplateDeLote {
    /// Whether a batch of this kind may send it.
    #[must_use]
    pub fn serve(&self, tipo: Canal) -> bool {
        self.canal == tipo && !self.arquivado
    }

    /// Rule r11: what it asks for, and no item of the batch would have a value of.
    #[must_use]
    pub fn sem_valor(&self, lote: &Lote) -> Option<Coringa> {
        let avulso = lote.selecao.as_ref().is_some_and(|selecao| selecao.quem.avulso());
        let textos = self.texto.assunto.iter().chain([&self.texto.corpo]);
        let usados = textos.filter_map(|texto| Texto::parse(texto).ok()).flat_map(|texto| {
            let exigem = texto.usos().filter(|uso| uso.exige_valor()).map(Uso::coringa);
            exigem.collect::<Vec<_>>()
        });
        let falta = |coringa: &Coringa| {
            matches!(coringa, Coringa::Regua | Coringa::Posicao) || (avulso && !coringa.de_avulso(self.canal))
        };
        usados.into_iter().find(falta)
    }
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Text)]
    nome: String,
    #[diesel(sql_type = Nullable<Text>)]
    assunto: Option<String>,
    #[diesel(sql_type = Text)]
    corpo: String,
    #[diesel(sql_type = Integer)]
    versao: i32,
    #[diesel(sql_type = Bool)]
    arquivado: bool,
}

/// A template of the company, archived or not.
///
/// # Errors
/// The database is unreachable.
pub fn template(t: &mut Tenant<'_>, id: TemplateId) -> Result<Option<TemplateDeLote>, StoreError> {
    let linha: Option<Linha> = sql_query(
        "SELECT id, canal, nome, assunto, corpo, versao, arquivado FROM disparo.v_template_texto \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?;
    let Some(Linha { id, canal, nome, assunto, corpo, versao, arquivado }) = linha else { return Ok(None) };
    let canal = Canal::parse(&canal).ok().ok_or(StoreError::Unknown("canal"))?;
    let texto = TextoMostrado { template: TemplateId::new(id), versao, assunto, corpo };
    Ok(Some(TemplateDeLote { canal, nome, arquivado, texto }))
}

#[derive(QueryableByName)]
struct Ha {
    #[diesel(sql_type = Bool)]
    ha: bool,
}

/// Whether the company has any that a batch of this kind may send.
///
/// # Errors
/// The database is unreachable.
pub fn exists_for(t: &mut Tenant<'_>, tipo: Canal) -> Result<bool, StoreError> {
    let Ha { ha } = sql_query(
        "SELECT EXISTS (SELECT FROM disparo.v_template_texto WHERE empresa_id = $1 AND canal = $2 AND NOT arquivado) AS ha",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(tipo.as_str())
    .get_result(t.conn)?;
    Ok(ha)
}
