//! One file of letters: its pages and its index, written whole before any row says that they are there.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use domain::ids::{EmpresaId, ExecucaoId};
use letters::{Carta, Folhas, Grafica, LetterError, Volume};
use store::arquivos::{self, Escrita, Posse, Pronto};
use store::cartas::{self, CartaLida, Lugar};

use crate::pagina::Pagina;
use crate::{Falha, Impressora};

/// Letters set at a time: memory is that of a batch, whatever the file.
const LOTE: i64 = 200;

/// The pages, and the index.
const TERMINACOES: [&str; 2] = ["pdf", "csv"];

/// A file that was written.
struct Feito {
    conteudo: Escrita,
    indice: Escrita,
    lugares: Vec<Lugar>,
    paginas: usize,
}

/// Where everything in it is, as the index says it and as the rows do.
struct Sumario {
    indice: String,
    lugares: Vec<Lugar>,
}

impl Impressora {
    /// Makes the file. Answers whether it was still ours to make when it was done; otherwise nothing of it is left.
    pub(crate) fn make(&self, empresa: EmpresaId, posse: &Posse) -> Result<bool, Falha> {
        let comeco = runtime::cronometro();
        let agora = self.relogio.agora();
        let lease = self.ajustes.ajuntamento.lease;
        let prepare = |t: &mut store::Tenant<'_>| cartas::prepare(t, posse, lease, agora);
        let Some(quantas) = self.banco.da_empresa(empresa, prepare)? else { return Ok(false) };
        let feito = if quantas == 0 { None } else { Some(self.write(empresa, posse)?) };
        let pronto = Pronto {
            conteudo: feito.as_ref().map(|feito| feito.conteudo.clone()),
            indice: feito.as_ref().map(|feito| feito.indice.clone()),
            itens: quantas,
            paginas: feito.as_ref().and_then(|feito| i32::try_from(feito.paginas).ok()),
        };
        let agora = self.relogio.agora();
        let nosso = self.banco.da_empresa(empresa, |t| {
            let lugares = feito.as_ref().map(|feito| feito.lugares.as_slice()).unwrap_or_default();
            if !arquivos::finish(t, posse, &pronto, agora)? {
                return Ok(false);
            }
            cartas::place(t, posse, lugares)?;
            Ok(true)
        })?;
        if let Err(erro) = self.tidy(empresa, posse, feito.as_ref(), nosso) {
            // The file is what its row says, whatever is left beside it: that goes when the file goes.
            tracing::error!(arquivo.id = %posse.id, erro = %erro, "sobras de um arquivo de cartas não puderam ser tiradas");
        }
        if nosso {
            metrics::counter!("arquivos_total", "tipo" => "cartas", "fim" => "pronto").increment(1);
            tracing::info!(
                arquivo.id = %posse.id,
                cartas = quantas,
                paginas = pronto.paginas,
                duracao.ms = u64::try_from(comeco.decorrido().as_millis()).unwrap_or(u64::MAX),
                "arquivo de cartas pronto"
            );
        }
        Ok(nosso)
    }

    /// Writes the pages, and the index.
    fn write(&self, empresa: EmpresaId, posse: &Posse) -> Result<Feito, Falha> {
        let deposito = &self.ajustes.arquivos;
        let remetente = self.banco.da_empresa(empresa, arquivos::sender)?;
        let mut sumario = Sumario { indice: letters::header(), lugares: Vec::new() };
        let lugar = posse.lugar(empresa, "pdf");
        let mut falha = None;
        let escrito = deposito.write(&lugar, |saida| {
            let impresso = self.pages(saida, (empresa, posse), &remetente, &mut sumario);
            impresso.map_err(|erro| {
                let texto = erro.to_string();
                falha = Some(erro);
                std::io::Error::other(texto)
            })
        });
        if let Some(falha) = falha {
            return Err(falha);
        }
        let (pdf, paginas) = escrito?;
        let conteudo = written(lugar, &pdf);
        let lugar = posse.lugar(empresa, "csv");
        let (csv, ()) = deposito.write(&lugar, |saida| saida.write_all(sumario.indice.as_bytes()))?;
        Ok(Feito { conteudo, indice: written(lugar, &csv), lugares: sumario.lugares, paginas })
    }

    /// The pages, a batch at a time, as they come. Answers how many.
    fn pages(
        &self,
        saida: &mut dyn Write,
        (empresa, posse): (EmpresaId, &Posse),
        remetente: &str,
        Sumario { indice, lugares }: &mut Sumario,
    ) -> Result<usize, Falha> {
        let grafica = self.grafica()?;
        let mut volume = Volume::new(saida)?;
        let (mut ultima, mut paginas) = (0, 0);
        loop {
            let lidas = self.batch(empresa, posse, ultima)?;
            let Some(fim) = lidas.last().map(|carta| carta.sequencia) else { break };
            ultima = fim;
            let ids: Vec<_> = lidas.iter().map(|carta| ExecucaoId::new(carta.id)).collect();
            let (prontas, folhas) = print(grafica, &lidas, remetente)
                .map_err(|falha| blame(grafica, &lidas, remetente, falha))?;
            volume.add(&folhas.pdf)?;
            for ((pagina, id), lugar) in prontas.iter().zip(ids).zip(folhas.lugares) {
                let lugar = letters::Lugar { pagina: paginas + lugar.pagina, ..lugar };
                indice.push_str(&pagina.row(lugar));
                lugares.push(kept(id, lugar));
            }
            paginas =
                lugares.last().map_or(0, |l| usize::try_from(l.pagina + l.paginas - 1).unwrap_or_default());
        }
        Ok(volume.close("Cartas")?)
    }

    /// The next letters, while the file is ours.
    fn batch(&self, empresa: EmpresaId, posse: &Posse, depois_de: i32) -> Result<Vec<CartaLida>, Falha> {
        let lease = self.ajustes.ajuntamento.lease;
        let lidas = self.banco.da_empresa(empresa, |t| {
            if !arquivos::renew(t, posse, lease)? {
                return Ok(None);
            }
            cartas::of_file(t, posse.id, depois_de, LOTE).map(Some)
        })?;
        lidas.ok_or_else(|| LetterError::Paginas("o arquivo passou a ser de outro".to_owned()).into())
    }

    /// Removes what other attempts left behind, or, when the file is another's, what this one did; and shows it in the sandbox.
    fn tidy(
        &self,
        empresa: EmpresaId,
        posse: &Posse,
        feito: Option<&Feito>,
        nosso: bool,
    ) -> Result<(), Falha> {
        let deposito = &self.ajustes.arquivos;
        let meus: Vec<&str> =
            feito.map(|f| vec![f.conteudo.lugar.as_str(), f.indice.lugar.as_str()]).unwrap_or_default();
        if !nosso {
            return Ok(meus.into_iter().try_for_each(|lugar| deposito.remove(lugar))?);
        }
        deposito.remove_others(&empresa.to_string(), &arquivos::beginning(posse.id), &meus)?;
        Ok(self.ajustes.vitrine.as_deref().map_or(Ok(()), |vitrine| self.show(vitrine, posse, &meus))?)
    }

    /// A copy for whoever looks at what the sandbox did; none of what is empty.
    fn show(&self, vitrine: &Path, posse: &Posse, meus: &[&str]) -> std::io::Result<()> {
        std::fs::create_dir_all(vitrine)?;
        let copia = |terminacao: &str| vitrine.join(format!("{}.{terminacao}", posse.id));
        for (terminacao, lugar) in TERMINACOES.into_iter().zip(meus) {
            let mut original = self.ajustes.arquivos.open(lugar)?;
            std::io::copy(&mut original, &mut std::fs::File::create(copia(terminacao))?)?;
        }
        if meus.is_empty() {
            for terminacao in TERMINACOES {
                std::fs::remove_file(copia(terminacao)).ok(); // there may be none
            }
        }
        Ok(())
    }
}

/// The letters, and the sheets that they are on.
fn print(grafica: &Grafica, lidas: &[CartaLida], remetente: &str) -> Result<(Vec<Pagina>, Folhas), Falha> {
    let prontas: Vec<Pagina> =
        lidas.iter().cloned().map(|lida| Pagina::read(lida, remetente)).collect::<Result<_, _>>()?;
    let cartas: Vec<_> = prontas.iter().map(|pagina| pagina.carta.clone()).collect();
    let folhas = caught(|| grafica.print(&cartas))?;
    Ok((prontas, folhas))
}

/// The typesetter is not ours: where it panics, that is a failure of these letters and keeps no others waiting.
fn caught<T>(work: impl FnOnce() -> Result<T, LetterError>) -> Result<T, LetterError> {
    let parou = |_panico| Err(LetterError::Diagramacao("o diagramador parou no meio".to_owned()));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(parou)
}

/// A letter that says nothing: where not even this one can be printed, no letter is to blame.
fn blank() -> Carta {
    Carta {
        sequencia: 1,
        remetente: String::new(),
        endereco: vec![],
        cep: None,
        blocos: vec![],
        identificacao: String::new(),
    }
}

/// Which of the letters of a batch it is that cannot be printed, if each by itself tells.
fn blame(grafica: &Grafica, lidas: &[CartaLida], remetente: &str, falha: Falha) -> Falha {
    if caught(|| grafica.print(&[blank()])).is_err() {
        return falha;
    }
    let sozinhas =
        lidas.iter().filter(|lida| print(grafica, std::slice::from_ref(*lida), remetente).is_err());
    let cartas: Vec<_> = sozinhas.map(|lida| ExecucaoId::new(lida.id)).collect();
    if cartas.is_empty() { falha } else { Falha::Impossiveis { cartas, causa: Box::new(falha) } }
}

fn written(lugar: String, guardado: &runtime::Guardado) -> Escrita {
    let tamanho = i64::try_from(guardado.tamanho).unwrap_or(i64::MAX);
    Escrita { lugar, tamanho, sha256: guardado.sha256.clone() }
}

fn kept(id: ExecucaoId, lugar: letters::Lugar) -> Lugar {
    let n = |quantos: usize| i32::try_from(quantos).unwrap_or(i32::MAX);
    Lugar { id, pagina: n(lugar.pagina + 1), paginas: n(lugar.paginas), ilegiveis: n(lugar.ilegiveis) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typesetter_that_panics_failed() {
        let parou = caught(|| -> Result<(), _> { panic!("um defeito do diagramador") });
        assert!(matches!(parou, Err(LetterError::Diagramacao(_))));
    }

    #[test]
    fn a_letter_that_says_nothing_can_be_printed() {
        let grafica = Grafica::new(letters::Papel::DL).unwrap();
        assert_eq!(grafica.print(&[blank()]).unwrap().lugares.len(), 1);
    }
}
