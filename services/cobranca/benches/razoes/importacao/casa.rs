//! One company on a database of its own, served by the process of `titulos`.

use std::path::Path;
use std::time::Duration;

use cobranca::Resultado;
use cobranca::terminal::note;
use reqwest::{Client, RequestBuilder};
use runtime::{Encerramento, Relogio, cronometro};
use serde_json::Value;
use testkit::{Banco, Processo, Sql};
use tokio::task::JoinSet;

use super::limite::TABELAS;
use crate::apoio::{company, memory};

/// Beside this one, when `make bench` built it.
const BINARIO: &str = env!("CARGO_BIN_EXE_cobranca");
/// How often an import is looked at.
const OLHAR: Duration = Duration::from_millis(20);
/// Sending hundreds of megabytes takes a while.
const PRAZO: Duration = Duration::from_mins(10);

/// A company, its database and its process.
pub(super) struct Casa {
    banco: Banco,
    processo: Processo,
    base: String,
    chave: String,
    http: Client,
}

impl Casa {
    pub(super) async fn start() -> Resultado<Self> {
        let banco = tokio::task::spawn_blocking(Banco::new).await?;
        let (_empresa, chave) = company(&banco, &Relogio::Sistema).await?;
        let ambiente = [
            ("DATABASE_URL", banco.url()),
            ("COBRANCA_HTTP__PEDIDOS_POR_MINUTO", "0"),
            ("COBRANCA_LOG__FILTRO", "warn,titulos=info"),
        ];
        let binario = Path::new(BINARIO).with_file_name("titulos");
        let mut processo = Processo::start(&binario, &[], &ambiente);
        let base = processo.url().await;
        Ok(Self { banco, processo, base, chave, http: Client::builder().timeout(PRAZO).build()? })
    }

    pub(super) async fn stop(self) -> Resultado {
        let Self { banco, processo, .. } = self;
        Ok(tokio::task::spawn_blocking(move || {
            drop(processo);
            drop(banco);
        })
        .await?)
    }

    /// Works with the database by hand, on a thread that may block.
    pub(super) async fn sql<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Sql) -> T + Send + 'static,
    ) -> Resultado<T> {
        let url = self.banco.url().to_owned();
        Ok(tokio::task::spawn_blocking(move || work(&mut Sql::connect(&url))).await?)
    }

    /// Kilobytes that the process held at most so far.
    pub(super) fn peak(&self) -> Resultado<u32> {
        Ok(memory(self.processo.id())?.1)
    }

    /// Sends a file and answers how long it took until everything was stored.
    pub(super) async fn import(&self, csv: String) -> Resultado<Duration> {
        let medida = cronometro();
        let pedido = self.http.post(format!("{}/v1/importacoes", self.base));
        let pedido = pedido.header("content-type", "text/csv").body(csv);
        let mut lida = self.answer(pedido).await?;
        let id = lida.get("id").and_then(Value::as_str).ok_or("a importação veio sem id")?.to_owned();
        let (chegou, mut contada) = (medida.decorrido(), None);
        while matches!(text(&lida, "estado"), "pendente" | "processando") {
            Encerramento::new().dormir(OLHAR).await;
            lida = self.answer(self.http.get(format!("{}/v1/importacoes/{id}", self.base))).await?;
            contada = contada.or_else(|| lida.get("linhas")?.as_i64().map(|_| medida.decorrido()));
        }
        let tempo = medida.decorrido();
        note(&format!(
            "importação em {:.2} s (chegou em {:.2}, contada em {:.2}): {lida}",
            tempo.as_secs_f64(),
            chegou.as_secs_f64(),
            contada.unwrap_or_default().as_secs_f64()
        ));
        let inteira =
            text(&lida, "estado") == "concluida" && lida.get("recusados").and_then(Value::as_i64) == Some(0);
        if inteira { Ok(tempo) } else { Err("a importação não foi inteira".into()) }
    }

    /// Pushes the bodies, `clientes` at a time, and answers how long it took.
    pub(super) async fn push(&self, corpos: Vec<Vec<u8>>, clientes: u32) -> Resultado<Duration> {
        let quantos = usize::try_from(clientes)?;
        let mut filas = vec![Vec::new(); quantos];
        for (fila, corpo) in (0..quantos).cycle().zip(corpos) {
            filas.get_mut(fila).ok_or("fila")?.push(corpo);
        }
        let medida = cronometro();
        let mut todos = JoinSet::new();
        for fila in filas {
            let pedidos: Vec<RequestBuilder> =
                fila.into_iter().map(|corpo| self.keyed(self.put().body(corpo))).collect();
            todos.spawn(push_all(pedidos));
        }
        while let Some(feito) = todos.join_next().await {
            feito??;
        }
        Ok(medida.decorrido())
    }

    fn put(&self) -> RequestBuilder {
        self.http.put(format!("{}/v1/titulos", self.base)).header("content-type", "application/json")
    }

    fn keyed(&self, pedido: RequestBuilder) -> RequestBuilder {
        pedido.bearer_auth(&self.chave)
    }

    async fn answer(&self, pedido: RequestBuilder) -> Resultado<Value> {
        Ok(self.keyed(pedido).send().await?.error_for_status()?.json().await?)
    }
}

/// One client: each push waits for the answer of the one before.
async fn push_all(pedidos: Vec<RequestBuilder>) -> Resultado {
    for pedido in pedidos {
        let lida: Value = pedido.send().await?.error_for_status()?.json().await?;
        let todos = lida.get("recusados").and_then(Value::as_u64) == Some(0)
            && lida.get("inalterados").and_then(Value::as_u64) == Some(0);
        if !todos {
            return Err("um envio não gravou todos os itens".into());
        }
    }
    Ok(())
}

/// A moment of the database.
pub(super) fn moment(sql: &mut Sql) -> i64 {
    sql.number("pg_current_xact_id()::text")
}

/// Rows of a portfolio that were written, deleted or locked since that moment.
pub(super) fn touched_since(sql: &mut Sql, momento: i64) -> i64 {
    let de = |tabela| {
        format!(
            "(SELECT count(*) FROM {tabela} WHERE xmin::text::bigint >= {momento} OR xmax::text::bigint >= {momento})"
        )
    };
    sql.number(&TABELAS.into_iter().chain(["cadastro.devedor_saldo"]).map(de).collect::<Vec<_>>().join(" + "))
}

fn text<'v>(valor: &'v Value, campo: &str) -> &'v str {
    valor.get(campo).and_then(Value::as_str).unwrap_or_default()
}
