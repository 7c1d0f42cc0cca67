//! Debtors: pushed in bulk, listed, read, changed one by one.

mod contatos;
mod entrada;
mod lista;
mod saida;
mod situacao;

use actix_web::http::header::ETAG;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, patch, put};
use domain::ids::DevedorId;
use store::devedores::{self, Entrada, Mudanca, Recusa, RecusaMudanca, ResultadoItem};
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Codigo, Consulta, Corpo, ErroCampo, Itens, Pagina, Problema, Resposta, SeVersao,
    escopos, etag,
};

use super::Contexto;
use super::envio::{Envio, Feito, Item, last_of_each};
use entrada::{DevedorEnvio, DevedorMudanca};
use lista::{FiltroDevedores, Posicao};
use saida::{Devedor, DevedorResumo, load};
pub(super) use situacao::inteira;

/// Items of one push: as of títulos.
const MAX_ITENS: usize = 1_000;

/// Rule m01.
pub(super) static DEVEDOR_EXISTENTE: Codigo = Codigo::new(
    "devedor_existente",
    409,
    "Outro devedor já tem esse documento ou esse código",
    "Há um devedor por CPF/CNPJ, e cada código de integração é de um devedor só. O detalhe diz qual é o outro.",
);

/// Envia devedores: cria ou atualiza cada um, com um resultado por item.
///
/// Um código novo com CPF/CNPJ conhecido é mais um código do mesmo devedor. Itens com erro são recusados e os demais são
/// gravados. Se um código aparece em vários itens, vale o último. Enviar o mesmo de novo não altera nada.
#[utoipa::path(
    operation_id = "enviar_devedores",
    tag = "Devedores",
    request_body(content = Vec<DevedorEnvio>, description = "Até 1000 devedores.", example = json!([{
        "codigo_integracao": "C-1001", "nome": "Maria da Silva", "documento": "529.982.247-25", "categoria": "Varejo",
        "emails": ["maria@exemplo.com.br"], "telefones": ["(11) 98765-4321"],
        "enderecos": [{"logradouro": "Avenida Paulista", "numero": "1000", "cidade": "São Paulo", "uf": "SP", "cep": "01310-100"}],
    }])),
    responses((status = 200, description = "Um resultado por item, na ordem enviada.", body = Envio)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[put("/v1/devedores")]
pub(super) async fn upsert(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    itens: Itens<MAX_ITENS>,
) -> Result<Resposta, Problema> {
    let (lidos, recusados) = itens.parse::<DevedorEnvio, _>(Item::refused);
    let lidos = lidos.into_iter().map(|(indice, lido)| (indice, lido.into())).collect();
    let (lidos, recusados) = last_of_each(lidos, recusados, |lido: &Entrada| &lido.codigo_integracao);
    let agora = contexto.servico.relogio.agora();
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        let entradas: Vec<Entrada> = lidos.iter().map(|(_, entrada)| entrada.clone()).collect();
        let gravados = devedores::upsert(t, &entradas, agora)?;
        let resultados = lidos
            .iter()
            .zip(gravados)
            .map(|((indice, entrada), gravado)| answer(*indice, entrada.codigo_integracao.clone(), gravado));
        let itens = resultados.chain(recusados.iter().cloned()).collect();
        Ok(Ok(Resposta::ok(&Envio::new(itens))))
    });
    gravar.await
}

fn answer(indice: usize, codigo: String, resultado: ResultadoItem) -> Item {
    let refuse = |campo: &str, falta: &'static str, detalhe: &'static str| {
        let campo = format!("/{indice}/{campo}");
        let erro = ErroCampo { campo, codigo: falta.into(), detalhe: detalhe.into() };
        Item::refused(indice, Some(codigo.clone()), vec![erro])
    };
    match resultado {
        ResultadoItem::Criado(id) => Item::done(indice, codigo, id.uuid(), Feito::Criado),
        ResultadoItem::Atualizado(id) => Item::done(indice, codigo, id.uuid(), Feito::Atualizado),
        ResultadoItem::Inalterado(id) => Item::done(indice, codigo, id.uuid(), Feito::Inalterado),
        ResultadoItem::Recusado(Recusa::DocumentoDeOutroDevedor) => refuse(
            "documento",
            "documento_de_outro_devedor",
            "este CPF/CNPJ pertence a um devedor e o código a outro; corrija um dos dois",
        ),
    }
}

/// Lista devedores. Os filtros valem juntos.
#[utoipa::path(
    operation_id = "listar_devedores",
    tag = "Devedores",
    params(FiltroDevedores),
    responses((status = 200, description = "Uma página.", body = Pagina<DevedorResumo>)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/devedores")]
pub(super) async fn list(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<FiltroDevedores>,
) -> Result<Pagina<DevedorResumo>, Problema> {
    let (filtro, ordem, depois_de, limite) = consulta.0.split()?;
    let linhas = contexto.servico.da_empresa(&acesso, move |t| {
        devedores::list(t, &filtro, ordem.store(), depois_de.as_ref(), limite.com_folga())
    });
    let chave = |linha: &devedores::Linha| -> Posicao { (linha.chave.clone(), linha.devedor.id) };
    let pagina = Pagina::from_rows(linhas.await?, limite, chave);
    Ok(pagina.map(|linha| linha.devedor.into()))
}

/// Lê um devedor, com e-mails, telefones, endereços e canais recusados.
#[utoipa::path(
    operation_id = "ler_devedor",
    tag = "Devedores",
    params(("id" = Uuid, Path, description = "Id do devedor.")),
    responses((status = 200, description = "O devedor.", body = Devedor,
               headers(("ETag" = String, description = "Versão, para `If-Match`.")))),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/devedores/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<HttpResponse, Problema> {
    let lido =
        contexto.servico.da_empresa_em_um_instante(&acesso, move |t| load(t, DevedorId::new(id.0))).await?;
    let (devedor, versao) = lido.ok_or_else(Problema::nao_encontrado)?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(versao))).json(devedor))
}

/// Muda um devedor. Repetir é seguro.
///
/// Mudar categoria, score ou tipo de pessoa é visto pela régua na próxima noite. Opt-out vale desde a resposta.
#[utoipa::path(
    operation_id = "mudar_devedor",
    tag = "Devedores",
    params(
        ("id" = Uuid, Path, description = "Id do devedor."),
        ("If-Match" = Option<String>, Header, description = "`ETag` da versão lida; sem ele, muda qualquer versão."),
    ),
    request_body(content = DevedorMudanca, example = json!({
        "gerente": "Ana", "telefones": [{"telefone": "(11) 98765-4321", "preferido": true}],
        "opt_out": [{"canal": "email", "motivo": "pediu por telefone"}],
    })),
    responses((status = 200, description = "O devedor, como ficou.", body = Devedor,
               headers(("ETag" = String, description = "Nova versão.")))),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[patch("/v1/devedores/{id}")]
pub(super) async fn patch(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    vista: SeVersao,
    corpo: Corpo<DevedorMudanca>,
) -> Result<Resposta, Problema> {
    let (id, mudanca, agora) =
        (DevedorId::new(id.0), Mudanca::from(corpo.0), contexto.servico.relogio.agora());
    let gravar = contexto.servico.gravar(&acesso, move |t| {
        let Some(antes) = devedores::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        if let Err(recusa) = vista.confere(antes.versao) {
            return Ok(Err(recusa));
        }
        if let Err(recusa) = devedores::change(t, &antes, &mudanca, agora)? {
            return Ok(Err(taken(recusa)));
        }
        let lido = load(t, id)?.ok_or_else(Problema::nao_encontrado);
        Ok(lido.map(|(devedor, versao)| Resposta::ok(&devedor).com_versao(etag(versao))))
    });
    gravar.await
}

fn taken(recusa: RecusaMudanca) -> Problema {
    let detalhe = match recusa {
        RecusaMudanca::DocumentoDeOutro(outro) => format!("o documento é do devedor {outro}"),
        RecusaMudanca::CodigoDeOutro(outro) => format!("um dos códigos é do devedor {outro}"),
    };
    Problema::conflito(&DEVEDOR_EXISTENTE, detalhe)
}
