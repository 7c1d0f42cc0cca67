//! A título read by its id with nothing around it: what a read costs that no product adds to.

use std::time::Duration;

use diesel::r2d2::{ConnectionManager, Pool};
use diesel::{ExpressionMethods as _, OptionalExtension as _, PgConnection, QueryDsl as _, RunQueryDsl as _};
use serde_json::{Value, json};
use uuid::Uuid;

diesel::table! {
    cadastro.titulo (empresa_id, id) {
        empresa_id -> Uuid,
        id -> Uuid,
        codigo_integracao -> Text,
        devedor_id -> Uuid,
        numero -> Text,
        vencimento -> Date,
        valor -> BigInt,
        saldo -> BigInt,
        status -> Text,
        origem -> Text,
    }
}

type Colunas = (Uuid, String, Uuid, String, chrono::NaiveDate, i64, i64, String, String);

/// Connections that read títulos, of whatever company, as their owner.
#[derive(Clone)]
pub struct Leitura(Pool<ConnectionManager<PgConnection>>);

impl Leitura {
    /// Opens the pool.
    ///
    /// # Panics
    /// When the database does not answer; as does the call below.
    pub fn connect(url: &str, conexoes: u32) -> Self {
        let pool = Pool::builder().max_size(conexoes).connection_timeout(Duration::from_secs(3));
        let pool = pool.test_on_check_out(false).build(ConnectionManager::new(url));
        Self(pool.expect("o banco não responde"))
    }

    /// One título.
    pub fn titulo(&self, empresa: Uuid, id: Uuid) -> Option<Value> {
        use titulo::dsl;
        let mut conn = self.0.get().expect("nenhuma conexão ficou livre");
        let colunas = (
            dsl::id,
            dsl::codigo_integracao,
            dsl::devedor_id,
            dsl::numero,
            dsl::vencimento,
            dsl::valor,
            dsl::saldo,
            dsl::status,
            dsl::origem,
        );
        let linha = titulo::table.filter(dsl::empresa_id.eq(empresa)).filter(dsl::id.eq(id)).select(colunas);
        let linha: Option<Colunas> = linha.first(&mut conn).optional().expect("a leitura falhou");
        let (id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo, status, origem) = linha?;
        Some(json!({
            "id": id, "codigo_integracao": codigo_integracao, "devedor_id": devedor_id, "numero": numero,
            "vencimento": vencimento, "valor": valor, "saldo": saldo, "status": status, "origem": origem,
        }))
    }
}
