//! At the fence: whether a debtor is asked about, and the row that says so before anything leaves, with what it may cost.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _};
use domain::dinheiro::Centavos;
use domain::enriquecimento::{
    Anterior, Consulta, Dados, EstadoConsulta, PedidoConsulta, Politica, avaliar_consulta,
};
use domain::execucao::Motivo;
use domain::ids::ExecucaoId;
use uuid::Uuid;

use super::politica::{self, Gasto};
use super::{Achado, Pergunta, Tarifa};
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// The accounts of a claim: the month's spending, held until the transaction ends, and the last answers.
pub(crate) struct Contas {
    politica: Politica,
    tarifa: Tarifa,
    mes: NaiveDate,
    gasto: i64,
    ultimas: BTreeMap<String, Ultima>,
    /// What was answered while the execution was on its way back to the queue.
    proprias: BTreeMap<Uuid, Achado>,
    reservas: Vec<Reserva>,
}

struct Ultima {
    anterior: Anterior,
    achado: Option<Achado>,
    provedor: String,
}

struct Reserva {
    execucao: Uuid,
    devedor: Uuid,
    documento: String,
    provedor: String,
    preco: i64,
    aproveitada: bool,
}

#[derive(QueryableByName)]
struct LinhaConsulta {
    #[diesel(sql_type = SqlUuid)]
    execucao_id: Uuid,
    #[diesel(sql_type = Text)]
    documento: String,
    #[diesel(sql_type = Text)]
    provedor: String,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Timestamptz)]
    pedida_em: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    dados: Option<serde_json::Value>,
}

impl LinhaConsulta {
    /// The answer, if it is there and this version can read it.
    fn achado(&self) -> Option<Achado> {
        match EstadoConsulta::parse(&self.estado).ok()? {
            EstadoConsulta::NaoEncontrado => Some(Achado::NaoEncontrado),
            EstadoConsulta::Concluida => {
                let dados: Dados = serde_json::from_value(self.dados.clone()?).ok()?;
                Some(Achado::Encontrado(Box::new(dados)))
            }
            EstadoConsulta::Pendente | EstadoConsulta::Erro => None,
        }
    }
}

impl Contas {
    /// Opens them for executions about these documents. One claim of a company at a time from here on: what two of them would
    /// spend together must not be over the limit.
    pub(crate) fn open(
        t: &mut Tenant<'_>,
        execucoes: &[Uuid],
        documentos: &[&str],
        tarifa: Tarifa,
        mes: NaiveDate,
    ) -> Result<Self, StoreError> {
        let gasto: Gasto = prepared(
            "INSERT INTO disparo.gasto AS g (empresa_id, mes, custo, consultas) VALUES ($1, $2, 0, 0) \
             ON CONFLICT (empresa_id, mes) DO UPDATE SET custo = g.custo RETURNING custo, consultas",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Date, _>(mes)
        .get_result(t.conn)?;
        let politica = politica::politica(t)?.politica;
        let (mut ultimas, mut proprias) = (BTreeMap::new(), BTreeMap::new());
        for linha in read(t, execucoes, documentos)? {
            let achado = linha.achado();
            if execucoes.contains(&linha.execucao_id) {
                proprias.extend(achado.map(|achado| (linha.execucao_id, achado)));
                continue;
            }
            let anterior = Anterior { em: linha.pedida_em, guardada: achado.is_some() };
            ultimas.insert(linha.documento, Ultima { anterior, achado, provedor: linha.provedor });
        }
        Ok(Self { politica, tarifa, mes, gasto: gasto.custo, ultimas, proprias, reservas: Vec::new() })
    }

    /// Decides about one execution, and counts what it may cost.
    ///
    /// # Errors
    /// Why nobody is asked.
    pub(crate) fn decide(
        &mut self,
        (execucao, devedor): (ExecucaoId, Uuid),
        documento: Option<&str>,
    ) -> Result<Pergunta, Motivo> {
        let documento = documento.ok_or(Motivo::SemDocumento)?.to_owned();
        let finalidade = self.politica.finalidade;
        let (execucao, provedor) = (execucao.uuid(), self.tarifa.provedor.to_owned());
        if let Some(achado) = self.proprias.get(&execucao) {
            return Ok(Pergunta { finalidade, guardada: Some(achado.clone()) });
        }
        let ultima = self.ultimas.get(&documento);
        let pedido = PedidoConsulta {
            politica: &self.politica,
            anterior: ultima.map(|ultima| ultima.anterior),
            gasto: Centavos::new(self.gasto),
            preco: Centavos::new(self.tarifa.preco),
        };
        let nova =
            Reserva { execucao, devedor, documento, provedor, preco: self.tarifa.preco, aproveitada: false };
        let (reserva, guardada) = match (avaliar_consulta(&pedido, self.tarifa.agora), ultima) {
            (Consulta::Recusar { motivo }, _) => return Err(motivo),
            (Consulta::Aproveitar, Some(Ultima { achado: Some(achado), provedor, .. })) => {
                let provedor = provedor.clone();
                (Reserva { provedor, preco: 0, aproveitada: true, ..nova }, Some(achado.clone()))
            }
            (Consulta::Perguntar | Consulta::Aproveitar, _) => (nova, None),
        };
        self.gasto = self.gasto.saturating_add(reserva.preco);
        self.reservas.push(reserva);
        Ok(Pergunta { finalidade, guardada })
    }

    /// Writes what was decided.
    pub(crate) fn write(self, t: &mut Tenant<'_>) -> Result<(), StoreError> {
        let r = &self.reservas;
        if r.is_empty() {
            return Ok(());
        }
        prepared(
            "INSERT INTO disparo.consulta AS c (empresa_id, execucao_id, devedor_id, documento, provedor, finalidade, base_legal, \
                    estado, aproveitada, mes, preco, custo, pedida_em) \
             SELECT $1, x.execucao, x.devedor, x.documento, x.provedor, $8, $9, 'pendente', x.aproveitada, $10, x.preco, x.preco, $11 \
               FROM unnest($2, $3, $4, $5, $6, $7) AS x (execucao, devedor, documento, provedor, preco, aproveitada) \
             ON CONFLICT (empresa_id, execucao_id) DO UPDATE SET provedor = excluded.provedor, finalidade = excluded.finalidade, \
                    base_legal = excluded.base_legal, estado = 'pendente', aproveitada = excluded.aproveitada, mes = excluded.mes, \
                    preco = excluded.preco, custo = c.custo + excluded.preco, pedida_em = excluded.pedida_em, respondida_em = NULL",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Array<SqlUuid>, _>(r.iter().map(|r| r.execucao).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(r.iter().map(|r| r.devedor).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(r.iter().map(|r| r.documento.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(r.iter().map(|r| r.provedor.as_str()).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(r.iter().map(|r| r.preco).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(r.iter().map(|r| r.aproveitada).collect::<Vec<_>>())
        .bind::<Text, _>(self.politica.finalidade.as_str())
        .bind::<Text, _>(self.politica.base_legal.as_str())
        .bind::<Date, _>(self.mes)
        .bind::<Timestamptz, _>(self.tarifa.agora)
        .execute(t.conn)?;
        let perguntas = r.iter().filter(|r| !r.aproveitada).count();
        prepared("UPDATE disparo.gasto SET custo = $3, consultas = consultas + $4 WHERE empresa_id = $1 AND mes = $2")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Date, _>(self.mes)
            .bind::<BigInt, _>(self.gasto)
            .bind::<BigInt, _>(i64::try_from(perguntas).unwrap_or_default())
            .execute(t.conn)?;
        Ok(())
    }
}

/// The last query about each document that was asked, and what is known of these executions' own.
fn read(
    t: &mut Tenant<'_>,
    execucoes: &[Uuid],
    documentos: &[&str],
) -> Result<Vec<LinhaConsulta>, StoreError> {
    Ok(prepared(
        "SELECT x.* FROM unnest($3) AS d (documento) CROSS JOIN LATERAL ( \
           SELECT c.execucao_id, c.documento, c.provedor, c.estado, c.pedida_em, c.dados FROM disparo.consulta c \
            WHERE c.empresa_id = $1 AND c.documento = d.documento AND c.estado <> 'erro' AND NOT c.aproveitada \
              AND c.execucao_id <> ALL ($2) \
            ORDER BY c.pedida_em DESC LIMIT 1) x \
          UNION ALL \
         SELECT c.execucao_id, c.documento, c.provedor, c.estado, c.pedida_em, c.dados FROM disparo.consulta c \
          WHERE c.empresa_id = $1 AND c.execucao_id = ANY ($2) AND c.estado IN ('concluida', 'nao_encontrado')",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(execucoes.to_vec())
    .bind::<Array<Text>, _>(documentos.to_vec())
    .load(t.conn)?)
}
