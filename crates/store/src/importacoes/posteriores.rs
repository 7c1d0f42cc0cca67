//! Lines that say less than what is stored: the título changed after the file arrived.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use super::chaves::{DE_ANTES, repeated};
use super::{Item, Tomada};
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
struct Mudado {
    #[diesel(sql_type = Text)]
    codigo: String,
}

/// Of the lines after `depois_de` up to `ate`, those whose título changed or was pushed since the file arrived. Those over which a
/// later one stands are none of them.
///
/// # Errors
/// The database is unreachable.
pub fn overtaken<'i>(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    (depois_de, ate): (i64, i64),
    itens: impl Iterator<Item = &'i Item>,
    chegada: DateTime<Utc>,
) -> Result<Vec<&'i Item>, StoreError> {
    let repetidas = repeated(t, tomada, (depois_de, ate))?;
    let mut itens: Vec<&Item> = itens.filter(|item| repetidas.binary_search(&item.linha).is_err()).collect();
    let codigos: Vec<&str> = itens.iter().map(|item| item.entrada.codigo_integracao.as_str()).collect();
    let mudados: Vec<Mudado> = sql_query(format!(
        "SELECT n.codigo FROM unnest($2) AS n(codigo) CROSS JOIN LATERAL \
                (SELECT id, xmin, criado_em, atualizado_em FROM cadastro.titulo \
                  WHERE empresa_id = $1 AND codigo_integracao = n.codigo OFFSET 0) t \
           JOIN cadastro.importacao i ON i.empresa_id = $1 AND i.id = $3 \
          WHERE NOT {DE_ANTES} OR EXISTS (SELECT FROM cadastro.importacao_enviado e \
                 WHERE e.empresa_id = $1 AND e.importacao_id = $3 AND e.titulo_id = t.id) ORDER BY n.codigo COLLATE \"C\"",
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos)
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<Timestamptz, _>(chegada)
    .load(t.conn)?;
    itens.retain(|item| {
        let codigo = &item.entrada.codigo_integracao;
        mudados.binary_search_by(|mudado| mudado.codigo.cmp(codigo)).is_ok()
    });
    Ok(itens)
}
