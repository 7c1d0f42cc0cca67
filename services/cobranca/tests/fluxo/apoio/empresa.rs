//! What a company does over HTTP.
#![cfg(test)]

use cobranca::cliente::Cliente;
use cobranca::sistema::Sistema;
use serde_json::{Value, json};
use testkit::Http;

use super::{PRAZO, Titulo, at, date, text};

/// When the night runs in these tests: before every window.
const NOITE: &str = "02:30";

/// A company's view of a system: its key on the API.
pub(crate) struct Empresa {
    pub(crate) http: Http,
    api: Cliente,
    chave: String,
}

impl Empresa {
    pub(super) fn new(sistema: &Sistema, chave: &str) -> Self {
        let base = format!("http://{}", sistema.addr());
        Self {
            http: Http::new(&base).with_key(chave),
            api: Cliente::new(&base, chave).unwrap(),
            chave: chave.to_owned(),
        }
    }

    /// The same company on another system.
    pub(super) fn at(&self, sistema: &Sistema) -> Self {
        Self::new(sistema, &self.chave)
    }

    /// E-mails every day from 08:00 to 20:00; nights when asked for (the hour is never reached).
    pub(super) async fn send_on_every_day(&self) {
        self.set_window("08:00", "20:00").await;
        self.change(&json!({"hora_noite": "23:59"})).await;
    }

    pub(crate) async fn set_window(&self, inicio: &str, fim: &str) {
        self.set_window_of("email", inicio, fim).await;
    }

    pub(crate) async fn set_window_of(&self, canal: &str, inicio: &str, fim: &str) {
        let dias = ["seg", "ter", "qua", "qui", "sex", "sab", "dom"];
        self.change(&json!({"janelas": [{"canal": canal, "inicio": inicio, "fim": fim, "dias": dias}]}))
            .await;
    }

    pub(crate) async fn change(&self, mudanca: &Value) {
        let _lida = self.http.patch("/v1/empresa", mudanca).await.expect(200);
    }

    /// Creates and activates a régua.
    pub(crate) async fn regua(&self, posicoes: &[Value]) -> Value {
        self.api.create_regua(&json!({"nome": "Régua", "posicoes": posicoes})).await.unwrap()
    }

    /// Creates and activates a régua for the títulos of one creditor, which somebody has pushed already.
    pub(crate) async fn regua_of(&self, credor: &str, posicoes: &[Value]) -> Value {
        let regua = json!({"nome": credor, "criterios": {"credores": [credor]}, "posicoes": posicoes});
        self.api.create_regua(&regua).await.unwrap()
    }

    /// Pushes títulos, none of which may be refused; answers their ids.
    pub(crate) async fn push(&self, titulos: &[Titulo]) -> Vec<String> {
        let corpo = titulos.iter().map(Titulo::to_json).collect();
        let envio = self.http.put("/v1/titulos", &Value::Array(corpo)).await.expect(200);
        assert_eq!(envio.json["recusados"], 0, "{}", envio.text);
        envio.json["itens"].as_array().unwrap().iter().map(|item| text(item, "id")).collect()
    }

    pub(crate) async fn pay(&self, titulo: &str) {
        self.api.pay(titulo).await.unwrap();
    }

    pub(crate) async fn cancel(&self, titulo: &str) {
        let _lido =
            self.http.post(&format!("/v1/titulos/{titulo}/cancelamento"), &json!({})).await.expect(200);
    }

    /// Suspends a título until a day, or until it is reopened.
    pub(crate) async fn suspend(&self, titulo: &str, ate: Option<&str>) {
        let caminho = format!("/v1/titulos/{titulo}/suspensao");
        let _lido = self.http.post(&caminho, &json!({ "ate": ate })).await.expect(200);
    }

    pub(crate) async fn reopen(&self, titulo: &str) {
        self.api.tell(titulo, "reabertura").await.unwrap();
    }

    /// How a título stands.
    pub(crate) async fn status(&self, titulo: &str) -> String {
        text(&self.http.get(&format!("/v1/titulos/{titulo}")).await.expect(200).json, "status")
    }

    /// Moves the clock to a time of a day, in the company's zone.
    pub(crate) async fn set_clock(&self, data: &str, hora: &str) {
        self.api.set_clock(at(data, hora)).await.unwrap();
    }

    /// Runs the night of `data` in the small hours of it.
    pub(crate) async fn night(&self, data: &str) {
        self.set_clock(data, NOITE).await;
        self.night_now(data).await;
    }

    /// Runs the night of `data` wherever the clock stands.
    pub(crate) async fn night_now(&self, data: &str) {
        tokio::time::timeout(PRAZO, self.api.run_night(date(data))).await.expect("the night ends").unwrap();
    }

    /// Moves the clock and waits until everything that may leave has left.
    pub(crate) async fn settle(&self, data: &str, hora: &str) {
        self.set_clock(data, hora).await;
        self.quiet().await;
    }

    /// Waits until everything that may leave has left.
    pub(crate) async fn quiet(&self) {
        tokio::time::timeout(PRAZO, self.api.wait_quiet()).await.expect("it comes to rest").unwrap();
    }

    pub(crate) async fn execucoes(&self) -> Vec<Value> {
        self.api.all("/v1/execucoes").await.unwrap()
    }

    /// The state and the reason of every execution, in order.
    pub(crate) async fn estados(&self) -> Vec<String> {
        let fim = |execucao: &Value| match execucao["motivo"].as_str() {
            Some(motivo) => format!("{} {motivo}", text(execucao, "estado")),
            None => text(execucao, "estado"),
        };
        let mut estados: Vec<String> = self.execucoes().await.iter().map(fim).collect();
        estados.sort();
        estados
    }

    /// The one execution there is.
    pub(crate) async fn execucao(&self) -> Value {
        let mut todas = self.execucoes().await;
        assert_eq!(todas.len(), 1, "{todas:?}");
        todas.remove(0)
    }

    pub(crate) async fn inscricoes(&self) -> Vec<Value> {
        self.api.all("/v1/inscricoes").await.unwrap()
    }

    /// The one enrolment there is.
    pub(crate) async fn inscricao(&self) -> Value {
        let mut todas = self.inscricoes().await;
        assert_eq!(todas.len(), 1, "{todas:?}");
        todas.remove(0)
    }

    /// The dates that had a night, latest first.
    pub(crate) async fn noites(&self) -> Vec<String> {
        self.api.all("/v1/noites").await.unwrap().iter().map(|noite| text(noite, "data")).collect()
    }
}
