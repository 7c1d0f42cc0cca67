//! The query of a list of debtors.

use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::documento::{Documento, TipoPessoa};
use domain::endereco::Uf;
use store::devedores::{Filtro, Ordem};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Cursor, ErroCampo, ErrosCampo, Lido, Limite, Problema, Texto, esquema};

/// Where a page ended: what it is sorted by, the id.
pub(super) type Posicao = (String, Uuid);

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FiltroDevedores {
    /// Uma das chaves do devedor no ERP.
    #[deserr(default)]
    #[param(inline)]
    codigo_integracao: Option<Texto<1, 60>>,
    /// Começo do nome, sem diferença de acento nem de maiúscula.
    #[deserr(default)]
    #[param(inline)]
    nome: Option<Texto<1, 150>>,
    /// CPF ou CNPJ.
    #[deserr(default)]
    #[param(value_type = Option<esquema::CpfCnpj>, inline)]
    documento: Option<Documento>,
    /// Quem cuida do devedor.
    #[deserr(default)]
    #[param(inline)]
    gerente: Option<Texto<1, 60>>,
    /// Primeiro dia do cadastro, no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    cadastrado_de: Option<NaiveDate>,
    /// Último dia do cadastro, no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    cadastrado_ate: Option<NaiveDate>,
    /// Só os que mudaram desde este instante, inclusive.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Instante>, inline)]
    atualizado_desde: Option<DateTime<Utc>>,
    /// Menor soma dos saldos dos títulos abertos.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dinheiro>, inline)]
    saldo_de: Option<Centavos>,
    /// Maior soma dos saldos dos títulos abertos.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dinheiro>, inline)]
    saldo_ate: Option<Centavos>,
    /// Município de um dos endereços, sem diferença de acento nem de maiúscula.
    #[deserr(default)]
    #[param(inline)]
    cidade: Option<Texto<1, 80>>,
    /// Sigla do estado do mesmo endereço.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Uf>, inline)]
    uf: Option<Uf>,
    /// O que o devedor é.
    #[deserr(default)]
    #[param(value_type = Option<esquema::TipoPessoa>, inline)]
    tipo_pessoa: Option<TipoPessoa>,
    /// Categoria escolhida pela empresa.
    #[deserr(default)]
    #[param(inline)]
    categoria: Option<Texto<1, 60>>,
    /// Chave no ERP do credor de algum título do devedor.
    #[deserr(default)]
    #[param(inline)]
    credor: Option<Texto<1, 60>>,
    /// Somente aqueles de que consta que faleceram, para rever, ou somente os demais.
    #[deserr(default)]
    #[param(value_type = Option<bool>)]
    falecido: Option<Lido<bool>>,
    /// Ordem da lista; com `-` na frente, ao contrário.
    #[deserr(default)]
    #[param(value_type = Option<OrdemDevedores>, inline)]
    ordem: OrdemDevedores,
    /// Itens por página.
    #[deserr(default)]
    #[param(value_type = Option<u16>, default = 50, minimum = 1, maximum = 500)]
    limite: Limite,
    /// `proximo_cursor` da página anterior, com os mesmos parâmetros; só `limite` pode ser outro.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Cursor>, inline)]
    cursor: Option<Cursor<Posicao>>,
}

/// Ordem de uma lista de devedores.
#[derive(Clone, Copy, Default, Deserr, ToSchema)]
#[deserr(error = ErrosCampo)]
pub(super) enum OrdemDevedores {
    #[deserr(rename = "nome")]
    #[schema(rename = "nome")]
    Nome,
    #[deserr(rename = "-nome")]
    #[schema(rename = "-nome")]
    NomeAoContrario,
    #[default]
    #[deserr(rename = "criado_em")]
    #[schema(rename = "criado_em")]
    CriadoEm,
    #[deserr(rename = "-criado_em")]
    #[schema(rename = "-criado_em")]
    CriadoEmAoContrario,
    #[deserr(rename = "atualizado_em")]
    #[schema(rename = "atualizado_em")]
    AtualizadoEm,
    #[deserr(rename = "-atualizado_em")]
    #[schema(rename = "-atualizado_em")]
    AtualizadoEmAoContrario,
}

impl OrdemDevedores {
    /// As the store takes it, with whether it goes downwards.
    pub(super) fn store(self) -> (Ordem, bool) {
        match self {
            Self::Nome => (Ordem::Nome, false),
            Self::NomeAoContrario => (Ordem::Nome, true),
            Self::CriadoEm => (Ordem::CriadoEm, false),
            Self::CriadoEmAoContrario => (Ordem::CriadoEm, true),
            Self::AtualizadoEm => (Ordem::AtualizadoEm, false),
            Self::AtualizadoEmAoContrario => (Ordem::AtualizadoEm, true),
        }
    }

    /// Whether `chave` can be what this order is sorted by.
    fn takes(self, chave: &str) -> bool {
        match self.store().0 {
            Ordem::Nome => true,
            Ordem::CriadoEm | Ordem::AtualizadoEm => DateTime::parse_from_rfc3339(chave).is_ok(),
        }
    }
}

type Partes = (Filtro, OrdemDevedores, Option<Posicao>, Limite);

impl FiltroDevedores {
    /// What the store takes.
    ///
    /// # Errors
    /// A cursor that no page of this order ended with.
    pub(super) fn split(self) -> Result<Partes, Problema> {
        let ordem = self.ordem;
        if self.cursor.as_ref().is_some_and(|cursor| !ordem.takes(&cursor.0.0)) {
            return Err(Problema::validacao(vec![ErroCampo {
                campo: "/cursor".to_owned(),
                codigo: "cursor_invalido".into(),
                detalhe: "o cursor é de uma lista com outra ordem".into(),
            }]));
        }
        let filtro = Filtro {
            codigo_integracao: self.codigo_integracao.map(Texto::into_string),
            nome: self.nome.map(Texto::into_string),
            documento: self.documento,
            gerente: self.gerente.map(Texto::into_string),
            cadastrado_de: self.cadastrado_de,
            cadastrado_ate: self.cadastrado_ate,
            atualizado_desde: self.atualizado_desde,
            saldo_de: self.saldo_de,
            saldo_ate: self.saldo_ate,
            cidade: self.cidade.map(Texto::into_string),
            uf: self.uf,
            tipo_pessoa: self.tipo_pessoa,
            categoria: self.categoria.map(Texto::into_string),
            credor: self.credor.map(Texto::into_string),
            falecido: self.falecido.map(|falecido| falecido.0),
        };
        Ok((filtro, ordem, self.cursor.map(|cursor| cursor.0), self.limite))
    }
}
