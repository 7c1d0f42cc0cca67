//! Entries at bureaus: where each is, taking one off, and the deadlines of taking off.

pub(super) mod credenciais;
pub(super) mod prazos;
pub(super) mod retornos;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::dinheiro::Centavos;
use domain::ids::{DevedorId, TituloId};
use domain::negativacao::{Bureau, MotivoBaixa, PrazoDaBaixa, Situacao};
use providers::bureau::pefin::describe;
use serde::Serialize;
use store::negativacoes::{self, Filtro, NegativacaoLida};
use store::{StoreError, Tenant, empresas};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Corpo, Cursor, ErroValor, ErrosCampo, Limite, Pagina, Problema, Resposta,
    escopos, esquema, parse_texto,
};

use super::Contexto;

/// Uma negativação: um título em um bureau de crédito.
#[derive(Serialize, ToSchema)]
struct Negativacao {
    /// Id.
    id: Uuid,
    /// Execução que a pediu.
    execucao_id: Uuid,
    /// Devedor.
    devedor_id: Uuid,
    /// Título.
    titulo_id: Uuid,
    /// Credor; nulo quando a dívida é da própria empresa.
    credor_id: Option<Uuid>,
    /// Credencial por que vai ao bureau.
    credencial_id: Uuid,
    /// Bureau.
    #[schema(value_type = esquema::Bureau)]
    bureau: String,
    /// Onde ela está.
    #[schema(value_type = esquema::SituacaoNegativacao)]
    situacao: String,
    /// Número por que o bureau conhece a dívida.
    #[schema(example = "NF-2026/0001")]
    contrato: String,
    /// Vencimento.
    vencimento: NaiveDate,
    /// Valor negativado.
    #[schema(value_type = esquema::Dinheiro)]
    valor: String,
    /// Quando foi pedida.
    solicitada_em: DateTime<Utc>,
    /// Remessa em que a inclusão foi.
    remessa_id: Option<Uuid>,
    /// Quando a inclusão foi posta na remessa.
    enviada_em: Option<DateTime<Utc>>,
    /// Quando o bureau a aceitou.
    aceita_em: Option<DateTime<Utc>>,
    /// Quando o prazo do comunicado termina.
    publica_em: Option<NaiveDate>,
    /// Quando ficou pública.
    incluida_em: Option<DateTime<Utc>>,
    /// O que o bureau disse por último.
    codigos: Vec<CodigoDoBureau>,
    /// A baixa, quando ela tem de sair.
    baixa: Option<Baixa>,
    /// Quando terminou.
    terminou_em: Option<DateTime<Utc>>,
}

/// Um código do bureau.
#[derive(Serialize, ToSchema)]
struct CodigoDoBureau {
    /// O código.
    #[schema(example = 296)]
    codigo: i32,
    /// O que ele diz.
    #[schema(example = "o nome não corresponde ao documento")]
    descricao: &'static str,
}

/// A saída de uma negativação.
#[derive(Serialize, ToSchema)]
struct Baixa {
    /// Por que sai.
    #[schema(value_type = esquema::MotivoBaixa)]
    motivo: String,
    /// Quando se soube que tinha de sair.
    pedida_em: DateTime<Utc>,
    /// O dia de que o prazo se conta: o do pagamento, ou o em que se soube.
    base: NaiveDate,
    /// Até quando deve sair daqui: um dia útil.
    alvo: NaiveDate,
    /// Até quando a lei quer que tenha saído do bureau: cinco dias úteis.
    limite: NaiveDate,
    /// Remessa em que foi por último.
    remessa_id: Option<Uuid>,
    /// Quando foi posta na remessa.
    enviada_em: Option<DateTime<Utc>>,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente as deste devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Somente as deste título.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    titulo_id: Option<TituloId>,
    /// Somente as que estão assim.
    #[deserr(default)]
    #[param(value_type = Option<esquema::SituacaoNegativacao>, inline)]
    situacao: Option<Situacao>,
    /// Somente as deste bureau.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Bureau>, inline)]
    bureau: Option<Bureau>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(DateTime<Utc>, Uuid)>>,
}

/// Por que uma negativação sai a pedido de uma pessoa.
struct MotivoPedido(MotivoBaixa);

fn asked_by_people() -> impl Iterator<Item = &'static str> {
    MotivoBaixa::TODOS.iter().filter(|motivo| motivo.de_pessoa()).map(|motivo| motivo.as_str())
}

impl Deserr<ErrosCampo> for MotivoPedido {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let motivo = MotivoBaixa::parse(texto).ok().filter(|motivo| motivo.de_pessoa());
            motivo.map(Self).ok_or_else(|| {
                let aceitos = asked_by_people().collect::<Vec<_>>().join(", ");
                ErroValor::new(
                    "valor_invalido",
                    format!("valor desconhecido para motivo; aceitos: {aceitos}"),
                )
            })
        })
    }
}

impl PartialSchema for MotivoPedido {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Por que uma negativação sai a pedido de uma pessoa."))
            .enum_values(Some(asked_by_people()))
            .into()
    }
}

impl ToSchema for MotivoPedido {}

/// O pedido de uma baixa. O que se paga, se acorda ou se cancela sai sem pedido.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct BaixaEntrada {
    /// Por que sai.
    motivo: MotivoPedido,
}

/// Lista as negativações, na ordem em que foram pedidas.
#[utoipa::path(
    operation_id = "listar_negativacoes",
    tag = "Negativações",
    params(Lista),
    responses((status = 200, description = "Uma página de negativações.", body = Pagina<Negativacao>)),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/negativacoes")]
pub(super) async fn list(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<Negativacao>, Problema> {
    let Lista { devedor_id, titulo_id, situacao, bureau, limite, cursor } = consulta.0;
    let filtro = Filtro {
        devedor: devedor_id.map(DevedorId::uuid),
        titulo: titulo_id.map(TituloId::uuid),
        situacao,
        bureau,
    };
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa(&acesso, move |t| negativacoes::list(t, &filtro, depois_de, limite.com_folga()))
        .await?;
    Ok(Pagina::from_rows(lidas, limite, |lida| (lida.solicitada_em, lida.id)).map(Negativacao::from))
}

/// Lê uma negativação.
#[utoipa::path(
    operation_id = "ler_negativacao",
    tag = "Negativações",
    params(("id" = Uuid, Path, description = "Id da negativação.")),
    responses((status = 200, description = "A negativação.", body = Negativacao)),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/negativacoes/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Negativacao>, Problema> {
    let lida = contexto.servico.da_empresa(&acesso, move |t| negativacoes::get(t, id.0)).await?;
    lida.map(|lida| Json(lida.into())).ok_or_else(Problema::nao_encontrado)
}

/// Pede a baixa de uma negativação. O que ainda não saiu é cancelado; o que saiu vai ao bureau na próxima remessa. Pedir de novo não
/// muda nada, salvo se a baixa foi posta numa remessa em outro dia, ou o retorno dela não a resolveu: então ela vai outra vez.
#[utoipa::path(
    operation_id = "baixar_negativacao",
    tag = "Negativações",
    params(("id" = Uuid, Path, description = "Id da negativação.")),
    request_body(content = BaixaEntrada, example = json!({"motivo": "solicitacao"})),
    responses((status = 200, description = "A negativação, como ficou.", body = Negativacao)),
    security(("chave_api" = ["negativacoes:escrever"])),
)]
#[post("/v1/negativacoes/{id}/baixa")]
pub(super) async fn take_off(
    acesso: Autorizado<escopos::negativacoes::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    corpo: Corpo<BaixaEntrada>,
) -> Result<Resposta, Problema> {
    let (id, agora, motivo) = (id.0, contexto.servico.relogio.agora(), corpo.0.motivo.0);
    let baixar = move |t: &mut Tenant<'_>| {
        let hoje = empresas::today(t, agora)?;
        if negativacoes::ask_off(t, id, motivo, (agora, hoje))?.is_none() {
            return Ok(Err(Problema::nao_encontrado()));
        }
        let lida = negativacoes::get(t, id)?.ok_or(StoreError::Unknown("negativacao"))?;
        Ok(Ok(Resposta::ok(&Negativacao::from(lida))))
    };
    contexto.servico.gravar(&acesso, baixar).await
}

impl From<NegativacaoLida> for Negativacao {
    fn from(l: NegativacaoLida) -> Self {
        let pedida = l.motivo_baixa.zip(l.baixa_pedida_em).zip(l.base_baixa);
        let baixa = pedida.map(|((motivo, pedida_em), base)| {
            let PrazoDaBaixa { alvo, limite, .. } = PrazoDaBaixa::contado_de(base);
            let (remessa_id, enviada_em) = (l.remessa_baixa_id, l.baixa_enviada_em);
            Baixa { motivo, pedida_em, base, alvo, limite, remessa_id, enviada_em }
        });
        let describe = |codigo: i32| CodigoDoBureau {
            codigo,
            descricao: describe(u16::try_from(codigo).unwrap_or(u16::MAX)),
        };
        Self {
            id: l.id,
            execucao_id: l.execucao_id,
            devedor_id: l.devedor_id,
            titulo_id: l.titulo_id,
            credor_id: l.credor_id,
            credencial_id: l.credencial_id,
            bureau: l.bureau,
            situacao: l.situacao,
            contrato: l.contrato,
            vencimento: l.vencimento,
            valor: Centavos::new(l.valor).to_string(),
            solicitada_em: l.solicitada_em,
            remessa_id: l.remessa_id,
            enviada_em: l.enviada_em,
            aceita_em: l.aceita_em,
            publica_em: l.publica_em,
            incluida_em: l.incluida_em,
            codigos: l.codigos.into_iter().map(describe).collect(),
            baixa,
            terminou_em: l.terminou_em,
        }
    }
}
