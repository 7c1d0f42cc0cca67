//! What is asked for in a negotiation.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::ids::TituloId;
use domain::negociacao::{ForaDaPolitica, Impedidos, Impedimento, Pedido};
use store::negociacoes::Anotacoes;
use utoipa::ToSchema;
use web::{ErroCampo, ErroValor, ErrosCampo, Lista, Problema, Texto, TextoLongo, esquema};

use super::super::campos::Parcelas;
use super::TITULO_NAO_NEGOCIAVEL;

/// Títulos of one negotiation: more than a person can go through.
pub(super) const MAX_TITULOS: usize = 100;

/// O que propor ao devedor.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct PropostaPedida {
    /// Títulos abertos, todos do mesmo devedor.
    #[deserr(try_from(Lista<TituloId, MAX_TITULOS>) = some_titulos -> ErroValor)]
    #[schema(value_type = HashSet<Uuid>, min_items = 1, max_items = 100)]
    pub(super) titulos: Vec<TituloId>,
    /// Quantidade de parcelas, contando a entrada; ausente, todas as que a política permite.
    #[deserr(default)]
    pub(super) quantidade: Option<Parcelas>,
    /// Vencimento do primeiro pagamento; os demais vencem no mesmo dia dos meses seguintes. Ausente, o dia da proposta.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    pub(super) primeiro_vencimento: Option<NaiveDate>,
    /// Valor do primeiro pagamento; ausente, a entrada mínima da política.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Quantia>)]
    pub(super) entrada: Option<Centavos>,
    /// Desconto, tirado primeiro dos encargos e depois do principal; ausente, o máximo da política.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Quantia>)]
    pub(super) desconto: Option<Centavos>,
    /// Dia da proposta, de hoje a um ano; ausente, hoje.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    pub(super) em: Option<NaiveDate>,
}

/// O que foi acordado com o devedor.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct NegociacaoNova {
    /// Títulos abertos, todos do mesmo devedor.
    #[deserr(try_from(Lista<TituloId, MAX_TITULOS>) = some_titulos -> ErroValor)]
    #[schema(value_type = HashSet<Uuid>, min_items = 1, max_items = 100)]
    pub(super) titulos: Vec<TituloId>,
    /// Quantidade de parcelas, contando a entrada.
    quantidade: Parcelas,
    /// Vencimento do primeiro pagamento; os demais vencem no mesmo dia dos meses seguintes.
    #[schema(value_type = esquema::Dia)]
    primeiro_vencimento: NaiveDate,
    /// Valor do primeiro pagamento; ausente, a entrada mínima da política.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Quantia>)]
    entrada: Option<Centavos>,
    /// Desconto, tirado primeiro dos encargos e depois do principal; ausente, nenhum.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Quantia>)]
    desconto: Option<Centavos>,
    /// Dia da proposta que o devedor aceitou, ainda válida; ausente, hoje.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    pub(super) em: Option<NaiveDate>,
    /// Valor total que o devedor aceitou: se o acordo sair por outro, nada é gravado.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Quantia>)]
    pub(super) valor: Option<Centavos>,
    /// Quem negociou, como a empresa o identifica.
    #[deserr(default)]
    usuario: Option<Texto<1, 60>>,
    /// Observação.
    #[deserr(default)]
    observacao: Option<TextoLongo<1, 2000>>,
}

impl NegociacaoNova {
    pub(super) fn pedido(&self) -> Pedido {
        Pedido {
            quantidade: self.quantidade.0,
            entrada: self.entrada,
            desconto: Some(self.desconto.unwrap_or_default()),
            primeiro_vencimento: self.primeiro_vencimento,
        }
    }

    pub(super) fn anotacoes(&self) -> Anotacoes {
        Anotacoes {
            usuario: self.usuario.as_deref().map(str::to_owned),
            observacao: self.observacao.as_deref().map(str::to_owned),
        }
    }
}

fn some_titulos(titulos: Lista<TituloId, MAX_TITULOS>) -> Result<Vec<TituloId>, ErroValor> {
    if titulos.is_empty() {
        return Err(ErroValor::new("tamanho_invalido", "deve ter ao menos 1 item"));
    }
    Ok(titulos.into_vec())
}

/// A título that is named twice.
pub(super) fn unrepeated(titulos: &[TituloId]) -> Result<(), Problema> {
    let mut vistos = BTreeSet::new();
    let repetidos = titulos.iter().enumerate().filter(|(_, id)| !vistos.insert(**id));
    let erros: Vec<_> = repetidos
        .map(|(n, _)| fault(format!("/titulos/{n}"), "repetido", "este título já está na lista"))
        .collect();
    if erros.is_empty() { Ok(()) } else { Err(Problema::validacao(erros)) }
}

/// Rule k08: 422 for what cannot be one negotiation, 409 for títulos that are not open.
pub(super) fn impeded(titulos: &[TituloId], Impedidos(impedidos): &Impedidos) -> Problema {
    let campo = |id: &TituloId| {
        let n = titulos.iter().position(|titulo| titulo == id).unwrap_or_default();
        format!("/titulos/{n}")
    };
    let errado = |(id, impedimento): &(TituloId, Impedimento)| match impedimento {
        Impedimento::NaoExiste => Some(fault(campo(id), "nao_encontrado", "a empresa não tem este título")),
        Impedimento::OutroDevedor => {
            Some(fault(campo(id), "outro_devedor", "é de outro devedor que o primeiro da lista"))
        }
        Impedimento::Status(_) | Impedimento::ParcelaNaoConfirmada => None,
    };
    let errados: Vec<_> = impedidos.iter().filter_map(errado).collect();
    if !errados.is_empty() {
        return Problema::validacao(errados);
    }
    let frase = |(id, impedimento): &(TituloId, Impedimento)| format!("{id} {impedimento}");
    Problema::conflito(&TITULO_NAO_NEGOCIAVEL, impedidos.iter().map(frase).collect::<Vec<_>>().join("; "))
}

/// What a request passes of the policy, by field.
pub(super) fn beyond(fora: &[ForaDaPolitica]) -> Problema {
    let erro = |fora: &ForaDaPolitica| {
        let campo = match fora {
            ForaDaPolitica::Quantidade(_)
            | ForaDaPolitica::ParcelaMinima(_)
            | ForaDaPolitica::Parcelas(_) => "/quantidade",
            ForaDaPolitica::Desconto(_) => "/desconto",
            ForaDaPolitica::EntradaMinima(_) | ForaDaPolitica::Entrada => "/entrada",
            ForaDaPolitica::PrimeiroVencimento(..) => "/primeiro_vencimento",
        };
        fault(campo.to_owned(), "fora_da_politica", fora.to_string())
    };
    Problema::validacao(fora.iter().map(erro).collect())
}

/// A fault of one field, found after the fields were read.
pub(super) fn fault(
    campo: String,
    codigo: &'static str,
    detalhe: impl Into<std::borrow::Cow<'static, str>>,
) -> ErroCampo {
    ErroCampo { campo, codigo: codigo.into(), detalhe: detalhe.into() }
}
