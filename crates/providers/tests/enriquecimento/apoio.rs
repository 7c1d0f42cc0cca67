//! A sandbox provider, and clients of every kind that ask it.

use std::sync::Arc;

use domain::documento::Documento;
use domain::enriquecimento::{Dados, EmailDito, EnderecoDito, Finalidade, Relacao, TelefoneDito};
use providers::consultora::{Consultora, Fala, Roteiro};
use providers::enriquecimento::{ClienteEnriquecimento, Config, Pedido, Provedor, Resultado, Tarifa};
use providers::http::{Cliente, Config as ConfigChamada, Resposta};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const TARIFA: Tarifa = Tarifa { centavos: 12, cobra_sem_achado: false };

pub(crate) struct Praca {
    pub(crate) consultora: Consultora,
    pub(crate) pasta: TempDir,
}

pub(crate) async fn praca(roteiro: Roteiro) -> Praca {
    let pasta = TempDir::new().unwrap();
    Praca { consultora: Consultora::start(pasta.path(), roteiro).await.unwrap(), pasta }
}

pub(crate) fn caller() -> Arc<Cliente> {
    let config = ConfigChamada { permite_rede_interna: true, ..ConfigChamada::default() };
    Arc::new(Cliente::new(&config).unwrap())
}

impl Praca {
    /// A client of each provider.
    pub(crate) fn clientes(&self) -> Vec<ClienteEnriquecimento> {
        let http = caller();
        let cliente = |config| ClienteEnriquecimento::new(config, Arc::clone(&http)).unwrap();
        self.consultora.configs(TARIFA).into_iter().map(cliente).collect()
    }

    pub(crate) fn assertiva(&self) -> ClienteEnriquecimento {
        self.clientes().into_iter().find(|cliente| cliente.nome() == "assertiva").unwrap()
    }
}

pub(crate) fn documento() -> Documento {
    Documento::parse("529.982.247-25").unwrap()
}

pub(crate) async fn ask(cliente: &ClienteEnriquecimento) -> Resultado {
    let documento = documento();
    let (chave, finalidade) = (Uuid::from_u128(7), Finalidade::CicloDeCredito);
    cliente.ask(&Pedido { chave, documento: &documento, finalidade }).await
}

/// What is known of somebody, as each provider can say it.
pub(crate) fn conhecidos() -> Dados {
    let fone = |numero: &str, relacao| TelefoneDito {
        numero: numero.to_owned(),
        relacao,
        whatsapp: None,
        visto_em: None,
    };
    let texto = |texto: &str| Some(texto.to_owned());
    Dados {
        telefones: vec![
            fone("11987654321", Relacao::Proprio),
            fone("1133334444", Relacao::Proprio),
            fone("2133334444", Relacao::Terceiro),
        ],
        emails: vec![EmailDito { endereco: "maria@exemplo.com.br".to_owned(), relacao: Relacao::Proprio }],
        enderecos: vec![EnderecoDito {
            logradouro: texto("Av. Paulista"),
            numero: texto("1000"),
            complemento: None,
            bairro: texto("Bela Vista"),
            cidade: texto("São Paulo"),
            uf: texto("SP"),
            cep: texto("01310-100"),
        }],
        ..Dados::default()
    }
}

pub(crate) fn achou() -> Fala {
    Fala::Encontrado(Box::new(conhecidos()))
}

/// Every provider, without anybody to call.
pub(crate) fn provedores() -> Vec<Box<dyn Provedor>> {
    [
        r#"{"provedor":"http","url":"https://a.com/c/{documento}"}"#,
        r#"{"provedor":"assertiva","cliente":"c","segredo":"s"}"#,
        r#"{"provedor":"bigdatacorp","token":"t","token_id":"i"}"#,
    ]
    .into_iter()
    .map(|texto| serde_json::from_str::<Config>(texto).unwrap().provider().unwrap())
    .collect()
}

pub(crate) fn answer(status: u16, corpo: &[u8]) -> Resposta {
    Resposta { status, cabecalhos: Vec::new(), corpo: corpo.to_vec(), inteira: true }
}
