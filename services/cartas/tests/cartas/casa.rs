//! A company with letters that are in no file, and processes that make files of them.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cartas::{Ajustes, Impressora};
use runtime::{Deposito, Relogio};
use sha2::{Digest as _, Sha256};
use store::Papel;
use store::cartas::Ajuntamento;
use tempfile::TempDir;
use testkit::{Banco, Processo, Sql, block_until};

/// Longer than a few hundred letters take on a busy machine.
pub(crate) const PRAZO: Duration = Duration::from_mins(2);
const EMPRESA: &str = "0192b1f0-0000-7000-8000-000000000001";

/// The database, and the directory of the files.
pub(crate) struct Casa {
    pub(crate) banco: Banco,
    dir: TempDir,
}

/// What a letter says, as the dispatcher keeps it.
const CORPO: &str = r#"{"blocos":[{"paragrafo":["Prezada Maria,"]},{"lista":0}],
    "tabelas":[{"linhas":[{"numero":"NF-1","vencimento":"10/03/2026","valor":"R$ 1,00"}],"resto":null,"total":"R$ 1,00"}]}"#;
const ENDERECO: &str = r#"{"logradouro":"Rua das Flores","numero":"10","complemento":null,"bairro":"Centro","cidade":"São Paulo",
    "uf":"SP","cep":"01311000","ibge":null}"#;

impl Casa {
    /// With so many letters of one night and one action.
    pub(crate) fn with_letters(quantas: usize) -> Self {
        let casa = Self { banco: Banco::new(), dir: tempfile::tempdir().unwrap() };
        casa.write_letters(EMPRESA, quantas);
        casa
    }

    /// So many letters of one night and one action of a company that was not there.
    pub(crate) fn write_letters(&self, empresa: &str, quantas: usize) {
        self.sql().run(&format!(
            "INSERT INTO cadastro.empresa (id, nome, remetente_email, criada_em) \
               VALUES ('{empresa}', 'Cobradora Exemplo', 'a@exemplo.com.br', now()); \
             INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, \
                canal, titulos, data, devida_em, publicar_em, criada_em, estado, enviada_em, atualizada_em) \
               SELECT '{empresa}', md5('e' || n)::uuid, md5('d' || n)::uuid, md5('r')::uuid, md5('p')::uuid, md5('a')::uuid, \
                      md5('i' || n)::uuid, 1, 'carta', '{{}}', '2026-03-10', '2026-03-10', now(), now(), 'enviada', now(), now() \
                 FROM generate_series(1, {quantas}) n; \
             INSERT INTO disparo.carta (empresa_id, id, devedor_id, acao_id, data, nome, endereco, cep, corpo, identificacao, \
                titulos, saldos, vencimentos, montada_em) \
               SELECT e.empresa_id, e.id, e.devedor_id, e.acao_id, e.data, 'Maria da Silva', '{ENDERECO}', '01311000', '{CORPO}', \
                      'Credor: Loja Exemplo.', '{{}}', '{{}}', '{{}}', now() FROM disparo.execucao e \
                WHERE e.empresa_id = '{empresa}'"
        ));
    }

    pub(crate) fn sql(&self) -> Sql {
        Sql::connect(self.banco.url())
    }

    /// A process that makes files.
    pub(crate) fn process(&self) -> Processo {
        let dir = self.dir.path().to_str().unwrap();
        let ambiente = [
            ("DATABASE_URL", self.banco.url()),
            ("COBRANCA_ARQUIVOS__DIR", dir),
            ("COBRANCA_ARQUIVOS__ESPERA_S", "0"),
        ];
        Processo::start(Path::new(env!("CARGO_BIN_EXE_cartas")), &[], &ambiente)
    }

    /// Waits until every letter is in a file that is there.
    pub(crate) fn wait_until_made(&self) {
        let mut sql = self.sql();
        block_until(PRAZO, || {
            sql.number("SELECT count(*) FROM disparo.carta WHERE pagina IS NULL") == 0
                && sql.number("SELECT count(*) FROM disparo.arquivo WHERE estado <> 'pronto'") == 0
        });
    }

    /// Every letter is in exactly one file, whose bytes are those that its row says; and there are no others.
    pub(crate) fn agree(&self, letras: usize) {
        let mut sql = self.sql();
        let lugares = sql.texts(
            "SELECT concat_ws(' ', lugar, sha256, indice_lugar, indice_sha256, itens, paginas) AS text \
               FROM disparo.arquivo WHERE estado = 'pronto'",
        );
        let mut vistas: BTreeSet<String> = BTreeSet::new();
        let (mut cartas, mut esperados) = (0, BTreeSet::new());
        for lugar in &lugares {
            let [pdf, pdf_sha256, csv, csv_sha256, itens, paginas]: [&str; 6] =
                lugar.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let indice = fs::read_to_string(self.dir.path().join(csv)).unwrap();
            assert_eq!(format!("{:x}", Sha256::digest(&indice)), csv_sha256);
            let linhas: Vec<&str> = indice.lines().skip(1).collect();
            cartas += linhas.len();
            vistas.extend(linhas.iter().map(|linha| linha.split(';').nth(1).unwrap().to_owned()));
            assert_eq!((linhas.len().to_string().as_str(), paginas), (itens, itens));
            let bytes = fs::read(self.dir.path().join(pdf)).unwrap();
            assert_eq!(format!("{:x}", Sha256::digest(&bytes)), pdf_sha256);
            let texto = String::from_utf8_lossy(&bytes);
            assert_eq!(texto.matches("/Type/Page/").count(), linhas.len());
            assert!(texto.ends_with("%%EOF\n"));
            esperados.extend([pdf, csv].map(|lugar| self.dir.path().join(lugar)));
        }
        assert_eq!((cartas, vistas.len()), (letras, letras), "each in exactly one");
        assert_eq!(self.files(), esperados);
    }

    /// What a process works with, in our own hands, and what it shows to whoever looks at the sandbox.
    pub(crate) fn printer(&self, relogio: Relogio, vitrine: Option<PathBuf>) -> Arc<Impressora> {
        let ajuntamento =
            Ajuntamento { espera: Duration::ZERO, paciencia: PRAZO, maximo: 1_000, lease: PRAZO };
        let arquivos = Deposito::new(self.dir.path());
        let ajustes = Ajustes { ajuntamento, dias: 365, arquivos, vitrine };
        let banco = store::Banco::connect(self.banco.url(), Papel::Dispatcher, cartas::CONEXOES).unwrap();
        Impressora::new(banco, relogio, ajustes)
    }

    /// Whether a file with this ending is there that has something in it.
    pub(crate) fn has(&self, fim: &str) -> bool {
        let com_algo = |nome: &PathBuf| nome.metadata().unwrap().len() > 0;
        self.files().iter().any(|nome| nome.to_str().unwrap().ends_with(fim) && com_algo(nome))
    }

    fn files(&self) -> BTreeSet<PathBuf> {
        let da_empresa = fs::read_dir(self.dir.path().join(EMPRESA)).unwrap();
        da_empresa.map(|entrada| entrada.unwrap().path()).collect()
    }
}
