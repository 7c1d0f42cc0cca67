//! The channel of bureaus: what may be listed is settled at the fence, and asked for with the result; handing it over is
//! `negativacao`'s.

use chrono::{DateTime, NaiveDate, Utc};
use domain::documento::Documento;
use domain::endereco::Endereco;
use domain::execucao::{Envio, Motivo, Veredito};
use domain::ids::TituloId;
use domain::negativacao::{Alvo, avaliar_inclusao};
use domain::texto::ascii_maiusculo;
use providers::bureau::{Pendencia, pefin};
use store::disparos::{Cerca, Efeito, Linha, MensagemMontada};
use store::negativacoes::{ContaDoCredor, Debito, NovaNegativacao};

use super::Tarefa;

/// Who keeps what is asked for, as records name it.
pub(super) const BUREAU: &str = "bureau";

/// The longest number of a contract that every bureau takes.
const MAX_CONTRATO: usize = 16;

/// Rule b21: only what may be listed goes on; the reference título says why nothing may.
pub(super) fn decide(dados: &Cerca, titulos: Vec<TituloId>, hoje: NaiveDate) -> Envio {
    let mut porque = None;
    let mut cabem = Vec::new();
    for titulo in titulos {
        match linha(dados, titulo).ok_or(Motivo::SemTitulo).and_then(|linha| accounts(dados, linha, hoje)) {
            Ok(_) => cabem.push(titulo),
            Err(motivo) => porque = porque.or(Some(motivo)),
        }
    }
    if cabem.is_empty() {
        Envio::Descartar { motivo: porque.unwrap_or(Motivo::SemTitulo) }
    } else {
        Envio::Enviar { titulos: cabem }
    }
}

/// Asks for the entries. They are accepted when their rows are written, which is with this result.
pub(super) fn ask(tarefa: &Tarefa, agora: DateTime<Utc>) -> Result<super::Resposta, Motivo> {
    let Tarefa { titulos, dados, .. } = tarefa;
    let hoje = agora.with_timezone(&dados.fuso).date_naive();
    let mut novas = Vec::new();
    for linha in titulos.iter().filter_map(|titulo| linha(dados, *titulo)) {
        let (documento, endereco) = whose(dados)?;
        for conta in accounts(dados, linha, hoje)? {
            novas.push(entry(dados, (linha, conta), (&documento, endereco), agora));
        }
    }
    let onde: Vec<_> = novas.iter().map(|nova| format!("{} {}", nova.bureau, nova.contrato)).collect();
    let mensagem = MensagemMontada {
        destinatario: BUREAU.to_owned(),
        assunto: None,
        texto: onde.join("\n"),
        titulos: titulos.clone(),
        montada_em: agora,
    };
    Ok(super::Resposta {
        veredito: Veredito::Aceita,
        palavras: String::new(),
        provedor_id: None,
        mensagem,
        efeito: Some(Efeito::Negativacao(novas)),
    })
}

fn linha(dados: &Cerca, titulo: TituloId) -> Option<&Linha> {
    dados.linhas.iter().find(|linha| linha.titulo.id == titulo)
}

/// Whom it is asked of, and where he is written to.
fn whose(dados: &Cerca) -> Result<(Documento, &Endereco), Motivo> {
    let documento = dados.devedor_documento.as_deref().and_then(|texto| Documento::parse(texto).ok());
    let endereco = dados.fatos.destinatario.correio.as_ref();
    Ok((documento.ok_or(Motivo::SemDocumento)?, endereco.ok_or(Motivo::SemEndereco)?))
}

/// The accounts by which a título may be listed now; one at least.
fn accounts<'d>(dados: &'d Cerca, linha: &Linha, hoje: NaiveDate) -> Result<Vec<&'d ContaDoCredor>, Motivo> {
    let (titulo, fatos) = (&linha.titulo, &dados.fatos);
    let parse = |texto: &String| Documento::parse(texto).ok();
    let do_titulo = fatos.titulos.get(&titulo.id).and_then(|titulo| titulo.credor.as_ref());
    let credor = if titulo.credor.is_some() {
        do_titulo.and_then(|credor| credor.documento.as_ref()).and_then(parse)
    } else {
        fatos.emitente.documento.as_ref().and_then(parse)
    };
    let documento = dados.devedor_documento.as_ref().and_then(parse);
    let endereco = fatos.destinatario.correio.as_ref();
    let vivas = fatos.negativar.vivas.get(&titulo.id);
    let (mut servem, mut porque) = (Vec::new(), Motivo::SemCredencial);
    for conta in fatos.negativar.contas.iter().filter(|conta| conta.credor == titulo.credor) {
        let alvo = Alvo {
            vencimento: titulo.vencimento,
            saldo: titulo.saldo,
            documento: documento.as_ref(),
            uf: endereco.map(|endereco| endereco.uf),
            credor: credor.as_ref(),
            ja_negativado: vivas.is_some_and(|onde| onde.contains(&conta.bureau)),
        };
        match avaliar_inclusao(&alvo, conta.bureau, &conta.limites, hoje) {
            Ok(()) if conta.bureau.por_arquivo() && !fits(dados, linha) => porque = Motivo::MensagemInvalida,
            Ok(()) => servem.push(conta),
            Err(motivo) => porque = motivo,
        }
    }
    if servem.is_empty() { Err(porque) } else { Ok(servem) }
}

/// Whether a file can say it: a name in letters that no layout has cannot be listed.
fn fits(dados: &Cerca, linha: &Linha) -> bool {
    let Ok((documento, endereco)) = whose(dados) else { return false };
    let pendencia = Pendencia {
        documento,
        nome: dados.devedor_nome.clone(),
        endereco: endereco.clone(),
        vencimento: linha.titulo.vencimento,
        valor: linha.titulo.saldo,
        contrato: own_number(linha.titulo.id),
    };
    pefin::check(&pendencia).is_ok()
}

fn entry(
    dados: &Cerca,
    (linha, conta): (&Linha, &ContaDoCredor),
    (documento, endereco): (&Documento, &Endereco),
    agora: DateTime<Utc>,
) -> NovaNegativacao {
    let titulo = &linha.titulo;
    let unico = own_number(titulo.id);
    let numero = Some(ascii_maiusculo(&linha.numero));
    let contrato = numero.filter(|numero| (1..=MAX_CONTRATO).contains(&numero.len()));
    NovaNegativacao {
        credencial: conta.id,
        bureau: conta.bureau,
        titulo: titulo.id,
        credor: titulo.credor.map(domain::ids::CredorId::uuid),
        debito: Debito {
            nome: dados.devedor_nome.clone(),
            documento: documento.as_str().to_owned(),
            endereco: endereco.clone(),
        },
        contrato: contrato.unwrap_or_else(|| unico.clone()),
        contrato_unico: unico,
        vencimento: titulo.vencimento,
        valor: titulo.saldo,
        em: agora,
    }
}

/// A number that no other título has: the end of its id, which is chance.
fn own_number(titulo: TituloId) -> String {
    let texto = titulo.uuid().simple().to_string().to_ascii_uppercase();
    texto.chars().skip(texto.len().saturating_sub(MAX_CONTRATO)).collect()
}
