//! The channel of letters: what a letter says is settled at the fence, and kept; printing it is for later.

use chrono::{DateTime, Utc};
use domain::coringas::nome_escrito;
use domain::documento::{Documento, TipoPessoa};
use domain::execucao::{Motivo, Veredito};
use render::Bloco;
use render::carta::CartaPronta;
use store::cartas::{CartaComposta, TituloCobrado};
use store::disparos::{Cerca, Efeito, Linha, MensagemMontada};

use super::Tarefa;

/// Who prints, as records name it.
pub(super) const GRAFICA: &str = "grafica";

/// Rule c03: a letter without an address that the mail can find is not made, nor one to somebody who declined letters.
pub(super) fn lacking(dados: &Cerca) -> Option<Motivo> {
    dados.fatos.destinatario.correio.is_none().then_some(Motivo::SemEndereco)
}

/// Composes the letter. It is accepted when its row is written, which is with this result.
pub(super) fn compose(tarefa: &Tarefa, agora: DateTime<Utc>) -> Result<super::Resposta, Motivo> {
    let Tarefa { titulos, dados, .. } = tarefa;
    let endereco = dados.fatos.destinatario.correio.clone().ok_or(Motivo::SemEndereco)?;
    let hoje = agora.with_timezone(&dados.fuso).date_naive();
    let (pronta, identificacao) = conteudo::carta(dados, titulos, hoje)?;
    let documento = dados.devedor_documento.as_deref().and_then(|texto| Documento::parse(texto).ok());
    let tipo = documento.as_ref().map_or(TipoPessoa::Isenta, Documento::tipo_pessoa);
    let cobrado = |Linha { titulo, .. }: &Linha| TituloCobrado {
        id: titulo.id,
        saldo: titulo.saldo,
        vencimento: titulo.vencimento,
    };
    let carta = CartaComposta {
        nome: nome_escrito(&dados.devedor_nome, tipo),
        corpo: serde_json::to_string(&pronta).map_err(|_erro| Motivo::MensagemInvalida)?,
        identificacao,
        titulos: dados
            .linhas
            .iter()
            .filter(|linha| titulos.contains(&linha.titulo.id))
            .map(cobrado)
            .collect(),
        montada_em: agora,
        endereco,
    };
    let mensagem = MensagemMontada {
        destinatario: carta.endereco.em_linha(),
        assunto: None,
        texto: in_words(&pronta),
        titulos: titulos.clone(),
        montada_em: agora,
    };
    Ok(super::Resposta {
        veredito: Veredito::Aceita,
        palavras: String::new(),
        provedor_id: None,
        mensagem,
        efeito: Some(Efeito::Carta(Box::new(carta))),
    })
}

/// The letter as plain text, for the record of what was sent.
fn in_words(pronta: &CartaPronta) -> String {
    let block = |bloco: &Bloco| match bloco {
        Bloco::Paragrafo(linhas) => linhas.join("\n"),
        Bloco::Lista(qual) => pronta.tabelas.get(*qual).map(table).unwrap_or_default(),
    };
    pronta.blocos.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

fn table(tabela: &render::Tabela) -> String {
    let linhas = tabela.linhas.iter().map(|l| format!("{} - {} - {}", l.numero, l.vencimento, l.valor));
    let total = format!("Total: {}", tabela.total);
    linhas.chain(tabela.resto.clone()).chain([total]).collect::<Vec<_>>().join("\n")
}
