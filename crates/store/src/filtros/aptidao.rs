//! Rule b10: what an action needs of a debtor `d`.

use domain::execucao::Canal;

use super::Dia;
use super::consulta::{Consulta, Valor};

// Each as the index of its kind says it (`meio_contato_email`, `_celular`, `_postal`): another condition is in none.
const EMAIL: &str = "m.tipo = 'email'";
const CELULAR: &str = "m.tipo = 'telefone' AND m.valor ~ '^\\+55[1-9][1-9]9[0-9]{8}$'";
/// What lacks a line of the address block is none.
const ENDERECO: &str =
    "m.tipo = 'endereco' AND m.endereco ->> 'logradouro' IS NOT NULL AND m.endereco ->> 'cep' IS NOT NULL";
const MEIOS: &str =
    "cadastro.meio_contato m WHERE m.empresa_id = $1 AND m.devedor_id = d.id AND m.invalido_desde IS NULL";

/// A condition that a debtor must meet, and what is said of who does not.
pub(super) struct Exigencia {
    pub(super) motivo: &'static str,
    pub(super) tem: String,
}

/// What the action needs, in the order in which it is asked: who lacks something is told of the first thing that he lacks.
pub(super) fn exigencias(consulta: &mut Consulta, tipo: Canal, dia: &Dia) -> Vec<Exigencia> {
    let documento = || exige("sem_documento", "d.documento IS NOT NULL".to_owned());
    match tipo {
        Canal::Email => de_canal(EMAIL, "sem_contato", "email"),
        Canal::Sms => de_canal(CELULAR, "sem_contato", "sms"),
        Canal::Carta => de_canal(ENDERECO, "sem_endereco", "carta"),
        Canal::Enriquecimento => vec![documento(), deve()],
        Canal::Negativacao => {
            let ate = consulta.bind(Valor::Dia(dia.vencidos_ate));
            let vencido = format!(
                "EXISTS (SELECT FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.devedor_id = d.id \
                    AND t.status = 'aberto' AND t.vencimento <= {ate})"
            );
            vec![documento(), exige("sem_endereco", meio(ENDERECO)), exige("sem_titulo_vencido", vencido)]
        }
    }
}

/// Rule b01: what a message to the bare address or number `d.contato` needs.
pub(super) fn de_avulso(tipo: Canal) -> Vec<Exigencia> {
    let meio = match tipo {
        Canal::Email => "email",
        Canal::Sms => "telefone",
        Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => {
            return vec![exige("sem_contato", "false".to_owned())];
        }
    };
    let recusa =
        format!("SELECT FROM cadastro.v_recusa r WHERE r.tipo = '{meio}' AND r.valor = lower(d.contato)");
    vec![
        exige("opt_out", format!("NOT EXISTS ({recusa} AND r.saiu)")),
        exige("sem_contato", format!("NOT EXISTS ({recusa})")),
    ]
}

/// An expression: why the debtor cannot have the action, or null.
pub(super) fn motivo(exigencias: &[Exigencia]) -> String {
    let faltas: Vec<_> =
        exigencias.iter().map(|e| format!("WHEN NOT ({}) THEN '{}'", e.tem, e.motivo)).collect();
    if faltas.is_empty() { "NULL::text".to_owned() } else { format!("CASE {} END", faltas.join(" ")) }
}

/// An expression: the e-mail or number that a message would go to (rule m11), or null.
pub(super) fn contato(tipo: Canal) -> String {
    let qual = match tipo {
        Canal::Email => EMAIL,
        Canal::Sms => CELULAR,
        Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => return "NULL::text".to_owned(),
    };
    format!("(SELECT m.valor FROM {MEIOS} AND {qual} ORDER BY m.preferido DESC, m.ordem, m.valor LIMIT 1)")
}

fn de_canal(qual: &str, falta: &'static str, canal: &str) -> Vec<Exigencia> {
    let quer = format!(
        "NOT EXISTS (SELECT FROM cadastro.opt_out o WHERE o.empresa_id = $1 AND o.devedor_id = d.id \
            AND o.canal = '{canal}')"
    );
    vec![exige(falta, meio(qual)), exige("opt_out", quer), deve()]
}

/// Something is open: the sums are a row of each debtor, where títulos are three.
fn deve() -> Exigencia {
    let abertos = "EXISTS (SELECT FROM cadastro.devedor_saldo s WHERE s.empresa_id = $1 AND s.devedor_id = d.id \
                      AND s.abertos > 0)";
    exige("sem_titulo", abertos.to_owned())
}

fn meio(qual: &str) -> String {
    format!("EXISTS (SELECT FROM {MEIOS} AND {qual})")
}

fn exige(motivo: &'static str, tem: String) -> Exigencia {
    Exigencia { motivo, tem }
}
