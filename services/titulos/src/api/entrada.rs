//! A título as it comes in.

use chrono::NaiveDate;
use deserr::Deserr;
use domain::Rotulo;
use domain::boleto::{LinhaDigitavel, link_confere, pix_confere};
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::endereco::Endereco;
use domain::telefone::Telefone;
use store::titulos::{Boleto, EntradaCredor, EntradaDevedor, EntradaTitulo};
use utoipa::ToSchema;
use web::{ErroValor, ErrosCampo, Lista, Texto, esquema, parse_texto};

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
    /// Nome que o devedor lê; ausente mantém, e um credor novo se chama pelo código.
    #[deserr(default)]
    nome: Option<Texto<1, 150>>,
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
pub(super) struct Link(pub(super) String);

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
                nome: credor.nome.map(Texto::into_string),
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
