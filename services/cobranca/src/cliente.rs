//! A client of the API, as an ERP would write one.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::Resultado;

mod arquivos;

/// A request that takes longer has failed; the server itself gives up after 30 s.
const PRAZO: Duration = Duration::from_mins(1);
/// How often a long piece of work is asked about.
const OLHAR: Duration = Duration::from_millis(25);

/// Speaks to one API with one key.
#[derive(Clone)]
pub struct Cliente {
    http: reqwest::Client,
    base: String,
    chave: String,
}

impl Cliente {
    /// A client of the API at `base` (`http://host:porta`).
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(base: &str, chave: &str) -> Resultado<Self> {
        let http = reqwest::Client::builder().timeout(PRAZO).build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), chave: chave.to_owned() })
    }

    /// Sends a request and answers the JSON of a success.
    ///
    /// # Errors
    /// No answer, or a refusal: then the error is the problem's own sentence.
    pub async fn call(&self, metodo: Method, caminho: &str, corpo: Option<&Value>) -> Resultado<Value> {
        let endereco = format!("{}{caminho}", self.base);
        let mut pedido = self.http.request(metodo, endereco).bearer_auth(&self.chave);
        if let Some(corpo) = corpo {
            pedido = pedido.json(corpo);
        }
        answer(caminho, pedido.send().await?).await
    }

    /// Pushes up to 1,000 títulos; answers the result of each.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn push(&self, titulos: &[Value]) -> Resultado<Vec<Value>> {
        let corpo = Value::Array(titulos.to_vec());
        let mut resposta = self.call(Method::PUT, "/v1/titulos", Some(&corpo)).await?;
        match resposta.get_mut("itens").map(Value::take) {
            Some(Value::Array(itens)) => Ok(itens),
            _ => Err("o servidor não respondeu os resultados por item".into()),
        }
    }

    /// Pays a título in full.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn pay(&self, id: &str) -> Resultado {
        self.tell(id, "pagamento").await
    }

    /// Tells a fact of a título: `pagamento`, `cancelamento`, `suspensao` or `reabertura`.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn tell(&self, id: &str, fato: &str) -> Resultado {
        self.call(Method::POST, &format!("/v1/titulos/{id}/{fato}"), Some(&json!({}))).await.map(|_| ())
    }

    /// Moves the sandbox clock.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn set_clock(&self, agora: DateTime<Utc>) -> Resultado {
        self.call(Method::PUT, "/v1/relogio", Some(&json!({ "agora": agora }))).await.map(|_| ())
    }

    /// Creates a régua from its JSON and activates it.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn create_regua(&self, regua: &Value) -> Resultado<Value> {
        let criada = self.call(Method::POST, "/v1/reguas", Some(regua)).await?;
        let id = criada.get("id").and_then(Value::as_str).ok_or("a régua veio sem id")?.to_owned();
        self.call(Method::POST, &format!("/v1/reguas/{id}/ativacao"), None).await?;
        Ok(criada)
    }

    /// Runs the night of `data` and waits until it is over.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn run_night(&self, data: NaiveDate) -> Resultado {
        let mut noite = self.call(Method::POST, "/v1/noites", Some(&json!({ "data": data }))).await?;
        let id = noite.get("id").and_then(Value::as_str).ok_or("a noite veio sem id")?.to_owned();
        while noite.get("estado").and_then(Value::as_str) != Some("concluida") {
            tokio::time::sleep(OLHAR).await;
            noite = self.call(Method::GET, &format!("/v1/noites/{id}"), None).await?;
        }
        Ok(())
    }

    /// Waits until no e-mail moves by itself any more: what is left waits for a later window.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn wait_quiet(&self) -> Resultado {
        loop {
            let resumo = self.call(Method::GET, "/v1/execucoes/resumo?canal=email", None).await?;
            if resumo.get("em_movimento").and_then(Value::as_u64) == Some(0) {
                return Ok(());
            }
            tokio::time::sleep(OLHAR).await;
        }
    }

    /// Every item of a list, page after page.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn all(&self, caminho: &str) -> Resultado<Vec<Value>> {
        self.all_by(caminho, 500).await
    }

    /// The same, so many a page: a list of large items gives no 500 at once.
    ///
    /// # Errors
    /// As [`Cliente::call`].
    pub async fn all_by(&self, caminho: &str, limite: u16) -> Resultado<Vec<Value>> {
        let (mut itens, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let fim = cursor.map_or_else(String::new, |c| format!("&cursor={c}"));
            let mut pagina = self.call(Method::GET, &format!("{caminho}?limite={limite}{fim}"), None).await?;
            if let Some(Value::Array(novos)) = pagina.get_mut("itens").map(Value::take) {
                itens.extend(novos);
            }
            cursor = pagina.get("proximo_cursor").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                return Ok(itens);
            }
        }
    }
}

async fn answer(caminho: &str, resposta: Response) -> Resultado<Value> {
    let status = resposta.status();
    if status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    let json: Value = resposta.json().await?;
    if status.is_success() { Ok(json) } else { Err(refusal(caminho, &json).into()) }
}

/// One sentence of a problem+json, with its fields.
fn refusal(caminho: &str, problema: &Value) -> String {
    let texto = |campo: &str| problema.get(campo).and_then(Value::as_str).unwrap_or_default().to_owned();
    let erros = problema.get("erros").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let campos: Vec<String> = erros.iter().map(field_refusal).collect();
    let fim = if campos.is_empty() { String::new() } else { format!(": {}", campos.join("; ")) };
    format!("{caminho}: {} — {}{fim}", texto("title"), texto("detail"))
}

/// One refused field in words.
fn field_refusal(erro: &Value) -> String {
    let texto = |campo: &str| erro.get(campo).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", texto("campo"), texto("detalhe"))
}
