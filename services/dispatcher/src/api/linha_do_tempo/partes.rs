//! The parts of what happened, each a thing that it is about. They are read as the migrations write them, field by field.

use chrono::{DateTime, NaiveDate, Utc};
use domain::arquivo::FatoCarta;
use domain::contato::CanalContato;
use domain::enriquecimento::EstadoConsulta;
use domain::execucao::{Canal, Estado, Motivo};
use domain::meio::CanalOptOut;
use domain::negativacao::{Bureau, MotivoBaixa, Situacao};
use domain::regua::MotivoEncerramento;
use domain::titulo::Origem;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::super::execucoes::masked;
use super::super::execucoes::passos::{AcaoDePessoa, FimDaChamada};

/// Do que se trata; que partes há depende do tipo.
#[derive(Default, Serialize, Deserialize, ToSchema)]
pub(super) struct Partes {
    /// O título.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) titulo: Option<TituloNaLinha>,
    /// O pagamento.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) pagamento: Option<PagamentoNaLinha>,
    /// A negociação.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) negociacao: Option<NegociacaoNaLinha>,
    /// O contato.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) contato: Option<ContatoNaLinha>,
    /// O opt-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) opt_out: Option<OptOutNaLinha>,
    /// A inscrição.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) inscricao: Option<InscricaoNaLinha>,
    /// A ação.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) acao: Option<AcaoNaLinha>,
    /// A tentativa.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) tentativa: Option<TentativaNaLinha>,
    /// O recibo.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) recibo: Option<ReciboNaLinha>,
    /// A intervenção.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) intervencao: Option<IntervencaoNaLinha>,
    /// A consulta.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) consulta: Option<ConsultaNaLinha>,
    /// A carta.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) carta: Option<CartaNaLinha>,
    /// A negativação.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) negativacao: Option<NegativacaoNaLinha>,
}

/// A resposta a uma consulta de contatos.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsultaNaLinha {
    /// A execução.
    pub(super) execucao_id: Uuid,
    /// Quem respondeu.
    pub(super) provedor: String,
    /// Onde ela chegou.
    #[schema(value_type = esquema::EstadoConsulta)]
    pub(super) estado: EstadoConsulta,
    /// Se foi usada a resposta de uma consulta anterior.
    pub(super) aproveitada: bool,
    /// Quantos telefones novos vieram dela.
    pub(super) telefones: u32,
    /// Quantos e-mails novos.
    pub(super) emails: u32,
    /// Quantos endereços novos.
    pub(super) enderecos: u32,
}

/// Uma negativação.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NegativacaoNaLinha {
    /// Id.
    pub(super) id: Uuid,
    /// O título.
    pub(super) titulo_id: Uuid,
    /// O bureau.
    #[schema(value_type = esquema::Bureau)]
    pub(super) bureau: Bureau,
    /// Onde ela chegou.
    #[schema(value_type = esquema::SituacaoNegativacao)]
    pub(super) situacao: Situacao,
    /// Por que sai, quando tem de sair.
    #[schema(value_type = Option<esquema::MotivoBaixa>)]
    pub(super) motivo_baixa: Option<MotivoBaixa>,
    /// Os códigos da última resposta do bureau.
    pub(super) codigos: Vec<i32>,
    /// Valor negativado.
    #[schema(example = "1234.56")]
    pub(super) valor: String,
}

/// Uma carta.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartaNaLinha {
    /// A execução.
    pub(super) execucao_id: Uuid,
    /// O que foi feito dela.
    #[schema(value_type = esquema::FatoCarta)]
    pub(super) fato: FatoCarta,
    /// O arquivo em que está.
    pub(super) arquivo_id: Option<Uuid>,
    /// Por que foi retirada ou voltou.
    #[schema(example = "mudou_se")]
    pub(super) motivo: Option<String>,
}

/// Um título.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TituloNaLinha {
    /// Id.
    pub(super) id: Uuid,
    /// Número.
    #[schema(example = "NF 1023")]
    pub(super) numero: String,
    /// Valor, como é agora; só em `titulo_recebido`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<esquema::Dinheiro>, nullable = false)]
    pub(super) valor: Option<String>,
    /// Vencimento, como é agora; só em `titulo_recebido`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) vencimento: Option<NaiveDate>,
    /// Se é parcela de um acordo; só em `titulo_recebido`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<esquema::Origem>, nullable = false)]
    pub(super) origem: Option<Origem>,
    /// O que mudou de uma vez; só em `titulo_alterado`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) mudancas: Option<Vec<MudancaNaLinha>>,
}

/// Um campo de um título, antes e depois.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct MudancaNaLinha {
    /// O campo, como se chama no título.
    #[schema(example = "status")]
    pub(super) campo: String,
    /// O que era.
    #[schema(example = "aberto")]
    pub(super) antes: Option<String>,
    /// O que passou a ser.
    #[schema(example = "pago")]
    pub(super) depois: Option<String>,
}

/// Um pagamento.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PagamentoNaLinha {
    /// Id.
    pub(super) id: Uuid,
    /// O dia em que foi pago.
    pub(super) data: NaiveDate,
    /// O que foi pago.
    #[schema(value_type = esquema::Dinheiro)]
    pub(super) valor: String,
    /// O que foi quitado sem ser pago.
    #[schema(value_type = esquema::Soma)]
    pub(super) desconto: String,
    /// Por que foi estornado; só em `estorno`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) motivo: Option<String>,
}

/// Uma negociação.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NegociacaoNaLinha {
    /// Id.
    pub(super) id: Uuid,
    /// O que foi acordado.
    #[schema(value_type = esquema::Soma)]
    pub(super) valor: String,
    /// Em quantas parcelas.
    pub(super) parcelas: i64,
    /// Quem negociou, como a empresa o identifica.
    pub(super) usuario: Option<String>,
}

/// Um contato.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContatoNaLinha {
    /// Id.
    pub(super) id: Uuid,
    /// Como se falou, ou se tentou falar, com ele.
    #[schema(value_type = esquema::CanalContato)]
    pub(super) canal: CanalContato,
    /// No que deu, como a empresa o chama agora.
    #[schema(example = "Promessa")]
    pub(super) resultado: String,
    /// Quem fez o contato.
    pub(super) operador: Option<String>,
    /// O que se disse.
    pub(super) observacao: Option<String>,
    /// Quando falar de novo.
    pub(super) agendado_para: Option<DateTime<Utc>>,
}

/// Um pedido para não ser procurado.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OptOutNaLinha {
    /// Canal.
    #[schema(value_type = esquema::CanalOptOut)]
    pub(super) canal: CanalOptOut,
    /// Por que, como se sabe.
    pub(super) motivo: Option<String>,
}

/// Uma inscrição numa régua.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InscricaoNaLinha {
    /// Id.
    pub(super) id: Uuid,
    /// Régua.
    pub(super) regua_id: Uuid,
    /// Nome da régua, como é agora.
    #[schema(example = "Padrão")]
    pub(super) regua: String,
    /// O título que anda por si; nulo quando quem anda é o devedor.
    pub(super) titulo_id: Option<Uuid>,
    /// Data da noite.
    pub(super) data: NaiveDate,
    /// Por que se encerrou; nulo em `inscricao_aberta`.
    #[schema(value_type = Option<esquema::MotivoEncerramento>)]
    pub(super) motivo: Option<MotivoEncerramento>,
}

/// Uma ação que uma régua ou uma ação em lote decidiu.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AcaoNaLinha {
    /// A execução.
    pub(super) execucao_id: Uuid,
    /// Canal.
    #[schema(value_type = esquema::Canal)]
    pub(super) canal: Canal,
    /// Régua; nulo no que veio de uma ação em lote.
    pub(super) regua_id: Option<Uuid>,
    /// Nome da régua, como é agora.
    #[schema(example = "Padrão")]
    pub(super) regua: Option<String>,
    /// A posição que disparou.
    pub(super) posicao: Option<PosicaoNaLinha>,
    /// Ação da posição.
    pub(super) acao_id: Option<Uuid>,
    /// Ação em lote de que faz parte; nulo no que uma régua decidiu.
    pub(super) lote_id: Option<Uuid>,
    /// Inscrição; nulo em lembretes.
    pub(super) inscricao_id: Option<Uuid>,
    /// Volta da inscrição; nulo em lembretes.
    pub(super) ciclo: Option<i32>,
    /// Data da noite que a decidiu.
    pub(super) data: NaiveDate,
    /// Data em que era devida; anterior a `data` quando foi encontrada com atraso.
    pub(super) devida_em: NaiveDate,
    /// Títulos com que foi decidida.
    pub(super) titulos: Vec<Uuid>,
    /// O número a que vai, mascarado; só quando a mesma mensagem vai a vários.
    #[serde(default, deserialize_with = "number", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "(11) *****-4321")]
    pub(super) contato: Option<String>,
    /// O que é feito dela agora.
    #[schema(value_type = esquema::EstadoExecucao)]
    pub(super) estado: Estado,
    /// Por que está nesse estado, quando há o que explicar.
    #[schema(value_type = Option<esquema::MotivoExecucao>)]
    pub(super) motivo: Option<Motivo>,
}

fn number<'de, D: Deserializer<'de>>(entrada: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(entrada)?.as_deref().map(masked))
}

/// Uma posição de uma régua, como é agora.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PosicaoNaLinha {
    /// Id.
    pub(super) id: Uuid,
    /// `lembrete`, tantos dias antes do vencimento; `cobranca`, tantos depois da entrada na régua.
    #[schema(example = "cobranca")]
    pub(super) gatilho: String,
    /// Quantos dias.
    pub(super) dias: i32,
}

/// Uma chamada ao provedor, com o começo do que foi enviado.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TentativaNaLinha {
    /// A execução, onde está o texto inteiro.
    pub(super) execucao_id: Uuid,
    /// Canal.
    #[schema(value_type = esquema::Canal)]
    pub(super) canal: Canal,
    /// Quando a mensagem foi montada, logo antes de sair.
    pub(super) inicio: DateTime<Utc>,
    /// Provedor; nulo nas mais antigas, de quando isso não se guardava.
    #[schema(example = "smtp")]
    pub(super) provedor: Option<String>,
    /// O nome que o provedor deu à mensagem.
    pub(super) provedor_id: Option<String>,
    /// Como acabou.
    pub(super) fim: FimDaChamada,
    /// O que o provedor respondeu, ou como a conversa se rompeu.
    #[schema(example = "250 2.0.0 Ok: queued as 4F1C2")]
    pub(super) resposta: Option<String>,
    /// Para quem.
    #[schema(example = "maria@exemplo.com.br")]
    pub(super) destinatario: String,
    /// Assunto, quando o canal tem um.
    pub(super) assunto: Option<String>,
    /// O começo do texto, como foi enviado, até 200 caracteres; nulo se certamente não saiu.
    pub(super) trecho: Option<String>,
    /// Títulos que estão na mensagem.
    pub(super) titulos: Vec<Uuid>,
}

/// O que o provedor contou de uma mensagem.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReciboNaLinha {
    /// A execução.
    pub(super) execucao_id: Uuid,
    /// Canal.
    #[schema(value_type = esquema::Canal)]
    pub(super) canal: Canal,
    /// Provedor.
    #[schema(example = "zenvia")]
    pub(super) provedor: String,
    /// O que foi feito da mensagem: `enviada`, `entregue`, `lida` ou `devolvida`.
    #[schema(value_type = esquema::EstadoExecucao)]
    pub(super) estado: Estado,
    /// Por que, como o provedor o chama.
    pub(super) causa: Option<String>,
    /// Quando aconteceu, pelo relógio do provedor.
    pub(super) em: Option<DateTime<Utc>>,
}

/// O que uma pessoa fez de uma execução.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IntervencaoNaLinha {
    /// A execução.
    pub(super) execucao_id: Uuid,
    /// O que fez.
    pub(super) acao: AcaoDePessoa,
    /// De onde se sabe.
    pub(super) observacao: Option<String>,
}
