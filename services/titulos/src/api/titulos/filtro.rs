//! What a list of títulos is asked for by.

use chrono::{DateTime, NaiveDate, Utc};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::dinheiro::Centavos;
use domain::ids::{CredorId, DevedorId};
use domain::titulo::{Origem, StatusTitulo};
use store::titulos::{Chave, Filtro, Ordem, TituloLido, Trecho};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;
use web::{Cursor, ErroCampo, ErroValor, ErrosCampo, Limite, Problema, Texto, esquema, parse_texto};

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FiltroTitulos {
    /// Chave do título no ERP.
    #[deserr(default)]
    #[param(inline)]
    codigo_integracao: Option<Texto<1, 60>>,
    /// Só os deste devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Só os deste credor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    credor_id: Option<CredorId>,
    /// Só os destas situações, separadas por vírgula.
    #[deserr(default)]
    #[param(value_type = Option<StatusLista>, inline, example = "aberto,suspenso")]
    status: StatusLista,
    /// Só os originais, ou só as parcelas de acordo.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Origem>, inline)]
    origem: Option<Origem>,
    /// Vencimento a partir deste dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    vencimento_de: Option<NaiveDate>,
    /// Vencimento até este dia.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    vencimento_ate: Option<NaiveDate>,
    /// Saldo a partir deste valor.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dinheiro>, inline)]
    saldo_de: Option<Centavos>,
    /// Saldo até este valor.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dinheiro>, inline)]
    saldo_ate: Option<Centavos>,
    /// Só os que mudaram desde este instante: o que um sistema espelho precisa buscar.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Instante>, inline)]
    atualizado_desde: Option<DateTime<Utc>>,
    /// Por que ordem; com `-` na frente, do maior para o menor. Ausente, a de chegada.
    #[deserr(default)]
    #[param(value_type = Option<Ordenacao>, inline)]
    ordem: Ordenacao,
    /// Dia do `saldo_atualizado`; ausente, hoje no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    pub(super) em: Option<NaiveDate>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    pub(super) limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(Option<String>, Uuid)>>,
}

impl FiltroTitulos {
    /// What the store is asked for; a cursor of another order is none.
    pub(super) fn into_parts(self) -> Result<(Filtro, Trecho), Problema> {
        let Ordenacao { ordem, decrescente } = self.ordem;
        let depois_de = match self.cursor {
            Some(Cursor((valor, id))) => {
                Some(ordem.parse_key(valor.as_deref(), id).ok_or_else(of_another_order)?)
            }
            None => None,
        };
        let filtro = Filtro {
            codigo_integracao: self.codigo_integracao.map(Texto::into_string),
            devedor: self.devedor_id.map(DevedorId::uuid),
            credor: self.credor_id.map(CredorId::uuid),
            status: self.status.0,
            origem: self.origem,
            vencimento_de: self.vencimento_de,
            vencimento_ate: self.vencimento_ate,
            saldo_de: self.saldo_de,
            saldo_ate: self.saldo_ate,
            atualizado_desde: self.atualizado_desde,
        };
        Ok((filtro, Trecho { ordem, decrescente, depois_de, limite: self.limite.com_folga() }))
    }
}

fn of_another_order() -> Problema {
    Problema::validacao(vec![ErroCampo {
        campo: "/cursor".to_owned(),
        codigo: "cursor_invalido".into(),
        detalhe: "este cursor é de uma lista em outra ordem".into(),
    }])
}

/// Where a page in this order ends that ends with `lido`.
pub(super) fn cursor(ordem: Ordem, lido: &TituloLido) -> (Option<String>, Uuid) {
    let chave: Chave = ordem.key(lido);
    let (valor, id) = chave.parts();
    (valor.map(str::to_owned), id)
}

/// One or more statuses with commas between them.
#[derive(Default)]
struct StatusLista(Vec<StatusTitulo>);

impl Deserr<ErrosCampo> for StatusLista {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let mut status = Vec::new();
            for codigo in texto.split(',') {
                let lido = StatusTitulo::parse(codigo)
                    .map_err(|erro| ErroValor::new("valor_invalido", erro.to_string()))?;
                if !status.contains(&lido) {
                    status.push(lido);
                }
            }
            Ok(Self(status))
        })
    }
}

impl PartialSchema for StatusLista {
    fn schema() -> RefOr<Schema> {
        let codigos = StatusTitulo::TODOS.iter().map(|status| status.as_str()).collect::<Vec<_>>().join("|");
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^({codigos})(,({codigos})){{0,4}}$")))
            .into()
    }
}

impl ToSchema for StatusLista {}

/// An order and its direction.
#[derive(Clone, Copy, Default)]
struct Ordenacao {
    ordem: Ordem,
    decrescente: bool,
}

/// What an order is called.
const ORDENS: [(&str, Ordem); 4] = [
    ("chegada", Ordem::Chegada),
    ("vencimento", Ordem::Vencimento),
    ("saldo", Ordem::Saldo),
    ("atualizado_em", Ordem::Atualizacao),
];

impl Deserr<ErrosCampo> for Ordenacao {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let (nome, decrescente) = texto.strip_prefix('-').map_or((texto, false), |nome| (nome, true));
            let achada = ORDENS.iter().find(|(chamada, _)| *chamada == nome);
            let ordem = achada.map(|(_, ordem)| Self { ordem: *ordem, decrescente });
            ordem.ok_or_else(|| {
                let nomes = ORDENS.map(|(nome, _)| nome).join(", ");
                ErroValor::new("valor_invalido", format!("deve ser uma de: {nomes}, com ou sem - na frente"))
            })
        })
    }
}

impl PartialSchema for Ordenacao {
    fn schema() -> RefOr<Schema> {
        let nomes = ORDENS.iter().flat_map(|(nome, _)| [(*nome).to_owned(), format!("-{nome}")]);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(nomes)).into()
    }
}

impl ToSchema for Ordenacao {}
