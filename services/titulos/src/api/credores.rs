//! Creditors, on whose behalf the company collects.

use actix_web::http::header::ETAG;
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post};
use deserr::Deserr;
use domain::documento::Documento;
use domain::encargos::Encargos;
use domain::ids::CredorId;
use serde::Serialize;
use store::credores::{self, CredorLido, EmUso, Filtro, Identificacao, MudancaCredor, NovoCredor};
use store::devedores::Campo;
use store::{StoreError, Tenant};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, Cursor, ErrosCampo, Limite, NaoNulo, Pagina, Problema,
    Resposta, SeVersao, Texto, escopos, esquema, etag,
};

use super::Contexto;
use super::campos::Anulavel;
use super::encargos::{EncargosEntrada, EncargosLidos, with_series};
use super::identificacao::{IdentificacaoEntrada, IdentificacaoLida};

/// A code is one creditor's.
pub(super) static CREDOR_EXISTENTE: Codigo = Codigo::new(
    "credor_existente",
    409,
    "Já existe um credor com esse código",
    "O `codigo_integracao` é de outro credor da empresa. Mude aquele, ou use outro código.",
);
/// What refers to it would be left without it.
pub(super) static CREDOR_EM_USO: Codigo = Codigo::new(
    "credor_em_uso",
    409,
    "O credor está em uso",
    "Um credor com títulos, com credencial em um bureau, com política de negociação só dele, ou que uma régua cita nos critérios, não é apagado.",
);

/// Um credor.
#[derive(Serialize, ToSchema)]
pub(super) struct Credor {
    /// Id.
    id: Uuid,
    /// Chave do credor no ERP.
    codigo_integracao: String,
    /// Nome que o devedor lê.
    nome: String,
    /// CPF ou CNPJ, sem pontuação.
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Option<String>,
    /// Encargos dos seus títulos em atraso; nulo, os da empresa.
    encargos: Option<EncargosLidos>,
    /// O que uma cobrança diz dele, além do nome e do documento; nulo, nada.
    identificacao: Option<IdentificacaoLida>,
}

impl Credor {
    fn new(lido: CredorLido) -> Result<Self, StoreError> {
        let encargos = lido.encargos()?.map(EncargosLidos::from);
        let identificacao = IdentificacaoLida::new(lido.identificacao()?);
        let CredorLido { id, codigo_integracao, nome, documento, .. } = lido;
        Ok(Self { id, codigo_integracao, nome, documento, encargos, identificacao })
    }
}

/// Um credor novo.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct CredorNovo {
    /// Chave do credor no ERP.
    codigo_integracao: Texto<1, 60>,
    /// Nome que o devedor lê.
    nome: Texto<1, 150>,
    /// CPF ou CNPJ.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Option<Documento>,
    /// Encargos dos seus títulos em atraso; ausente, os da empresa.
    #[deserr(default)]
    encargos: Option<EncargosEntrada>,
    /// O que uma cobrança diz dele, além do nome e do documento.
    #[deserr(default)]
    identificacao: Option<IdentificacaoEntrada>,
}

/// Mudanças num credor; o que não vem fica como está, nulo apaga o que pode faltar.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct CredorMudanca {
    /// Nome que o devedor lê.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 150>, required = false)]
    nome: NaoNulo<Texto<1, 150>>,
    /// CPF ou CNPJ.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Anulavel<Documento>,
    /// Encargos dos seus títulos em atraso, por inteiro; nulo, os da empresa.
    #[deserr(default)]
    #[schema(value_type = Option<EncargosEntrada>)]
    encargos: Anulavel<EncargosEntrada>,
    /// O que uma cobrança diz dele, por inteiro; nulo, nada.
    #[deserr(default)]
    #[schema(value_type = Option<IdentificacaoEntrada>)]
    identificacao: Anulavel<IdentificacaoEntrada>,
}

/// Cria um credor.
#[utoipa::path(
    operation_id = "criar_credor",
    tag = "Credores",
    request_body(content = CredorNovo, example = json!({
        "codigo_integracao": "COL-1", "nome": "Colégio Exemplo", "encargos": {"multa": "2.00", "juros_ao_mes": "1.00"},
        "identificacao": {"razao_social": "Colégio Exemplo Ltda.", "endereco": {"logradouro": "Rua do Comércio", "numero": "50",
                          "cidade": "Campinas", "uf": "SP", "cep": "13010000"}},
    })),
    responses((status = 201, description = "O credor criado.", body = Credor,
               headers(("Location" = String, description = "Endereço do credor."), ("ETag" = String, description = "Versão.")))),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/credores")]
pub(super) async fn post(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<CredorNovo>,
) -> Result<Resposta, Problema> {
    let CredorNovo { codigo_integracao, nome, documento, encargos, identificacao } = corpo.0;
    let (codigo_integracao, nome) = (codigo_integracao.into_string(), nome.into_string());
    let (encargos, identificacao) =
        (encargos.map(Encargos::from), identificacao.map(Identificacao::from).unwrap_or_default());
    let novo = NovoCredor { codigo_integracao, nome, documento, encargos, identificacao };
    let agora = contexto.servico.relogio.agora();
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        if let Some(encargos) = &novo.encargos
            && let Err(recusa) = with_series(t, encargos)?
        {
            return Ok(Err(recusa));
        }
        let Some(id) = credores::create(t, &novo, agora)? else {
            let detalhe = "este código de integração já é de um credor";
            return Ok(Err(Problema::conflito(&CREDOR_EXISTENTE, detalhe)));
        };
        let (credor, versao) = load(t, id)?.ok_or(StoreError::Unknown("credor"))?;
        Ok(Ok(Resposta::criada(format!("/v1/credores/{id}"), &credor).com_versao(etag(versao))))
    });
    gravar.await
}

fn load(t: &mut Tenant<'_>, id: CredorId) -> Result<Option<(Credor, i32)>, StoreError> {
    let lido = credores::get(t, id)?;
    lido.map(|lido| (lido.versao, lido)).map(|(versao, lido)| Ok((Credor::new(lido)?, versao))).transpose()
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FiltroCredores {
    /// Chave do credor no ERP.
    #[deserr(default)]
    #[param(inline)]
    codigo_integracao: Option<Texto<1, 60>>,
    /// Começo do nome, sem diferença de acento nem de maiúscula.
    #[deserr(default)]
    #[param(inline)]
    nome: Option<Texto<1, 150>>,
    /// CPF ou CNPJ.
    #[deserr(default)]
    #[param(value_type = Option<esquema::CpfCnpj>, inline)]
    documento: Option<Documento>,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<(String, Uuid)>>,
}

/// Lista credores, por nome.
#[utoipa::path(
    operation_id = "listar_credores",
    tag = "Credores",
    params(FiltroCredores),
    responses((status = 200, description = "Uma página.", body = Pagina<Credor>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/credores")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroCredores>,
) -> Result<Pagina<Credor>, Problema> {
    let FiltroCredores { codigo_integracao, nome, documento, limite, cursor } = consulta.0;
    let (codigo_integracao, nome) = (codigo_integracao.map(Texto::into_string), nome.map(Texto::into_string));
    let filtro = Filtro { codigo_integracao, nome, documento };
    let pagina = contexto.servico.da_empresa(&acesso, move |t| {
        let depois_de = cursor.as_ref().map(|cursor| cursor.0.clone());
        let linhas = credores::list(t, &filtro, depois_de, limite.com_folga())?;
        let pagina = Pagina::from_rows(linhas, limite, |linha| (linha.chave.clone(), linha.id));
        let itens = pagina.itens.into_iter().map(Credor::new).collect::<Result<_, _>>()?;
        Ok(Pagina { itens, proximo_cursor: pagina.proximo_cursor })
    });
    pagina.await
}

/// Lê um credor.
#[utoipa::path(
    operation_id = "ler_credor",
    tag = "Credores",
    params(("id" = Uuid, Path, description = "Id do credor.")),
    responses((status = 200, description = "O credor.", body = Credor,
               headers(("ETag" = String, description = "Versão, para `If-Match`.")))),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/credores/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<HttpResponse, Problema> {
    let lido = contexto.servico.da_empresa(&acesso, move |t| load(t, CredorId::new(id.0))).await?;
    let (credor, versao) = lido.ok_or_else(Problema::nao_encontrado)?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(versao))).json(credor))
}

/// Muda um credor. Repetir é seguro.
#[utoipa::path(
    operation_id = "mudar_credor",
    tag = "Credores",
    params(
        ("id" = Uuid, Path, description = "Id do credor."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
    ),
    request_body(content = CredorMudanca, example = json!({"nome": "Colégio Exemplo Ltda."})),
    responses((status = 200, description = "O credor, como ficou.", body = Credor,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[patch("/v1/credores/{id}")]
pub(super) async fn patch(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    vista: SeVersao,
    corpo: Corpo<CredorMudanca>,
) -> Result<Resposta, Problema> {
    let mudanca = MudancaCredor {
        nome: corpo.0.nome.0.map(Texto::into_string),
        documento: corpo.0.documento.0,
        encargos: corpo.0.encargos.0.map(Encargos::from),
        identificacao: corpo.0.identificacao.0.map(Identificacao::from),
    };
    let id = CredorId::new(id.0);
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        let Some(antes) = credores::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        if let Err(recusa) = vista.confere(antes.versao) {
            return Ok(Err(recusa));
        }
        if let Campo::Define(encargos) = &mudanca.encargos
            && let Err(recusa) = with_series(t, encargos)?
        {
            return Ok(Err(recusa));
        }
        credores::change(t, id, &mudanca)?;
        let (credor, versao) = load(t, id)?.ok_or(StoreError::Unknown("credor"))?;
        Ok(Ok(Resposta::ok(&credor).com_versao(etag(versao))))
    });
    gravar.await
}

/// Apaga um credor sem títulos e que nenhuma régua cita.
#[utoipa::path(
    operation_id = "apagar_credor",
    tag = "Credores",
    params(
        ("id" = Uuid, Path, description = "Id do credor."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, apaga qualquer versão."),
    ),
    responses((status = 204, description = "Não há mais esse credor.")),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[delete("/v1/credores/{id}")]
pub(super) async fn apagar(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    vista: SeVersao,
) -> Result<Resposta, Problema> {
    let id = CredorId::new(id.0);
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        let Some(antes) = credores::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        if let Err(recusa) = vista.confere(antes.versao) {
            return Ok(Err(recusa));
        }
        let detalhe = match credores::delete(t, id)? {
            Ok(()) => return Ok(Ok(Resposta::vazia())),
            Err(EmUso::PorTitulo) => "o credor tem títulos",
            Err(EmUso::PorRegua) => "uma régua cita o credor nos critérios",
            Err(EmUso::PorPolitica) => "uma política de negociação é só do credor",
            Err(EmUso::PorCredencial) => "o credor tem uma credencial em um bureau de crédito",
        };
        Ok(Err(Problema::conflito(&CREDOR_EM_USO, detalhe)))
    });
    gravar.await
}
