//! A debtor as it is shown.

use chrono::{DateTime, Utc};
use domain::dinheiro::Centavos;
use domain::ids::DevedorId;
use domain::telefone::Telefone;
use serde::Serialize;
use store::devedores::{self, ContatoLido, DevedorLido, OptOutLido};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::super::endereco::EnderecoSaida;

/// Um devedor, como aparece em listas.
#[derive(Serialize, ToSchema)]
pub(super) struct DevedorResumo {
    /// Id.
    id: Uuid,
    /// Chaves do devedor nos sistemas da empresa.
    codigos_integracao: Vec<String>,
    /// Nome.
    nome: String,
    /// CPF ou CNPJ, sem pontuação.
    #[schema(value_type = Option<esquema::CpfCnpj>)]
    documento: Option<String>,
    /// O que o devedor é.
    #[schema(value_type = esquema::TipoPessoa)]
    tipo_pessoa: String,
    /// Categoria escolhida pela empresa.
    categoria: Option<String>,
    /// Quem cuida do devedor.
    gerente: Option<String>,
    /// Score do devedor, de 0 a 1000: o que a empresa lhe dá ou, se não dá nenhum, o da última consulta que o trouxe.
    score: Option<i16>,
    /// Desde quando consta que o devedor faleceu; enquanto constar, nada lhe é enviado.
    falecido_em: Option<DateTime<Utc>>,
    /// Soma dos saldos dos títulos abertos.
    #[schema(value_type = esquema::Soma)]
    saldo: String,
    /// Quantos títulos estão abertos.
    titulos_abertos: i64,
    /// Quando o devedor foi cadastrado.
    criado_em: DateTime<Utc>,
    /// Quando algo dele mudou pela última vez.
    atualizado_em: DateTime<Utc>,
}

impl From<DevedorLido> for DevedorResumo {
    fn from(lido: DevedorLido) -> Self {
        Self {
            id: lido.id,
            codigos_integracao: lido.codigos,
            nome: lido.nome,
            documento: lido.documento,
            tipo_pessoa: lido.tipo_pessoa,
            categoria: lido.categoria,
            gerente: lido.gerente,
            score: lido.score,
            falecido_em: lido.falecido_em,
            saldo: Centavos::new(lido.saldo).to_string(),
            titulos_abertos: lido.titulos_abertos,
            criado_em: lido.criado_em,
            atualizado_em: lido.atualizado_em,
        }
    }
}

/// Um devedor com os meios de chegar a ele, cada lista na ordem em que são usados.
#[derive(Serialize, ToSchema)]
pub(super) struct Devedor {
    #[serde(flatten)]
    resumo: DevedorResumo,
    /// E-mails.
    emails: Vec<EmailLido>,
    /// Telefones.
    telefones: Vec<TelefoneLido>,
    /// Endereços.
    enderecos: Vec<EnderecoLido>,
    /// Canais por que o devedor pediu para não ser procurado.
    opt_out: Vec<OptOutSaida>,
}

/// O que se sabe de um meio de contato.
#[derive(Serialize, ToSchema)]
struct MarcasLidas {
    /// De onde veio.
    #[schema(value_type = esquema::OrigemContato)]
    origem: String,
    /// Se vem antes dos outros.
    preferido: bool,
    /// Quando alguém confirmou que é do devedor.
    confirmado_em: Option<DateTime<Utc>>,
    /// Se pode ser usado.
    valido: bool,
    /// Desde quando não pode.
    invalido_desde: Option<DateTime<Utc>>,
    /// Por que não pode.
    motivo: Option<String>,
    /// O provedor que o informou, quando veio de uma consulta.
    fonte: Option<String>,
    /// Quando o informou.
    obtido_em: Option<DateTime<Utc>>,
}

/// Um e-mail.
#[derive(Serialize, ToSchema)]
struct EmailLido {
    /// Endereço.
    #[schema(value_type = esquema::Email)]
    email: String,
    #[serde(flatten)]
    marcas: MarcasLidas,
}

/// Um telefone.
#[derive(Serialize, ToSchema)]
struct TelefoneLido {
    /// Número em E.164.
    #[schema(example = "+5511987654321")]
    telefone: String,
    /// Só celular recebe SMS.
    #[schema(value_type = esquema::TipoTelefone)]
    tipo: &'static str,
    #[serde(flatten)]
    marcas: MarcasLidas,
}

/// Um endereço e o que se sabe dele.
#[derive(Serialize, ToSchema)]
struct EnderecoLido {
    #[serde(flatten)]
    endereco: EnderecoSaida,
    #[serde(flatten)]
    marcas: MarcasLidas,
}

/// Um canal por que o devedor pediu para não ser procurado.
#[derive(Serialize, ToSchema)]
#[schema(as = OptOut)]
struct OptOutSaida {
    /// Canal.
    #[schema(value_type = esquema::CanalOptOut)]
    canal: String,
    /// Desde quando.
    desde: DateTime<Utc>,
    /// Por quê, ou como pediu.
    motivo: Option<String>,
}

/// The debtor with everything that is shown of it, and its version.
pub(super) fn load(t: &mut Tenant<'_>, id: DevedorId) -> Result<Option<(Devedor, i32)>, StoreError> {
    let Some(lido) = devedores::get(t, id)? else { return Ok(None) };
    let versao = lido.versao;
    let (contatos, opt_outs) = (devedores::contatos(t, id)?, devedores::opt_outs(t, id)?);
    Ok(Some((present(lido, contatos, opt_outs)?, versao)))
}

fn present(
    lido: DevedorLido,
    contatos: Vec<ContatoLido>,
    opt_outs: Vec<OptOutLido>,
) -> Result<Devedor, StoreError> {
    let (mut emails, mut telefones, mut enderecos) = (Vec::new(), Vec::new(), Vec::new());
    for contato in contatos {
        match (contato.tipo.as_str(), contato.endereco()?) {
            (_, Some(endereco)) => {
                enderecos.push(EnderecoLido { endereco: endereco.into(), marcas: contato.into() });
            }
            ("email", None) => {
                emails.push(EmailLido { email: contato.valor.clone(), marcas: contato.into() });
            }
            _ => telefones.push(TelefoneLido::new(contato)?),
        }
    }
    let opt_out =
        |lido: OptOutLido| OptOutSaida { canal: lido.canal, desde: lido.desde, motivo: lido.motivo };
    Ok(Devedor {
        resumo: lido.into(),
        emails,
        telefones,
        enderecos,
        opt_out: opt_outs.into_iter().map(opt_out).collect(),
    })
}

impl From<ContatoLido> for MarcasLidas {
    fn from(contato: ContatoLido) -> Self {
        Self {
            origem: contato.origem,
            preferido: contato.preferido,
            confirmado_em: contato.confirmado_em,
            valido: contato.invalido_desde.is_none(),
            invalido_desde: contato.invalido_desde,
            motivo: contato.motivo,
            fonte: contato.fonte,
            obtido_em: contato.obtido_em,
        }
    }
}

impl TelefoneLido {
    fn new(contato: ContatoLido) -> Result<Self, StoreError> {
        let telefone = Telefone::parse(&contato.valor).ok().ok_or(StoreError::Unknown("telefone"))?;
        Ok(Self {
            telefone: telefone.as_str().to_owned(),
            tipo: telefone.tipo().as_str(),
            marcas: contato.into(),
        })
    }
}
