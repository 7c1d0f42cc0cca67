//! Rows `despejo_memoria`, `despejo_teto` and `justica`: a batch of a million e-mails through one dispatcher.
//!
//! (`lote=<n>` makes it another number.) The memory is the most that was ever resident (`VmHWM`) of a process begun anew, for a batch of a million and for one of
//! a tenth of it. While the million drains, ten reminders of another company become due one after the other, through the same
//! relay, queue and process: how long each waits from the moment it may be published until the provider took it is told by
//! its own row.

use cobranca::Resultado;
use cobranca::terminal::note;
use testkit::Sql;

use crate::correio;
use crate::frota::{Escoamento, Frota};
use crate::linha::{Linha, Meta, say};

/// The rows of this part.
pub(crate) const LINHAS: [&str; 3] = ["despejo_memoria", "despejo_teto", "justica"];
const MILHAO: u32 = 1_000_000;
const DEVEDORES: u32 = 50_000;
const LEMBRETES: u32 = 10;
/// Sessions with the mail server.
const SESSOES: &str = "32";
/// Kilobytes that a service may take.
const TETO: f64 = 64.0 * 1024.0;
/// Seconds that a reminder may wait.
const ESPERA: f64 = 30.0;

pub(crate) async fn measure(lote: Option<u32>, linhas: &mut Vec<Linha>) -> Resultado {
    let lote = lote.unwrap_or(MILHAO);
    note("montando 50.000 devedores de uma empresa e 10 lembretes de outra");
    let servidor = correio::Servidor::start().await?;
    let porta = servidor.porta().to_string();
    let mut frota = Frota::start("email", DEVEDORES, LEMBRETES).await?;
    frota.stock(lote / 10).await?;
    frota.serve(1, &correio::environment(&porta, SESSOES)).await?;
    let decimo = frota.drain().await?;
    note(&format!("{} e-mails em {:.0} s; agora {lote}", lote / 10, decimo.segundos));
    frota.stock(lote).await?;
    frota.serve(1, &correio::environment(&porta, SESSOES)).await?;
    frota.sql(remind).await?;
    let milhao = frota.drain().await?;
    let (esperas, durante) = frota.sql(|sql| (waits(sql), sql.number(DURANTE))).await?;
    frota.stop().await?;
    memory(&decimo, &milhao, linhas);
    say(fairness(&esperas, durante, milhao.segundos)?, linhas);
    Ok(())
}

fn memory(decimo: &Escoamento, milhao: &Escoamento, linhas: &mut Vec<Linha>) {
    let (grande, pequeno) = (f64::from(milhao.pico_kb), f64::from(decimo.pico_kb));
    let trabalho = format!("dispatcher: lote de {} e-mails", milhao.chamadas);
    let linha = Linha::new("despejo_memoria", trabalho.as_str(), milhao.segundos);
    let mut linha = linha.over("um lote dez vezes menor", grande / pequeno, Meta::NoMaximo(1.05));
    linha.por_s = Some(milhao.por_s);
    linha.limite_por_s = Some(decimo.por_s);
    say(linha.with("MB", grande / 1024.0).with("MB com o lote menor", pequeno / 1024.0), linhas);
    let linha = Linha::new("despejo_teto", trabalho, milhao.segundos);
    say(linha.over("64 MB", grande / TETO, Meta::NoMaximo(1.0)), linhas);
}

/// With ten of them the 99th percentile is the one that waited longest.
fn fairness(esperas: &[f64], durante: i64, segundos: f64) -> Resultado<Linha> {
    let (Some(maior), Some(meio)) = (esperas.last(), esperas.get(esperas.len() / 2)) else {
        return Err("nenhum lembrete saiu".into());
    };
    if esperas.len() != usize::try_from(LEMBRETES)? {
        return Err(format!("só {} lembretes saíram", esperas.len()).into());
    }
    let linha =
        Linha::new("justica", "10 lembretes que vencem enquanto sai o lote de outra empresa", segundos);
    let linha = linha.over("30 s de espera (p99)", maior / ESPERA, Meta::NoMaximo(1.0));
    let durante = f64::from(i32::try_from(durante)?);
    Ok(linha
        .with("s de espera, o pior", *maior)
        .with("s de espera, mediana", *meio)
        .with("saíram durante o lote", durante))
}

/// The reminders become due one after the other, from a quarter of a minute after the batch begins.
fn remind(sql: &mut Sql) {
    sql.run(
        "INSERT INTO disparo.execucao SELECT m.* FROM modelo.execucao m WHERE m.inscricao_id IS NULL; \
         UPDATE disparo.execucao e SET publicar_em = clock_timestamp() + interval '10 seconds' + n * interval '5 seconds' \
           FROM (SELECT id, row_number() OVER () AS n FROM disparo.execucao WHERE inscricao_id IS NULL) x WHERE x.id = e.id",
    );
}

/// Reminders that the provider took before the last of the batch.
const DURANTE: &str = "SELECT count(*) FROM disparo.execucao WHERE inscricao_id IS NULL AND enviada_em < \
                       (SELECT max(enviada_em) FROM disparo.execucao WHERE inscricao_id IS NOT NULL)";

/// Seconds that each waited, the longest last.
fn waits(sql: &mut Sql) -> Vec<f64> {
    let segundos = sql.texts(
        "SELECT extract(epoch FROM enviada_em - publicar_em)::text AS text FROM disparo.execucao \
          WHERE inscricao_id IS NULL AND estado = 'enviada' ORDER BY enviada_em - publicar_em",
    );
    segundos.iter().filter_map(|s| s.parse().ok()).collect()
}
