//! Files of bureaus: what went, and what came back.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use providers::bureau::pefin::{MAX_RETORNO, Retorno};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::Tenant;
use store::negativacoes::{self, Aplicado, RecusaRetorno, RemessaLida, RetornoLido};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Autorizado, Codigo, Consulta, Descomprimido, Pagina, Paginacao, Problema, Resposta, escopos, esquema,
};

use super::Contexto;
use crate::negativacao::retorno;

/// It is no whole retorno.
pub(crate) static RETORNO_INVALIDO: Codigo = Codigo::new(
    "retorno_invalido",
    422,
    "O arquivo não é um retorno inteiro",
    "O arquivo está cortado, é de outro layout ou é a própria remessa. Nada dele foi guardado; o detalhe diz a linha.",
);

/// It is one, of something else.
pub(crate) static RETORNO_DE_OUTRA_REMESSA: Codigo = Codigo::new(
    "retorno_de_outra_remessa",
    422,
    "O retorno não é de uma remessa desta empresa",
    "O informante, o número da remessa ou as linhas não são os de nenhuma remessa desta empresa. Nada dele foi guardado.",
);

/// Um retorno do bureau.
#[derive(Serialize, ToSchema)]
struct RetornoFeito {
    /// Id.
    id: Uuid,
    /// SHA-256 do arquivo, em hexadecimal.
    sha256: String,
    /// Remessa que ele responde.
    remessa_id: Uuid,
    /// Quando chegou.
    recebido_em: DateTime<Utc>,
    /// Se este mesmo arquivo já tinha chegado; então nada mudou.
    repetido: bool,
    /// Linhas que tratam de alguma negativação.
    linhas: i32,
    /// Inclusões aceitas.
    aceitas: i32,
    /// Inclusões recusadas.
    rejeitadas: i32,
    /// Negativações baixadas.
    baixadas: i32,
    /// Baixas recusadas, que vão na próxima remessa.
    baixas_recusadas: i32,
    /// Negativações que o bureau baixou por si.
    baixadas_pelo_bureau: i32,
    /// Linhas que não mudaram nada: avisos, e respostas que chegaram tarde.
    sem_efeito: i32,
    /// Linhas com código que o bureau não documenta; alguém precisa olhar.
    desconhecidas: i32,
}

/// Uma remessa ao bureau.
#[derive(Serialize, ToSchema)]
struct Remessa {
    /// Id.
    id: Uuid,
    /// Credencial por que vai.
    credencial_id: Uuid,
    /// Número.
    #[schema(example = 12)]
    sequencia: i32,
    /// Dia.
    data: NaiveDate,
    /// Quantas inclusões e exclusões há nela.
    registros: i32,
    /// Arquivo, em `/v1/arquivos`.
    arquivo_id: Uuid,
    /// Quando foi feita.
    criada_em: DateTime<Utc>,
    /// Quando o retorno dela chegou.
    respondida_em: Option<DateTime<Utc>>,
}

/// Recebe o arquivo de retorno de uma remessa PEFIN, inteiro, no corpo da requisição.
///
/// Cada linha diz o que foi feito de uma inclusão ou de uma exclusão. O mesmo arquivo outra vez não muda nada; um que está cortado, ou que
/// não é de uma remessa desta empresa, é recusado e nada dele é guardado. Uma baixa que já se deve nunca volta a ser inclusão, qualquer
/// que seja a resposta que chegue.
#[utoipa::path(
    operation_id = "receber_retorno",
    tag = "Negativações",
    request_body(description = "O arquivo, de até 64 MB.",
        content((inline(esquema::ArquivoDeTexto) = "text/plain"), (inline(esquema::Arquivo) = "application/octet-stream"))),
    responses((status = 200, description = "O que o retorno fez.", body = RetornoFeito)),
    security(("chave_api" = ["negativacoes:escrever"])),
)]
#[post("/v1/retornos")]
pub(crate) async fn receive(
    acesso: Autorizado<escopos::negativacoes::Escrever>,
    contexto: Data<Contexto>,
    requisicao: HttpRequest,
    corpo: Payload,
) -> Result<Resposta, Problema> {
    let bytes = read(corpo, &requisicao).await?;
    let resumo = Sha256::digest(&bytes);
    if let Some(pedido) = acesso.idempotencia() {
        pedido.with_body(resumo.into());
    }
    let sha256 = format!("{resumo:x}");
    let lido = web::bloquear(move || {
        Retorno::read(&bytes).map_err(|invalido| Problema::new(&RETORNO_INVALIDO, invalido.to_string()))
    });
    let (lido, agora) = (lido.await?, contexto.servico.relogio.agora());
    let gravar = move |t: &mut Tenant<'_>| {
        Ok(match retorno::take(t, (&lido, &sha256), agora)? {
            Ok(aplicado) => Ok(Resposta::ok(&RetornoFeito::from(aplicado))),
            Err(RecusaRetorno::OutraRemessa) => Err(Problema::new(
                &RETORNO_DE_OUTRA_REMESSA,
                format!("nenhuma remessa {} desta empresa tem estas linhas", lido.sequencia),
            )),
        })
    };
    contexto.servico.gravar(&acesso, gravar).await
}

/// Lista os retornos que chegaram, na ordem.
#[utoipa::path(
    operation_id = "listar_retornos",
    tag = "Negativações",
    params(Paginacao<Uuid>),
    responses((status = 200, description = "Uma página de retornos.", body = Pagina<RetornoFeito>)),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/retornos")]
pub(crate) async fn list(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<Uuid>>,
) -> Result<Pagina<RetornoFeito>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidos = contexto
        .servico
        .da_empresa(&acesso, move |t| negativacoes::retornos(t, depois_de, limite.com_folga()))
        .await?;
    let feito = |retorno| RetornoFeito::from(Aplicado { retorno, repetido: false });
    Ok(Pagina::from_rows(lidos, limite, |lido| lido.id).map(feito))
}

/// Lista as remessas, na ordem. O arquivo de cada uma se baixa em `/v1/arquivos/{arquivo_id}/conteudo`.
#[utoipa::path(
    operation_id = "listar_remessas",
    tag = "Negativações",
    params(Paginacao<Uuid>),
    responses((status = 200, description = "Uma página de remessas.", body = Pagina<Remessa>)),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/remessas")]
pub(crate) async fn remessas(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<Uuid>>,
) -> Result<Pagina<Remessa>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa(&acesso, move |t| negativacoes::remessas(t, depois_de, limite.com_folga()))
        .await?;
    Ok(Pagina::from_rows(lidas, limite, |lida| lida.id).map(Remessa::from))
}

/// The whole body, and no more than a retorno may be.
async fn read(corpo: Payload, requisicao: &HttpRequest) -> Result<Vec<u8>, Problema> {
    let mut corpo = Descomprimido::new(corpo.into_inner(), requisicao)?;
    let mut bytes = Vec::new();
    while let Some(pedaco) = corpo.next().await? {
        if bytes.len().saturating_add(pedaco.len()) > MAX_RETORNO {
            return Err(Problema::corpo_grande(MAX_RETORNO));
        }
        bytes.extend_from_slice(&pedaco);
    }
    Ok(bytes)
}

impl From<Aplicado> for RetornoFeito {
    fn from(aplicado: Aplicado) -> Self {
        let Aplicado { retorno: r, repetido } = aplicado;
        let RetornoLido {
            id, sha256, remessa_id, recebido_em, linhas, aceitas, rejeitadas, baixadas, ..
        } = r;
        Self {
            id,
            sha256,
            remessa_id,
            recebido_em,
            repetido,
            linhas,
            aceitas,
            rejeitadas,
            baixadas,
            baixas_recusadas: r.baixas_recusadas,
            baixadas_pelo_bureau: r.pelo_bureau,
            sem_efeito: r.sem_efeito,
            desconhecidas: r.desconhecidas,
        }
    }
}

impl From<RemessaLida> for Remessa {
    fn from(lida: RemessaLida) -> Self {
        let RemessaLida {
            id,
            credencial_id,
            sequencia,
            data,
            registros,
            arquivo_id,
            criada_em,
            respondida_em,
        } = lida;
        Self { id, credencial_id, sequencia, data, registros, arquivo_id, criada_em, respondida_em }
    }
}
