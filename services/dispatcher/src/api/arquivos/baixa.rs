//! Rule c02: the bytes of a file, and who fetched them.

use std::fs::File;
use std::io::Read as _;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream;
use runtime::Deposito;
use store::arquivos::{self, Baixa, Peca};
use uuid::Uuid;
use web::{Autorizado, Caminho, Codigo, Problema, escopos};

use super::Contexto;

/// The file is being made.
pub(in crate::api) static ARQUIVO_EM_PREPARO: Codigo = Codigo::new(
    "arquivo_em_preparo",
    409,
    "O arquivo ainda está sendo feito",
    "Tente de novo no tempo de `Retry-After`. Um arquivo de cartas que ninguém baixou é refeito sem as que já não se cobram.",
);

/// Nothing was left in the file.
pub(in crate::api) static ARQUIVO_VAZIO: Codigo = Codigo::new(
    "arquivo_vazio",
    409,
    "Não sobrou nada no arquivo",
    "Todas as cartas dele deixaram de ser devidas antes do primeiro download, ou a ação de que era a lista foi cancelada antes de ela ser escrita.",
);

/// Only files of letters have one.
pub(in crate::api) static ARQUIVO_SEM_INDICE: Codigo = Codigo::new(
    "arquivo_sem_indice",
    409,
    "O arquivo não tem índice",
    "Só os arquivos de cartas têm índice; os outros se baixam em `/conteudo`.",
);

/// The file was kept long enough.
pub(in crate::api) static ARQUIVO_EXPURGADO: Codigo = Codigo::new(
    "arquivo_expurgado",
    410,
    "O arquivo já foi apagado",
    "Os bytes são guardados pelo prazo de `arquivos.dias`; quem os baixou continua em `GET /v1/arquivos/{id}`.",
);

/// Seconds after which a file that is being made is worth another look.
const ESPERA: u32 = 5;
/// Bytes read at a time.
const PEDACO: usize = 64 * 1024;

/// Baixa um arquivo. Fica guardado quem baixou e quando.
#[utoipa::path(
    operation_id = "baixar_arquivo",
    tag = "Arquivos",
    params(("id" = Uuid, Path, description = "Id do arquivo.")),
    responses((status = 200, description = "Os bytes; `ETag` é o SHA-256 deles.", body = Vec<u8>,
               content_type = "application/octet-stream")),
    security(("chave_api" = ["arquivos:ler"])),
)]
#[get("/v1/arquivos/{id}/conteudo")]
pub(in crate::api) async fn content(
    acesso: Autorizado<escopos::arquivos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<HttpResponse, Problema> {
    fetch(acesso, &contexto, id.0, Peca::Conteudo).await
}

/// Baixa o índice de um arquivo de cartas: em CSV, uma linha para cada carta, com o endereço e as páginas dela. Fica guardado
/// quem baixou e quando.
#[utoipa::path(
    operation_id = "baixar_indice",
    tag = "Arquivos",
    params(("id" = Uuid, Path, description = "Id do arquivo.")),
    responses((status = 200, description = "CSV com `;`, em UTF-8.", body = String, content_type = "text/csv")),
    security(("chave_api" = ["arquivos:ler"])),
)]
#[get("/v1/arquivos/{id}/indice")]
pub(in crate::api) async fn index(
    acesso: Autorizado<escopos::arquivos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<HttpResponse, Problema> {
    fetch(acesso, &contexto, id.0, Peca::Indice).await
}

async fn fetch(
    acesso: Autorizado<escopos::arquivos::Ler>,
    contexto: &Contexto,
    id: Uuid,
    peca: Peca,
) -> Result<HttpResponse, Problema> {
    let (autor, agora) = (acesso.acesso().chave, contexto.servico.relogio.agora());
    let deposito = contexto.dispatcher.ajustes.arquivos.clone();
    let baixa = contexto.servico.pedir(&acesso, move |banco, portador| {
        banco.gravar(portador, autor, |t| arquivos::fetch(t, id, peca, agora).map(|b| open(&deposito, b)))
    });
    let Aberto { arquivo, nome, tamanho, sha256 } = baixa.await???;
    Ok(answer(arquivo, (&nome, media_type(peca)), tamanho, &sha256))
}

/// Bytes that can be handed over.
struct Aberto {
    arquivo: File,
    nome: String,
    tamanho: i64,
    sha256: String,
}

/// Opens what is fetched, while that can still be undone: whoever is given nothing did not fetch it, which is the outer error. The
/// inner one is an answer: what was done about the file stays.
fn open(deposito: &Deposito, baixa: Baixa) -> Result<Result<Aberto, Problema>, Problema> {
    Ok(match baixa {
        Baixa::Bytes { lugar, nome, tamanho, sha256, .. } => {
            let arquivo = deposito
                .open(&lugar)
                .map_err(|erro| Problema::interno("ler os bytes de um arquivo (arquivos.dir)", &erro))?;
            Ok(Aberto { arquivo, nome, tamanho, sha256 })
        }
        Baixa::EmPreparo => {
            let detalhe = "o arquivo está sendo feito";
            Err(Problema::conflito(&ARQUIVO_EM_PREPARO, detalhe).tentar_em(ESPERA))
        }
        Baixa::Vazio => Err(Problema::conflito(&ARQUIVO_VAZIO, "não sobrou nada que coubesse nele")),
        Baixa::Expurgado => Err(Problema::new(&ARQUIVO_EXPURGADO, "o prazo de guarda passou")),
        Baixa::SemIndice => Err(Problema::conflito(&ARQUIVO_SEM_INDICE, "o arquivo não tem índice")),
        Baixa::NaoHa => Err(Problema::nao_encontrado()),
    })
}

/// What is to be saved comes as bytes; the list says what they are. An index is text for who looks at it.
fn media_type(peca: Peca) -> &'static str {
    match peca {
        Peca::Conteudo => "application/octet-stream",
        Peca::Indice => "text/csv; charset=utf-8",
    }
}

fn answer(arquivo: File, (nome, tipo): (&str, &str), tamanho: i64, sha256: &str) -> HttpResponse {
    let pedacos = stream::try_unfold(Some(arquivo), |arquivo| async move {
        let Some(mut arquivo) = arquivo else { return Ok(None) };
        let lido = tokio::task::spawn_blocking(move || {
            let mut pedaco = vec![0; PEDACO];
            let quantos = arquivo.read(&mut pedaco)?;
            pedaco.truncate(quantos);
            Ok::<_, std::io::Error>((pedaco, arquivo))
        });
        let (pedaco, arquivo) = lido.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!pedaco.is_empty()).then(|| (Bytes::from(pedaco), Some(arquivo))))
    });
    HttpResponse::Ok()
        .content_type(tipo)
        .insert_header(("content-disposition", format!("attachment; filename=\"{nome}\"")))
        .insert_header(("etag", format!("\"{sha256}\"")))
        .no_chunking(u64::try_from(tamanho).unwrap_or_default())
        .streaming(pedacos)
}
