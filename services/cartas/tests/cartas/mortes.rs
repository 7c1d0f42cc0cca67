//! A process that is killed (SIGKILL) while it makes a file. A trigger of the test's holds it there: no failpoint stands in the
//! code.
#![cfg(test)]

use std::thread;

use testkit::block_until;

use crate::casa::{Casa, PRAZO};

/// More than one batch.
const CARTAS: usize = 210;

/// Where it is held: which update of which rows, and the how manieth of them; and the ending of the bytes that are there then.
const PONTOS: [(&str, &str, u32, Option<&str>); 4] = [
    ("the letters are numbered", "BEFORE UPDATE OF sequencia ON disparo.carta FOR EACH ROW", 1, None),
    (
        "the first batch is printed",
        "BEFORE UPDATE OF lease_ate ON disparo.arquivo FOR EACH ROW WHEN (NEW.estado = 'gerando')",
        3, // before the letters are numbered, before the first batch is read, and before the second one is
        Some(".pdf.parcial"),
    ),
    (
        "the bytes are there",
        "BEFORE UPDATE OF estado ON disparo.arquivo FOR EACH ROW WHEN (NEW.estado = 'pronto')",
        1,
        Some(".pdf"),
    ),
    (
        "the row says so and is not committed",
        "BEFORE UPDATE OF pagina ON disparo.carta FOR EACH ROW WHEN (NEW.pagina IS NOT NULL)",
        1,
        Some(".csv"),
    ),
];

#[test]
fn killed_at_each_step_every_letter_is_in_exactly_one_file() {
    thread::scope(|juntos| {
        for ponto in PONTOS {
            juntos.spawn(move || killed_at(ponto));
        }
    });
}

const ESPERAM: &str = "FROM pg_locks WHERE locktype = 'advisory' AND objid = 7001 AND NOT granted \
                         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

fn killed_at((nome, gatilho, qual, bytes): (&str, &str, u32, Option<&str>)) {
    let casa = Casa::with_letters(CARTAS);
    let mut segura = casa.sql();
    segura.run(&format!(
        "CREATE SEQUENCE public.passo; GRANT USAGE ON SEQUENCE public.passo TO PUBLIC; \
         CREATE FUNCTION public.segurar() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF nextval('public.passo') >= TG_ARGV[0]::bigint THEN PERFORM pg_advisory_xact_lock(7001); END IF; \
           RETURN NEW; END $$; \
         CREATE TRIGGER segurar {gatilho} EXECUTE FUNCTION public.segurar('{qual}'); \
         SELECT pg_advisory_lock(7001)"
    ));
    let mut primeiro = casa.process();
    let mut olho = casa.sql();
    block_until(PRAZO, || olho.number(&format!("SELECT count(*) {ESPERAM}")) > 0);
    primeiro.kill();
    assert!(bytes.is_none_or(|fim| casa.has(fim)), "{nome}");
    // Its session does not notice by itself; and a lease runs out in its own time.
    segura.run(&format!("SELECT pg_terminate_backend(pid) {ESPERAM}"));
    segura.run(
        "DROP TRIGGER IF EXISTS segurar ON disparo.carta; DROP TRIGGER IF EXISTS segurar ON disparo.arquivo",
    );
    let feitos = segura.number("SELECT count(*) FROM disparo.arquivo WHERE estado = 'pronto'");
    assert_eq!(feitos, 0, "{nome}");
    segura.run("UPDATE disparo.arquivo SET lease_ate = '-infinity' WHERE estado = 'gerando'; SELECT pg_advisory_unlock(7001)");
    let _segundo = casa.process();
    casa.wait_until_made();
    casa.agree(CARTAS);
}

#[test]
fn two_processes_make_of_each_letter_one() {
    let casa = Casa::with_letters(CARTAS);
    let _processos = [casa.process(), casa.process()];
    casa.wait_until_made();
    casa.agree(CARTAS);
}
