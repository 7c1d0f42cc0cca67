//! `COPY` into tables of this transaction, in PostgreSQL's binary format: the cheapest way in.

use chrono::{Datelike as _, NaiveDate};
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
    CREATE TEMP TABLE IF NOT EXISTS importacao_alvo (grupo integer, id uuid, novo boolean, dificil boolean) \
           ON COMMIT DELETE ROWS";

pub(super) fn prepare(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(TABELAS)?)
}

/// Rows on their way, in the binary format: a count of fields, and each field by its length and its bytes.
pub(super) struct Linhas {
    cheios: Vec<Vec<u8>>,
    bytes: Vec<u8>,
    colunas: i16,
}

/// Bytes that are handed over at a time: a connection keeps as much for the next time, and memory of this size is used
/// again, while that of large pieces is scattered.
const PEDACO: usize = 64 * 1024;
/// What a stream begins with: no flags, and nothing that follows from them.
const COMECO: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with, instead of a count of fields.
const FIM: [u8; 2] = (-1_i16).to_be_bytes();
/// The length of a field that is null.
const NULO: [u8; 4] = (-1_i32).to_be_bytes();
/// Days are counted from the first of 2000, here from the first of the era.
const ANO_2000: i32 = 730_120;

impl Linhas {
    /// Rows of so many fields.
    pub(super) fn new(colunas: i16) -> Self {
        Self { cheios: Vec::new(), bytes: COMECO.to_vec(), colunas }
    }

    /// Begins a row; its fields follow in their order.
    pub(super) fn row(&mut self) -> &mut Self {
        if self.bytes.len() > PEDACO {
            let cheio = std::mem::replace(&mut self.bytes, Vec::with_capacity(2 * PEDACO));
            self.cheios.push(cheio);
        }
        self.bytes.extend_from_slice(&self.colunas.to_be_bytes());
        self
    }

    pub(super) fn text(&mut self, texto: &str) -> &mut Self {
        self.field(texto.as_bytes())
    }

    pub(super) fn maybe(&mut self, texto: Option<&str>) -> &mut Self {
        match texto {
            Some(texto) => self.text(texto),
            None => self.null(),
        }
    }

    pub(super) fn small(&mut self, numero: Option<i16>) -> &mut Self {
        match numero {
            Some(numero) => self.field(&numero.to_be_bytes()),
            None => self.null(),
        }
    }

    /// The number of a group of the chunk.
    pub(super) fn number(&mut self, numero: usize) -> &mut Self {
        self.field(&i32::try_from(numero).unwrap_or(i32::MAX).to_be_bytes())
    }

    pub(super) fn big(&mut self, numero: i64) -> &mut Self {
        self.field(&numero.to_be_bytes())
    }

    pub(super) fn id(&mut self, id: Uuid) -> &mut Self {
        self.field(id.as_bytes())
    }

    pub(super) fn day(&mut self, dia: Option<NaiveDate>) -> &mut Self {
        match dia {
            Some(dia) => self.field(&(dia.num_days_from_ce() - ANO_2000).to_be_bytes()),
            None => self.null(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cheios.iter().map(Vec::len).sum::<usize>() + self.bytes.len()
    }

    /// The rows so far as one stream, in pieces; the next ones begin another.
    pub(super) fn take(&mut self) -> Vec<Vec<u8>> {
        self.bytes.extend_from_slice(&FIM);
        self.cheios.push(std::mem::replace(&mut self.bytes, COMECO.to_vec()));
        std::mem::take(&mut self.cheios)
    }

    /// What reads lines refuses long ones: no field comes near the limit of its length.
    fn field(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn null(&mut self) -> &mut Self {
        self.bytes.extend_from_slice(&NULO);
        self
    }
}

macro_rules! copies {
    ($($nome:ident = $tabela:ident;)+) => {$(
        pub(super) fn $nome(conn: &mut PgConnection, linhas: &[Vec<u8>]) -> Result<(), StoreError> {
            diesel::copy_from($tabela::table)
                .from_raw_data($tabela::table, |copia| -> Result<(), diesel::result::Error> {
                    linhas.iter().try_for_each(|pedaco| {
                        let escrito = std::io::Write::write_all(copia, pedaco);
                        escrito.map_err(|erro| diesel::result::Error::SerializationError(erro.into()))
                    })
                })
                .with_format(CopyFormat::Binary)
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
