//! A batch as it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use domain::filtro::{Exclusao, Filtro};
use domain::ids::LoteId;
use domain::lote::{Planilha, Quem, TextoMostrado};
use serde::Serialize;
use serde_json::Value;
use store::filtros::{self, Contagem};
use store::lotes::planilhas::{self, Guardada};
use store::lotes::{self, Listada, Lote, Selecionados, UltimoFiltro};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

/// Uma ação em lote, como aparece na lista.
#[derive(Serialize, ToSchema)]
pub(super) struct AcaoEmLoteResumo {
    /// Id.
    id: Uuid,
    /// O que é feito.
    #[schema(value_type = esquema::Canal, example = "email")]
    tipo: String,
    /// Em que passo está.
    #[schema(value_type = esquema::StatusLote, example = "na_fila")]
    status: String,
    /// Quem a pediu, nas palavras de quem chamou.
    #[schema(example = "bia")]
    usuario: Option<String>,
    /// Devedores que atendem aos filtros, quando foram contados.
    #[schema(example = 594)]
    atendem: Option<i64>,
    /// Os que podem receber a ação.
    #[schema(example = 582)]
    com_contato: Option<i64>,
    /// Devedores para os quais foi confirmada.
    #[schema(example = 582)]
    itens: Option<i64>,
    /// Quando começou a ser montada.
    criada_em: DateTime<Utc>,
    /// Quando foi confirmada.
    confirmada_em: Option<DateTime<Utc>>,
    /// Quando terminou.
    concluida_em: Option<DateTime<Utc>>,
    /// Quando foi cancelada.
    cancelada_em: Option<DateTime<Utc>>,
}

/// Uma ação em lote.
#[derive(Serialize, ToSchema)]
pub(super) struct AcaoEmLote {
    /// Id.
    id: Uuid,
    /// O que é feito.
    #[schema(value_type = esquema::Canal, example = "email")]
    tipo: &'static str,
    /// Em que passo está. Terminada, o que ainda voltar (um e-mail devolvido, um reenvio) pode levá-la de `concluida` a
    /// `concluida_com_erros`, e de volta.
    #[schema(value_type = esquema::StatusLote, example = "selecionado")]
    status: &'static str,
    /// Versão; cresce a cada mudança.
    #[schema(example = 2)]
    pub(super) versao: i32,
    /// Quem a pediu, nas palavras de quem chamou.
    #[schema(example = "bia")]
    usuario: Option<String>,
    /// Para quem, e quantos são; nulo antes da seleção.
    selecao: Option<SelecaoDeAcaoEmLote>,
    /// O que é dito; nulo antes da escolha, e no que não tem texto.
    mensagem: Option<MensagemDeAcaoEmLote>,
    /// Devedores para os quais foi confirmada.
    #[schema(example = 582)]
    itens: Option<i64>,
    /// Data da empresa em que foi confirmada.
    data: Option<NaiveDate>,
    /// Quantos itens estão em cada estado; os que faltam para `itens` ainda não foram vistos. Vazio antes da confirmação. Depois do
    /// fim é contado de novo de tempos em tempos, por 30 dias, cada vez mais espaçados; os itens dizem o de cada um na hora.
    andamento: Vec<ItensPorEstado>,
    /// Quando começou a ser montada.
    criada_em: DateTime<Utc>,
    /// Quando mudou pela última vez.
    atualizada_em: DateTime<Utc>,
    /// Quando foi confirmada.
    confirmada_em: Option<DateTime<Utc>>,
    /// Quando começou a ser processada.
    iniciada_em: Option<DateTime<Utc>>,
    /// Quando terminou.
    concluida_em: Option<DateTime<Utc>>,
    /// Quando foi cancelada.
    cancelada_em: Option<DateTime<Utc>>,
}

/// Quantos itens de uma ação estão num estado.
#[derive(Serialize, ToSchema)]
pub(super) struct ItensPorEstado {
    /// Estado da execução.
    #[schema(value_type = esquema::EstadoExecucao, example = "enviada")]
    status: &'static str,
    /// Quantos.
    #[schema(example = 300)]
    quantidade: i64,
}

/// Uma ação em lote que começa.
#[derive(Serialize, ToSchema)]
pub(super) struct AcaoEmLoteNova {
    /// A ação.
    pub(super) acao: AcaoEmLote,
    /// O último filtro do mesmo usuário, ou da mesma chave se não há usuário; pode servir de novo.
    pub(super) ultimo_filtro: Option<UltimoFiltroDoUsuario>,
}

/// O último filtro de um usuário.
#[derive(Serialize, ToSchema)]
pub(super) struct UltimoFiltroDoUsuario {
    /// De que ação foi.
    #[schema(value_type = esquema::Canal)]
    tipo: &'static str,
    /// O filtro.
    #[schema(value_type = esquema::FiltroDeDevedores)]
    filtro: Value,
    /// O que ele pede, uma linha por filtro.
    em_palavras: Vec<String>,
    /// Quando foi usado.
    em: DateTime<Utc>,
}

/// Para quem é a ação, como foi contado.
#[derive(Serialize, ToSchema)]
pub(super) struct SelecaoDeAcaoEmLote {
    /// O filtro; nulo quando foi por planilha.
    #[schema(value_type = Option<esquema::FiltroDeDevedores>)]
    filtro: Option<Value>,
    /// A planilha; nula quando foi por filtros.
    planilha: Option<PlanilhaDeAcaoEmLote>,
    /// O que o filtro pede, uma linha por filtro, ou o que havia na planilha.
    #[schema(example = json!(["Título: dias de vencido de 10 a 30"]))]
    em_palavras: Vec<String>,
    /// Devedores que atendem aos filtros, ou que estão na planilha, cada um uma vez; de uma planilha de avulsos, os contatos.
    #[schema(example = 594)]
    atendem: i64,
    /// Os que podem receber a ação.
    #[schema(example = 582)]
    com_contato: i64,
    /// Os demais, por motivo.
    excluidos: Vec<ExcluidosPorMotivo>,
    /// Quando foram contados.
    contada_em: DateTime<Utc>,
}

/// O que havia na planilha. Toda linha que não está em branco foi aceita, repetida ou recusada.
#[derive(Serialize, ToSchema)]
pub(super) struct PlanilhaDeAcaoEmLote {
    /// Id.
    id: Uuid,
    /// Nome do arquivo, como veio em `?nome=`.
    #[schema(example = "inadimplentes-marco.csv")]
    nome: Option<String>,
    /// Se é de e-mails ou telefones avulsos, e não de devedores.
    avulsa: bool,
    /// Linhas, sem as que estão em branco.
    #[schema(example = 600)]
    linhas: i64,
    /// Linhas com um devedor da empresa, ou um contato avulso, que nenhuma linha antes tinha.
    #[schema(example = 594)]
    aceitas: i64,
    /// Linhas com um devedor ou contato que já estava em outra.
    #[schema(example = 4)]
    repetidas: i64,
    /// Linhas recusadas, que `/planilha/erros` devolve com o motivo.
    #[schema(example = 2)]
    recusadas: i64,
    /// Das recusadas, as que não são de nenhum devedor da empresa.
    #[schema(example = 1)]
    desconhecidas: i64,
}

/// Quantos não podem receber a ação por um motivo.
#[derive(Serialize, ToSchema)]
pub(super) struct ExcluidosPorMotivo {
    /// Motivo.
    #[schema(value_type = esquema::MotivoExclusao, example = "sem_contato")]
    motivo: &'static str,
    /// Quantos.
    #[schema(example = 12)]
    quantidade: i64,
}

/// O que é dito. Depois da confirmação não muda mais, ainda que o template mude.
#[derive(Serialize, ToSchema)]
pub(super) struct MensagemDeAcaoEmLote {
    /// Template.
    template_id: Uuid,
    /// Versão do template.
    #[schema(example = 1)]
    template_versao: i32,
    /// Assunto, com coringas; nulo em SMS e carta.
    assunto: Option<String>,
    /// Texto, com coringas.
    corpo: String,
}

impl AcaoEmLote {
    /// The batch as it is now.
    pub(super) fn load(t: &mut Tenant<'_>, id: LoteId) -> Result<Option<Self>, StoreError> {
        lotes::get(t, id)?.map(|lote| Self::new(t, lote)).transpose()
    }

    fn new(t: &mut Tenant<'_>, lote: Lote) -> Result<Self, StoreError> {
        let selecao =
            lote.selecao.as_ref().map(|selecao| SelecaoDeAcaoEmLote::new(t, selecao)).transpose()?;
        let (itens, data) = lote.confirmado.unzip();
        let andamento = lotes::progress(t, &lote)?
            .into_iter()
            .map(|(estado, quantidade)| ItensPorEstado { status: estado.as_str(), quantidade });
        Ok(Self {
            id: lote.id.uuid(),
            tipo: lote.tipo.as_str(),
            status: lote.estado.as_str(),
            versao: lote.versao,
            usuario: lote.usuario,
            selecao,
            mensagem: lote.texto.map(MensagemDeAcaoEmLote::from),
            itens,
            data,
            andamento: andamento.collect(),
            criada_em: lote.tempos.criada_em,
            atualizada_em: lote.tempos.atualizada_em,
            confirmada_em: lote.tempos.confirmada_em,
            iniciada_em: lote.tempos.iniciada_em,
            concluida_em: lote.tempos.concluida_em,
            cancelada_em: lote.tempos.cancelada_em,
        })
    }
}

impl From<Listada> for AcaoEmLoteResumo {
    fn from(lida: Listada) -> Self {
        Self {
            id: lida.id,
            tipo: lida.tipo,
            status: lida.estado,
            usuario: lida.usuario,
            atendem: lida.atendem,
            com_contato: lida.com_contato,
            itens: lida.itens,
            criada_em: lida.criada_em,
            confirmada_em: lida.confirmada_em,
            concluida_em: lida.concluida_em,
            cancelada_em: lida.cancelada_em,
        }
    }
}

impl SelecaoDeAcaoEmLote {
    fn new(t: &mut Tenant<'_>, selecao: &Selecionados) -> Result<Self, StoreError> {
        let Selecionados { quem, contagem: Contagem { atendem, com_contato, excluidos }, contada_em, .. } =
            selecao;
        Self::of(t, quem, (*atendem, *com_contato, excluidos), *contada_em)
    }

    pub(super) fn of(
        t: &mut Tenant<'_>,
        quem: &Quem,
        (atendem, com_contato, excluidos): (i64, i64, &[(Exclusao, i64)]),
        contada_em: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let linha = |(motivo, quantidade): &(Exclusao, i64)| ExcluidosPorMotivo {
            motivo: motivo.as_str(),
            quantidade: *quantidade,
        };
        Ok(Self {
            em_palavras: in_words(t, quem)?,
            filtro: quem.filtro().map(Filtro::escrever),
            planilha: quem.planilha().map(|planilha| PlanilhaDeAcaoEmLote::load(t, planilha)).transpose()?,
            atendem,
            com_contato,
            excluidos: excluidos.iter().map(linha).collect(),
            contada_em,
        })
    }
}

fn in_words(t: &mut Tenant<'_>, quem: &Quem) -> Result<Vec<String>, StoreError> {
    Ok(match quem {
        Quem::Filtro(filtro) => filtro.em_palavras(&filtros::named(t, filtro)?.nomes),
        Quem::Planilha(planilha) => {
            let Planilha { avulsa, aceitas, repetidas, recusadas, .. } = planilha;
            let (linhas, de) = (planilha.linhas(), if *avulsa { " de avulsos" } else { "" });
            vec![format!(
                "Planilha{de}: linhas {linhas}, aceitas {aceitas}, repetidas {repetidas}, recusadas {recusadas}"
            )]
        }
    })
}

impl PlanilhaDeAcaoEmLote {
    fn load(t: &mut Tenant<'_>, planilha: &Planilha) -> Result<Self, StoreError> {
        let Planilha { id, avulsa, aceitas, repetidas, recusadas } = *planilha;
        let Guardada { nome, desconhecidas, .. } =
            planilhas::get(t, id)?.ok_or(StoreError::Unknown("planilha"))?;
        Ok(Self {
            id: id.uuid(),
            avulsa,
            nome,
            linhas: planilha.linhas(),
            aceitas,
            repetidas,
            recusadas,
            desconhecidas,
        })
    }
}

impl UltimoFiltroDoUsuario {
    pub(super) fn new(t: &mut Tenant<'_>, ultimo: &UltimoFiltro) -> Result<Self, StoreError> {
        Ok(Self {
            tipo: ultimo.tipo.as_str(),
            em_palavras: ultimo.filtro.em_palavras(&filtros::named(t, &ultimo.filtro)?.nomes),
            filtro: ultimo.filtro.escrever(),
            em: ultimo.em,
        })
    }
}

impl From<TextoMostrado> for MensagemDeAcaoEmLote {
    fn from(texto: TextoMostrado) -> Self {
        let TextoMostrado { template, versao, assunto, corpo } = texto;
        Self { template_id: template.uuid(), template_versao: versao, assunto, corpo }
    }
}
