//! From a letter as it was composed to one that can be printed.

use domain::endereco::{Cep, Endereco};
use letters::{Bloco, Carta, Cepnet, Entrada, Lugar, Tabela};
use render::Bloco as Composto;
use render::carta::CartaPronta;
use store::cartas::CartaLida;

use crate::Falha;

/// A letter with its address.
pub(crate) struct Pagina {
    pub(crate) carta: Carta,
    endereco: Endereco,
    nome: String,
    ids: [String; 2],
}

impl Pagina {
    /// Reads what was kept.
    pub(crate) fn read(lida: CartaLida, remetente: &str) -> Result<Self, Falha> {
        let ilegivel = || Falha::Ilegivel(lida.id.to_string());
        let endereco: Endereco = serde_json::from_str(&lida.endereco).ok().ok_or_else(ilegivel)?;
        let pronta: CartaPronta = serde_json::from_str(&lida.corpo).ok().ok_or_else(ilegivel)?;
        let carta = Carta {
            sequencia: u32::try_from(lida.sequencia).ok().ok_or_else(ilegivel)?,
            remetente: remetente.to_owned(),
            endereco: lines(&lida.nome, &endereco),
            cep: endereco.cep.and_then(|cep| Cepnet::parse(&cep.to_string())),
            blocos: pronta.blocos.iter().filter_map(|bloco| block(bloco, &pronta)).collect(),
            identificacao: lida.identificacao,
        };
        Ok(Self { carta, endereco, nome: lida.nome, ids: [lida.id.to_string(), lida.devedor_id.to_string()] })
    }

    /// Its line in the index.
    pub(crate) fn row(&self, lugar: Lugar) -> String {
        let parte = |texto: &Option<String>| texto.clone().unwrap_or_default();
        let e = &self.endereco;
        let ruas = [&e.logradouro, &e.numero, &e.complemento, &e.bairro].map(parte);
        let [logradouro, numero, complemento, bairro] = ruas.each_ref().map(String::as_str);
        let cep = e.cep.map(|cep| cep.to_string()).unwrap_or_default();
        letters::row(&Entrada {
            sequencia: self.carta.sequencia,
            ids: self.ids.each_ref().map(String::as_str),
            endereco: [&self.nome, logradouro, numero, complemento, bairro, &e.cidade, e.uf.as_str()],
            cep: &cep,
            lugar,
        })
    }
}

/// As the mail wants it: name, street with number and complement, quarter, CEP with city and state.
fn lines(nome: &str, endereco: &Endereco) -> Vec<String> {
    let rua = [&endereco.logradouro, &endereco.numero, &endereco.complemento];
    let rua = rua.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
    let cep = endereco.cep.map(Cep::formatado).unwrap_or_default();
    let cidade = format!("{cep} {}/{}", endereco.cidade, endereco.uf);
    let linhas = [Some(nome.to_owned()), Some(rua), endereco.bairro.clone(), Some(cidade)];
    linhas.into_iter().flatten().filter(|linha| !linha.trim().is_empty()).collect()
}

fn block(bloco: &Composto, pronta: &CartaPronta) -> Option<Bloco> {
    match bloco {
        Composto::Paragrafo(linhas) => Some(Bloco::Paragrafo(linhas.clone())),
        Composto::Lista(qual) => {
            let tabela = pronta.tabelas.get(*qual)?;
            Some(Bloco::Tabela(Tabela {
                colunas: render::Tabela::COLUNAS.map(str::to_owned),
                linhas: tabela
                    .linhas
                    .iter()
                    .map(|linha| [linha.numero.clone(), linha.vencimento.clone(), linha.valor.clone()])
                    .collect(),
                resto: tabela.resto.clone(),
                total: tabela.total.clone(),
            }))
        }
    }
}
