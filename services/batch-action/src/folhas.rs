//! The sheets of a batch (rules b11, b20): what stands in their columns, and where their rows come from.

use std::io::{self, Write};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::dinheiro::Centavos;
use domain::execucao::Motivo;
use domain::ids::{DevedorId, LoteId};
use domain::lote;
use sheets::saida::{Celula, Coluna, Formato, Saida};
use store::filtros::{self, Listado};
use store::lotes::{self, ItemLido, Lote, Recusa, planilhas};
use store::{StoreError, Tenant};

/// Rows of a page: enough that a filter is not asked for each handful. Rows of 230 bytes cost the process 9 MB more at its peak, as much
/// for 200,000 of them as for 20,000.
pub(crate) const PAGINA: i64 = 5_000;

/// What a sheet says of rows of a kind.
pub(crate) struct Folha<L> {
    /// The name of its file, without what tells the format.
    pub(crate) nome: String,
    pub(crate) colunas: Vec<Coluna>,
    /// A page of at most [`PAGINA`] rows, by debtor, after the one named.
    pub(crate) ler: LerPagina<L>,
    pub(crate) devedor: fn(&L) -> DevedorId,
    pub(crate) celulas: Celulas<L>,
}

pub(crate) type Celulas<L> = Box<dyn Fn(&L) -> Vec<Celula<'_>> + Send>;
pub(crate) type LerPagina<L> =
    Arc<dyn Fn(&mut Tenant<'_>, Option<DevedorId>) -> Result<Vec<L>, StoreError> + Send + Sync>;

/// Why a sheet was not written to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Interrompida {
    /// The rows could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bytes could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl<L> Folha<L> {
    /// Writes all of it in the transaction of `t`, and answers how many rows there were. `antes` is asked before each page whether to go on.
    pub(crate) fn write(
        &self,
        t: &mut Tenant<'_>,
        (formato, saida): (Formato, &mut dyn Write),
        antes: &mut dyn FnMut() -> Result<(), Interrompida>,
    ) -> Result<i64, Interrompida> {
        let mut saida = Saida::new(formato, saida, &self.colunas)?;
        let (mut ate, mut linhas) = (None, 0);
        loop {
            antes()?;
            let pagina = (self.ler)(t, ate)?;
            for linha in &pagina {
                saida.row(&(self.celulas)(linha))?;
            }
            linhas += i64::try_from(pagina.len()).unwrap_or(i64::MAX);
            ate = self.next(&pagina);
            if ate.is_none() {
                saida.finish()?;
                return Ok(linhas);
            }
        }
    }

    /// After whom the page after this one begins, if there is one.
    pub(crate) fn next(&self, pagina: &[L]) -> Option<DevedorId> {
        let cheia = i64::try_from(pagina.len()) == Ok(PAGINA);
        pagina.last().filter(|_| cheia).map(self.devedor)
    }
}

/// Those who can have the action at this moment; of a batch that was confirmed, those whom it was confirmed for.
pub(crate) fn aptos(
    t: &mut Tenant<'_>,
    lote: &Lote,
    agora: DateTime<Utc>,
) -> Result<Result<Folha<Listado>, Recusa>, StoreError> {
    let (id, tipo) = (lote.id, lote.tipo);
    let ler: LerPagina<Listado> = if lote.confirmado.is_some() {
        Arc::new(move |t, depois_de| filtros::enlisted(t, (id, tipo), depois_de, PAGINA))
    } else {
        let Some(selecao) = lote.ao_alcance().cloned() else { return Ok(Err(Recusa(lote.estado))) };
        let dia = lotes::day(t, agora)?;
        Arc::new(move |t, depois_de| {
            let quem = filtros::Selecao { quem: (&selecao.quem).into(), tipo, dia };
            let pagina = filtros::list(t, &quem, depois_de, PAGINA)?;
            match selecao.quem.planilha() {
                Some(planilha) if !planilhas::stands(t, planilha.id)? => Err(StoreError::Unknown("planilha")),
                _ => Ok(pagina),
            }
        })
    };
    Ok(Ok(Folha {
        nome: format!("lista-{id}"),
        colunas: vec![
            Coluna::new("codigo_integracao", 24),
            Coluna::new("documento", 18),
            Coluna::new("nome", 40),
            Coluna::new("contato", 36),
            Coluna::new("saldo", 14),
            Coluna::new("titulos_abertos", 16),
            Coluna::new("outros_codigos", 24),
            Coluna::new("devedor_id", 38),
        ],
        ler,
        devedor: |lido| DevedorId::new(lido.id),
        celulas: Box::new(listed),
    }))
}

/// What became of each whom a batch was confirmed for.
pub(crate) fn itens(
    t: &mut Tenant<'_>,
    lote: &Lote,
    agora: DateTime<Utc>,
) -> Result<Result<Folha<ItemLido>, Recusa>, StoreError> {
    let id = lote.id;
    if lote.confirmado.is_none() {
        return Ok(Err(Recusa(lote.estado)));
    }
    let fuso = lotes::day(t, agora)?.fuso;
    Ok(Ok(Folha {
        nome: format!("itens-{id}"),
        colunas: vec![
            Coluna::new("codigo_integracao", 24),
            Coluna::new("nome", 40),
            Coluna::new("contato", 36),
            Coluna::new("status", 16),
            Coluna::new("motivo", 24),
            Coluna::new("motivo_por_extenso", 44),
            Coluna::new("tentativas", 12),
            Coluna::new("provedor_id", 38),
            Coluna::new("publicar_em", 20),
            Coluna::new("enviada_em", 20),
            Coluna::new("atualizada_em", 20),
            Coluna::new("devedor_id", 38),
            Coluna::new("execucao_id", 38),
        ],
        ler: Arc::new(move |t, depois_de| lotes::items(t, id, depois_de, PAGINA)),
        devedor: |lido| lido.devedor,
        celulas: Box::new(move |lido| detailed(id, fuso, lido)),
    }))
}

fn listed(lido: &Listado) -> Vec<Celula<'_>> {
    let mut codigos = lido.codigos.iter();
    let primeiro = codigos.next();
    let outros = codigos.map(String::as_str).collect::<Vec<_>>().join(", ");
    vec![
        text(primeiro),
        text(lido.documento.as_ref()),
        text(lido.nome.as_ref()),
        text(lido.contato.as_ref()),
        Celula::Dinheiro(Centavos::new(lido.saldo)),
        Celula::Inteiro(lido.abertos),
        Celula::texto(outros),
        Celula::texto(lido.id.to_string()),
    ]
}

fn detailed(id: LoteId, fuso: Tz, lido: &ItemLido) -> Vec<Celula<'_>> {
    let feito = lido.feito.as_ref();
    let instante = |em: DateTime<Utc>| Celula::Instante(em.with_timezone(&fuso).naive_local());
    // What this version cannot put in words still has its code beside it.
    let motivo = feito.and_then(|feito| feito.motivo.as_deref());
    let em_palavras = motivo.and_then(|codigo| Motivo::parse(codigo).ok()).map(Motivo::em_palavras);
    vec![
        text(lido.codigo.as_ref()),
        text(lido.nome.as_ref()),
        text(feito.and_then(|feito| feito.destinatario.as_ref()).or(lido.avulso.as_ref())),
        text(feito.map(|feito| &feito.estado)),
        Celula::talvez(motivo, Celula::texto),
        Celula::talvez(em_palavras, Celula::texto),
        Celula::Inteiro(feito.map_or(0, |feito| feito.tentativas.into())),
        text(feito.and_then(|feito| feito.provedor_id.as_ref())),
        Celula::talvez(feito.map(|feito| feito.publicar_em), instante),
        Celula::talvez(feito.and_then(|feito| feito.enviada_em), instante),
        Celula::talvez(feito.map(|feito| feito.atualizada_em), instante),
        Celula::texto(lido.devedor.to_string()),
        Celula::texto(lote::execucao(id, lido.devedor).to_string()),
    ]
}

fn text(texto: Option<&String>) -> Celula<'_> {
    Celula::talvez(texto, |texto| Celula::texto(texto.as_str()))
}
