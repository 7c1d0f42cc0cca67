//! The ways to reach debtors, as they are written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::email::EnderecoEmail;
use domain::meio::{CanalOptOut, OrigemContato};
use domain::telefone::Telefone;
use uuid::Uuid;

use super::{Contatos, Marcas, Meio};
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// What a list takes the place of, and the origin of those in it that are new and do not say theirs.
#[derive(Clone, Copy)]
pub(super) enum Alcance {
    /// Of what a push or a file told. It ends no opt-out.
    Push(OrigemContato),
    /// Of everything.
    Tudo(OrigemContato),
}

impl Alcance {
    fn de_tudo(self) -> bool {
        match self {
            Self::Push(_) => false,
            Self::Tudo(_) => true,
        }
    }

    fn origem(self) -> OrigemContato {
        match self {
            Self::Push(origem) | Self::Tudo(origem) => origem,
        }
    }
}

#[derive(QueryableByName)]
struct Escrito {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Of whom something would be written. Whoever then writes locks them before, so that nobody writes theirs meanwhile.
pub(super) fn differing(
    t: &mut Tenant<'_>,
    por_devedor: &BTreeMap<Uuid, &Contatos>,
    alcance: Alcance,
    agora: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    Colunas::new(por_devedor).run(t, DIFEREM, alcance, agora)
}

/// Writes what differs, and answers of whom something was written.
pub(super) fn save_contatos(
    t: &mut Tenant<'_>,
    por_devedor: &BTreeMap<Uuid, &Contatos>,
    alcance: Alcance,
    agora: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let mut escritos = Colunas::new(por_devedor).run(t, SAVE, alcance, agora)?;
    escritos.extend(save_opt_outs(t, por_devedor, alcance, agora)?);
    Ok(escritos)
}

/// The lists of one push, column by column, as `unnest` takes them.
#[derive(Default)]
struct Colunas<'c> {
    listas: (Vec<Uuid>, Vec<&'static str>),
    devedores: Vec<Uuid>,
    tipos: Vec<&'static str>,
    valores: Vec<Option<&'c str>>,
    enderecos: Vec<Option<String>>,
    ordens: Vec<i32>,
    origens: Vec<Option<&'static str>>,
    preferidos: Vec<Option<bool>>,
    confirmados: Vec<Option<DateTime<Utc>>>,
    validos: Vec<Option<bool>>,
    motivos: Vec<Option<&'c str>>,
}

impl<'c> Colunas<'c> {
    fn new(por_devedor: &BTreeMap<Uuid, &'c Contatos>) -> Self {
        let mut colunas = Self::default();
        for (id, contatos) in por_devedor {
            let texto = |valor: &'c str| (Some(valor), None);
            colunas.add(*id, "email", contatos.emails.as_deref(), |e: &EnderecoEmail| texto(e.as_str()));
            colunas.add(*id, "telefone", contatos.telefones.as_deref(), |n: &Telefone| texto(n.as_str()));
            // Texts, numbers and codes always serialize.
            let em_json = |e: &_| (None, Some(serde_json::to_string(e).unwrap_or_default()));
            colunas.add(*id, "endereco", contatos.enderecos.as_deref(), em_json);
        }
        colunas
    }

    fn add<T>(
        &mut self,
        devedor: Uuid,
        tipo: &'static str,
        lista: Option<&'c [Meio<T>]>,
        valor: impl Fn(&'c T) -> (Option<&'c str>, Option<String>),
    ) {
        let Some(lista) = lista else { return };
        self.listas.0.push(devedor);
        self.listas.1.push(tipo);
        let tem_preferido = lista.iter().any(|meio| meio.marcas.preferido == Some(true));
        for (ordem, Meio { valor: qual, marcas }) in (0..).zip(lista) {
            let (texto, endereco) = valor(qual);
            self.devedores.push(devedor);
            self.tipos.push(tipo);
            self.valores.push(texto);
            self.enderecos.push(endereco);
            self.ordens.push(ordem);
            self.mark(marcas, tem_preferido);
        }
    }

    /// Where one of a list is the preferred one, the others no longer are.
    fn mark(&mut self, marcas: &'c Marcas, tem_preferido: bool) {
        self.origens.push(marcas.origem.map(OrigemContato::as_str));
        self.preferidos.push(marcas.preferido.or(tem_preferido.then_some(false)));
        self.confirmados.push(marcas.confirmado_em);
        self.validos.push(marcas.valido);
        self.motivos.push(marcas.motivo.as_deref());
    }

    /// Does with what differs what `comando` says, and answers whose it is.
    fn run(
        self,
        t: &mut Tenant<'_>,
        comando: &str,
        alcance: Alcance,
        agora: DateTime<Utc>,
    ) -> Result<BTreeSet<Uuid>, StoreError> {
        if self.listas.0.is_empty() {
            return Ok(BTreeSet::new());
        }
        let escritos: Vec<Escrito> = sql_query(format!("{DIFERENCAS}{comando}"))
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Array<SqlUuid>, _>(self.listas.0)
            .bind::<Array<Text>, _>(self.listas.1)
            .bind::<Array<SqlUuid>, _>(self.devedores)
            .bind::<Array<Text>, _>(self.tipos)
            .bind::<Array<Nullable<Text>>, _>(self.valores)
            .bind::<Array<Nullable<Text>>, _>(self.enderecos)
            .bind::<Array<Integer>, _>(self.ordens)
            .bind::<Array<Nullable<Text>>, _>(self.origens)
            .bind::<Array<Nullable<Bool>>, _>(self.preferidos)
            .bind::<Array<Nullable<Timestamptz>>, _>(self.confirmados)
            .bind::<Array<Nullable<Bool>>, _>(self.validos)
            .bind::<Array<Nullable<Text>>, _>(self.motivos)
            .bind::<Text, _>(alcance.origem().as_str())
            .bind::<Bool, _>(alcance.de_tudo())
            .bind::<Timestamptz, _>(agora)
            .load(t.conn)?;
        Ok(escritos.into_iter().map(|e| e.id).collect())
    }
}

/// What differs: of the stored rows `velhos`, which are told no more, and `outros`, the preferred ones that a push leaves alone
/// and that lose that to the new one; of the told ones `mudam`.
const DIFERENCAS: &str = "\
WITH novos AS MATERIALIZED ( \
SELECT DISTINCT ON (devedor, tipo, valor) * FROM ( \
  SELECT n.devedor, n.tipo, coalesce(n.valor, cadastro.chave_endereco(n.endereco::jsonb)) AS valor, n.endereco::jsonb AS endereco, \
         n.ordem, n.origem, n.preferido, n.confirmado, n.valido, n.motivo \
    FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
      AS n(devedor, tipo, valor, endereco, ordem, origem, preferido, confirmado, valido, motivo)) n \
 ORDER BY devedor, tipo, valor, ordem), \
velhos AS MATERIALIZED ( \
SELECT m.ctid AS lugar, m.devedor_id FROM unnest($2, $3) AS l(devedor, tipo) CROSS JOIN LATERAL \
       (SELECT ctid, devedor_id, tipo, valor FROM cadastro.meio_contato WHERE empresa_id = $1 AND devedor_id = l.devedor \
           AND tipo = l.tipo AND ($15 OR origem IN ('erp', 'importacao')) OFFSET 0) m \
 WHERE NOT EXISTS (SELECT FROM novos n WHERE n.devedor = m.devedor_id AND n.tipo = m.tipo AND n.valor = m.valor)), \
outros AS MATERIALIZED ( \
SELECT m.ctid AS lugar, m.devedor_id FROM (SELECT DISTINCT devedor, tipo FROM novos WHERE preferido) l CROSS JOIN LATERAL \
       (SELECT ctid, devedor_id, tipo, valor FROM cadastro.meio_contato WHERE empresa_id = $1 AND devedor_id = l.devedor \
           AND tipo = l.tipo AND preferido AND NOT ($15 OR origem IN ('erp', 'importacao')) OFFSET 0) m \
 WHERE NOT EXISTS (SELECT FROM novos n WHERE n.devedor = m.devedor_id AND n.tipo = m.tipo AND n.valor = m.valor)), \
mudam AS MATERIALIZED ( \
SELECT n.*, a.valor IS NOT NULL AS ha FROM novos n LEFT JOIN LATERAL \
       (SELECT valor, endereco, ordem, origem, preferido, confirmado_em, invalido_desde, motivo FROM cadastro.meio_contato \
         WHERE empresa_id = $1 AND devedor_id = n.devedor AND tipo = n.tipo AND valor = n.valor OFFSET 0) a ON true \
 WHERE a.valor IS NULL OR a.ordem <> n.ordem OR a.endereco <> n.endereco OR a.origem <> n.origem \
    OR a.preferido <> n.preferido OR a.confirmado_em IS DISTINCT FROM coalesce(n.confirmado, a.confirmado_em) \
    OR n.valido = (a.invalido_desde IS NOT NULL) OR a.motivo IS DISTINCT FROM coalesce(n.motivo, a.motivo))";

const DIFEREM: &str = " SELECT devedor_id AS id FROM velhos UNION SELECT devedor_id FROM outros UNION SELECT devedor FROM mudam";

/// What differs from the stored row is locked and put together with it as it is then, so that what somebody just confirmed
/// is not painted over.
const SAVE: &str = ", \
fora AS (DELETE FROM cadastro.meio_contato WHERE EXISTS (SELECT FROM velhos) \
     AND ctid = ANY (ARRAY(SELECT lugar FROM velhos)) RETURNING devedor_id), \
cedem AS (UPDATE cadastro.meio_contato SET preferido = false WHERE EXISTS (SELECT FROM outros) \
     AND ctid = ANY (ARRAY(SELECT lugar FROM outros)) RETURNING devedor_id), \
presos AS MATERIALIZED ( \
SELECT n.devedor, n.tipo, n.valor, x.* FROM (SELECT * FROM mudam WHERE ha ORDER BY devedor, tipo, valor) n CROSS JOIN LATERAL \
       (SELECT origem, preferido, confirmado_em, invalido_desde, motivo FROM cadastro.meio_contato \
         WHERE empresa_id = $1 AND devedor_id = n.devedor AND tipo = n.tipo AND valor = n.valor FOR NO KEY UPDATE) x), \
dentro AS ( \
INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, endereco, ordem, origem, preferido, confirmado_em, \
       invalido_desde, motivo) \
SELECT $1, n.devedor, n.tipo, n.valor, n.endereco, n.ordem, coalesce(n.origem, p.origem, $14), \
       coalesce(n.preferido, p.preferido, false), coalesce(n.confirmado, p.confirmado_em), \
       CASE WHEN n.valido THEN NULL WHEN n.valido IS NULL THEN p.invalido_desde ELSE coalesce(p.invalido_desde, $16) END, \
       CASE WHEN n.valido THEN NULL ELSE coalesce(n.motivo, p.motivo) END \
  FROM mudam n LEFT JOIN presos p ON p.devedor = n.devedor AND p.tipo = n.tipo AND p.valor = n.valor \
 ORDER BY n.devedor, n.tipo, n.valor \
ON CONFLICT (empresa_id, devedor_id, tipo, valor) DO UPDATE SET endereco = excluded.endereco, ordem = excluded.ordem, \
       origem = excluded.origem, preferido = excluded.preferido, confirmado_em = excluded.confirmado_em, \
       invalido_desde = excluded.invalido_desde, motivo = excluded.motivo \
RETURNING devedor_id) \
SELECT devedor_id AS id FROM fora UNION SELECT devedor_id FROM cedem UNION SELECT devedor_id FROM dentro";

/// Rule m11: who asked not to be reached stays so until a person says otherwise.
fn save_opt_outs(
    t: &mut Tenant<'_>,
    por_devedor: &BTreeMap<Uuid, &Contatos>,
    alcance: Alcance,
    agora: DateTime<Utc>,
) -> Result<Vec<Uuid>, StoreError> {
    let com_lista = || por_devedor.iter().filter_map(|(id, c)| Some((*id, c.opt_out.as_deref()?)));
    if com_lista().next().is_none() {
        return Ok(Vec::new());
    }
    let por_canal: BTreeMap<(Uuid, CanalOptOut), _> =
        com_lista().flat_map(|(id, lista)| lista.iter().map(move |o| ((id, o.canal), o))).collect();
    let escritos: Vec<Escrito> = sql_query(
        "WITH novos AS MATERIALIZED (SELECT * FROM unnest($3, $4, $5, $6) AS n(devedor, canal, desde, motivo)), \
         fora AS (DELETE FROM cadastro.opt_out o WHERE $7 AND o.empresa_id = $1 AND o.devedor_id = ANY ($2) \
             AND NOT EXISTS (SELECT FROM novos n WHERE n.devedor = o.devedor_id AND n.canal = o.canal) RETURNING devedor_id), \
         dentro AS (INSERT INTO cadastro.opt_out AS o (empresa_id, devedor_id, canal, desde, motivo) \
             SELECT $1, devedor, canal, coalesce(desde, $8), motivo FROM novos n WHERE NOT EXISTS ( \
                    SELECT FROM cadastro.opt_out a WHERE a.empresa_id = $1 AND a.devedor_id = n.devedor AND a.canal = n.canal \
                       AND a.desde = coalesce(n.desde, a.desde) AND a.motivo IS NOT DISTINCT FROM coalesce(n.motivo, a.motivo)) \
              ORDER BY devedor, canal \
             ON CONFLICT (empresa_id, devedor_id, canal) DO UPDATE SET motivo = coalesce(excluded.motivo, o.motivo), \
                    desde = coalesce((SELECT n.desde FROM novos n WHERE n.devedor = o.devedor_id AND n.canal = o.canal), o.desde) \
             RETURNING devedor_id) \
         SELECT devedor_id AS id FROM fora UNION SELECT devedor_id FROM dentro",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(com_lista().map(|(id, _)| id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(por_canal.keys().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(por_canal.keys().map(|(_, canal)| canal.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(por_canal.values().map(|o| o.desde).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(por_canal.values().map(|o| o.motivo.as_deref()).collect::<Vec<_>>())
    .bind::<Bool, _>(alcance.de_tudo())
    .bind::<Timestamptz, _>(agora)
    .load(t.conn)?;
    Ok(escritos.into_iter().map(|e| e.id).collect())
}

/// What a debtor is read with changed: it has another version.
pub(super) fn touch(t: &mut Tenant<'_>, ids: Vec<Uuid>, agora: DateTime<Utc>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    sql_query(
        "UPDATE cadastro.devedor d SET versao = versao + 1, atualizado_em = $3 \
           FROM (SELECT x.id FROM (SELECT id FROM unnest($2) AS n(id) ORDER BY id) n CROSS JOIN LATERAL \
                        (SELECT id FROM cadastro.devedor WHERE empresa_id = $1 AND id = n.id FOR NO KEY UPDATE) x) m \
          WHERE d.empresa_id = $1 AND d.id = m.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
