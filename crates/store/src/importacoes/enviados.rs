//! What the ERP sends while a full file is on its way.

use diesel::sql_types::{Array, Uuid as SqlUuid};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::titulos::ResultadoItem;
use crate::{StoreError, Tenant};

/// Notes what was pushed: it is there, whatever a file says that came before. What was stored already, exactly so, shows
/// nothing of it otherwise, and nothing else does while a sandbox clock stands still. Nearly always no full file is on its way,
/// and nothing is written.
pub(crate) fn note_sent(t: &mut Tenant<'_>, resultados: &[ResultadoItem]) -> Result<(), StoreError> {
    let enviados = resultados.iter().filter_map(|resultado| match resultado {
        ResultadoItem::Criado(id) | ResultadoItem::Atualizado(id) | ResultadoItem::Inalterado(id) => {
            Some(id.uuid())
        }
        ResultadoItem::Recusado(_) => None,
    });
    let enviados: Vec<Uuid> = enviados.collect();
    if enviados.is_empty() {
        return Ok(());
    }
    prepared(
        "INSERT INTO cadastro.importacao_enviado (empresa_id, importacao_id, titulo_id) \
         SELECT $1, i.id, n.id FROM cadastro.importacao i CROSS JOIN unnest($2) AS n(id) \
          WHERE i.empresa_id = $1 AND i.modo = 'completo' AND NOT i.simular \
            AND i.estado IN ('pendente', 'processando', 'aguardando_confirmacao') ORDER BY i.id, n.id \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(enviados)
    .execute_unit(t.conn)
}
