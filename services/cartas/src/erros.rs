//! The lines that an import refused, in a file that stands with the others.

use std::io;

use chrono::{DateTime, Utc};
use domain::arquivo::TipoArquivo;
use domain::ids::EmpresaId;
use store::arquivos::{self, ErroDaLinha, Escrita, Posse, Pronto};

use crate::{Falha, Impressora, LEASE};

/// The columns, as `GET /v1/importacoes/{id}/erros.csv` has them; with the mark by which spreadsheets know UTF-8.
const CABECALHO: &str = "\u{feff}linha;codigo_integracao;campo;codigo;motivo\r\n";
/// Lines read at a time.
const LOTE: i64 = 2_000;

impl Impressora {
    /// Writes the files of imports that ended since then, and those that somebody left half made. Answers how many.
    pub(crate) fn write_errors(
        &self,
        empresa: EmpresaId,
        desde: DateTime<Utc>,
        agora: DateTime<Utc>,
    ) -> Result<usize, Falha> {
        let mut posses = Vec::new();
        for recusada in self.banco.da_empresa(empresa, |t| arquivos::rejected(t, desde))? {
            posses.extend(
                self.banco.da_empresa(empresa, |t| arquivos::reserve_errors(t, &recusada, agora, LEASE))?,
            );
        }
        let take = |t: &mut store::Tenant<'_>| arquivos::take_over(t, TipoArquivo::ErrosImportacao, LEASE);
        while let Some(deixado) = self.banco.da_empresa(empresa, take)? {
            posses.push(deixado);
        }
        for posse in &posses {
            self.write_errors_of(empresa, posse)?;
        }
        Ok(posses.len())
    }

    fn write_errors_of(&self, empresa: EmpresaId, posse: &Posse) -> Result<(), Falha> {
        let lugar = posse.lugar(empresa, "csv");
        let (guardado, itens) = self.ajustes.arquivos.write(&lugar, |saida| {
            saida.write_all(CABECALHO.as_bytes())?;
            let (mut depois_de, mut itens) = ((0, -1), 0);
            loop {
                let ler = |t: &mut store::Tenant<'_>| arquivos::errors_of(t, posse.id, depois_de, LOTE);
                let lidos = self.banco.da_empresa(empresa, ler).map_err(io::Error::other)?;
                let Some(ultimo) = lidos.last() else { return Ok(itens) };
                depois_de = (ultimo.linha, ultimo.ordem);
                itens += i64::try_from(lidos.len()).unwrap_or_default();
                let linhas: String = lidos.iter().map(row).collect();
                saida.write_all(linhas.as_bytes())?;
            }
        })?;
        let tamanho = i64::try_from(guardado.tamanho).unwrap_or(i64::MAX);
        let conteudo = Some(Escrita { lugar: lugar.clone(), tamanho, sha256: guardado.sha256 });
        let pronto = Pronto { conteudo, indice: None, itens, paginas: None };
        let agora = self.relogio.agora();
        let deposito = &self.ajustes.arquivos;
        let limpo = if self.banco.da_empresa(empresa, |t| arquivos::finish(t, posse, &pronto, agora))? {
            deposito.remove_others(&empresa.to_string(), &arquivos::beginning(posse.id), &[&lugar])
        } else {
            deposito.remove(&lugar)
        };
        if let Err(erro) = limpo {
            tracing::error!(arquivo.id = %posse.id, erro = %erro, "sobras de um arquivo não puderam ser tiradas");
        }
        Ok(())
    }
}

fn row(erro: &ErroDaLinha) -> String {
    let ErroDaLinha { linha, codigo_integracao, campo, codigo, motivo, .. } = erro;
    let textos = [
        codigo_integracao.as_deref().unwrap_or_default(),
        campo.as_deref().unwrap_or_default(),
        codigo,
        motivo,
    ];
    let [codigo_integracao, campo, codigo, motivo] = textos.map(letters::cell);
    format!("{linha};{codigo_integracao};{campo};{codigo};{motivo}\r\n")
}
