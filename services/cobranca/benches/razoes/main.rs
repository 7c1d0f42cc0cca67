//! `make bench`: what the system does per second, over what PostgreSQL alone does with the same rows.
//!
//! Every row is a ratio of two times taken in one run, on one database, with fsync on. Client, server and the system
//! share the machine's cores, so the ratio says something and the absolute figures say little. A part is measured
//! [`apoio::VEZES`] times, the system and PostgreSQL in turn; the row is the run with the median ratio.
//!
//! Standard output carries one JSON line a row; the table for people goes to standard error.

#![expect(clippy::float_arithmetic, reason = "seconds and ratios, no money")]

mod apoio;
mod envio;
mod noite;
mod razao;

use cobranca::Resultado;

fn main() -> Resultado {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut razoes = vec![noite::measure().await?];
        razoes.extend(envio::measure().await?);
        razao::print(&razoes);
        Ok(())
    })
}
