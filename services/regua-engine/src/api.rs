//! The routes of the service.

mod entrada;
mod inscricoes;
mod leitura;
mod noites;
mod regras;
mod reguas;

use std::sync::Arc;

use actix_web::web::Data;
use web::{Codigo, ServiceConfig};

use crate::Engine;

/// Rule r07.
static POSICAO_DUPLICADA: Codigo = Codigo::new(
    "posicao_duplicada",
    409,
    "Já existe uma posição nesse dia",
    "Uma régua tem no máximo uma posição por dia. Inclua a ação na posição que já existe, ou escolha outro dia.",
);
/// Rule v04: an archived régua is over.
static REGUA_ARQUIVADA: Codigo =
    Codigo::new("regua_arquivada", 409, "Régua arquivada", "Uma régua arquivada não muda mais. Crie outra.");
/// A limit of the house.
static REGUA_CHEIA: Codigo = Codigo::new(
    "regua_cheia",
    409,
    "A régua já tem o máximo de posições",
    "Uma régua tem no máximo 60 posições. Use outra régua.",
);
/// Rule g07.
static NOITE_ANTERIOR: Codigo = Codigo::new(
    "noite_anterior",
    409,
    "Uma data posterior já teve a sua noite",
    "As noites de uma empresa andam para a frente. O detalhe diz a data da última.",
);

/// The codes that only this service answers.
pub static CODIGOS: &[&Codigo] = &[&POSICAO_DUPLICADA, &REGUA_ARQUIVADA, &REGUA_CHEIA, &NOITE_ANTERIOR];

/// The codes that only this service puts in `erros[].codigo`, with their meaning.
pub static CODIGOS_DE_CAMPO: &[(&str, &str)] = &[
    ("nao_permitido", "O campo não se aplica a este tipo de ação."),
    ("canal_de_lembrete", "Lembrete aceita somente e-mail e SMS."),
    ("confirmacao_obrigatoria", "A negativação automática precisa ser confirmada."),
    ("coringa_desconhecido", "O texto tem um coringa que não existe. Veja `GET /v1/coringas`."),
    ("coringa_nao_permitido", "O coringa existe, mas não cabe neste campo."),
    ("regua_sem_posicao", "A régua não tem posição."),
    ("posicao_sem_acao", "Só a última posição de uma régua ativa pode não ter ação."),
    ("acao_sem_conteudo", "A ação precisa de um texto."),
    ("data_futura", "A data ainda não chegou no fuso da empresa."),
];

/// What the handlers work with.
#[derive(Clone)]
pub struct Contexto {
    servico: servico::Contexto,
    engine: Arc<Engine>,
}

impl Contexto {
    /// Handlers use the pool of `servico`, which should not be the engine's: a night must not keep the API waiting.
    #[must_use]
    pub fn new(servico: servico::Contexto, engine: Arc<Engine>) -> Self {
        Self { servico, engine }
    }
}

/// Adds the routes of the service and what they work with.
pub fn configure(config: &mut ServiceConfig<'_>, contexto: Contexto) {
    config.app_data(Data::new(contexto)).configure(routes);
}

/// Adds the routes alone: enough for the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(reguas::post)
        .service(reguas::list)
        .service(reguas::get)
        .service(reguas::post_posicao)
        .service(reguas::ativar)
        .service(reguas::desativar)
        .service(noites::post)
        .service(noites::list)
        .service(noites::get)
        .service(inscricoes::list);
}
