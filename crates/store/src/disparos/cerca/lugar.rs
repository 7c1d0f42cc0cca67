//! Where debtors are, as far as the clocks there go (rule j06). Nothing is read for a company that sends by its own clock.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use diesel::RunQueryDsl as _;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use domain::execucao::Canal;
use domain::fuso::{FusoDosEnvios, do_devedor};
use domain::ids::ExecucaoId;
use domain::telefone::Telefone;
use uuid::Uuid;

use super::leitura::LinhaExecucao;
use super::partes::DaEmpresa;
use crate::fatos::{self, Destinatario};
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// Where the debtors of several executions are; empty when nobody asks.
pub(super) struct Lugares(BTreeMap<Uuid, Destinatario>);

impl Lugares {
    pub(super) fn read(
        t: &mut Tenant<'_>,
        empresa: &DaEmpresa,
        execucoes: &[LinhaExecucao],
    ) -> Result<Self, StoreError> {
        let escolha = FusoDosEnvios::parse(&empresa.fuso_dos_envios).ok();
        match escolha.ok_or(StoreError::Unknown("fuso_dos_envios"))? {
            FusoDosEnvios::Empresa => Ok(Self(BTreeMap::new())),
            FusoDosEnvios::Devedor => {
                let devedores: Vec<Uuid> = execucoes.iter().map(|execucao| execucao.devedor_id).collect();
                Ok(Self(fatos::destinatarios(t, &devedores)?))
            }
        }
    }

    /// The zones in which the window of a message to the debtor is read: those of his address; without one those of the number
    /// that it goes to, or, of an e-mail, of his telephone. None are the company's.
    pub(super) fn fusos(&self, devedor: Uuid, canal: Canal, contato: Option<&String>) -> &'static [Tz] {
        let Some(lugar) = self.0.get(&devedor) else { return &[] };
        let numero = match canal {
            Canal::Sms => contato,
            Canal::Email | Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => {
                lugar.telefone.as_ref()
            }
        };
        let numero = numero.and_then(|numero| Telefone::parse(numero).ok());
        let endereco = lugar.endereco.as_ref().map(|endereco| (endereco.uf, endereco.cep));
        do_devedor(endereco, numero.as_ref())
    }
}

/// In which zones the window of an execution was read, where that is not what its row says.
#[derive(Default)]
pub(super) struct Notas {
    ids: Vec<Uuid>,
    fusos: Vec<Option<String>>,
}

impl Notas {
    pub(super) fn note(&mut self, id: ExecucaoId, antes: Option<&[String]>, agora: &[Tz]) {
        let agora: Vec<&str> = agora.iter().map(|fuso| fuso.name()).collect();
        if antes.unwrap_or_default() != agora {
            self.ids.push(id.uuid());
            // Names of zones have neither commas nor quotes. unnest() has no ragged arrays, so each list travels as text.
            self.fusos.push((!agora.is_empty()).then(|| format!("{{{}}}", agora.join(","))));
        }
    }

    pub(super) fn write(self, t: &mut Tenant<'_>) -> Result<(), StoreError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        prepared(
            "UPDATE disparo.execucao e SET fusos = x.fusos::text[] FROM unnest($2, $3) AS x (id, fusos) \
              WHERE e.empresa_id = $1 AND e.id = x.id",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(self.ids)
        .bind::<Array<Nullable<Text>>, _>(self.fusos)
        .execute(t.conn)?;
        Ok(())
    }
}
