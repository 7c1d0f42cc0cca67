//! Contacts with debtors.

mod filtro;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::contato::CanalContato;
use domain::ids::{ContatoId, DevedorId, ResultadoContatoId};
use serde::Serialize;
use store::contatos::{self, Agendamento, ContatoLido, EntradaContato, Ordem, RecusaContato};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Corpo, ErroCampo, ErrosCampo, Pagina, Problema, Resposta, Texto,
    TextoLongo, escopos, esquema,
};

use super::Contexto;
use super::calendario::Calendario;
use filtro::FiltroContatos;

/// Um contato com um devedor.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct ContatoNovo {
    /// Devedor.
    #[schema(value_type = Uuid)]
    devedor_id: DevedorId,
    /// Como se falou, ou se tentou falar, com ele.
    #[schema(value_type = esquema::CanalContato)]
    canal: CanalContato,
    /// Quando; ausente, agora.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Instante>)]
    em: Option<DateTime<Utc>>,
    /// No que deu.
    #[schema(value_type = Uuid)]
    resultado_id: ResultadoContatoId,
    /// Quem fez o contato, como a empresa o identifica.
    #[deserr(default)]
    operador: Option<Texto<1, 60>>,
    /// O que se disse.
    #[deserr(default)]
    observacao: Option<TextoLongo<1, 2000>>,
    /// Quando falar de novo.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Instante>)]
    agendado_para: Option<DateTime<Utc>>,
    /// Quem deve falar de novo; ausente, o mesmo operador. Só com `agendado_para`.
    #[deserr(default)]
    operador_agendamento: Option<Texto<1, 60>>,
}

impl ContatoNovo {
    /// As it is stored, with what is wrong between its fields.
    fn read(self, agora: DateTime<Utc>) -> Result<EntradaContato, Problema> {
        let em = self.em.unwrap_or(agora);
        let operador = self.operador.map(Texto::into_string);
        let mut erros = Vec::new();
        if em > agora {
            erros.push(fault("em", "fora_do_intervalo", "não pode ser depois de agora"));
        }
        if self.agendado_para.is_some_and(|para| para <= em) {
            erros.push(fault("agendado_para", "fora_do_intervalo", "deve ser depois do contato"));
        }
        if self.operador_agendamento.is_some() && self.agendado_para.is_none() {
            erros.push(fault("operador_agendamento", "nao_combina", "só com agendado_para"));
        }
        if !erros.is_empty() {
            return Err(Problema::validacao(erros));
        }
        let quem = self.operador_agendamento.map(Texto::into_string).or_else(|| operador.clone());
        Ok(EntradaContato {
            devedor: self.devedor_id,
            canal: self.canal,
            em,
            resultado: self.resultado_id,
            observacao: self.observacao.map(TextoLongo::into_string),
            agendamento: self.agendado_para.map(|para| Agendamento { para, operador: quem }),
            operador,
        })
    }
}

/// Um contato com um devedor.
#[derive(Serialize, ToSchema)]
struct Contato {
    /// Id.
    id: Uuid,
    /// Devedor.
    devedor_id: Uuid,
    /// Como se falou, ou se tentou falar, com ele.
    #[schema(value_type = esquema::CanalContato, example = "telefone")]
    canal: String,
    /// Quando.
    em: DateTime<Utc>,
    /// No que deu, como a empresa o chama agora.
    resultado: ResultadoDoContato,
    /// Quem fez o contato.
    operador: Option<String>,
    /// O que se disse.
    observacao: Option<String>,
    /// Quando falar de novo.
    agendado_para: Option<DateTime<Utc>>,
    /// Quem deve falar de novo.
    operador_agendamento: Option<String>,
    /// Se é o mais recente com o devedor: o agendamento de um anterior já foi atendido.
    ultimo: bool,
    /// Quando foi registrado.
    criado_em: DateTime<Utc>,
}

/// No que um contato deu.
#[derive(Serialize, ToSchema)]
struct ResultadoDoContato {
    /// Id.
    id: Uuid,
    /// Nome.
    nome: String,
    /// Grupo.
    grupo: String,
    /// Se é positivo.
    positivo: bool,
}

impl From<ContatoLido> for Contato {
    fn from(lido: ContatoLido) -> Self {
        Self {
            id: lido.id,
            devedor_id: lido.devedor_id,
            canal: lido.canal,
            em: lido.em,
            resultado: ResultadoDoContato {
                id: lido.resultado_id,
                nome: lido.resultado,
                grupo: lido.grupo,
                positivo: lido.positivo,
            },
            operador: lido.operador,
            observacao: lido.observacao,
            agendado_para: lido.agendado_para,
            operador_agendamento: lido.operador_agendamento,
            ultimo: lido.ultimo,
            criado_em: lido.criado_em,
        }
    }
}

/// Registra um contato com um devedor, com o resultado e, se for o caso, quando falar de novo.
#[utoipa::path(
    operation_id = "registrar_contato",
    tag = "Contatos",
    request_body(content = ContatoNovo, example = json!({
        "devedor_id": "0192b1f0-0000-7000-8000-000000000001", "canal": "telefone",
        "resultado_id": "0192b1f0-0000-7000-8000-000000000002", "operador": "ana", "observacao": "Promete pagar na sexta"})),
    responses((status = 201, description = "O contato.", body = Contato)),
    security(("chave_api" = ["contatos:escrever"])),
)]
#[post("/v1/contatos")]
pub(super) async fn create(
    acesso: Autorizado<escopos::contatos::Escrever>,
    contexto: Data<Contexto>,
    corpo: Corpo<ContatoNovo>,
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let entrada = corpo.0.read(agora)?;
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        let id = match contatos::create(t, &entrada, agora)? {
            Ok(id) => id,
            Err(recusa) => return Ok(Err(refused(recusa))),
        };
        let lido = contatos::get(t, id)?.map(Contato::from);
        Ok(lido
            .map(|lido| Resposta::criada(format!("/v1/contatos/{id}"), &lido))
            .ok_or_else(Problema::nao_encontrado))
    });
    gravar.await
}

fn refused(recusa: RecusaContato) -> Problema {
    Problema::validacao(vec![match recusa {
        RecusaContato::DevedorNaoExiste => {
            fault("devedor_id", "nao_encontrado", "a empresa não tem este devedor")
        }
        RecusaContato::ResultadoNaoExiste => {
            fault("resultado_id", "nao_encontrado", "a empresa não tem este resultado de contato")
        }
        RecusaContato::ResultadoInativo => {
            fault("resultado_id", "fora_de_uso", "este resultado não está mais em uso")
        }
    }])
}

fn fault(campo: &str, codigo: &'static str, detalhe: &'static str) -> ErroCampo {
    ErroCampo { campo: format!("/{campo}"), codigo: codigo.into(), detalhe: detalhe.into() }
}

/// Lista contatos. Os filtros valem juntos.
#[utoipa::path(
    operation_id = "listar_contatos",
    tag = "Contatos",
    params(FiltroContatos),
    responses((status = 200, description = "Uma página.", body = Pagina<Contato>)),
    security(("chave_api" = ["contatos:ler"])),
)]
#[get("/v1/contatos")]
pub(super) async fn list(
    acesso: Autorizado<escopos::contatos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroContatos>,
) -> Result<Pagina<Contato>, Problema> {
    let (consulta, agora) = (consulta.0, contexto.servico.relogio.agora());
    let (limite, ordem) = (consulta.limite, consulta.order());
    let ler = contexto.servico.da_empresa(&acesso, move |t| {
        let filtro = consulta.filter(&Calendario::load(t, agora)?);
        let depois_de = consulta.cursor.map(|cursor| cursor.0);
        contatos::list(t, &filtro, ordem, depois_de, limite.com_folga())
    });
    let chave = |lido: &ContatoLido| match ordem {
        Ordem::Antigos | Ordem::Recentes => (lido.em, lido.id),
        Ordem::Agenda => (lido.agendado_para.unwrap_or(lido.em), lido.id),
    };
    Ok(Pagina::from_rows(ler.await?, limite, chave).map(Contato::from))
}

/// Lê um contato.
#[utoipa::path(
    operation_id = "ler_contato",
    tag = "Contatos",
    params(("id" = Uuid, Path, description = "Id do contato.")),
    responses((status = 200, description = "O contato.", body = Contato)),
    security(("chave_api" = ["contatos:ler"])),
)]
#[get("/v1/contatos/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::contatos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Contato>, Problema> {
    let id = ContatoId::new(id.0);
    let lido = contexto.servico.da_empresa(&acesso, move |t| contatos::get(t, id)).await?;
    lido.map(|lido| Json(lido.into())).ok_or_else(Problema::nao_encontrado)
}
