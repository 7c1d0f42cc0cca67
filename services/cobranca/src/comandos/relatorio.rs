//! What a walk left behind: a table night × position × state, and a count of what the mailbox holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::Resultado;
use crate::cliente::Cliente;
use crate::sistema::DIR_SMS;

/// Every action of a walk, as the API shows them at the end.
pub struct Acoes {
    itens: Vec<Acao>,
    posicoes: Vec<String>,
}

struct Acao {
    id: String,
    data: String,
    posicao: String,
    canal: String,
    estado: String,
}

/// The walk, counted from the files of the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contagem {
    /// Messages that were due and not called off (the títulos were paid, or there was no contact).
    pub devidas: usize,
    /// Of those, how many the mailbox or the carrier holds.
    pub enviadas: usize,
    /// Of those, how many neither holds.
    pub perdidas: usize,
    /// Copies beyond the first of any action.
    pub duplicadas: usize,
    /// Messages that no due action accounts for.
    pub estranhas: usize,
}

impl Acoes {
    /// Reads every action, with the day of its position in the réguas.
    ///
    /// # Errors
    /// The API does not answer.
    pub async fn read(api: &Cliente) -> Resultado<Self> {
        let mut dias = BTreeMap::new();
        let mut posicoes = Vec::new();
        for regua in api.all_by("/v1/reguas", 50).await? {
            for posicao in regua.get("posicoes").and_then(Value::as_array).into_iter().flatten() {
                let nome = position_name(posicao);
                dias.insert(text(posicao, "id"), nome.clone());
                if !posicoes.contains(&nome) {
                    posicoes.push(nome);
                }
            }
        }
        let itens = api.all("/v1/execucoes").await?;
        let itens = itens
            .iter()
            .map(|item| Acao {
                id: text(item, "id"),
                data: text(item, "data"),
                posicao: dias.get(&text(item, "posicao_id")).cloned().unwrap_or_default(),
                canal: text(item, "canal"),
                estado: text(item, "estado"),
            })
            .collect();
        Ok(Self { itens, posicoes })
    }

    /// The table, a line for each night on which something was due: how many actions of each position, then how they
    /// ended.
    #[must_use]
    pub fn table(&self) -> String {
        let estados: BTreeSet<&str> = self.itens.iter().map(|acao| acao.estado.as_str()).collect();
        let noites: BTreeSet<&str> = self.itens.iter().map(|acao| acao.data.as_str()).collect();
        let mut linhas = vec![self.row("noite", str::to_owned, &estados, str::to_owned)];
        for noite in noites {
            let da_noite: Vec<&Acao> = self.itens.iter().filter(|acao| acao.data == noite).collect();
            let conta =
                |quais: &dyn Fn(&Acao) -> bool| cell(da_noite.iter().filter(|acao| quais(acao)).count());
            linhas.push(self.row(
                noite,
                |posicao| conta(&|acao| acao.posicao == posicao),
                &estados,
                |estado| conta(&|acao| acao.estado == estado),
            ));
        }
        let conta =
            |quais: &dyn Fn(&Acao) -> bool| cell(self.itens.iter().filter(|acao| quais(acao)).count());
        linhas.push(self.row(
            "total",
            |posicao| conta(&|acao| acao.posicao == posicao),
            &estados,
            |estado| conta(&|acao| acao.estado == estado),
        ));
        linhas.join("\n")
    }

    /// How the actions of each channel ended.
    #[must_use]
    pub fn by_channel(&self) -> String {
        let mut por_canal: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for acao in &self.itens {
            *por_canal.entry(&acao.canal).or_default().entry(&acao.estado).or_default() += 1;
        }
        let linhas = por_canal.iter().map(|(canal, estados)| {
            let estados: Vec<String> = estados.iter().map(|(estado, n)| format!("{n} {estado}")).collect();
            format!("{canal}: {}", estados.join(", "))
        });
        linhas.collect::<Vec<_>>().join("\n")
    }

    fn row(
        &self,
        nome: &str,
        posicao: impl Fn(&str) -> String,
        estados: &BTreeSet<&str>,
        estado: impl Fn(&str) -> String,
    ) -> String {
        let posicoes: Vec<String> = self.posicoes.iter().map(|p| format!("{:>7}", posicao(p))).collect();
        let estados: Vec<String> = estados.iter().map(|e| format!("{:>12}", estado(e))).collect();
        format!("{nome:<10} {} │{}", posicoes.concat(), estados.concat())
    }

    /// Counts the mailbox and the ledger of the carrier under `saida`. An action is found by the id in the Message-ID of the
    /// files, and by its key in the ledger.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn count(&self, saida: &Path) -> Resultado<Contagem> {
        let saem = |a: &&Acao| matches!(a.canal.as_str(), "email" | "sms") && a.estado != "descartada";
        let devidas: BTreeSet<&str> = self.itens.iter().filter(saem).map(|a| a.id.as_str()).collect();
        let mut copias: BTreeMap<String, usize> = BTreeMap::new();
        for arquivo in std::fs::read_dir(saida)? {
            let caminho = arquivo?.path();
            if caminho.extension().is_some_and(|e| e == "eml") {
                *copias.entry(message_id(&caminho)?).or_default() += 1;
            }
        }
        for chave in ledger(&saida.join(DIR_SMS).join("registro.jsonl"))? {
            *copias.entry(chave).or_default() += 1;
        }
        let enviadas = devidas.iter().filter(|id| copias.contains_key(**id)).count();
        Ok(Contagem {
            devidas: devidas.len(),
            enviadas,
            perdidas: devidas.len() - enviadas,
            duplicadas: copias.values().map(|n| n - 1).sum(),
            estranhas: copias.keys().filter(|id| !devidas.contains(id.as_str())).count(),
        })
    }
}

fn cell(n: usize) -> String {
    if n == 0 { "·".to_owned() } else { n.to_string() }
}

fn text(item: &Value, campo: &str) -> String {
    item.get(campo).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn position_name(posicao: &Value) -> String {
    let dias = posicao.get("dias").and_then(Value::as_u64).unwrap_or_default();
    if text(posicao, "tipo") == "lembrete" { format!("D-{dias}") } else { format!("D+{dias}") }
}

/// The keys of the messages that the carrier took.
fn ledger(livro: &Path) -> Resultado<Vec<String>> {
    let mut chaves = Vec::new();
    for linha in std::fs::read_to_string(livro)?.lines() {
        chaves.push(text(&serde_json::from_str(linha)?, "chave"));
    }
    Ok(chaves)
}

/// What stands before the `@` of the Message-ID header.
fn message_id(arquivo: &Path) -> Resultado<String> {
    let mut cabecalho = String::new();
    for linha in BufReader::new(File::open(arquivo)?).split(b'\n') {
        let linha = linha?;
        let linha = String::from_utf8_lossy(&linha);
        let linha = linha.trim_end();
        if linha.is_empty() {
            break;
        }
        cabecalho.push_str(if linha.starts_with([' ', '\t']) { "" } else { "\n" });
        cabecalho.push_str(linha);
    }
    let linha = cabecalho.lines().find(|linha| linha.to_ascii_lowercase().starts_with("message-id:"));
    let id = linha.and_then(|linha| linha.split_once('<')?.1.split_once('@')).map(|(id, _)| id.to_owned());
    id.ok_or_else(|| format!("{} não tem Message-ID", arquivo.display()).into())
}
