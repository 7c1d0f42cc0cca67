//! What every statement about a selection is made of.

use domain::ids::{DevedorId, PlanilhaId};

use super::consulta::{Consulta, Valor};
use super::{Alvo, Selecao, abas, aptidao};
use crate::Tenant;

/// Its parts, which speak of each one who is meant as `d`.
pub(super) struct Pergunta {
    pub(super) consulta: Consulta,
    /// Where they are.
    de: &'static str,
    /// Which of them are meant.
    pub(super) onde: Vec<String>,
    /// What is told of each of them.
    pub(super) colunas: &'static str,
    /// Why one of them cannot have the action, or null.
    pub(super) motivo: String,
    /// The e-mail or number that a message would go to, or null.
    pub(super) contato: String,
}

impl Pergunta {
    pub(super) fn new(t: &Tenant<'_>, selecao: &Selecao<'_>) -> Self {
        match selecao.quem {
            Alvo::Filtro(filtro) => {
                Self::of_debtors(t, selecao, |consulta| abas::quem(consulta, filtro, &selecao.dia))
            }
            Alvo::Planilha(planilha) => {
                Self::of_debtors(t, selecao, |consulta| abas::da_planilha(consulta, planilha))
            }
            Alvo::Avulsos(planilha) => Self::of_avulsos(t, selecao, planilha),
        }
    }

    fn of_debtors(
        t: &Tenant<'_>,
        selecao: &Selecao<'_>,
        quem: impl FnOnce(&mut Consulta) -> Vec<String>,
    ) -> Self {
        let mut consulta = Consulta::new(t.empresa, selecao.dia.fuso);
        Self {
            de: aptidao::DEVEDORES,
            motivo: aptidao::motivo(&mut consulta, selecao.tipo, &selecao.dia),
            contato: aptidao::contato(selecao.tipo),
            colunas: "d.id, d.nome, d.nome_busca, d.documento",
            onde: quem(&mut consulta),
            consulta,
        }
    }

    /// Rule b01.
    fn of_avulsos(t: &Tenant<'_>, selecao: &Selecao<'_>, planilha: PlanilhaId) -> Self {
        let mut consulta = Consulta::new(t.empresa, selecao.dia.fuso);
        let planilha = consulta.bind(Valor::Uuid(planilha.uuid()));
        Self {
            de: "lote.avulso d",
            motivo: aptidao::de_avulso(selecao.tipo),
            contato: "d.contato".to_owned(),
            colunas: "d.id, d.nome, d.nome_busca, NULL::text AS documento, d.contato",
            onde: vec!["d.empresa_id = $1".to_owned(), format!("d.planilha_id = {planilha}")],
            consulta,
        }
    }

    /// Only who comes after this one by id.
    pub(super) fn after(&mut self, depois_de: Option<DevedorId>) {
        if let Some(id) = depois_de {
            let id = self.consulta.bind(Valor::Uuid(id.uuid()));
            self.onde.push(format!("d.id > {id}"));
        }
    }

    /// What comes after `FROM`.
    pub(super) fn rows(&self) -> String {
        format!("{} WHERE {}", self.de, self.onde.join(" AND "))
    }
}
