//! Which codes and documents are whose.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::documento::Documento;
use uuid::Uuid;

use super::OutroDevedor;
use crate::devedores::Entrada;
use crate::{StoreError, Tenant};

/// The debtors that mentions name, as they are stored.
pub(super) struct Conhecidos {
    pub(super) por_codigo: BTreeMap<String, Uuid>,
    pub(super) por_documento: BTreeMap<String, Uuid>,
    documento_de: BTreeMap<Uuid, Option<String>>,
}

/// Whose document it is that a mention tells, as one mention follows the other.
pub(super) struct Donos {
    documento_de: BTreeMap<Uuid, Option<String>>,
    codigos_de: BTreeMap<Uuid, BTreeSet<String>>,
    /// Of those who may gain something, the document and the codes before any mention.
    antes: BTreeMap<Uuid, (Option<String>, BTreeSet<String>)>,
    trocam: bool,
}

#[derive(QueryableByName)]
struct Conhecido {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    codigo: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    documento: Option<String>,
}

#[derive(QueryableByName)]
struct Codigo {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    codigo: String,
}

impl Conhecidos {
    pub(super) fn load(t: &mut Tenant<'_>, mencoes: &[Entrada]) -> Result<Self, StoreError> {
        let codigos: BTreeSet<&str> = mencoes.iter().map(|m| m.codigo_integracao.as_str()).collect();
        let documentos: BTreeSet<&str> = mencoes.iter().filter_map(document).collect();
        let linhas: Vec<Conhecido> = sql_query(
            "SELECT c.id, n.codigo, c.documento FROM unnest($2) AS n(codigo) CROSS JOIN LATERAL \
                    (SELECT d.id, d.documento FROM cadastro.devedor_codigo c \
                       JOIN cadastro.devedor d ON d.empresa_id = $1 AND d.id = c.devedor_id \
                      WHERE c.empresa_id = $1 AND c.codigo_integracao = n.codigo OFFSET 0) c \
             UNION ALL \
             SELECT d.id, NULL, n.documento FROM unnest($3) AS n(documento) CROSS JOIN LATERAL \
                    (SELECT id FROM cadastro.devedor WHERE empresa_id = $1 AND documento = n.documento OFFSET 0) d",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<Text>, _>(codigos.into_iter().collect::<Vec<_>>())
        .bind::<Array<Text>, _>(documentos.into_iter().collect::<Vec<_>>())
        .load(t.conn)?;
        let (mut por_codigo, mut por_documento) = (BTreeMap::new(), BTreeMap::new());
        let mut documento_de = BTreeMap::new();
        for Conhecido { id, codigo, documento } in linhas {
            por_codigo.extend(codigo.map(|codigo| (codigo, id)));
            por_documento.extend(documento.clone().map(|documento| (documento, id)));
            documento_de.insert(id, documento);
        }
        Ok(Self { por_codigo, por_documento, documento_de })
    }

    /// Who is named by a code and by the document it has, or by a code alone, gets neither a code nor a document.
    fn may_gain(&self, mencao: &Entrada) -> Option<Uuid> {
        let documento = document(mencao)?;
        let do_codigo = self.por_codigo.get(&mencao.codigo_integracao);
        let id = *do_codigo.or_else(|| self.por_documento.get(documento))?;
        let guardado = self.documento_de.get(&id).and_then(Option::as_deref);
        (do_codigo.is_none() || guardado != Some(documento)).then_some(id)
    }
}

impl Donos {
    pub(super) fn load(
        t: &mut Tenant<'_>,
        conhecidos: &Conhecidos,
        mencoes: &[Entrada],
    ) -> Result<Self, StoreError> {
        let ids: BTreeSet<Uuid> = mencoes.iter().filter_map(|m| conhecidos.may_gain(m)).collect();
        let codigos_de = load_codigos(t, &ids)?;
        let antes = ids.into_iter().map(|id| {
            let documento = conhecidos.documento_de.get(&id).cloned().flatten();
            (id, (documento, codigos_de.get(&id).cloned().unwrap_or_default()))
        });
        let antes = antes.collect();
        Ok(Self { documento_de: conhecidos.documento_de.clone(), codigos_de, antes, trocam: false })
    }

    /// That those who gained something, and are locked now, are as they were: `locked` answers the document that one had when
    /// it was locked, if it was. Their new codes are not written yet.
    pub(super) fn confirm<'e>(
        &self,
        t: &mut Tenant<'_>,
        locked: impl Fn(Uuid) -> Option<Option<&'e str>>,
    ) -> Result<(), StoreError> {
        let ids: BTreeSet<Uuid> = self.antes.keys().copied().filter(|id| locked(*id).is_some()).collect();
        let codigos_de = load_codigos(t, &ids)?;
        let same = |(id, (documento, codigos)): (&Uuid, &(Option<String>, BTreeSet<String>))| {
            locked(*id).is_none_or(|agora| agora == documento.as_deref())
                && codigos_de.get(id).is_none_or(|agora| agora == codigos)
        };
        if self.antes.iter().all(same) { Ok(()) } else { Err(StoreError::Raced) }
    }

    /// `id` is who `mencao` names. With another document than it has it is corrected, if the code is its only one; it would
    /// take what came by its other codes to somebody else.
    pub(super) fn take(&mut self, id: Uuid, mencao: &Entrada) -> Result<(), OutroDevedor> {
        let codigos = self.codigos_de.entry(id).or_default();
        if let Some(documento) = document(mencao) {
            let antes = self.documento_de.get(&id);
            let outro = antes.and_then(Option::as_deref).is_some_and(|antes| antes != documento);
            if outro && codigos.iter().any(|codigo| *codigo != mencao.codigo_integracao) {
                return Err(OutroDevedor);
            }
            self.trocam |= antes.is_some_and(|antes| antes.as_deref() != Some(documento));
            self.documento_de.insert(id, Some(documento.to_owned()));
        }
        codigos.insert(mencao.codigo_integracao.clone());
        Ok(())
    }

    /// Whether somebody who was known gets a document.
    pub(super) fn documents_change(&self) -> bool {
        self.trocam
    }
}

fn document(mencao: &Entrada) -> Option<&str> {
    mencao.documento.as_ref().map(Documento::as_str)
}

fn load_codigos(
    t: &mut Tenant<'_>,
    ids: &BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, BTreeSet<String>>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let linhas: Vec<Codigo> = sql_query(
        "SELECT n.id, c.codigo_integracao AS codigo FROM unnest($2) AS n(id) CROSS JOIN LATERAL \
                (SELECT codigo_integracao FROM cadastro.devedor_codigo \
                  WHERE empresa_id = $1 AND devedor_id = n.id OFFSET 0) c",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids.iter().copied().collect::<Vec<_>>())
    .load(t.conn)?;
    let mut codigos_de: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
    for Codigo { id, codigo } in linhas {
        codigos_de.entry(id).or_default().insert(codigo);
    }
    Ok(codigos_de)
}
