//! Rule b10: what an action needs of a debtor `d`.

use domain::execucao::Canal;

use super::Dia;
use super::consulta::{Consulta, Valor};

const EMAIL: &str = "m.tipo = 'email'";
const CELULAR: &str = "m.tipo = 'telefone' AND m.valor ~ '^\\+55[1-9][1-9]9[0-9]{8}$'";
/// What lacks a line of the address block is none.
const ENDERECO: &str =
    "m.tipo = 'endereco' AND m.endereco ->> 'logradouro' IS NOT NULL AND m.endereco ->> 'cep' IS NOT NULL";
const MEIOS: &str =
    "cadastro.meio_contato m WHERE m.empresa_id = $1 AND m.devedor_id = d.id AND m.invalido_desde IS NULL";

/// Debtors `d`, each with the sums `s` of his open títulos: a row each, where títulos are three. Joined, not asked for one by one:
/// the planner reads them all where all are meant, and few where few are.
pub(super) const DEVEDORES: &str =
    "cadastro.devedor d LEFT JOIN cadastro.devedor_saldo s ON s.empresa_id = $1 AND s.devedor_id = d.id";
const NADA_ABERTO: &str = "coalesce(s.abertos, 0) = 0";

/// An expression: why one of [`DEVEDORES`] cannot have the action, or null.
pub(super) fn motivo(consulta: &mut Consulta, tipo: Canal, dia: &Dia) -> String {
    match tipo {
        Canal::Email => de_canal(EMAIL, "sem_contato", "email"),
        Canal::Sms => de_canal(CELULAR, "sem_contato", "sms"),
        Canal::Carta => de_canal(ENDERECO, "sem_endereco", "carta"),
        Canal::Enriquecimento => format!(
            "CASE WHEN d.documento IS NULL THEN 'sem_documento' WHEN {NADA_ABERTO} THEN 'sem_titulo' END"
        ),
        Canal::Negativacao => {
            let ate = consulta.bind(Valor::Dia(dia.vencidos_ate));
            format!(
                "CASE WHEN d.documento IS NULL THEN 'sem_documento' \
                      WHEN NOT EXISTS (SELECT FROM {MEIOS} AND {ENDERECO}) THEN 'sem_endereco' \
                      WHEN NOT EXISTS (SELECT FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.devedor_id = d.id \
                             AND t.status = 'aberto' AND t.vencimento <= {ate}) THEN 'sem_titulo_vencido' END"
            )
        }
    }
}

/// Rule b01, an expression: why nothing goes to the bare address or number `d.contato`, or null.
pub(super) fn de_avulso(tipo: Canal) -> String {
    let meio = match tipo {
        Canal::Email => "email",
        Canal::Sms => "telefone",
        Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => return "'sem_contato'".to_owned(),
    };
    format!(
        "(SELECT CASE WHEN bool_or(r.saiu) THEN 'opt_out' WHEN count(*) > 0 THEN 'sem_contato' END \
            FROM cadastro.v_recusa r WHERE r.tipo = '{meio}' AND r.valor = lower(d.contato))"
    )
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

fn de_canal(qual: &str, falta: &str, canal: &str) -> String {
    format!(
        "CASE WHEN NOT EXISTS (SELECT FROM {MEIOS} AND {qual}) THEN '{falta}' \
              WHEN EXISTS (SELECT FROM cadastro.opt_out o WHERE o.empresa_id = $1 AND o.devedor_id = d.id \
                     AND o.canal = '{canal}') THEN 'opt_out' \
              WHEN {NADA_ABERTO} THEN 'sem_titulo' END"
    )
}
