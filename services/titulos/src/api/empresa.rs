//! The company's own record.

mod campos;
pub(super) mod feriados;

use std::collections::BTreeSet;

use actix_web::http::header::ETAG;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, patch};
use chrono::NaiveTime;
use deserr::Deserr;
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::encargos::Encargos;
use domain::endereco::Endereco;
use domain::execucao::Canal;
use domain::janela::{DiasDaSemana, Janela};
use serde::Serialize;
use serde_json::Value;
use store::devedores::Campo;
use store::empresas::{self, MudancaEmpresa};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use web::{
    Autorizado, Corpo, ErroCampo, ErroValor, ErrosCampo, Lista, NaoNulo, Problema, Resposta, SeVersao, Texto,
    escopos, esquema, etag,
};

use super::Contexto;
use super::campos::Anulavel;
use super::encargos::{EncargosEntrada, EncargosLidos, with_series};
use super::endereco::{EnderecoProprio, EnderecoSaida};
use campos::{CanalComJanela, DIAS, Dia, EscolhaFuso, EscolhaMigracao, Fuso, PrazoAcordo, some_day};

/// One per channel that has a window.
const MAX_JANELAS: usize = 2;

/// A empresa e suas escolhas.
#[derive(Serialize, ToSchema)]
struct EmpresaLida {
    /// Id.
    id: uuid::Uuid,
    /// Nome que os devedores leem.
    nome: String,
    /// Fuso horário (IANA); "hoje", a hora da noite e, salvo `fuso_dos_envios`, os horários de envio são lidos nele.
    #[schema(example = "America/Sao_Paulo")]
    fuso: String,
    /// Em que hora local os horários de envio são lidos: `empresa`, na dela; `devedor`, na de cada devedor, pela UF do seu
    /// endereço ou, sem endereço, pelo DDD. Datas e feriados são sempre os da empresa.
    #[schema(value_type = EscolhaFuso)]
    fuso_dos_envios: String,
    /// Hora em que a noite da empresa roda.
    #[schema(value_type = esquema::Hora)]
    hora_noite: String,
    /// Se vencimento em dia sem banco, ou em feriado da empresa, passa ao próximo dia útil (Lei 7.089/83).
    vencimento_em_dia_util: bool,
    /// Endereço de que saem os e-mails.
    remetente_email: String,
    /// Quando um devedor deixa uma régua por outra que vem antes: `prioridade`, na noite em que a outra vem antes;
    /// `perfil_perdido`, só quando a régua em que está deixa de aceitá-lo.
    #[schema(value_type = EscolhaMigracao)]
    migracao: String,
    /// Dias depois do vencimento da primeira parcela em que um acordo sem pagamento é cancelado; nulo, nunca.
    #[schema(minimum = 0, maximum = 365)]
    cancelar_acordo_apos: Option<i16>,
    /// CNPJ ou CPF, sem pontuação.
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Option<String>,
    /// Onde fica; é o remetente das cartas.
    endereco: Option<EnderecoSaida>,
    /// Encargos dos títulos em atraso cujo credor não tem os seus; nulo, os usuais: multa de 2 % e juros de 1 % ao mês.
    encargos: Option<EncargosLidos>,
    /// Horários de envio por canal.
    janelas: Vec<JanelaLida>,
}

/// O horário de envio de um canal.
#[derive(Serialize, ToSchema)]
struct JanelaLida {
    /// `email` ou `sms`.
    canal: &'static str,
    /// Primeiro horário permitido.
    #[schema(value_type = esquema::Hora)]
    inicio: String,
    /// A partir deste horário não se envia mais.
    #[schema(value_type = esquema::Hora)]
    fim: String,
    /// Dias da semana em que se envia.
    #[schema(example = json!(["seg", "ter", "qua", "qui", "sex"]))]
    dias: Vec<&'static str>,
}

/// Mudanças na empresa; o que não vem fica como está, nulo apaga o que pode faltar.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct EmpresaMudanca {
    /// Nome que os devedores leem.
    #[deserr(default)]
    #[schema(value_type = Texto<1, 150>, required = false)]
    nome: NaoNulo<Texto<1, 150>>,
    /// Fuso horário (IANA).
    #[deserr(default)]
    #[schema(value_type = esquema::Fuso, required = false)]
    fuso: NaoNulo<Fuso>,
    /// Em que hora local os horários de envio são lidos: na da empresa, ou na de cada devedor.
    #[deserr(default)]
    #[schema(value_type = EscolhaFuso, required = false)]
    fuso_dos_envios: NaoNulo<EscolhaFuso>,
    /// Hora em que a noite da empresa roda.
    #[deserr(default)]
    #[schema(value_type = esquema::Hora, required = false)]
    hora_noite: NaoNulo<NaiveTime>,
    /// Se vencimento em dia sem banco, ou em feriado da empresa, passa ao próximo dia útil.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    vencimento_em_dia_util: NaoNulo<bool>,
    /// Endereço de que saem os e-mails.
    #[deserr(default)]
    #[schema(value_type = esquema::Email, required = false)]
    remetente_email: NaoNulo<EnderecoEmail>,
    /// Quando um devedor deixa uma régua por outra que vem antes.
    #[deserr(default)]
    #[schema(value_type = EscolhaMigracao, required = false)]
    migracao: NaoNulo<EscolhaMigracao>,
    /// Dias depois do vencimento da primeira parcela em que um acordo sem pagamento é cancelado; nulo, nunca.
    #[deserr(default)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 365)]
    cancelar_acordo_apos: PrazoAcordo,
    /// CNPJ ou CPF; nulo apaga.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Anulavel<Documento>,
    /// Onde fica, por inteiro; nulo apaga.
    #[deserr(default)]
    #[schema(value_type = Option<EnderecoProprio>)]
    endereco: Anulavel<EnderecoProprio>,
    /// Encargos dos títulos em atraso cujo credor não tem os seus, por inteiro; nulo, os usuais.
    #[deserr(default)]
    #[schema(value_type = Option<EncargosEntrada>)]
    encargos: Anulavel<EncargosEntrada>,
    /// Horários de envio; cada um substitui o do seu canal.
    #[deserr(default)]
    #[schema(value_type = Vec<JanelaMudanca>, required = false, max_items = 2)]
    janelas: NaoNulo<Lista<JanelaMudanca, MAX_JANELAS>>,
}

/// O novo horário de envio de um canal.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct JanelaMudanca {
    /// `email` ou `sms`.
    canal: CanalComJanela,
    /// Primeiro horário permitido.
    #[schema(value_type = esquema::Hora)]
    inicio: NaiveTime,
    /// A partir deste horário não se envia mais; depois do início.
    #[schema(value_type = esquema::Hora)]
    fim: NaiveTime,
    /// Dias da semana.
    #[deserr(try_from(Lista<Dia, 7>) = some_day -> ErroValor)]
    #[schema(value_type = Vec<Dia>, min_items = 1, max_items = 7)]
    dias: DiasDaSemana,
}

/// Lê a empresa da chave.
#[utoipa::path(
    operation_id = "ler_empresa",
    tag = "Empresa",
    responses((status = 200, description = "A empresa.", body = EmpresaLida,
               headers(("ETag" = String, description = "Versão, para `If-Match`.")))),
    security(("chave_api" = ["empresa:ler"])),
)]
#[get("/v1/empresa")]
pub(super) async fn get(
    acesso: Autorizado<escopos::empresa::Ler>,
    contexto: Data<Contexto>,
) -> Result<HttpResponse, Problema> {
    let (lida, versao) = contexto.servico.da_empresa_em_um_instante(&acesso, load).await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(versao))).json(lida))
}

/// Muda a empresa da chave.
#[utoipa::path(
    operation_id = "mudar_empresa",
    tag = "Empresa",
    params(("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão.")),
    request_body(content = EmpresaMudanca, example = json!({
        "hora_noite": "06:00", "documento": "11.222.333/0001-81", "cancelar_acordo_apos": 5,
        "encargos": {"multa": "2.00", "juros_ao_mes": "1.00"},
    })),
    responses((status = 200, description = "A empresa, como ficou.", body = EmpresaLida,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["empresa:escrever"])),
)]
#[patch("/v1/empresa")]
pub(super) async fn patch(
    acesso: Autorizado<escopos::empresa::Escrever>,
    contexto: Data<Contexto>,
    vista: SeVersao,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let mudanca = parse(corpo.0)?;
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        if let Err(recusa) = vista.confere(empresas::lock(t)?) {
            return Ok(Err(recusa));
        }
        if let Campo::Define(encargos) = &mudanca.encargos
            && let Err(recusa) = with_series(t, encargos)?
        {
            return Ok(Err(recusa));
        }
        empresas::update(t, &mudanca)?;
        let (lida, versao) = load(t)?;
        Ok(Ok(Resposta::ok(&lida).com_versao(etag(versao))))
    });
    gravar.await
}

/// The company as it is shown, and its version.
fn load(t: &mut Tenant<'_>) -> Result<(EmpresaLida, i32), StoreError> {
    let lida = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
    let (registro, janelas) = (empresas::registro(t)?, empresas::janelas(t)?);
    let hora = |hora: NaiveTime| hora.format("%H:%M").to_string();
    let lida = EmpresaLida {
        id: t.empresa().uuid(),
        nome: lida.nome,
        fuso: lida.fuso,
        fuso_dos_envios: lida.fuso_dos_envios,
        hora_noite: hora(lida.hora_noite),
        vencimento_em_dia_util: lida.vencimento_em_dia_util,
        remetente_email: lida.remetente_email,
        migracao: lida.migracao,
        cancelar_acordo_apos: lida.cancelar_acordo_apos,
        endereco: registro.endereco()?.map(EnderecoSaida::from),
        encargos: registro.encargos()?.map(EncargosLidos::from),
        documento: registro.documento,
        janelas: janelas.iter().map(|(canal, janela)| present(*canal, janela)).collect(),
    };
    Ok((lida, registro.versao))
}

fn present(canal: Canal, janela: &Janela) -> JanelaLida {
    let hora = |hora: NaiveTime| hora.format("%H:%M").to_string();
    let dias = DIAS.iter().filter(|(_, dia)| janela.dias().contem(*dia)).map(|(nome, _)| *nome);
    JanelaLida {
        canal: canal.as_str(),
        inicio: hora(janela.inicio()),
        fim: hora(janela.fim()),
        dias: dias.collect(),
    }
}

/// Rules j02 and j07, told together with the faults of form.
fn parse(corpo: Value) -> Result<MudancaEmpresa, Problema> {
    let entre_campos = never_open(&corpo);
    let lida: EmpresaMudanca = web::parse_with(corpo, entre_campos)?;
    let janelas = lida.janelas.0.into_iter().flatten();
    Ok(MudancaEmpresa {
        nome: lida.nome.0.map(Texto::into_string),
        fuso: lida.fuso.0.map(|fuso| fuso.0.name().to_owned()),
        fuso_dos_envios: lida.fuso_dos_envios.0.map(|escolha| escolha.0),
        hora_noite: lida.hora_noite.0,
        vencimento_em_dia_util: lida.vencimento_em_dia_util.0,
        remetente_email: lida.remetente_email.0.map(|email| email.as_str().to_owned()),
        migracao: lida.migracao.0.map(|escolha| escolha.0),
        cancelar_acordo_apos: lida.cancelar_acordo_apos.mudanca(),
        documento: lida.documento.0,
        endereco: lida.endereco.0.map(|endereco| Endereco::from(&endereco)),
        encargos: lida.encargos.0.map(Encargos::from),
        // None of them is refused any more.
        janelas: janelas
            .filter_map(|j| Some((j.canal.0, Janela::new(j.inicio, j.fim, j.dias).ok()?)))
            .collect(),
    })
}

/// Rule j02: the windows that end before they begin, whatever else is wrong with them, and the second for one channel.
fn never_open(corpo: &Value) -> Vec<ErroCampo> {
    let janelas = corpo.get("janelas").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (mut erros, mut vistos) = (Vec::new(), BTreeSet::new());
    for (indice, janela) in janelas.iter().take(MAX_JANELAS).enumerate() {
        let mut erro = |campo: &str, codigo: &'static str, detalhe: String| {
            let campo = format!("/janelas/{indice}/{campo}");
            erros.push(ErroCampo { campo, codigo: codigo.into(), detalhe: detalhe.into() });
        };
        let hora =
            |campo: &str| janela.get(campo).and_then(|hora| web::parse::<NaiveTime>(hora.clone()).ok());
        let horas = hora("inicio").zip(hora("fim"));
        if let Some(Err(recusa)) = horas.map(|(inicio, fim)| Janela::new(inicio, fim, DiasDaSemana::TODOS)) {
            erro("fim", "fora_do_intervalo", recusa.to_string());
        }
        let canal = janela.get("canal").and_then(Value::as_str);
        if canal.is_some_and(|canal| !vistos.insert(canal)) {
            erro("canal", "repetido", "este canal já está na lista".to_owned());
        }
    }
    erros
}
