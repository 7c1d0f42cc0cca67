//! What every statement about a selection is made of.

use domain::execucao::Canal;
use domain::ids::{DevedorId, LoteId, PlanilhaId};

use super::abas::{self, DA_EMPRESA};
use super::aptidao::{self, Exigencia};
use super::consulta::{Consulta, Valor};
use super::{Alvo, Selecao};
use crate::Tenant;

/// Whoever orders debtors by name finds fewer than these first and orders them then. Of a million, a page of fifty of so many is
/// among the first 20,000 names, which are looked at in as much time as most filters take.
const POUCOS: i64 = 2_500;

/// Its parts, which speak of each one who is meant as `d`.
pub(super) struct Pergunta {
    pub(super) consulta: Consulta,
    /// Where they are.
    de: &'static str,
    /// Which of them are meant.
    pub(super) onde: Vec<String>,
    /// What is told of each of them.
    pub(super) colunas: &'static str,
    /// What one of them needs to have the action.
    pub(super) exigencias: Vec<Exigencia>,
    /// Of [`Self::colunas`] those that these ask for. An index may hold the id, and none holds it with the document.
    pub(super) pedidas: &'static str,
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
            Alvo::Itens(lote, None) => {
                Self::of_debtors(t, selecao, |_| vec![DA_EMPRESA.to_owned()]).enlisted(lote)
            }
            Alvo::Itens(lote, Some(planilha)) => Self::of_avulsos(t, selecao, planilha).enlisted(lote),
        }
    }

    fn of_debtors(
        t: &Tenant<'_>,
        selecao: &Selecao<'_>,
        quem: impl FnOnce(&mut Consulta) -> Vec<String>,
    ) -> Self {
        let mut consulta = Consulta::new(t.empresa, selecao.dia.fuso);
        Self {
            de: "cadastro.devedor d",
            exigencias: aptidao::exigencias(&mut consulta, selecao.tipo, &selecao.dia),
            pedidas: match selecao.tipo {
                Canal::Email | Canal::Sms | Canal::Carta => "d.id",
                Canal::Enriquecimento | Canal::Negativacao => "d.id, d.documento",
            },
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
            exigencias: aptidao::de_avulso(selecao.tipo),
            pedidas: "d.id, d.contato",
            contato: "d.contato".to_owned(),
            colunas: "d.id, d.nome, d.nome_busca, NULL::text AS documento, d.contato",
            onde: vec![DA_EMPRESA.to_owned(), format!("d.planilha_id = {planilha}")],
            consulta,
        }
    }

    /// Only those whom the batch was confirmed for, who are not asked for anything any more.
    fn enlisted(mut self, lote: LoteId) -> Self {
        let lote = self.consulta.bind(Valor::Uuid(lote.uuid()));
        self.onde.push(format!(
            "d.id IN (SELECT i.devedor_id FROM lote.item i WHERE i.empresa_id = $1 AND i.lote_id = {lote})"
        ));
        self.exigencias.clear();
        self
    }

    /// Only who comes after this one by id.
    pub(super) fn after(&mut self, depois_de: Option<DevedorId>) {
        if let Some(id) = depois_de {
            let id = self.consulta.bind(Valor::Uuid(id.uuid()));
            self.onde.push(format!("d.id > {id}"));
        }
    }

    /// Only those who can have the action.
    pub(super) fn able(&mut self) {
        self.onde.extend(self.exigencias.iter().map(|exigencia| exigencia.tem.clone()));
    }

    /// Those who are meant, to be put in order by name. Fewer than [`POUCOS`] are found first, whatever the planner expects: read
    /// by name until enough are found, a million may be looked at for nobody. Of more, the first are found soon.
    pub(super) fn to_order(&self, contados: i64) -> String {
        let todos = format!("SELECT {} FROM {}", self.colunas, self.rows());
        if contados < POUCOS {
            format!("WITH q AS MATERIALIZED ({todos}) SELECT d.* FROM q d")
        } else {
            todos
        }
    }

    /// What comes after `FROM`.
    pub(super) fn rows(&self) -> String {
        format!("{} WHERE {}", self.de, self.onde.join(" AND "))
    }
}
