//! A whole collection as a story that a collections person can read: `tests/historias/uma_cobranca.txt`.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::America::Sao_Paulo;
use cobranca::linha::to_item;
use serde_json::{Value, json};
use sheets::{LinhaTitulo, LinhasImportadas, Mapa};

use crate::apoio::{Cenario, Email, date, text};

const CARTEIRA: &[u8] = include_bytes!("../historias/carteira.csv");
const REGUA: &str = include_str!("../historias/regua.json");
const ESPERADA: &str = include_str!("../historias/uma_cobranca.txt");
/// A sheet of títulos does not tell what was called off.
const CANCELADOS: [(&str, &str); 1] = [("2026-03-12", "T401")];
const DE: &str = "2026-03-02";
const ATE: &str = "2026-04-10";

const INTRODUCAO: &str = "\
A régua lembra dois dias antes do vencimento (D-2) e cobra em D+1, D+6, D+16 e D+30, contados da entrada.
Os e-mails saem de segunda a sábado, das 8 às 20 horas. De madrugada a noite decide; às 6h30 chegam os pagamentos.
";

#[tokio::test]
async fn a_portfolio_walked_day_by_day_tells_the_golden_story() {
    let contada = Narrador::new().await.tell().await;
    if contada != ESPERADA {
        let arquivo = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uma_cobranca.txt");
        std::fs::write(&arquivo, &contada).unwrap();
        let diferente = contada.lines().zip(ESPERADA.lines()).position(|(nova, antiga)| nova != antiga);
        panic!("the story differs from line {diferente:?} (from 0); it was written to {}", arquivo.display());
    }
}

/// Walks the portfolio and writes down what it sees over HTTP and in the mailbox.
struct Narrador {
    c: Cenario,
    linhas: Vec<LinhaTitulo>,
    /// By the code of the título.
    ids: BTreeMap<String, String>,
    /// By the id of the debtor.
    nomes: BTreeMap<String, String>,
    /// Executions whose end was told.
    contadas: BTreeSet<String>,
    historia: String,
}

impl Narrador {
    async fn new() -> Self {
        let c = Cenario::on(DE).await;
        let dias = ["seg", "ter", "qua", "qui", "sex", "sab"];
        c.change(&json!({"janelas": [{"canal": "email", "inicio": "08:00", "fim": "20:00", "dias": dias}]}))
            .await;
        let regua: Value = serde_json::from_str(REGUA).unwrap();
        c.regua(regua["posicoes"].as_array().unwrap()).await;
        let linhas = LinhasImportadas::new(CARTEIRA, Mapa::default()).unwrap().map(Result::unwrap).collect();
        let (ids, nomes, contadas) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { c, linhas, ids, nomes, contadas, historia: INTRODUCAO.to_owned() }
    }

    async fn tell(mut self) -> String {
        for data in date(DE).iter_days().take_while(|data| *data <= date(ATE)) {
            let fatos = self.day(data).await;
            if !fatos.is_empty() {
                write!(self.historia, "\n{}\n", heading(data)).unwrap();
                for fato in fatos {
                    writeln!(self.historia, "  {fato}").unwrap();
                }
            }
        }
        self.historia
    }

    async fn day(&mut self, data: NaiveDate) -> Vec<String> {
        let hoje = data.to_string();
        let antes = self.c.emails().len();
        let mut fatos = self.arrivals(data).await;
        self.c.night(&hoje).await;
        fatos.extend(self.moves(&hoje).await);
        self.c.set_clock(&hoje, "06:30").await;
        fatos.extend(self.payments(data).await);
        fatos.extend(self.cancellations(&hoje).await);
        self.c.settle(&hoje, "12:00").await;
        let mut emails: Vec<_> = self.c.emails()[antes..].iter().map(letter).collect();
        emails.sort();
        fatos.extend(emails);
        fatos.extend(self.waiting(&hoje).await);
        fatos.extend(self.not_sent().await);
        fatos
    }

    /// What was issued before the first day is there on it.
    async fn arrivals(&mut self, data: NaiveDate) -> Vec<String> {
        let chegam = |linha: &&LinhaTitulo| linha.emissao.unwrap().max(date(DE)) == data;
        let novos: Vec<LinhaTitulo> = self.linhas.iter().filter(chegam).cloned().collect();
        for linha in &novos {
            let envio = self.c.http.put("/v1/titulos", &json!([to_item(linha)])).await.expect(200).json;
            let id = text(&envio["itens"][0], "id");
            let lido = self.c.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
            self.nomes.insert(text(&lido, "devedor_id"), linha.devedor.nome.clone());
            self.ids.insert(linha.codigo_integracao.clone(), id);
        }
        let chegada = |linha: &LinhaTitulo| {
            let vencimento = linha.vencimento.format("%d/%m/%Y");
            let (numero, nome, valor) = (&linha.numero, &linha.devedor.nome, linha.valor.reais());
            fact("Chega", &format!("{numero} de {nome}: {valor}, vence em {vencimento}"))
        };
        novos.iter().map(chegada).collect()
    }

    /// Who entered, came to the end of, or left the régua tonight.
    async fn moves(&self, hoje: &str) -> Vec<String> {
        let mut fatos = Vec::new();
        for inscricao in self.c.inscricoes().await {
            let nome = &self.nomes[&text(&inscricao, "devedor_id")];
            for (campo, palavra) in [
                ("entrada", "Entra na régua"),
                ("final_em", "Fim da régua"),
                ("encerrada_em", "Sai da régua"),
            ] {
                if inscricao[campo] == hoje {
                    fatos.push(fact(palavra, nome));
                }
            }
        }
        fatos.sort();
        fatos
    }

    async fn payments(&self, data: NaiveDate) -> Vec<String> {
        let mut fatos = Vec::new();
        for linha in self.linhas.iter().filter(|linha| linha.pago_em == Some(data)) {
            self.c.pay(&self.ids[&linha.codigo_integracao]).await;
            fatos.push(fact("Pago", &format!("{} de {}", linha.numero, linha.devedor.nome)));
        }
        fatos
    }

    async fn cancellations(&self, hoje: &str) -> Vec<String> {
        let mut fatos = Vec::new();
        for (_, codigo) in CANCELADOS.iter().filter(|(data, _)| *data == hoje) {
            let linha = self.linhas.iter().find(|linha| linha.codigo_integracao == *codigo).unwrap();
            self.c.cancel(&self.ids[*codigo]).await;
            fatos.push(fact("Cancelado", &format!("{} de {}", linha.numero, linha.devedor.nome)));
        }
        fatos
    }

    /// The actions that were decided tonight and wait for the window.
    async fn waiting(&self, hoje: &str) -> Vec<String> {
        let mut fatos = Vec::new();
        for execucao in self.c.execucoes().await {
            if execucao["data"] == hoje && execucao["estado"] == "pendente" {
                let nome = &self.nomes[&text(&execucao, "devedor_id")];
                let sai: DateTime<Utc> = text(&execucao, "publicar_em").parse().unwrap();
                let sai = sai.with_timezone(&Sao_Paulo).format("%d/%m/%Y às %H:%M");
                let canal = if execucao["canal"] == "sms" { "SMS" } else { "e-mail" };
                fatos.push(fact("Espera", &format!("o {canal} para {nome}: sai em {sai}")));
            }
        }
        fatos.sort();
        fatos
    }

    /// The actions that ended today without a message, and why.
    async fn not_sent(&mut self) -> Vec<String> {
        let mut fatos = Vec::new();
        for execucao in self.c.execucoes().await {
            let (id, motivo) = (text(&execucao, "id"), execucao["motivo"].as_str());
            if let Some(motivo) = motivo.filter(|_| self.contadas.insert(id)) {
                let nome = &self.nomes[&text(&execucao, "devedor_id")];
                fatos.push(fact("Sem envio", &format!("para {nome}: {}", in_words(motivo))));
            }
        }
        fatos.sort();
        fatos
    }
}

fn letter(email: &Email) -> String {
    let (para, titulos) = (email.para.join(", "), email.titulos().join(", "));
    fact("E-mail", &format!("para {para}: «{}» ({titulos}; {})", email.assunto, email.total()))
}

fn fact(palavra: &str, fato: &str) -> String {
    format!("{palavra:<14}  {fato}")
}

fn in_words(motivo: &str) -> &str {
    match motivo {
        "sem_contato" => "não há endereço de e-mail",
        "titulo_pago" => "já está pago",
        outro => outro,
    }
}

fn heading(data: NaiveDate) -> String {
    const DIAS: [&str; 7] =
        ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"];
    let dia = DIAS[usize::try_from(data.weekday().num_days_from_monday()).unwrap()];
    format!("{}, {dia}", data.format("%d/%m/%Y"))
}
