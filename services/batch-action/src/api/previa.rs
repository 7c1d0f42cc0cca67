//! What debtors of a selection would get, one after the other (rule b13), and what that takes in SMS (rule b14).

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use conteudo::previa::{Destinatario, PreVisualizacao, Textos};
use deserr::Deserr;
use domain::execucao::Canal;
use domain::ids::{DevedorId, LoteId};
use domain::lote::TextoMostrado;
use domain::sms::Perfil;
use render::sms::Opcoes;
use serde::Serialize;
use store::lotes::{self, ForaDeUso, Lote, Recusa};
use store::previas::{self, Previa};
use store::{StoreError, Tenant, filtros};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, ErroCampo, ErrosCampo, Problema, escopos};

use super::{Contexto, codigos, forbidden, out_of_use};

/// What an SMS takes where no provider is asked: as the network has it.
const SMS: Opcoes = Opcoes { perfil: Perfil::REDE, transliterar: true };
/// Debtors by whom the segments of a batch are estimated: enough to see long names and lists, few enough to be read at once.
const AMOSTRA: i64 = 20;

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Quem {
    /// Devedor da seleção; ausente, o primeiro dos que podem receber a ação, por nome.
    #[deserr(default)]
    #[param(value_type = Option<Uuid>)]
    devedor_id: Option<DevedorId>,
}

/// A mensagem como um devedor da seleção a receberia.
#[derive(Serialize, ToSchema)]
struct PreVisualizacaoDeAcaoEmLote {
    /// O devedor; de um contato avulso, o que o representa nesta ação, e que não é de devedor nenhum.
    devedor_id: Uuid,
    /// O nome do devedor; vazio em um contato avulso sem nome.
    nome: String,
    /// O que vem antes, dos que podem receber a ação; nulo no primeiro.
    anterior: Option<Uuid>,
    /// O que vem depois; nulo no último.
    proximo: Option<Uuid>,
    /// A mensagem, com os títulos vencidos, ou com os que vão vencer se nenhum venceu.
    mensagem: PreVisualizacao,
}

/// O que um lote de SMS ocupa, pela média dos primeiros devedores.
#[derive(Serialize, ToSchema)]
pub(super) struct EstimativaDeSms {
    /// De quantos devedores é a média.
    #[schema(example = 20)]
    amostra: usize,
    /// Segmentos de todos os envios, arredondado para cima.
    #[schema(example = 786)]
    segmentos: i64,
}

/// Mostra a mensagem como um devedor da seleção a receberia, com o anterior e o próximo. Nada é gravado nem enviado.
#[utoipa::path(
    operation_id = "pre_visualizar_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Quem),
    responses((status = 200, description = "A mensagem preenchida.", body = PreVisualizacaoDeAcaoEmLote)),
    security(("chave_api" = ["templates:visualizar"])),
)]
#[get("/v1/acoes-em-lote/{id}/pre-visualizacao")]
pub(super) async fn get(
    acesso: Autorizado<escopos::templates::Visualizar>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Quem>,
) -> Result<Json<PreVisualizacaoDeAcaoEmLote>, Problema> {
    let (agora, quem) = (contexto.servico.relogio.agora(), consulta.0.devedor_id);
    let lida = contexto.servico.da_empresa_em_um_instante(&acesso, move |t| match lotes::get(t, id.0)? {
        Some(lote) => show(t, &lote, quem, agora),
        None => Ok(Err(Problema::nao_encontrado())),
    });
    lida.await?.map(Json)
}

fn show(
    t: &mut Tenant<'_>,
    lote: &Lote,
    quem: Option<DevedorId>,
    agora: DateTime<Utc>,
) -> Result<Result<PreVisualizacaoDeAcaoEmLote, Problema>, StoreError> {
    let texto = match lotes::text_now(t, lote)? {
        Ok(texto) => texto,
        Err(ForaDeUso) => return Ok(Err(out_of_use())),
    };
    let (Some(selecao), Some(quem_e), Some(texto)) = (lote.ao_alcance(), lote.alvo(), &texto) else {
        return Ok(Err(forbidden(Recusa(lote.estado))));
    };
    let aptos = selecao.contagem.com_contato;
    let selecao = filtros::Selecao { quem: quem_e, tipo: lote.tipo, dia: lotes::day(t, agora)? };
    let Some(vizinhos) = filtros::neighbours(t, (&selecao, aptos), quem)? else {
        return Ok(Err(nobody(quem)));
    };
    let Some(previa) = read(t, lote, vizinhos.este, &texts(lote.tipo, texto).all())? else {
        return Ok(Err(nobody(quem)));
    };
    let id = |devedor: DevedorId| devedor.uuid();
    let mensagem = match rendered(lote.tipo, texto, &previa, agora) {
        Ok(mensagem) => mensagem,
        Err(recusa) => return Ok(Err(recusa)),
    };
    Ok(Ok(PreVisualizacaoDeAcaoEmLote {
        devedor_id: id(vizinhos.este),
        nome: previa.nome,
        anterior: vizinhos.anterior.map(id),
        proximo: vizinhos.proximo.map(id),
        mensagem,
    }))
}

/// The debtor, or the bare address or number, with what the texts ask for.
fn read(
    t: &mut Tenant<'_>,
    lote: &Lote,
    quem: DevedorId,
    textos: &[&str],
) -> Result<Option<Previa>, StoreError> {
    let planilha = lote.selecao.as_ref().and_then(|selecao| selecao.quem.planilha());
    match planilha {
        Some(planilha) if planilha.avulsa => previas::read_avulso(t, (planilha.id, quem), lote.tipo, textos),
        Some(_) | None => previas::read(t, quem, textos),
    }
}

fn nobody(quem: Option<DevedorId>) -> Problema {
    match quem {
        None => Problema::new(&codigos::NINGUEM_APTO, "nenhum devedor da seleção pode receber a ação"),
        Some(_) => Problema::validacao(vec![ErroCampo {
            campo: "/devedor_id".to_owned(),
            codigo: "devedor_fora_da_selecao".into(),
            detalhe: "não atende aos filtros, ou não pode receber a ação".into(),
        }]),
    }
}

fn texts(tipo: Canal, texto: &TextoMostrado) -> Textos {
    Textos { canal: tipo, assunto: texto.assunto.clone(), corpo: texto.corpo.clone() }
}

fn rendered(
    tipo: Canal,
    texto: &TextoMostrado,
    previa: &Previa,
    agora: DateTime<Utc>,
) -> Result<PreVisualizacao, Problema> {
    texts(tipo, texto).shown(Destinatario::DeLote(previa), agora, SMS).map_err(|invalido| {
        Problema::new(
            &codigos::MENSAGEM_FORA_DE_USO,
            format!("o texto tem coringas desconhecidos: {invalido}"),
        )
    })
}

/// Rule b14: the segments that the SMS of a batch take, by what its first debtors get, in the snapshot that counted them: twenty
/// debtors are a few look-ups beside a count. `None` of what is no SMS, and where nobody gets one.
pub(super) fn estimate(
    t: &mut Tenant<'_>,
    lote: &Lote,
    texto: Option<&TextoMostrado>,
    com_contato: i64,
    agora: DateTime<Utc>,
) -> Result<Option<EstimativaDeSms>, StoreError> {
    let (Some(quem), Some(texto), Canal::Sms) = (lote.alvo(), texto, lote.tipo) else { return Ok(None) };
    let selecao = filtros::Selecao { quem, tipo: lote.tipo, dia: lotes::day(t, agora)? };
    let mut segmentos = Vec::new();
    for devedor in filtros::ids(t, &selecao, None, AMOSTRA)? {
        let Some(previa) = read(t, lote, devedor, &[&texto.corpo])? else { continue };
        let vista = rendered(lote.tipo, texto, &previa, agora).ok();
        segmentos.extend(vista.and_then(|vista| vista.segmentos()));
    }
    let (amostra, total) = (segmentos.len(), segmentos.iter().sum::<usize>());
    let (por, soma) = (i64::try_from(amostra).unwrap_or(1), i64::try_from(total).unwrap_or(i64::MAX));
    Ok((por > 0).then(|| EstimativaDeSms {
        amostra,
        segmentos: soma.saturating_mul(com_contato).saturating_add(por - 1) / por,
    }))
}
