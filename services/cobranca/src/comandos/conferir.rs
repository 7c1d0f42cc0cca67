//! `cobranca conferir`: decides everybody of a company again and says where the nights left something else.

use domain::ids::EmpresaId;
use regua_engine::{Conferencia, conferir};
use runtime::Config;
use store::{Banco, Papel};
use uuid::Uuid;

use crate::{Resultado, terminal};

/// One page at a time.
const CONEXOES: u32 = 1;

/// Checks the portfolio of `empresa`; changes nothing.
///
/// # Errors
/// Something differs; or the database cannot be used.
pub fn run(config: &Config, empresa: Uuid) -> Resultado {
    let url = config.banco.url.as_ref().ok_or("defina DATABASE_URL com o endereço do PostgreSQL")?;
    let banco = Banco::connect(url.expor(), Papel::ReguaEngine, CONEXOES)?;
    tell(&conferir(&banco, EmpresaId::new(empresa))?)
}

fn tell(conferencia: &Conferencia) -> Resultado {
    let Some(data) = conferencia.data else {
        terminal::line("a empresa ainda não teve noite: nada a conferir");
        return Ok(());
    };
    let Conferencia { devedores, por_olhar, diferencas, .. } = conferencia;
    terminal::line(&format!(
        "noite de {data}: {devedores} devedores conferidos, {por_olhar} à espera da próxima noite, {diferencas} com diferença"
    ));
    for id in &conferencia.exemplos {
        terminal::line(&format!("diferença: devedor {id}"));
    }
    if *diferencas == 0 {
        Ok(())
    } else {
        Err("há diferença entre o que a noite gravou e o que ela decidiria".into())
    }
}
