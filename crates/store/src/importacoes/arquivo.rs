//! The bytes of a file, a part a row.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use diesel::pg::Pg;
use diesel::sql_types::{Bytea, Integer, Interval, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::EmpresaId;
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{Banco, StoreError, Tenant};

/// Bytes of every part but the last, of the files that come in now: what is in memory of a file, on its way in and on its way out.
/// Each connection that a part went through keeps as much for the next one. A file that is there is read by the size of its own
/// parts: another version may have received it.
pub const PARTE: usize = 256 * 1024;

/// How reading fails when the database does: no library under which a file is read gives this reason for a file of its own.
pub const FORA_DO_AR: ErrorKind = ErrorKind::ConnectionAborted;

/// Stores one part. Parts of an import that is not registered within a day are swept. Its commit waits for no disk: that of
/// the registration, which comes after all parts, does, and without it a part is nothing.
///
/// # Errors
/// The database refused or is unreachable.
pub fn add_part(t: &mut Tenant<'_>, id: Uuid, numero: i32, bytes: &[u8]) -> Result<(), StoreError> {
    sql_query("SET LOCAL synchronous_commit = off").execute_unit(t.conn)?;
    sql_query(
        "INSERT INTO cadastro.importacao_parte (empresa_id, importacao_id, numero, bytes) VALUES ($1, $2, $3, $4)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(numero)
    .bind::<Bytea, _>(bytes)
    .execute_unit(t.conn)
}

/// Throws away the parts of a file that did not arrive whole.
///
/// # Errors
/// The database is unreachable.
pub fn discard(t: &mut Tenant<'_>, id: Uuid) -> Result<(), StoreError> {
    super::forget_file(t, id)
}

/// Throws away parts that nobody will ask for, of every company.
///
/// # Errors
/// The database is unreachable.
pub fn sweep(banco: &Banco) -> Result<(), StoreError> {
    banco.de_todas(|conn| {
        sql_query("SELECT cadastro.varrer_partes($1)")
            .bind::<Interval, _>(diesel::data_types::PgInterval::from_days(1))
            .execute_unit(conn)
    })
}

#[derive(QueryableByName)]
struct Parte {
    #[diesel(sql_type = Bytea)]
    bytes: Vec<u8>,
}

#[derive(QueryableByName)]
struct Tamanho {
    #[diesel(sql_type = Integer)]
    bytes: i32,
}

/// A file being read: one part of it is in memory. Each part is fetched in a transaction of its own.
pub struct Arquivo {
    banco: Banco,
    empresa: EmpresaId,
    id: Uuid,
    tamanho: u64,
    posicao: u64,
    /// Bytes of each of its parts but the last; not known before it is read.
    por_parte: Option<u64>,
    parte: Option<(i32, Vec<u8>)>,
}

impl Arquivo {
    /// The file of an import, from its beginning.
    #[must_use]
    pub fn new(banco: Banco, empresa: EmpresaId, id: Uuid, bytes: i64) -> Self {
        Self { banco, empresa, id, tamanho: bytes.unsigned_abs(), posicao: 0, por_parte: None, parte: None }
    }

    fn load(&mut self, numero: i32) -> io::Result<&[u8]> {
        if self.parte.as_ref().is_none_or(|(n, _)| *n != numero) {
            let lida: Parte = self.find(
                "SELECT bytes FROM cadastro.importacao_parte WHERE empresa_id = $1 AND importacao_id = $2 AND numero = $3",
                numero,
            )?;
            self.parte = Some((numero, lida.bytes));
        }
        Ok(self.parte.as_ref().map_or(&[], |(_, bytes)| bytes))
    }

    /// The first part is as large as all others but the last.
    fn part_size(&mut self) -> io::Result<u64> {
        if let Some(por_parte) = self.por_parte {
            return Ok(por_parte);
        }
        let primeira: Tamanho = self.find(
            "SELECT octet_length(bytes) AS bytes FROM cadastro.importacao_parte \
              WHERE empresa_id = $1 AND importacao_id = $2 AND numero = $3",
            0,
        )?;
        let por_parte = u64::from(primeira.bytes.unsigned_abs()).max(1);
        self.por_parte = Some(por_parte);
        Ok(por_parte)
    }

    fn find<T: QueryableByName<Pg> + 'static>(&self, sql: &str, numero: i32) -> io::Result<T> {
        let achada = self.banco.da_empresa(self.empresa, |t| {
            Ok(sql_query(sql)
                .bind::<SqlUuid, _>(t.empresa.uuid())
                .bind::<SqlUuid, _>(self.id)
                .bind::<Integer, _>(numero)
                .get_result::<T>(t.conn)
                .optional()?)
        });
        let achada = achada.map_err(|erro| io::Error::new(FORA_DO_AR, erro))?;
        achada.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }
}

impl Read for Arquivo {
    fn read(&mut self, destino: &mut [u8]) -> io::Result<usize> {
        if self.posicao >= self.tamanho {
            return Ok(0);
        }
        let parte = self.part_size()?;
        let numero = i32::try_from(self.posicao / parte).map_err(io::Error::other)?;
        let dentro = usize::try_from(self.posicao % parte).map_err(io::Error::other)?;
        let bytes = self.load(numero)?.get(dentro..).unwrap_or_default();
        let n = bytes.len().min(destino.len());
        if let (Some(de), Some(para)) = (bytes.get(..n), destino.get_mut(..n)) {
            para.copy_from_slice(de);
        }
        if n == 0 && !destino.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.posicao = self.posicao.saturating_add(u64::try_from(n).unwrap_or_default());
        Ok(n)
    }
}

impl Seek for Arquivo {
    fn seek(&mut self, para: SeekFrom) -> io::Result<u64> {
        let nova = match para {
            SeekFrom::Start(posicao) => Some(posicao),
            SeekFrom::Current(passo) => self.posicao.checked_add_signed(passo),
            SeekFrom::End(passo) => self.tamanho.checked_add_signed(passo),
        };
        self.posicao = nova.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.posicao)
    }
}
