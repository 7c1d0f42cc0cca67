//! A título as it comes in, and what is answered for it.

use chrono::NaiveDate;
use deserr::Deserr;
use domain::Rotulo;
use domain::boleto::{LinhaDigitavel, link_confere, pix_confere};
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::endereco::Endereco;
use domain::telefone::Telefone;
use serde::Serialize;
use store::titulos::{Boleto, EntradaCredor, EntradaDevedor, EntradaTitulo, Recusa, ResultadoItem};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{ErroCampo, ErroValor, ErrosCampo, Lista, Texto, esquema, parse_texto};

use super::campos::Score;
use super::endereco::EnderecoProprio;

/// Of each kind, for one debtor: nobody has more that are worth keeping.
const MAX_MEIOS: usize = 10;

/// Um título, com o devedor e o credor a que pertence.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
pub(super) struct TituloEntrada {
    /// Chave do título no ERP; enviar de novo atualiza o mesmo título.
    codigo_integracao: Texto<1, 60>,
    /// Número que o devedor conhece; se ausente, é o `codigo_integracao`.
    #[deserr(default)]
    numero: Option<Texto<1, 60>>,
    /// Data de emissão.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    emissao: Option<NaiveDate>,
    /// Data de vencimento como impressa.
    #[schema(value_type = esquema::Dia)]
    vencimento: NaiveDate,
    /// Valor, maior que zero.
    #[schema(value_type = esquema::Valor)]
    valor: Valor,
    /// Quem deve.
    devedor: DevedorEntrada,
    /// A quem se deve, se não for a própria empresa.
    #[deserr(default)]
    credor: Option<CredorEntrada>,
    /// Tipo de negócio, como a empresa o chama; ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    tipo_negocio: Option<Rotulo>,
    /// Tipo de título, como a empresa o chama; ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    tipo_titulo: Option<Rotulo>,
    /// Nosso número do boleto; ausente mantém.
    #[deserr(default)]
    nosso_numero: Option<Texto<1, 40>>,
    /// Linha digitável do boleto, com ou sem pontuação, com os dígitos verificadores certos; ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::LinhaDigitavel>)]
    linha_digitavel: Option<Linha>,
    /// Pix copia e cola, inteiro; ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::PixCopiaECola>)]
    pix_copia_e_cola: Option<Pix>,
    /// Endereço https do boleto; ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Link>)]
    link_boleto: Option<Link>,
}

/// Quem deve.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct DevedorEntrada {
    /// Chave do devedor no ERP.
    codigo_integracao: Texto<1, 60>,
    /// Nome.
    nome: Texto<1, 150>,
    /// CPF ou CNPJ; sem documento o devedor é `isenta`.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Option<Documento>,
    /// Categoria escolhida pela empresa; ausente mantém.
    #[deserr(default)]
    categoria: Option<Texto<1, 60>>,
    /// Score que a empresa dá ao devedor, de 0 a 1000; ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 1000)]
    score: Option<Score>,
    /// Quem cuida do devedor; ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<Texto<1, 60>>)]
    gerente: Option<Rotulo>,
    /// E-mails, o preferido primeiro; a lista substitui a anterior, ausente mantém.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<esquema::Email>>, max_items = 10)]
    emails: Option<Lista<EnderecoEmail, MAX_MEIOS>>,
    /// Telefones, do mesmo modo.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<esquema::Telefone>>, max_items = 10)]
    telefones: Option<Lista<Telefone, MAX_MEIOS>>,
    /// Endereços, do mesmo modo.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<EnderecoProprio>>, max_items = 10)]
    enderecos: Option<Lista<EnderecoProprio, MAX_MEIOS>>,
}

/// A quem se deve.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct CredorEntrada {
    /// Chave do credor no ERP.
    codigo_integracao: Texto<1, 60>,
    /// Nome que o devedor lê.
    nome: Texto<1, 150>,
}

/// The digits of a boleto.
struct Linha(LinhaDigitavel);

impl Deserr<ErrosCampo> for Linha {
    fn deserialize_from_value<V: deserr::IntoValue>(
        valor: deserr::Value<V>,
        local: deserr::ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let lida = LinhaDigitavel::parse(texto);
            lida.map(Self).map_err(|erro| ErroValor::new("formato_invalido", erro.to_string()))
        })
    }
}

/// A Pix that is whole.
struct Pix(String);

impl Deserr<ErrosCampo> for Pix {
    fn deserialize_from_value<V: deserr::IntoValue>(
        valor: deserr::Value<V>,
        local: deserr::ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let linha = Texto::<1, 512>::parse(texto)?.into_string();
            let erro = || {
                ErroValor::new(
                    "formato_invalido",
                    "não é um Pix copia e cola inteiro: a soma no fim não confere",
                )
            };
            pix_confere(&linha).then_some(Self(linha)).ok_or_else(erro)
        })
    }
}

/// An address that a debtor may be sent to.
struct Link(String);

impl Deserr<ErrosCampo> for Link {
    fn deserialize_from_value<V: deserr::IntoValue>(
        valor: deserr::Value<V>,
        local: deserr::ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let link = Texto::<1, 500>::parse(texto)?.into_string();
            link_confere(&link)
                .then_some(Self(link))
                .ok_or_else(|| ErroValor::formato("um endereço que começa com https://"))
        })
    }
}

/// A positive amount.
pub(super) struct Valor(pub(super) Centavos);

impl Deserr<ErrosCampo> for Valor {
    fn deserialize_from_value<V: deserr::IntoValue>(
        valor: deserr::Value<V>,
        local: deserr::ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lido = Centavos::deserialize_from_value(valor, local)?;
        if lido.get() > 0 {
            return Ok(Self(lido));
        }
        Err(ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", "deve ser maior que zero")))
    }
}

impl From<TituloEntrada> for EntradaTitulo {
    fn from(entrada: TituloEntrada) -> Self {
        let codigo = entrada.codigo_integracao.into_string();
        Self {
            numero: entrada.numero.map_or_else(|| codigo.clone(), Texto::into_string),
            codigo_integracao: codigo,
            emissao: entrada.emissao,
            vencimento: entrada.vencimento,
            valor: entrada.valor.0,
            devedor: EntradaDevedor {
                codigo_integracao: entrada.devedor.codigo_integracao.into_string(),
                nome: entrada.devedor.nome.into_string(),
                documento: entrada.devedor.documento,
                categoria: entrada.devedor.categoria.map(Texto::into_string),
                score: entrada.devedor.score.map(|score| score.0),
                gerente: entrada.devedor.gerente,
                emails: entrada.devedor.emails.map(Lista::into_vec),
                telefones: entrada.devedor.telefones.map(Lista::into_vec),
                enderecos: entrada.devedor.enderecos.map(|lista| lista.iter().map(Endereco::from).collect()),
            },
            credor: entrada.credor.map(|credor| EntradaCredor {
                codigo_integracao: credor.codigo_integracao.into_string(),
                nome: credor.nome.into_string(),
            }),
            tipo_negocio: entrada.tipo_negocio,
            tipo_titulo: entrada.tipo_titulo,
            boleto: Boleto {
                nosso_numero: entrada.nosso_numero.map(Texto::into_string),
                linha_digitavel: entrada.linha_digitavel.map(|linha| linha.0.as_str().to_owned()),
                pix_copia_e_cola: entrada.pix_copia_e_cola.map(|pix| pix.0),
                link_boleto: entrada.link_boleto.map(|link| link.0),
            },
        }
    }
}

/// O que aconteceu com um item enviado.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = ResultadoItem)]
pub(super) struct Item {
    /// Posição no envio, a partir de zero.
    indice: usize,
    /// Chave do item no ERP, quando pôde ser lida.
    codigo_integracao: Option<String>,
    /// Id do que foi gravado.
    id: Option<Uuid>,
    /// O que foi feito.
    resultado: Feito,
    /// Por que foi recusado: todos os campos de uma vez.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    erros: Vec<ErroCampo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Feito {
    Criado,
    Atualizado,
    Inalterado,
    Recusado,
}

/// O resultado de um envio, item a item, na ordem enviada.
#[derive(Serialize, ToSchema)]
pub(super) struct Envio {
    /// Itens novos.
    criados: usize,
    /// Itens que mudaram.
    atualizados: usize,
    /// Itens que já estavam assim; nada foi gravado.
    inalterados: usize,
    /// Itens recusados; os demais foram gravados.
    recusados: usize,
    /// Um resultado por item.
    itens: Vec<Item>,
}

impl Item {
    pub(super) fn refused(indice: usize, codigo_integracao: Option<String>, erros: Vec<ErroCampo>) -> Self {
        Self { indice, codigo_integracao, id: None, resultado: Feito::Recusado, erros }
    }

    pub(super) fn stored(indice: usize, codigo_integracao: &str, resultado: &ResultadoItem) -> Self {
        let (id, feito) = match resultado {
            ResultadoItem::Criado(id) => (id.uuid(), Feito::Criado),
            ResultadoItem::Atualizado(id) => (id.uuid(), Feito::Atualizado),
            ResultadoItem::Inalterado(id) => (id.uuid(), Feito::Inalterado),
            ResultadoItem::Recusado(recusa) => {
                return Self::refused(
                    indice,
                    Some(codigo_integracao.to_owned()),
                    vec![refusal(indice, *recusa)],
                );
            }
        };
        Self::done(indice, codigo_integracao.to_owned(), id, feito)
    }

    pub(super) fn done(indice: usize, codigo_integracao: String, id: Uuid, resultado: Feito) -> Self {
        let codigo_integracao = Some(codigo_integracao);
        Self { indice, codigo_integracao, id: Some(id), resultado, erros: Vec::new() }
    }
}

fn refusal(indice: usize, recusa: Recusa) -> ErroCampo {
    let (campo, codigo, detalhe) = match recusa {
        Recusa::Repetido => {
            ("codigo_integracao", "repetido", "este código já está neste envio; só o primeiro vale")
        }
        Recusa::ParcelaDeAcordo => (
            "codigo_integracao",
            "parcela_de_acordo",
            "este código é de uma parcela de acordo, que só muda pela negociação",
        ),
        Recusa::NegociadoComOutro => (
            "devedor/codigo_integracao",
            "negociado_com_outro_devedor",
            "o título está negociado com o devedor que tem; desfaça a negociação antes de passá-lo a outro",
        ),
        Recusa::DocumentoDeOutroDevedor => (
            "devedor/documento",
            "documento_de_outro_devedor",
            "este CPF/CNPJ pertence a um devedor e o código a outro; corrija um dos dois",
        ),
    };
    ErroCampo { campo: format!("/{indice}/{campo}"), codigo: codigo.into(), detalhe: detalhe.into() }
}

impl Envio {
    pub(super) fn new(mut itens: Vec<Item>) -> Self {
        itens.sort_by_key(|item| item.indice);
        let conta = |feito| itens.iter().filter(|item| item.resultado == feito).count();
        Self {
            criados: conta(Feito::Criado),
            atualizados: conta(Feito::Atualizado),
            inalterados: conta(Feito::Inalterado),
            recusados: conta(Feito::Recusado),
            itens,
        }
    }
}
