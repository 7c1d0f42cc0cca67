//! What a list of contacts is asked for by (rules f26 to f28, f31, f32, f35).

use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::contato::CanalContato;
use domain::ids::{DevedorId, ResultadoContatoId};
use store::contatos::{self, Filtro};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Cursor, ErrosCampo, Lido, Limite, Texto, esquema};

use super::super::calendario::Calendario;

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FiltroContatos {
    /// Só os com este devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Só os por este canal.
    #[deserr(default)]
    #[param(value_type = Option<esquema::CanalContato>, inline)]
    canal: Option<CanalContato>,
    /// Feitos a partir deste dia, no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    data_de: Option<NaiveDate>,
    /// Feitos até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    data_ate: Option<NaiveDate>,
    /// Só os que deram neste resultado.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    resultado_id: Option<ResultadoContatoId>,
    /// Só os que deram em um resultado deste grupo.
    #[deserr(default)]
    #[param(inline)]
    grupo: Option<Texto<1, 60>>,
    /// Só os que deram em um resultado positivo, ou só os outros.
    #[deserr(default)]
    #[param(value_type = Option<bool>)]
    positivo: Option<Lido<bool>>,
    /// `true`: só o mais recente com cada devedor.
    #[deserr(default)]
    #[param(value_type = Option<bool>)]
    ultimo: Option<Lido<bool>>,
    /// Só os deste operador.
    #[deserr(default)]
    #[param(inline)]
    operador: Option<Texto<1, 60>>,
    /// A falar de novo a partir deste dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    agendado_de: Option<NaiveDate>,
    /// A falar de novo até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    agendado_ate: Option<NaiveDate>,
    /// Só os de que este operador deve falar de novo.
    #[deserr(default)]
    #[param(inline)]
    operador_agendamento: Option<Texto<1, 60>>,
    /// Por que ordem: `-em`, a que vale se ausente, do mais recente para o mais antigo; `agendado_para`, só os agendados, o
    /// mais próximo antes.
    #[deserr(default)]
    #[param(inline)]
    ordem: OrdemContatos,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    pub(super) limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    pub(super) cursor: Option<Cursor<(DateTime<Utc>, Uuid)>>,
}

#[derive(Clone, Copy, Default, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
enum OrdemContatos {
    #[deserr(rename = "em")]
    #[schema(rename = "em")]
    Antigos,
    #[default]
    #[deserr(rename = "-em")]
    #[schema(rename = "-em")]
    Recentes,
    #[deserr(rename = "agendado_para")]
    #[schema(rename = "agendado_para")]
    Agenda,
}

impl FiltroContatos {
    pub(super) fn order(&self) -> contatos::Ordem {
        match self.ordem {
            OrdemContatos::Antigos => contatos::Ordem::Antigos,
            OrdemContatos::Recentes => contatos::Ordem::Recentes,
            OrdemContatos::Agenda => contatos::Ordem::Agenda,
        }
    }

    /// What the store is asked for, by the company's days.
    pub(super) fn filter(&self, dia: &Calendario) -> Filtro {
        let texto = |texto: &Option<Texto<1, 60>>| texto.as_deref().map(str::to_owned);
        Filtro {
            devedor: self.devedor_id.map(DevedorId::uuid),
            canal: self.canal,
            em: dia.instants(self.data_de, self.data_ate),
            resultado: self.resultado_id.map(ResultadoContatoId::uuid),
            grupo: texto(&self.grupo),
            positivo: self.positivo.map(|lido| lido.0),
            ultimo: self.ultimo.is_some_and(|lido| lido.0),
            operador: texto(&self.operador),
            agendado: dia.instants(self.agendado_de, self.agendado_ate),
            operador_agendamento: texto(&self.operador_agendamento),
        }
    }
}
