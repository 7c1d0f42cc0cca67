//! Imports: a file sent, watched, its errors read, what it cancels confirmed.

mod codigos;
mod erros;
mod linha;
mod pedido;
mod recebimento;
mod saida;

use actix_web::web::{Data, Json, Payload};
use actix_web::{HttpRequest, delete, get, post};
use store::importacoes::{self, Decisao};
use store::{StoreError, Tenant, new_id};
use uuid::Uuid;
use web::{Autorizado, Caminho, Codigo, Consulta, Pagina, Paginacao, Problema, Resposta, escopos, esquema};

use super::Contexto;
use pedido::Parametros;
use saida::Importacao;

pub use codigos::line_codes;
pub(super) use erros::{csv as errors_csv, list as list_errors};
pub(crate) use linha::{key_of, parse_line};

/// An import that is past what was asked of it.
pub(super) static IMPORTACAO_ENCERRADA: Codigo = Codigo::new(
    "importacao_encerrada",
    409,
    "A importação não espera por isso",
    "A importação já terminou, ou não aguarda confirmação.",
);

/// A confirmation that came after another file.
pub(super) static IMPORTACAO_SUPERADA: Codigo = Codigo::new(
    "importacao_superada",
    409,
    "Outro arquivo chegou depois",
    "Depois deste arquivo chegou outro: o que falta neste já não diz o que está em aberto. Envie um arquivo completo novo.",
);

/// Envia um arquivo de títulos de qualquer tamanho; ele é processado em seguida, linha a linha.
///
/// O arquivo é o corpo da requisição, e pode vir comprimido com gzip, de uma ou de várias partes. Cada linha cria ou atualiza um título pelo
/// `codigo_integracao`, como em `PUT /v1/titulos`; linhas com erro são recusadas e as demais são gravadas. Enviar o mesmo
/// arquivo de novo não altera nada. Se um código aparece em várias linhas, vale a última. Em `modo=completo`, os títulos em
/// aberto ou suspensos que não estão no arquivo são cancelados, os de toda a empresa ou, com `credor`, só os dele; acima de
/// `limite_cancelamento`, ou se alguém ficasse sem nenhum título em aberto, nada é gravado antes de uma confirmação. O que mudou
/// ou foi enviado depois que o arquivo chegou não é cancelado. Arquivos de uma empresa são processados na ordem em que chegam.
#[utoipa::path(
    operation_id = "importar",
    tag = "Importações",
    params(Parametros),
    request_body(description = "O arquivo. Em NDJSON, cada linha é um item de `PUT /v1/titulos`; em CSV e XLSX, a primeira linha \
                                é o cabeçalho, de até 256 colunas, e o mapeamento diz que coluna é cada campo. Em XLSX vale a \
                                primeira planilha visível; códigos de mais de 15 dígitos só como texto.",
        content((inline(esquema::ArquivoDeTexto) = "text/csv", example = "codigo_integracao;vencimento;valor;devedor_codigo;devedor_nome\n\
                                                 NF-1;02/03/2026;1.234,56;C-9;Padaria Campoverde\n"),
                (inline(esquema::ArquivoDeTexto) = "application/x-ndjson"),
                (inline(esquema::Arquivo) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    responses((status = 202, description = "O arquivo chegou; acompanhe no endereço de `Location`.", body = Importacao,
               headers(("Location" = String, description = "Endereço da importação.")))),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/importacoes")]
pub(super) async fn post(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    consulta: Consulta<Parametros>,
    requisicao: HttpRequest,
    corpo: Payload,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let pedido = consulta.0.read(&acesso, &contexto, &requisicao).await?;
    let id = new_id(agora);
    let arquivo =
        recebimento::Recebimento::new(&contexto, acesso.solicitante(), id, pedido.limite_de_bytes());
    let bytes = arquivo.receive(corpo, &requisicao, acesso.idempotencia()).await?;
    let nova = pedido.into_nova(id, acesso.acesso().chave, bytes);
    let gravada = contexto.servico.gravar(&acesso, move |t| {
        importacoes::create(t, &nova, agora)?;
        Ok(Ok(Resposta::aceita(format!("/v1/importacoes/{id}"), &read(t, id)?)))
    });
    let gravada = gravada.await;
    if is_in_vain(&gravada) {
        arquivo.discard().await;
    }
    contexto.importacao_pedida().notify_one();
    gravada
}

/// Whether the file is certainly of no import: this one was refused, or had its answer before. After a failure nobody knows:
/// the import may be registered and only its answer lost. Parts that are none's are swept.
fn is_in_vain(gravada: &Result<Resposta, Problema>) -> bool {
    match gravada {
        Ok(resposta) => resposta.repetida,
        Err(problema) => problema.codigo().status < 500,
    }
}

/// Lista as importações dos últimos 90 dias, a mais recente primeiro.
#[utoipa::path(
    operation_id = "listar_importacoes",
    tag = "Importações",
    params(Paginacao<Uuid>),
    responses((status = 200, description = "Uma página de importações.", body = Pagina<Importacao>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/importacoes")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<Uuid>>,
) -> Result<Pagina<Importacao>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let antes_de = cursor.map(|cursor| cursor.0);
    let lidas =
        contexto.servico.da_empresa(&acesso, move |t| importacoes::list(t, antes_de, limite.com_folga()));
    Ok(Pagina::from_rows(lidas.await?, limite, |lida| lida.id).map(Importacao::from))
}

/// Lê uma importação: o andamento enquanto anda, o resultado quando termina.
#[utoipa::path(
    operation_id = "ler_importacao",
    tag = "Importações",
    params(("id" = Uuid, Path, description = "Id da importação.")),
    responses((status = 200, description = "A importação.", body = Importacao)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/importacoes/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Importacao>, Problema> {
    let lida = contexto.servico.da_empresa(&acesso, move |t| importacoes::get(t, id.0));
    Ok(Json(lida.await?.ok_or_else(Problema::nao_encontrado)?.into()))
}

/// Confirma os cancelamentos de um arquivo completo que aguarda; a importação segue. Repetir é seguro.
///
/// Quem confirma é o autor dos cancelamentos no histórico dos títulos.
#[utoipa::path(
    operation_id = "confirmar_importacao",
    tag = "Importações",
    params(("id" = Uuid, Path, description = "Id da importação.")),
    responses((status = 202, description = "A importação segue.", body = Importacao,
               headers(("Location" = String, description = "Endereço da importação.")))),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/importacoes/{id}/confirmacao")]
pub(super) async fn confirm(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let (id, autor, agora) = (id.0, acesso.acesso().chave, contexto.servico.relogio.agora());
    let decidida = contexto.servico.gravar(&acesso, move |t| {
        let decisao = importacoes::confirm(t, id, autor, agora)?;
        answer(t, id, decisao)
    });
    let decidida = decidida.await;
    contexto.importacao_pedida().notify_one();
    decidida
}

/// Para uma importação; o que ela já gravou fica. Repetir é seguro.
#[utoipa::path(
    operation_id = "cancelar_importacao",
    tag = "Importações",
    params(("id" = Uuid, Path, description = "Id da importação.")),
    responses((status = 202, description = "Nada mais é gravado.", body = Importacao,
               headers(("Location" = String, description = "Endereço da importação.")))),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[delete("/v1/importacoes/{id}")]
pub(super) async fn cancel(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (id.0, contexto.servico.relogio.agora());
    let decidida = contexto.servico.gravar(&acesso, move |t| {
        let decisao = importacoes::cancel(t, id, agora)?;
        answer(t, id, decisao)
    });
    decidida.await
}

fn answer(
    t: &mut Tenant<'_>,
    id: Uuid,
    decisao: Option<Decisao>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    Ok(match decisao {
        None => Err(Problema::nao_encontrado()),
        Some(Decisao::Tarde) => {
            Err(Problema::new(&IMPORTACAO_ENCERRADA, "leia a importação para ver em que estado ela está"))
        }
        Some(Decisao::Superada) => Err(Problema::new(
            &IMPORTACAO_SUPERADA,
            "envie um arquivo completo novo, ou cancele esta importação",
        )),
        Some(Decisao::Aceita) => Ok(Resposta::aceita(format!("/v1/importacoes/{id}"), &read(t, id)?)),
    })
}

fn read(t: &mut Tenant<'_>, id: Uuid) -> Result<Importacao, StoreError> {
    Ok(importacoes::get(t, id)?.ok_or(StoreError::Unknown("importacao"))?.into())
}
