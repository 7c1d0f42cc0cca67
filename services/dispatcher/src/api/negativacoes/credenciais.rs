//! The accounts of creditors at bureaus.

use actix_web::web::Data;
use actix_web::{get, patch, post};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::endereco::Uf;
use domain::negativacao::{Bureau, Limites};
use serde::Serialize;
use store::negativacoes::{self, CredencialLida, MudancaCredencial, NovaCredencial};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, ErrosCampo, NaoNulo, Pagina, Paginacao, Problema, Resposta,
    SeVersao, Texto, escopos, esquema, etag,
};

use super::Contexto;
use crate::negativacao::conta::{self, ContaPefin};

mod campos;

use campos::{Alfanumerico, Dias, Digitos, Sequencia};

/// A creditor has one active account at a bureau.
pub(crate) static CREDENCIAL_EXISTENTE: Codigo = Codigo::new(
    "credencial_existente",
    409,
    "O credor já tem uma credencial nesse bureau",
    "Um credor tem uma credencial ativa por bureau. Mude a que existe, ou desative-a antes.",
);

/// Whoever informs a bureau is a CNPJ of digits.
pub(crate) static CREDENCIAL_SEM_CNPJ: Codigo = Codigo::new(
    "credencial_sem_cnpj",
    409,
    "Quem informa ao bureau precisa de um CNPJ numérico",
    "O credor, ou a empresa quando a dívida é dela, não tem CNPJ no cadastro, ou tem um com letras, que o layout do PEFIN não aceita.",
);

/// A credencial de um credor em um bureau. Nenhum segredo fica guardado.
#[derive(Serialize, ToSchema)]
struct Credencial {
    /// Id.
    id: Uuid,
    /// Credor; nulo quando é da própria empresa.
    credor_id: Option<Uuid>,
    /// Bureau.
    #[schema(value_type = esquema::Bureau)]
    bureau: String,
    /// Logon no bureau.
    #[schema(example = "12345678")]
    logon: Option<String>,
    /// Natureza das dívidas, da tabela do bureau.
    #[schema(example = "DP")]
    natureza: Option<String>,
    /// Com quem falar sobre as remessas.
    contato: Option<String>,
    /// DDD de quem responde por elas.
    ddd: Option<String>,
    /// Telefone de quem responde por elas.
    telefone: Option<String>,
    /// Praça, no código da Embratel.
    praca: Option<String>,
    /// O que distingue várias remessas do mesmo participante.
    diferencial: Option<String>,
    /// Dias de atraso, ao menos.
    dias_minimos: i32,
    /// Valor em aberto, ao menos.
    #[schema(value_type = esquema::Dinheiro)]
    valor_minimo: String,
    /// Estados cuja lei não permite a negativação dessas dívidas.
    #[schema(value_type = Vec<esquema::Uf>)]
    ufs_vedadas: Vec<String>,
    /// Se inclui. O que está negativado sai por ela mesmo desativada.
    ativa: bool,
    /// Número da última remessa.
    sequencia: i32,
    /// Quando foi criada.
    criada_em: DateTime<Utc>,
}

/// Uma credencial que se cria. Quem informa é o credor, pelo CNPJ do cadastro.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct CredencialEntrada {
    /// Credor; ausente, é da própria empresa.
    #[deserr(default)]
    credor_id: Option<Uuid>,
    /// Logon no bureau.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9]{1,8}$")]
    logon: Alfanumerico<8>,
    /// Natureza das dívidas, da tabela do bureau.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9]{1,3}$")]
    natureza: Alfanumerico<3>,
    /// Com quem falar sobre as remessas.
    #[deserr(default)]
    contato: Option<Texto<1, 70>>,
    /// DDD de quem responde por elas.
    #[deserr(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{1,4}$")]
    ddd: Option<Digitos<4>>,
    /// Telefone de quem responde por elas.
    #[deserr(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{1,8}$")]
    telefone: Option<Digitos<8>>,
    /// Praça, no código da Embratel.
    #[deserr(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{1,4}$")]
    praca: Option<Digitos<4>>,
    /// O que distingue várias remessas do mesmo participante.
    #[deserr(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z0-9]{1,4}$")]
    diferencial: Option<Alfanumerico<4>>,
    /// Número da última remessa que quem informa já enviou ao bureau por outro sistema; ausente, nenhuma.
    #[deserr(default)]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 999_998)]
    ultima_sequencia: Option<Sequencia>,
    /// Dias de atraso, ao menos; ausente, 30.
    #[deserr(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1800)]
    dias_minimos: Option<Dias>,
    /// Valor em aberto, ao menos; ausente, 30.00.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dinheiro>)]
    valor_minimo: Option<Centavos>,
    /// Estados cuja lei não permite a negativação dessas dívidas.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<esquema::Uf>>)]
    ufs_vedadas: Option<Vec<Uf>>,
}

/// O que muda numa credencial. O que não vem fica como está.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct CredencialMudanca {
    /// Se inclui. O que está negativado sai por ela mesmo desativada.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    ativa: NaoNulo<bool>,
    /// Dias de atraso, ao menos.
    #[deserr(default)]
    #[schema(value_type = u32, required = false, minimum = 1, maximum = 1800)]
    dias_minimos: NaoNulo<Dias>,
    /// Valor em aberto, ao menos.
    #[deserr(default)]
    #[schema(value_type = esquema::Dinheiro, required = false)]
    valor_minimo: NaoNulo<Centavos>,
    /// Estados cuja lei não permite a negativação dessas dívidas.
    #[deserr(default)]
    #[schema(value_type = Vec<esquema::Uf>, required = false)]
    ufs_vedadas: NaoNulo<Vec<Uf>>,
}

/// Lista as credenciais, na ordem em que foram criadas.
#[utoipa::path(
    operation_id = "listar_credenciais_de_bureau",
    tag = "Negativações",
    params(Paginacao<Uuid>),
    responses((status = 200, description = "Uma página de credenciais.", body = Pagina<Credencial>)),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/credenciais-de-bureau")]
pub(crate) async fn list(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<Uuid>>,
) -> Result<Pagina<Credencial>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let depois_de = cursor.map(|cursor| cursor.0);
    let lidas = contexto
        .servico
        .da_empresa(&acesso, move |t| negativacoes::credentials(t, depois_de, limite.com_folga()))
        .await?;
    Ok(Pagina::from_rows(lidas, limite, |lida| lida.id).map(Credencial::from))
}

/// Cria a credencial de um credor no PEFIN. Quem avisa o devedor antes de qualquer publicação é o bureau.
#[utoipa::path(
    operation_id = "criar_credencial_de_bureau",
    tag = "Negativações",
    request_body(content = CredencialEntrada, example = json!({"logon": "12345678", "natureza": "DP"})),
    responses((status = 201, description = "A credencial criada.", body = Credencial,
               headers(("Location" = String, description = "Endereço da credencial."), ("ETag" = String, description = "Versão.")))),
    security(("chave_api" = ["negativacoes:escrever"])),
)]
#[post("/v1/credenciais-de-bureau")]
pub(crate) async fn create(
    acesso: Autorizado<escopos::negativacoes::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<CredencialEntrada>,
) -> Result<Resposta, Problema> {
    let (agora, entrada) = (contexto.servico.relogio.agora(), corpo.0);
    let criar = move |t: &mut Tenant<'_>| {
        let Some(informante) = negativacoes::informant(t, entrada.credor_id)? else {
            return Ok(Err(Problema::nao_encontrado()));
        };
        let conta = entrada.account(informante.unwrap_or_default());
        if conta.conta().is_err() {
            let detalhe = "quem informa não tem um CNPJ que o layout do PEFIN aceite";
            return Ok(Err(Problema::conflito(&CREDENCIAL_SEM_CNPJ, detalhe)));
        }
        let Some(id) = negativacoes::create(t, &entrada.to_new(&conta), agora)? else {
            return Ok(Err(taken()));
        };
        let lida = negativacoes::credential(t, id)?.ok_or(StoreError::Unknown("credencial"))?;
        let onde = format!("/v1/credenciais-de-bureau/{id}");
        let versao = etag(lida.versao);
        Ok(Ok(Resposta::criada(onde, &Credencial::from(lida)).com_versao(versao)))
    };
    contexto.servico.gravar(&acesso, criar).await
}

/// Lê uma credencial.
#[utoipa::path(
    operation_id = "ler_credencial_de_bureau",
    tag = "Negativações",
    params(("id" = Uuid, Path, description = "Id da credencial.")),
    responses((status = 200, description = "A credencial.", body = Credencial,
               headers(("ETag" = String, description = "Versão.")))),
    security(("chave_api" = ["negativacoes:ler"])),
)]
#[get("/v1/credenciais-de-bureau/{id}")]
pub(crate) async fn get(
    acesso: Autorizado<escopos::negativacoes::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let lida = contexto.servico.da_empresa(&acesso, move |t| negativacoes::credential(t, id.0)).await?;
    lida.map(answer).ok_or_else(Problema::nao_encontrado)
}

/// Muda uma credencial, ou a desativa.
#[utoipa::path(
    operation_id = "mudar_credencial_de_bureau",
    tag = "Negativações",
    params(
        ("id" = Uuid, Path, description = "Id da credencial."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
    ),
    request_body(content = CredencialMudanca, example = json!({"dias_minimos": 60})),
    responses((status = 200, description = "A credencial mudada.", body = Credencial,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["negativacoes:escrever"])),
)]
#[patch("/v1/credenciais-de-bureau/{id}")]
pub(crate) async fn change(
    acesso: Autorizado<escopos::negativacoes::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    vista: SeVersao,
    corpo: Corpo<CredencialMudanca>,
) -> Result<Resposta, Problema> {
    let (id, agora, corpo) = (id.0, contexto.servico.relogio.agora(), corpo.0);
    let mudanca = MudancaCredencial {
        dias_minimos: corpo.dias_minimos.0.map(|dias| dias.0),
        valor_minimo: corpo.valor_minimo.0,
        ufs_vedadas: corpo.ufs_vedadas.0,
        ativa: corpo.ativa.0,
    };
    let mudar = move |t: &mut Tenant<'_>| {
        let Some(antes) = negativacoes::lock_credential(t, id)? else {
            return Ok(Err(Problema::nao_encontrado()));
        };
        if let Err(recusa) = vista.confere(antes.versao) {
            return Ok(Err(recusa));
        }
        if !negativacoes::change(t, id, &mudanca, agora)? {
            return Ok(Err(taken()));
        }
        Ok(Ok(answer(negativacoes::credential(t, id)?.ok_or(StoreError::Unknown("credencial"))?)))
    };
    contexto.servico.gravar(&acesso, mudar).await
}

fn answer(lida: CredencialLida) -> Resposta {
    let versao = etag(lida.versao);
    Resposta::ok(&Credencial::from(lida)).com_versao(versao)
}

fn taken() -> Problema {
    Problema::conflito(&CREDENCIAL_EXISTENTE, "o credor já tem uma credencial ativa no pefin")
}

impl CredencialEntrada {
    fn account(&self, documento: String) -> ContaPefin {
        ContaPefin {
            documento,
            logon: self.logon.0.clone(),
            natureza: self.natureza.0.clone(),
            contato: self.contato.as_ref().map(|contato| contato.to_string()),
            ddd: self.ddd.as_ref().map(|ddd| ddd.0.clone()),
            telefone: self.telefone.as_ref().map(|telefone| telefone.0.clone()),
            praca: self.praca.as_ref().map(|praca| praca.0.clone()),
            diferencial: self.diferencial.as_ref().map(|diferencial| diferencial.0.clone()),
        }
    }

    fn to_new(&self, conta: &ContaPefin) -> NovaCredencial {
        let padrao = Limites::default();
        NovaCredencial {
            credor: self.credor_id,
            bureau: Bureau::Pefin,
            conta: conta.write(),
            informante: conta.informante(),
            ultima_sequencia: self.ultima_sequencia.as_ref().map_or(0, |sequencia| sequencia.0),
            limites: Limites {
                dias_minimos: self.dias_minimos.as_ref().map_or(padrao.dias_minimos, |dias| dias.0),
                valor_minimo: self.valor_minimo.unwrap_or(padrao.valor_minimo),
                ufs_vedadas: self.ufs_vedadas.iter().flatten().copied().collect(),
            },
        }
    }
}

impl From<CredencialLida> for Credencial {
    fn from(l: CredencialLida) -> Self {
        let conta = conta::read(&l.conta);
        let da_conta = |campo: fn(&ContaPefin) -> Option<String>| conta.as_ref().and_then(campo);
        Self {
            id: l.id,
            credor_id: l.credor_id,
            bureau: l.bureau,
            logon: da_conta(|conta| Some(conta.logon.clone())),
            natureza: da_conta(|conta| Some(conta.natureza.clone())),
            contato: da_conta(|conta| conta.contato.clone()),
            ddd: da_conta(|conta| conta.ddd.clone()),
            telefone: da_conta(|conta| conta.telefone.clone()),
            praca: da_conta(|conta| conta.praca.clone()),
            diferencial: da_conta(|conta| conta.diferencial.clone()),
            dias_minimos: l.dias_minimos,
            valor_minimo: Centavos::new(l.valor_minimo).to_string(),
            ufs_vedadas: l.ufs_vedadas,
            ativa: l.ativa,
            sequencia: l.sequencia,
            criada_em: l.criada_em,
        }
    }
}
