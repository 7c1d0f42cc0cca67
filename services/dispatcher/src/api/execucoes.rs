//! Executions: what was decided, what became of it, and what was said.

pub(super) mod passos;

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::execucao::{Canal, Estado};
use domain::ids::{DevedorId, ExecucaoId};
use domain::telefone::Telefone;
use serde::Serialize;
use store::execucoes::{self, ExecucaoLida, Filtro, MensagemLida};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Cursor, ErrosCampo, Limite, Pagina, Problema, escopos, esquema};

use super::Contexto;
use passos::{Chamada, IntervencaoFeita, ReciboRecebido};

/// Uma execução: uma ação para um devedor, do momento em que foi decidida até o fim.
#[derive(Serialize, ToSchema)]
pub(super) struct Execucao {
    /// Id; é também a chave com que o provedor vê a ação.
    id: Uuid,
    /// Devedor; nulo no que vai para um contato avulso de uma ação em lote.
    devedor_id: Option<Uuid>,
    /// Régua que a decidiu; nulo no que veio de uma ação em lote.
    regua_id: Option<Uuid>,
    /// Posição que disparou.
    posicao_id: Option<Uuid>,
    /// Ação da posição.
    acao_id: Option<Uuid>,
    /// Ação em lote de que faz parte; nulo no que uma régua decidiu.
    lote_id: Option<Uuid>,
    /// Inscrição; nulo em lembretes.
    inscricao_id: Option<Uuid>,
    /// Volta da inscrição; nulo em lembretes.
    ciclo: Option<i32>,
    /// Canal.
    #[schema(value_type = esquema::Canal, example = "email")]
    canal: String,
    /// Títulos com que foi decidida; a mensagem traz os que ainda estavam em aberto na hora do envio.
    titulos: Vec<Uuid>,
    /// Data da noite que a decidiu, ou em que a ação em lote foi confirmada.
    #[schema(example = "2026-03-03")]
    data: NaiveDate,
    /// Data em que era devida; anterior a `data` quando foi encontrada com atraso.
    #[schema(example = "2026-03-03")]
    devida_em: NaiveDate,
    /// A partir de quando pode sair.
    publicar_em: DateTime<Utc>,
    /// O que foi feito dela.
    #[schema(value_type = esquema::EstadoExecucao, example = "enviada")]
    estado: String,
    /// Por que está nesse estado, quando há o que explicar.
    #[schema(example = "titulo_pago")]
    motivo: Option<String>,
    /// Tentativas que falharam até agora.
    tentativas: i16,
    /// Quando o provedor aceitou.
    enviada_em: Option<DateTime<Utc>>,
    /// Última resposta do provedor.
    #[schema(example = "250 2.0.0 Ok: queued as 4F1C2")]
    resposta: Option<String>,
    /// O número a que vai, mascarado, depois da primeira tentativa de envio de uma ação que vai a todos os números do devedor.
    #[schema(example = "(11) *****-4321")]
    contato: Option<String>,
    /// A execução cuja mensagem esta leva a outro número do devedor.
    irma_de: Option<Uuid>,
    /// Os fusos em que o horário de envio foi lido por último, quando é o do devedor e não o da empresa; mais de um onde não
    /// se sabe qual deles é o seu, e então o horário vale em todos.
    #[schema(example = json!(["America/Rio_Branco"]))]
    fusos: Option<Vec<String>>,
    /// A mensagem como foi enviada; só na leitura de uma execução, e só se ela saiu ou pode ter saído.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    mensagem: Option<MensagemEnviada>,
    /// As chamadas ao provedor, da primeira à última; só na leitura de uma execução que teve alguma.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    chamadas: Vec<Chamada>,
    /// Os recibos, na ordem em que chegaram; só na leitura de uma execução que teve algum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    recibos: Vec<ReciboRecebido>,
    /// O que pessoas fizeram; só na leitura de uma execução em que alguém mexeu.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    intervencoes: Vec<IntervencaoFeita>,
}

/// Uma mensagem como foi enviada.
#[derive(Serialize, ToSchema)]
struct MensagemEnviada {
    /// Para quem; quando a ação vai a todos os contatos, todos eles, separados por vírgula e espaço. Quem o provedor
    /// recusou está em `resposta`.
    #[schema(example = "maria@exemplo.com.br")]
    destinatario: String,
    /// Assunto, quando o canal tem um.
    #[schema(example = "Maria, há um valor em aberto")]
    assunto: Option<String>,
    /// Texto.
    #[schema(example = "Olá, Maria da Silva.")]
    texto: String,
    /// Títulos que estão nela.
    titulos: Vec<Uuid>,
    /// Quando foi montada, logo antes de sair.
    montada_em: DateTime<Utc>,
}

/// Contagem das execuções.
#[derive(Serialize, ToSchema)]
struct Resumo {
    /// Quantas há em cada estado, das noites do período.
    #[schema(example = json!({"pendente": 0, "enfileirada": 0, "enviando": 0, "enviada": 582, "falhou": 3, "incerta": 0, "descartada": 9, "expirada": 0}))]
    por_estado: BTreeMap<&'static str, i64>,
    /// Quantas, de qualquer noite, ainda andam sozinhas agora: na fila, em envio, ou pendentes cuja hora já chegou.
    #[schema(example = 0)]
    em_movimento: i64,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lista {
    /// Somente as deste devedor.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
    /// Somente as deste estado.
    #[deserr(default)]
    #[param(value_type = Option<esquema::EstadoExecucao>, inline)]
    estado: Option<Estado>,
    /// Somente as deste canal.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Canal>, inline)]
    canal: Option<Canal>,
    /// Somente as das noites a partir desta data.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Somente as das noites até esta data, inclusive.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    ate: Option<NaiveDate>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(NaiveDate, Uuid)>>,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Periodo {
    /// Somente as deste canal.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Canal>, inline)]
    canal: Option<Canal>,
    /// Das noites a partir desta data.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    de: Option<NaiveDate>,
    /// Das noites até esta data, inclusive.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    ate: Option<NaiveDate>,
}

/// Lista as execuções, na ordem das noites.
#[utoipa::path(
    operation_id = "listar_execucoes",
    tag = "Execuções",
    params(Lista),
    responses((status = 200, description = "Uma página de execuções.", body = Pagina<Execucao>)),
    security(("chave_api" = ["execucoes:ler"])),
)]
#[get("/v1/execucoes")]
pub(super) async fn list(
    acesso: Autorizado<escopos::execucoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Lista>,
) -> Result<Pagina<Execucao>, Problema> {
    let Lista { devedor_id, estado, canal, de, ate, limite, cursor } = consulta.0;
    let filtro = Filtro { devedor: devedor_id.map(DevedorId::uuid), estado, canal, de, ate };
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa(&acesso, move |t| execucoes::list(t, &filtro, depois_de, limite.com_folga()))
        .await?;
    Ok(Pagina::from_rows(lidas, limite, |lida| (lida.data, lida.id)).map(Execucao::from))
}

/// Conta as execuções por estado, e as que ainda andam sozinhas.
#[utoipa::path(
    operation_id = "resumir_execucoes",
    tag = "Execuções",
    params(Periodo),
    responses((status = 200, description = "A contagem.", body = Resumo)),
    security(("chave_api" = ["execucoes:ler"])),
)]
#[get("/v1/execucoes/resumo")]
pub(super) async fn resumo(
    acesso: Autorizado<escopos::execucoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Periodo>,
) -> Result<Json<Resumo>, Problema> {
    let Periodo { de, ate, canal } = consulta.0;
    let agora = contexto.servico.relogio.agora();
    let contagens = contexto.servico.da_empresa(&acesso, move |t| {
        Ok((execucoes::count_by_estado(t, de, ate, canal)?, execucoes::in_motion(t, agora, canal)?))
    });
    let (contadas, em_movimento) = contagens.await?;
    let mut por_estado: BTreeMap<_, _> = Estado::TODOS.iter().map(|estado| (estado.as_str(), 0)).collect();
    por_estado.extend(contadas.into_iter().map(|(estado, n)| (estado.as_str(), n)));
    Ok(Json(Resumo { por_estado, em_movimento }))
}

/// Lê uma execução: a mensagem como foi enviada, cada chamada ao provedor, os recibos e o que pessoas fizeram dela.
#[utoipa::path(
    operation_id = "ler_execucao",
    tag = "Execuções",
    params(("id" = Uuid, Path, description = "Id da execução.")),
    responses((status = 200, description = "A execução.", body = Execucao)),
    security(("chave_api" = ["execucoes:ler"])),
)]
#[get("/v1/execucoes/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::execucoes::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<ExecucaoId>,
) -> Result<Json<Execucao>, Problema> {
    let lida = contexto.servico.da_empresa_em_um_instante(&acesso, move |t| {
        let Some(execucao) = execucoes::get(t, id.0)? else { return Ok(None) };
        let mensagem = execucoes::message(t, id.0)?.map(MensagemEnviada::from);
        let chamadas = execucoes::calls(t, id.0)?.into_iter().map(Chamada::from).collect();
        let recibos = execucoes::receipts(t, id.0)?.into_iter().map(ReciboRecebido::from).collect();
        let intervencoes =
            execucoes::interventions(t, id.0)?.into_iter().map(IntervencaoFeita::from).collect();
        Ok(Some(Execucao { mensagem, chamadas, recibos, intervencoes, ..execucao.into() }))
    });
    lida.await?.map(Json).ok_or_else(Problema::nao_encontrado)
}

impl From<ExecucaoLida> for Execucao {
    fn from(lida: ExecucaoLida) -> Self {
        Self {
            id: lida.id,
            devedor_id: lida.devedor_id,
            regua_id: lida.regua_id,
            posicao_id: lida.posicao_id,
            acao_id: lida.acao_id,
            lote_id: lida.lote_id,
            inscricao_id: lida.inscricao_id,
            ciclo: lida.ciclo,
            canal: lida.canal,
            titulos: lida.titulos,
            data: lida.data,
            devida_em: lida.devida_em,
            publicar_em: lida.publicar_em,
            estado: lida.estado,
            motivo: lida.motivo,
            tentativas: lida.tentativas,
            enviada_em: lida.enviada_em,
            resposta: lida.resposta,
            contato: lida.contato.as_deref().map(masked),
            irma_de: lida.irma_de,
            fusos: lida.fusos,
            mensagem: None,
            chamadas: Vec::new(),
            recibos: Vec::new(),
            intervencoes: Vec::new(),
        }
    }
}

/// Rule m11: a number as a list shows it. What is stored was checked when it came in.
pub(super) fn masked(numero: &str) -> String {
    Telefone::parse(numero).map_or_else(|_outro| "***".to_owned(), |telefone| telefone.mascarado())
}

impl From<MensagemLida> for MensagemEnviada {
    fn from(lida: MensagemLida) -> Self {
        Self {
            destinatario: lida.destinatario,
            assunto: lida.assunto,
            texto: lida.texto,
            titulos: lida.titulos,
            montada_em: lida.montada_em,
        }
    }
}
