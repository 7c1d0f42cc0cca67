//! What a list of negotiations is asked for by (rules f20 to f25).

use chrono::{DateTime, NaiveDate, Utc};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::ids::{DevedorId, TituloId};
use domain::negociacao::{EstadoNegociacao, vencidos_ate};
use domain::titulo::StatusTitulo;
use store::negociacoes::Filtro;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;
use web::{Cursor, ErroValor, ErrosCampo, Limite, Texto, esquema, parse_texto};

use super::super::calendario::Calendario;

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FiltroNegociacoes {
    /// Só as deste devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Só as que tomaram este título.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    titulo_id: Option<TituloId>,
    /// Só as destes estados, separados por vírgula.
    #[deserr(default)]
    #[param(value_type = Option<Estados>, inline, example = "aberta,confirmada")]
    estado: Option<Estados>,
    /// `nao_confirmada_vencida`: só as que ninguém confirmou e cuja primeira parcela venceu.
    #[deserr(default)]
    #[param(inline)]
    situacao: Option<SituacaoFiltrada>,
    /// Só as deste usuário.
    #[deserr(default)]
    #[param(inline)]
    usuario: Option<Texto<1, 60>>,
    /// Feitas a partir deste dia, no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    data_de: Option<NaiveDate>,
    /// Feitas até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    data_ate: Option<NaiveDate>,
    /// Canceladas a partir deste dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    cancelada_de: Option<NaiveDate>,
    /// Canceladas até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    cancelada_ate: Option<NaiveDate>,
    /// Com uma parcela nesta situação; junto com `vencimento_parcela_*`, a mesma parcela.
    #[deserr(default)]
    #[param(value_type = Option<esquema::StatusTitulo>, inline)]
    status_parcela: Option<StatusTitulo>,
    /// Com uma parcela que vence a partir deste dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    vencimento_parcela_de: Option<NaiveDate>,
    /// Com uma parcela que vence até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    vencimento_parcela_ate: Option<NaiveDate>,
    /// Por que ordem; `-criada_em`, da mais nova para a mais antiga.
    #[deserr(default)]
    #[param(inline)]
    ordem: Ordem,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    pub(super) limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    pub(super) cursor: Option<Cursor<(DateTime<Utc>, Uuid)>>,
}

impl FiltroNegociacoes {
    /// What the store is asked for, by the company's days; and whether the newest come first.
    pub(super) fn parts(&self, dia: &Calendario) -> (Filtro, bool) {
        let nao_confirmadas = self.situacao.as_ref().map(|_| vencidos_ate(dia.hoje, &dia.regras));
        let filtro = Filtro {
            devedor: self.devedor_id.map(DevedorId::uuid),
            titulo: self.titulo_id.map(TituloId::uuid),
            estados: self.estado.as_ref().map(|estados| estados.0.clone()),
            nao_confirmadas_ate: nao_confirmadas,
            usuario: self.usuario.as_deref().map(str::to_owned),
            criada: dia.instants(self.data_de, self.data_ate),
            cancelada: dia.instants(self.cancelada_de, self.cancelada_ate),
            status_parcela: self.status_parcela.map(|status| vec![status]),
            vencimento_parcela: (self.vencimento_parcela_de, self.vencimento_parcela_ate),
        };
        (filtro, self.ordem == Ordem::Recentes)
    }
}

/// Rule k07.
#[derive(Clone, Copy, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
enum SituacaoFiltrada {
    #[deserr(rename = "nao_confirmada_vencida")]
    #[schema(rename = "nao_confirmada_vencida")]
    NaoConfirmadaVencida,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(error = ErrosCampo, rename_all = lowercase)]
enum Ordem {
    #[default]
    #[deserr(rename = "criada_em")]
    #[schema(rename = "criada_em")]
    Antigas,
    #[deserr(rename = "-criada_em")]
    #[schema(rename = "-criada_em")]
    Recentes,
}

/// One or more states with commas between them.
struct Estados(Vec<EstadoNegociacao>);

impl Deserr<ErrosCampo> for Estados {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let lidos = texto.split(',').map(EstadoNegociacao::parse).collect::<Result<_, _>>();
            lidos.map(Self).map_err(|erro| ErroValor::new("valor_invalido", erro.to_string()))
        })
    }
}

impl PartialSchema for Estados {
    fn schema() -> RefOr<Schema> {
        let codigos = EstadoNegociacao::TODOS.iter().map(|e| e.as_str()).collect::<Vec<_>>().join("|");
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^({codigos})(,({codigos})){{0,3}}$")))
            .into()
    }
}

impl ToSchema for Estados {}
