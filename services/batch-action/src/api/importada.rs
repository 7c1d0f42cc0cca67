//! Who is meant, by a sheet (rules b03, b04): it comes in, and those of its lines that name nobody go back.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get, put};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::ids::{LoteId, PlanilhaId};
use domain::lote::Quem;
use futures_util::stream;
use sheets::lote::{LinhaRecusada, MAX_BYTES, Modelo, Recusadas};
use sheets::saida::Formato;
use store::lotes::planilhas::{self, Recusada};
use store::lotes::{self, Lote};
use store::{StoreError, Tenant};
use utoipa::IntoParams;
use web::{
    Autorizado, Caminho, Consulta, Descomprimido, ErroCampo, ErrosCampo, Lido, Problema, Resposta, SeVersao,
    Texto, escopos, esquema,
};

use super::codigos::ACAO_NAO_PERMITE;
use super::planilha::Qual;
use super::saida::AcaoEmLote;
use super::{Contexto, Passo, forbidden, step};
use crate::leitura::{self, Enviada, Recusa};

/// Bytes that are held before they are written, and that are read back at a time.
const PEDACO: usize = 256 * 1024;
/// Refused lines that are read at a time: with cells of 64 KiB, as long as any, some 64 MB.
const PAGINA: i64 = 1_000;

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Chamada {
    /// Nome do arquivo, nas palavras de quem chama.
    #[deserr(default)]
    #[param(inline)]
    nome: Option<Texto<1, 120>>,
    /// Se a planilha é de e-mails ou telefones avulsos, e não de devedores; só em ações de e-mail e SMS.
    #[deserr(default)]
    #[param(value_type = Option<bool>, default = false)]
    avulso: Lido<bool>,
}

/// Escolhe os devedores por uma planilha, no corpo da requisição, e conta quantos são e quantos podem receber a ação.
///
/// Cada linha é de um devedor, pelo código no ERP, pelo CPF ou CNPJ, ou pelos dois. Linhas repetidas, e duas linhas do mesmo devedor, valem
/// por uma. Com `avulso=true`, cada linha é um e-mail ou um celular, com o nome de quem o tem, se houver: a mensagem vai para ele, seja ou
/// não de um devedor, e quem pediu para não receber mais não recebe. As linhas que não servem voltam em `/planilha/erros` e a ação segue com as boas; se nenhuma serve, ou se o arquivo não pode
/// ser lido até o fim, 422 e nada muda. Escolher de novo, enquanto a ação não foi confirmada, pede a mensagem de novo.
#[utoipa::path(
    operation_id = "selecionar_acao_em_lote_por_planilha",
    tag = "Ações em lote",
    params(
        ("id" = Uuid, Path, description = "Id da ação."),
        Chamada,
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
    ),
    request_body(description = "A planilha, de até 128 MiB e 1.000.000 de linhas.",
        content((inline(esquema::ArquivoDeTexto) = "text/csv"),
                (inline(esquema::Arquivo) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    responses((status = 200, description = "A ação com a seleção contada.", body = AcaoEmLote,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["acoes_em_lote:escrever"])),
)]
#[put("/v1/acoes-em-lote/{id}/planilha")]
pub(super) async fn put(
    acesso: Autorizado<escopos::acoes_em_lote::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    (vista, consulta): (SeVersao, Consulta<Chamada>),
    (requisicao, corpo): (HttpRequest, Payload),
) -> Result<Resposta, Problema> {
    let Chamada { nome, avulso } = consulta.0;
    let nome = nome.map(Texto::into_string);
    // Of what is nobody's, or was changed meanwhile, that is said first.
    let enviada = match format_of(&requisicao) {
        Some(formato) => Some(Enviada { arquivo: receive(corpo, &requisicao).await?, formato, nome }),
        None => None,
    };
    let agora = contexto.servico.relogio.agora();
    let escolher = move |t: &mut Tenant<'_>, lote: &Lote| match &enviada {
        Some(enviada) => select(t, lote, (enviada, avulso.0), agora),
        None => Ok(Err(of_no_format())),
    };
    step(&contexto, &acesso, (id.0, Some(vista)), escolher).await
}

fn select(
    t: &mut Tenant<'_>,
    lote: &Lote,
    (enviada, avulso): (&Enviada, bool),
    agora: DateTime<Utc>,
) -> Passo {
    if let Err(recusa) = lotes::selectable(lote) {
        return Ok(Err(forbidden(recusa)));
    }
    let Some(modelo) = Modelo::new(lote.tipo, avulso) else { return Ok(Err(debtors_only(lote))) };
    let nova = match leitura::read(t, enviada, modelo, agora)? {
        Ok(nova) => nova,
        Err(recusa) => return Ok(Err(refusal(recusa))),
    };
    planilhas::create(t, lote.id, &nova, agora)?;
    Ok(lotes::select(t, lote, &Quem::Planilha(nova.planilha), agora)?.map_err(forbidden))
}

fn debtors_only(lote: &Lote) -> Problema {
    Problema::validacao(vec![ErroCampo {
        campo: "/avulso".to_owned(),
        codigo: "nao_permitido".into(),
        detalhe: format!("uma ação de {} é só para devedores", lote.tipo).into(),
    }])
}

fn format_of(requisicao: &HttpRequest) -> Option<Formato> {
    let tipo = requisicao.headers().get(CONTENT_TYPE).and_then(|tipo| tipo.to_str().ok()).unwrap_or_default();
    let essencia = tipo.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    [Formato::Csv, Formato::Xlsx]
        .into_iter()
        .find(|formato| formato.tipo_de_midia().split(';').next() == Some(essencia.as_str()))
}

fn of_no_format() -> Problema {
    Problema::tipo_de_midia("envie a planilha como text/csv ou como .xlsx, dito no Content-Type")
}

/// The whole body in a file that nobody else sees and that goes away by itself.
async fn receive(corpo: Payload, requisicao: &HttpRequest) -> Result<File, Problema> {
    let mut corpo = Descomprimido::new(corpo.into_inner(), requisicao)?;
    let mut arquivo = web::bloquear(|| tempfile::tempfile().map_err(|erro| unstored(&erro))).await?;
    let (mut pedaco, mut total) = (Vec::with_capacity(PEDACO), 0_u64);
    while let Some(bytes) = corpo.next().await? {
        total = total.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if total > MAX_BYTES {
            return Err(Problema::corpo_grande(usize::try_from(MAX_BYTES).unwrap_or(usize::MAX)));
        }
        pedaco.extend_from_slice(&bytes);
        if pedaco.len() >= PEDACO {
            arquivo = append(arquivo, std::mem::take(&mut pedaco)).await?;
        }
    }
    append(arquivo, pedaco).await
}

async fn append(mut arquivo: File, pedaco: Vec<u8>) -> Result<File, Problema> {
    let gravar = move || match arquivo.write_all(&pedaco) {
        Ok(()) => Ok(arquivo),
        Err(erro) => Err(unstored(&erro)),
    };
    web::bloquear(gravar).await
}

fn unstored(erro: &io::Error) -> Problema {
    Problema::interno("guardar uma planilha em um arquivo temporário", erro)
}

fn refusal(recusa: Recusa) -> Problema {
    let inteira = |detalhe: String| ErroCampo {
        campo: String::new(),
        codigo: "planilha_invalida".into(),
        detalhe: detalhe.into(),
    };
    match recusa {
        Recusa::Ilegivel(erro) => Problema::validacao(vec![inteira(erro.to_string())]),
        Recusa::Cortada(linha) => Problema::validacao(vec![inteira(linha.to_string())]),
        Recusa::NenhumaBoa(linhas) if linhas.is_empty() => {
            Problema::validacao(vec![inteira("a planilha não tem nenhuma linha".to_owned())])
        }
        Recusa::NenhumaBoa(linhas) => Problema::validacao(linhas.iter().flat_map(told).collect()),
    }
}

/// `/3/documento` is the document of line 3, the header being line 1.
fn told(ruim: &LinhaRecusada) -> Vec<ErroCampo> {
    let erro = |erro: &sheets::lote::CampoRecusado| ErroCampo {
        campo: match erro.campo {
            None => format!("/{}", ruim.linha),
            Some(campo) => format!("/{}/{}", ruim.linha, campo.as_str()),
        },
        codigo: erro.motivo.codigo().into(),
        detalhe: erro.motivo.to_string().into(),
    };
    ruim.erros.iter().map(erro).collect()
}

/// Baixa as linhas recusadas da planilha da ação, como vieram, com o motivo na coluna `erro`: para serem corrigidas e enviadas de novo.
///
/// Uma ação que não tem planilha, cujos devedores foram escolhidos depois por filtros, ou que foi cancelada antes de ser confirmada,
/// não tem linhas recusadas: 409. As de uma planilha se apagam quando outra toma o lugar dela.
#[utoipa::path(
    operation_id = "baixar_erros_da_planilha_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Qual),
    responses((status = 200, description = "A planilha.", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv")))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/planilha/erros")]
pub(super) async fn errors(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Qual>,
) -> Result<HttpResponse, Problema> {
    let formato = Formato::from(consulta.0.formato);
    let escrita = contexto.servico.da_empresa_em_um_instante(&acesso, move |t| {
        let Some(lote) = lotes::get(t, id.0)? else { return Ok(Err(Problema::nao_encontrado())) };
        match lote.ao_alcance().and_then(|selecao| selecao.quem.planilha()) {
            Some(planilha) => write(t, planilha.id, formato),
            None => Ok(Err(Problema::conflito(
                &ACAO_NAO_PERMITE,
                "a ação não é por planilha, ou foi cancelada antes de ser confirmada",
            ))),
        }
    });
    let arquivo = escrita.await??;
    let anexo = format!("attachment; filename=\"erros-da-planilha.{}\"", formato.extensao());
    Ok(HttpResponse::Ok()
        .content_type(formato.tipo_de_midia())
        .insert_header(("content-disposition", anexo))
        .streaming(pieces(arquivo)))
}

/// The sheet in a file: what cannot be read or written is told before anything of it goes out.
fn write(t: &mut Tenant<'_>, id: PlanilhaId, formato: Formato) -> Result<Result<File, Problema>, StoreError> {
    let guardada = planilhas::get(t, id)?.ok_or(StoreError::Unknown("planilha"))?;
    let aberta = tempfile::tempfile()
        .and_then(|arquivo| Recusadas::new(formato, BufWriter::new(arquivo), &guardada.cabecalho));
    let mut saida = match aberta {
        Ok(saida) => saida,
        Err(erro) => return Ok(Err(unstored(&erro))),
    };
    let mut ate = 0;
    loop {
        let linhas = planilhas::refused(t, id, ate, PAGINA)?;
        let Some(ultima) = linhas.last() else { break };
        ate = ultima.linha;
        let escritas = linhas.iter().try_for_each(|linha| saida.push_kept(&linha.celulas, &why(linha)));
        if let Err(erro) = escritas {
            return Ok(Err(unstored(&erro)));
        }
    }
    let pronto = saida.finish().and_then(|buffer| {
        let mut arquivo = buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
        arquivo.rewind()?;
        Ok(arquivo)
    });
    Ok(pronto.map_err(|erro| unstored(&erro)))
}

/// As [`LinhaRecusada`] prints it.
fn why(recusada: &Recusada) -> String {
    let erro = |erro: &planilhas::Erro| match &erro.campo {
        None => erro.detalhe.clone(),
        Some(campo) => format!("{campo}: {}", erro.detalhe),
    };
    let erros: Vec<_> = recusada.erros.iter().map(erro).collect();
    format!("linha {}: {}", recusada.linha, erros.join("; "))
}

fn pieces(arquivo: File) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(arquivo, |mut arquivo| async move {
        let lido = tokio::task::spawn_blocking(move || {
            let mut pedaco = vec![0; PEDACO];
            let quantos = arquivo.read(&mut pedaco)?;
            pedaco.truncate(quantos);
            Ok::<_, io::Error>((pedaco, arquivo))
        });
        let (pedaco, arquivo) = lido.await.map_err(io::Error::other)??;
        Ok((!pedaco.is_empty()).then(|| (Bytes::from(pedaco), arquivo)))
    })
}
