//! What moves entries at bureaus: títulos that were paid, terms that are over, and the files that say so to a bureau.
//!
//! Nothing here decides: what an entry may become is `domain::negativacao`'s. A file has its number and its lines from the
//! transaction that begins it; whoever is cut off while writing the bytes leaves them to the next one, under the same number.

pub(crate) mod conta;
mod praca;
pub(crate) mod retorno;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::arquivo::TipoArquivo;
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::execucao::Canal;
use domain::ids::EmpresaId;
use providers::bureau::pefin::{self, Conta};
use providers::bureau::{Operacao, Pendencia};
use runtime::Encerramento;
use store::arquivos::{self, Escrita, Posse, Pronto, ending};
use store::negativacoes::{self, LinhaRemessa, RemessaLida};
use store::{StoreError, Tenant, empresas};

use crate::{Dispatcher, Falha};

/// Entries that are looked at in one transaction.
const PAGINA: i64 = 5_000;

/// How long whoever makes a file has it, from one page of it to the next.
const LEASE: Duration = Duration::from_mins(2);

/// What can be chosen about bureaus.
#[derive(Clone, Debug)]
pub struct AjustesBureau {
    /// Pause between two looks.
    pub intervalo: Duration,
    /// How long an entry waits for others to go in one file with.
    pub agrupar: Duration,
    /// Debts in a file, at most.
    pub registros: i64,
    /// Where a bureau of our own writes what it was sent and what it answers; none without a sandbox.
    pub praca: Option<PathBuf>,
}

impl AjustesBureau {
    /// The choices that the configuration makes.
    #[must_use]
    pub fn from_config(config: &runtime::Config) -> Self {
        let secao = &config.negativacao;
        Self {
            intervalo: Duration::from_secs(secao.intervalo_s.into()),
            agrupar: Duration::from_secs(secao.agrupar_s.into()),
            registros: secao.registros.into(),
            praca: None,
        }
    }

    /// As in a sandbox: every remessa goes at once, and a bureau of our own answers it under `praca`.
    #[must_use]
    pub fn at_once(self, praca: PathBuf) -> Self {
        Self { intervalo: Duration::from_secs(1), agrupar: Duration::ZERO, praca: Some(praca), ..self }
    }
}

/// Looks after every company until the end is asked for.
///
/// # Errors
/// The database cannot be used; whoever supervises the loop starts it again.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, fim: Encerramento) -> Result<(), Falha> {
    loop {
        let empresas = dispatcher.blocking(|d| negativacoes::companies(&d.banco)).await?;
        let (todas, mut falhas) = (empresas.len(), 0);
        for empresa in empresas {
            if fim.pedido() {
                return Ok(());
            }
            let agora = dispatcher.relogio.agora();
            // What one company's rows keep from being done is still owed to the debtors of the others.
            if let Err(falha) = dispatcher.blocking(move |d| look_after(d, empresa, agora)).await {
                metrics::counter!("negativacoes_falhas_total").increment(1);
                tracing::error!(empresa.id = %empresa, erro = %falha, "as negativações de uma empresa pararam");
                falhas += 1;
                if falhas == todas {
                    return Err(falha);
                }
            }
        }
        if !fim.dormir(dispatcher.ajustes.bureau.intervalo).await {
            return Ok(());
        }
    }
}

/// One look: what has to come off, what is public by now, what has to be handed over.
fn look_after(d: &Dispatcher, empresa: EmpresaId, agora: DateTime<Utc>) -> Result<(), StoreError> {
    let mut depois_de = None;
    loop {
        let andou = d.banco.da_empresa(empresa, |t| {
            let hoje = empresas::today(t, agora)?;
            negativacoes::move_on(t, depois_de, PAGINA, (agora, hoje))
        })?;
        for (que, quantas) in [("publicadas", andou.publicadas), ("baixas", andou.baixas)] {
            let quantas = u64::try_from(quantas).unwrap_or(u64::MAX);
            metrics::counter!("negativacoes_total", "que" => que).increment(quantas);
        }
        depois_de = andou.continua;
        if depois_de.is_none() {
            break;
        }
    }
    while let Some(posse) =
        d.banco.da_empresa(empresa, |t| arquivos::take_over(t, TipoArquivo::Remessas, LEASE))?
    {
        make(d, empresa, &posse, agora)?;
    }
    let bureau = &d.ajustes.bureau;
    // What is owed to come off goes out of every dispatcher; what is to be listed only where that is sent.
    let incluir = d.vias.iter().any(|via| via.canal() == Canal::Negativacao);
    for conta in d.banco.da_empresa(empresa, |t| negativacoes::waiting(t, bureau.agrupar, incluir))? {
        let nova = d.banco.da_empresa(empresa, |t| {
            let hoje = empresas::today(t, agora)?;
            negativacoes::begin_remessa(
                t,
                conta.credencial,
                (bureau.registros, incluir),
                (agora, hoje),
                LEASE,
            )
        })?;
        if let Some(posse) = nova {
            make(d, empresa, &posse, agora)?;
        }
    }
    match &bureau.praca {
        Some(dir) => praca::answer(d, empresa, dir, agora),
        None => Ok(()),
    }
}

/// Writes the file of a remessa. What keeps it from being written is told, and it is tried again when the lease is over.
fn make(d: &Dispatcher, empresa: EmpresaId, posse: &Posse, agora: DateTime<Utc>) -> Result<(), StoreError> {
    let Some((remessa, conta)) = d.banco.da_empresa(empresa, |t| read(t, posse))? else {
        tracing::error!(arquivo.id = %posse.id, "a remessa não pôde ser escrita: a conta não serve ao bureau");
        return Ok(());
    };
    let lugar = posse.lugar(empresa, ending("text/plain"));
    let escrita = d.ajustes.arquivos.write(&lugar, |saida| {
        saida.write_all(pefin::header(&conta, sequence(&remessa), remessa.data).as_bytes())?;
        let mut registro = 1;
        loop {
            let pagina = page(d, empresa, (posse, &remessa), registro)?;
            for linha in &pagina {
                registro = linha.registro;
                saida.write_all(&write_line(&conta, linha)?)?;
            }
            if pagina.is_empty() {
                break;
            }
        }
        let fim = u32::try_from(registro).unwrap_or(u32::MAX).saturating_add(1);
        saida.write_all(pefin::trailer(fim).as_bytes())
    });
    let guardado = match escrita {
        Ok((guardado, ())) => guardado,
        Err(erro) => {
            tracing::error!(arquivo.id = %posse.id, erro = %erro, "a remessa não pôde ser escrita");
            return Ok(());
        }
    };
    let pronto = Pronto {
        conteudo: Some(Escrita {
            lugar: lugar.clone(),
            tamanho: i64::try_from(guardado.tamanho).unwrap_or(i64::MAX),
            sha256: guardado.sha256,
        }),
        indice: None,
        itens: remessa.registros.into(),
        paginas: None,
    };
    if d.banco.da_empresa(empresa, |t| arquivos::finish(t, posse, &pronto, agora))? {
        metrics::counter!("remessas_total").increment(1);
        let (dir, comeco) = (empresa.to_string(), arquivos::beginning(posse.id));
        if let Err(erro) = d.ajustes.arquivos.remove_others(&dir, &comeco, &[&lugar]) {
            tracing::error!(arquivo.id = %posse.id, erro = %erro, "sobras de uma remessa não puderam ser tiradas");
        }
    } else {
        tracing::warn!(arquivo.id = %posse.id, "o lease já havia expirado; a remessa é de outro");
        d.ajustes.arquivos.remove(&lugar).ok();
    }
    Ok(())
}

fn read(t: &mut Tenant<'_>, posse: &Posse) -> Result<Option<(RemessaLida, Conta)>, StoreError> {
    let Some(remessa) = negativacoes::of_file(t, posse.id)? else { return Ok(None) };
    let credencial = negativacoes::credential(t, remessa.credencial_id)?;
    let conta = credencial.and_then(|credencial| conta::read(&credencial.conta)?.conta().ok());
    Ok(conta.map(|conta| (remessa, conta)))
}

/// The next lines, and the file for longer.
fn page(
    d: &Dispatcher,
    empresa: EmpresaId,
    (posse, remessa): (&Posse, &RemessaLida),
    registro: i32,
) -> io::Result<Vec<LinhaRemessa>> {
    let lida = d.banco.da_empresa(empresa, |t| {
        let nossa = arquivos::renew(t, posse, LEASE)?;
        Ok((nossa, negativacoes::lines(t, remessa.id, registro, PAGINA)?))
    });
    match lida.map_err(io::Error::other)? {
        (true, linhas) => Ok(linhas),
        (false, _) => Err(io::Error::other("o lease expirou")),
    }
}

fn sequence(remessa: &RemessaLida) -> u32 {
    u32::try_from(remessa.sequencia).unwrap_or_default()
}

fn write_line(conta: &Conta, linha: &LinhaRemessa) -> io::Result<Vec<u8>> {
    let pendencia = Pendencia {
        documento: Documento::parse(&linha.debito.documento).map_err(io::Error::other)?,
        nome: linha.debito.nome.clone(),
        endereco: linha.debito.endereco.clone(),
        vencimento: linha.vencimento,
        valor: Centavos::new(linha.valor),
        contrato: linha.contrato.clone(),
    };
    let operacao = linha.baixa.map_or(Operacao::Incluir, Operacao::Excluir);
    let registro = u32::try_from(linha.registro).map_err(io::Error::other)?;
    let escrita = pefin::detail(conta, registro, operacao, &pendencia).map_err(io::Error::other)?;
    Ok(escrita.as_bytes().to_vec())
}
