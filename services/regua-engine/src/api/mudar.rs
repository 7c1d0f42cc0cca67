//! From an edit to a régua that is stored: lock, edit, save, read again, in one transaction.

use domain::ids::ReguaId;
use domain::regua::Criterios;
use store::reguas::{self, ReguaIgual, ReguaInteira};
use web::{Autorizado, Problema, Resposta, SeVersao, Solicitante};

use super::Contexto;
use super::criterios::CriteriosEntrada;
use super::edicao::{self, Editada};
use super::leitura::created;

/// Stores what `editar` makes of the régua, if it is still the version that the caller saw, and answers it.
///
/// # Errors
/// 404, 412, what `editar` refused, or 409 when another régua has the same criteria then (rule s11).
pub(super) async fn change<E>(
    contexto: &Contexto,
    acesso: &Autorizado<E>,
    (id, vista): (ReguaId, SeVersao),
    answer: fn(ReguaInteira) -> Resposta,
    editar: impl Fn(&ReguaInteira) -> Editada + Send + 'static,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let mudada = contexto.servico.gravar(acesso, move |t| {
        let Some(atual) = reguas::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        let depois = match vista.confere(atual.versao).and_then(|()| editar(&atual)) {
            Ok(depois) => depois,
            Err(recusa) => return Ok(Err(recusa)),
        };
        match reguas::save(t, &atual, &depois, agora)? {
            Ok(()) => Ok(reguas::get(t, id)?.map(answer).ok_or_else(Problema::nao_encontrado)),
            Err(outra) => Ok(Err(equal(&outra))),
        }
    });
    mudada.await
}

/// Stores a new régua.
///
/// # Errors
/// 409 when another one has the same criteria (rule s11).
pub(super) async fn create<E>(
    contexto: &Contexto,
    acesso: &Autorizado<E>,
    nova: ReguaInteira,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let criada = contexto.servico.gravar(acesso, move |t| match reguas::create(t, &nova, agora)? {
        Ok(()) => Ok(reguas::get(t, nova.regua.id())?.map(created).ok_or_else(Problema::nao_encontrado)),
        Err(outra) => Ok(Err(equal(&outra))),
    });
    criada.await
}

/// The criteria with the creditors that their keys name.
///
/// # Errors
/// 422 with every key that the company does not have.
pub(super) async fn resolve(
    contexto: &Contexto,
    solicitante: impl Into<Solicitante>,
    entrada: CriteriosEntrada,
) -> Result<Criterios, Problema> {
    let codigos = entrada.codigos();
    let conhecidos =
        contexto.servico.da_empresa(solicitante, move |t| reguas::creditors(t, &codigos)).await?;
    entrada.into_criterios(&conhecidos).map_err(Problema::validacao)
}

fn equal(outra: &ReguaIgual) -> Problema {
    edicao::equal(ReguaId::new(outra.id), &outra.nome)
}
