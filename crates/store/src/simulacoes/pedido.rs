//! What a simulation was asked for, as it is kept.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId};
use domain::regua::{Acao, Cabecalho, Destinatarios, EstadoRegua, Gatilho, Modo, Posicao, Regua};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::StoreError;
use crate::reguas::criterios;

/// What a simulation is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tipo {
    /// Asked for by itself.
    #[default]
    Simulacao,
    /// What a change of a régua would do, before it is made.
    Impacto,
}

impl Tipo {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simulacao => "simulacao",
            Self::Impacto => "impacto",
        }
    }

    fn parse(nome: &str) -> Option<Self> {
        [Self::Simulacao, Self::Impacto].into_iter().find(|tipo| tipo.as_str() == nome)
    }
}

/// What a simulation was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pedido {
    /// What it is for.
    #[serde(skip)]
    pub tipo: Tipo,
    /// Its first night; one that has run meanwhile is left out.
    #[serde(skip)]
    pub de: NaiveDate,
    /// Its last night.
    #[serde(skip)]
    pub ate: NaiveDate,
    /// Réguas that take the place of the stored ones with the same id, or stand beside them.
    pub reguas: Vec<ReguaGuardada>,
    /// Of these debtors only, by id.
    pub devedores: Option<BTreeSet<Uuid>>,
    /// Whether the réguas as they are stored are simulated too, to be compared with.
    pub comparar: bool,
}

impl Pedido {
    pub(super) fn read(
        tipo: &str,
        (de, ate): (NaiveDate, NaiveDate),
        valor: &Value,
    ) -> Result<Self, StoreError> {
        let lido = Tipo::parse(tipo).zip(Self::deserialize(valor).ok());
        let (tipo, pedido) = lido.ok_or(StoreError::Unknown("simulacao"))?;
        Ok(Self { tipo, de, ate, ..pedido })
    }

    /// What has no column of its own.
    pub(super) fn write(&self) -> Result<Value, StoreError> {
        serde_json::to_value(self).ok().ok_or(StoreError::Unknown("simulacao"))
    }
}

/// A régua that is only simulated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReguaGuardada {
    id: ReguaId,
    /// Name chosen by the company.
    pub nome: String,
    prioridade: i32,
    estado: EstadoRegua,
    criada_em: DateTime<Utc>,
    modo: Modo,
    /// As the table of réguas keeps them.
    criterios: String,
    posicoes: Vec<PosicaoGuardada>,
    removidas: Vec<(PosicaoId, u16)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct PosicaoGuardada {
    id: PosicaoId,
    lembrete: bool,
    dias: u16,
    para: Option<PosicaoId>,
    acoes: Vec<AcaoGuardada>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct AcaoGuardada {
    id: AcaoId,
    canal: Canal,
    conteudo: Option<ConteudoId>,
    destinatarios: Destinatarios,
}

impl ReguaGuardada {
    /// A régua to be kept.
    #[must_use]
    pub fn new(regua: &Regua, nome: &str) -> Self {
        let Cabecalho { id, prioridade, estado, criada_em, modo, criterios } = regua.cabecalho();
        Self {
            id: *id,
            nome: nome.to_owned(),
            prioridade: *prioridade,
            estado: *estado,
            criada_em: *criada_em,
            modo: *modo,
            criterios: criterios::write(criterios),
            posicoes: regua.posicoes().iter().map(PosicaoGuardada::from).collect(),
            removidas: regua.removidas().to_vec(),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> ReguaId {
        self.id
    }

    /// The régua that was kept.
    ///
    /// # Errors
    /// Another version kept it.
    pub fn read(&self) -> Result<Regua, StoreError> {
        let cabecalho = Cabecalho {
            id: self.id,
            prioridade: self.prioridade,
            estado: self.estado,
            criada_em: self.criada_em,
            modo: self.modo,
            criterios: criterios::read(&self.criterios)?,
        };
        let posicoes = self.posicoes.iter().map(PosicaoGuardada::read).collect();
        let regua = Regua::new(cabecalho, posicoes).ok().ok_or(StoreError::Unknown("simulacao"))?;
        Ok(regua.com_removidas(self.removidas.clone()))
    }
}

impl From<&Posicao> for PosicaoGuardada {
    fn from(posicao: &Posicao) -> Self {
        let (lembrete, dias) = match posicao.gatilho {
            Gatilho::Lembrete { dias_antes } => (true, dias_antes),
            Gatilho::Cobranca { dias } | Gatilho::Reposicionamento { dias, .. } => (false, dias),
        };
        let acoes = posicao.acoes.iter().map(|acao| AcaoGuardada {
            id: acao.id,
            canal: acao.canal,
            conteudo: acao.conteudo,
            destinatarios: acao.destinatarios,
        });
        Self { id: posicao.id, lembrete, dias, para: posicao.gatilho.volta_para(), acoes: acoes.collect() }
    }
}

impl PosicaoGuardada {
    fn read(&self) -> Posicao {
        let gatilho = match (self.lembrete, self.para) {
            (true, _) => Gatilho::Lembrete { dias_antes: self.dias },
            (false, None) => Gatilho::Cobranca { dias: self.dias },
            (false, Some(para)) => Gatilho::Reposicionamento { dias: self.dias, para },
        };
        let acoes = self.acoes.iter().map(|acao| Acao {
            id: acao.id,
            canal: acao.canal,
            conteudo: acao.conteudo,
            destinatarios: acao.destinatarios,
        });
        Posicao { id: self.id, gatilho, acoes: acoes.collect() }
    }
}
