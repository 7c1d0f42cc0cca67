//! `COPY` into tables of this transaction: the cheapest way in. PostgreSQL's text format, a line a row.

use std::fmt::Write as _;

use chrono::NaiveDate;
use diesel::connection::SimpleConnection as _;
use diesel::pg::CopyFormat;
use diesel::{ExecuteCopyFromDsl as _, PgConnection};
use uuid::Uuid;

use crate::StoreError;

diesel::table! { importacao_chave (linha) { linha -> BigInt, codigo -> Text, } }
diesel::table! {
    importacao_titulo (grupo) {
        grupo -> Integer, id -> Uuid, codigo -> Text, credor -> Nullable<Text>, numero -> Text, emissao -> Nullable<Date>,
        vencimento -> Date, valor -> BigInt, negocio -> Nullable<Text>, tipo -> Nullable<Text>, nosso -> Nullable<Text>,
        digitavel -> Nullable<Text>, pix -> Nullable<Text>, link -> Nullable<Text>, pago_em -> Nullable<Date>,
    }
}
diesel::table! {
    importacao_devedor (grupo) {
        grupo -> Integer, id -> Uuid, codigo -> Text, nome -> Text, documento -> Nullable<Text>, tipo -> Text,
        categoria -> Nullable<Text>, score -> Nullable<SmallInt>, email -> Nullable<Text>,
    }
}

/// Makes the tables of one transaction, if this connection has not got them yet; they are empty when it begins.
const TABELAS: &str = "\
    SET LOCAL client_min_messages = warning; \
    CREATE TEMP TABLE IF NOT EXISTS importacao_chave (linha bigint, codigo text) ON COMMIT DELETE ROWS; \
    CREATE TEMP TABLE IF NOT EXISTS importacao_titulo (grupo integer, id uuid, codigo text, credor text, numero text, \
           emissao date, vencimento date, valor bigint, negocio text, tipo text, nosso text, digitavel text, \
           pix text, link text, pago_em date) ON COMMIT DELETE ROWS; \
    CREATE TEMP TABLE IF NOT EXISTS importacao_devedor (grupo integer, id uuid, codigo text, nome text, documento text, \
           tipo text, categoria text, score smallint, email text) ON COMMIT DELETE ROWS; \
    CREATE TEMP TABLE IF NOT EXISTS importacao_alvo (grupo integer, id uuid, novo boolean, com_codigo boolean, dificil boolean) \
           ON COMMIT DELETE ROWS";

pub(super) fn prepare(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(TABELAS)?)
}

/// Rows on their way, in the text format.
#[derive(Default)]
pub(super) struct Linhas {
    texto: String,
}

impl Linhas {
    pub(super) fn text(&mut self, texto: &str) -> &mut Self {
        for letra in texto.chars() {
            match letra {
                '\\' => self.texto.push_str("\\\\"),
                '\t' => self.texto.push_str("\\t"),
                '\n' => self.texto.push_str("\\n"),
                '\r' => self.texto.push_str("\\r"),
                outra => self.texto.push(outra),
            }
        }
        self.texto.push('\t');
        self
    }

    pub(super) fn maybe(&mut self, texto: Option<&str>) -> &mut Self {
        match texto {
            Some(texto) => self.text(texto),
            None => self.plain(&"\\N"),
        }
    }

    /// A number, a date, an id: nothing in it needs to be escaped.
    pub(super) fn plain(&mut self, valor: &dyn std::fmt::Display) -> &mut Self {
        // Writing to a string cannot fail.
        write!(self.texto, "{valor}\t").ok();
        self
    }

    pub(super) fn id(&mut self, id: Uuid) -> &mut Self {
        let mut texto = [0; uuid::fmt::Hyphenated::LENGTH];
        self.texto.push_str(id.as_hyphenated().encode_lower(&mut texto));
        self.texto.push('\t');
        self
    }

    pub(super) fn day(&mut self, dia: Option<NaiveDate>) -> &mut Self {
        match dia {
            Some(dia) => self.plain(&dia),
            None => self.plain(&"\\N"),
        }
    }

    pub(super) fn end(&mut self) {
        self.texto.pop();
        self.texto.push('\n');
    }

    pub(super) fn len(&self) -> usize {
        self.texto.len()
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.texto).into_bytes()
    }
}

macro_rules! copies {
    ($($nome:ident = $tabela:ident;)+) => {$(
        pub(super) fn $nome(conn: &mut PgConnection, linhas: &[u8]) -> Result<(), StoreError> {
            diesel::copy_from($tabela::table)
                .from_raw_data($tabela::table, |copia| -> Result<(), diesel::result::Error> {
                    std::io::Write::write_all(copia, linhas).map_err(|erro| diesel::result::Error::SerializationError(erro.into()))
                })
                .with_format(CopyFormat::Text)
                .execute(conn)?;
            Ok(())
        }
    )+};
}

copies! {
    copy_keys = importacao_chave;
    copy_titulos = importacao_titulo;
    copy_devedores = importacao_devedor;
}
