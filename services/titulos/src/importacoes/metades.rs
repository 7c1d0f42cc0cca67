//! The halves of a chunk, which two connections store at one time: PostgreSQL works for each on a core of its own.
//!
//! All lines of one debtor, whether by code or by document, are in one half, in the order of the file, so that neither half
//! waits for the other and what a later line says stands. A process that goes on with a chunk of which one half is stored
//! finds the same halves again: they follow from the lines alone.

use std::collections::HashMap;

use domain::documento::Documento;
use store::importacoes::Item;

/// A chunk of fewer lines is stored in one piece: a second transaction would cost more than it saves.
const MIN: usize = 500;

/// The lines of a chunk.
#[expect(
    clippy::vec_box,
    reason = "small pieces of memory are used again chunk after chunk, large ones scatter it"
)]
#[derive(Default)]
pub(super) struct Metades {
    itens: Vec<Box<Item>>,
    /// Of each line, whether it is in the second half; empty when the chunk is stored in one piece.
    na_segunda: Vec<bool>,
}

impl Metades {
    #[expect(clippy::vec_box, reason = "as they are kept")]
    pub(super) fn new(mut itens: Vec<Box<Item>>) -> Self {
        name_creditors_alike(&mut itens);
        if itens.len() < MIN {
            return Self { itens, na_segunda: Vec::new() };
        }
        let (mut metade_de, mut primeira, mut segunda) = (HashMap::new(), 0_usize, 0_usize);
        // Each debtor goes where fewer lines are, when its first line comes.
        let na_segunda = Devedores::of(&itens).into_iter().map(|devedor| {
            let na_segunda = *metade_de.entry(devedor).or_insert(segunda < primeira);
            *(if na_segunda { &mut segunda } else { &mut primeira }) += 1;
            na_segunda
        });
        let na_segunda = na_segunda.collect();
        Self { itens, na_segunda }
    }

    /// Whether there are two.
    pub(super) fn are_two(&self) -> bool {
        !self.na_segunda.is_empty()
    }

    /// The lines of a half, 0 or 1, or all of them.
    pub(super) fn lines(&self, metade: Option<i16>) -> impl Iterator<Item = &Item> {
        let nela = move |na_segunda: Option<&bool>| metade.is_none_or(|m| na_segunda == Some(&(m == 1)));
        self.itens
            .iter()
            .enumerate()
            .filter(move |(n, _)| nela(self.na_segunda.get(*n)))
            .map(|(_, item)| item.as_ref())
    }
}

/// What the last line that names a creditor says of it stands, whichever half it is in.
fn name_creditors_alike(itens: &mut [Box<Item>]) {
    let mut nomes: HashMap<&str, (Option<&str>, bool)> = HashMap::new();
    for credor in itens.iter().filter_map(|item| item.entrada.credor.as_ref()) {
        let (nome, varia) = nomes.entry(&credor.codigo_integracao).or_insert((credor.nome.as_deref(), false));
        *varia |= *nome != credor.nome.as_deref();
        *nome = credor.nome.as_deref().or(*nome);
    }
    let variam: HashMap<String, Option<String>> = nomes
        .into_iter()
        .filter(|(_, (_, varia))| *varia)
        .map(|(codigo, (nome, _))| (codigo.to_owned(), nome.map(str::to_owned)))
        .collect();
    if variam.is_empty() {
        return;
    }
    for credor in itens.iter_mut().filter_map(|item| item.entrada.credor.as_mut()) {
        if let Some(nome) = variam.get(&credor.codigo_integracao) {
            credor.nome.clone_from(nome);
        }
    }
}

/// Debtors by number; those that turn out to be one point to each other.
#[derive(Default)]
struct Devedores {
    mesmo_que: Vec<usize>,
}

impl Devedores {
    /// The debtor of each line.
    fn of(itens: &[Box<Item>]) -> Vec<usize> {
        let mut este = Self::default();
        let (mut por_codigo, mut por_documento) = (HashMap::new(), HashMap::new());
        let mut numeros = Vec::with_capacity(itens.len());
        for item in itens {
            let devedor = &item.entrada.devedor;
            let numero = *por_codigo.entry(devedor.codigo_integracao.as_str()).or_insert_with(|| este.add());
            if let Some(documento) = devedor.documento.as_ref().map(Documento::as_str) {
                let outro = *por_documento.entry(documento).or_insert(numero);
                este.join(numero, outro);
            }
            numeros.push(numero);
        }
        numeros.into_iter().map(|numero| este.first(numero)).collect()
    }

    fn add(&mut self) -> usize {
        self.mesmo_que.push(self.mesmo_que.len());
        self.mesmo_que.len() - 1
    }

    fn first(&self, mut numero: usize) -> usize {
        while let Some(outro) = self.mesmo_que.get(numero).filter(|outro| **outro != numero) {
            numero = *outro;
        }
        numero
    }

    fn join(&mut self, um: usize, outro: usize) {
        let (um, outro) = (self.first(um), self.first(outro));
        if let Some(este) = self.mesmo_que.get_mut(um.max(outro)) {
            *este = um.min(outro);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use domain::dinheiro::Centavos;
    use domain::documento::Cpf;
    use store::titulos::{Boleto, EntradaCredor, EntradaDevedor, EntradaTitulo};

    use super::*;

    /// The line `linha` of the debtor with this code and, if any, the document with this number.
    fn item(linha: i64, codigo: usize, documento: Option<usize>) -> Box<Item> {
        let devedor = EntradaDevedor {
            codigo_integracao: format!("D{codigo}"),
            nome: "Ana".to_owned(),
            documento: documento.map(|n| Documento::Cpf(Cpf::from_base(&format!("{n:09}")).unwrap())),
            categoria: None,
            score: None,
            gerente: None,
            emails: None,
            telefones: None,
            enderecos: None,
        };
        let credor =
            EntradaCredor { codigo_integracao: "C".to_owned(), nome: Some(format!("Credor {linha}")) };
        let entrada = EntradaTitulo {
            codigo_integracao: format!("T{linha}"),
            numero: linha.to_string(),
            emissao: None,
            vencimento: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
            valor: Centavos::new(100),
            devedor,
            credor: Some(credor),
            tipo_negocio: None,
            tipo_titulo: None,
            boleto: Boleto::default(),
        };
        Box::new(Item { linha, entrada, pago_em: None })
    }

    fn lines(metades: &Metades, metade: Option<i16>) -> Vec<i64> {
        metades.lines(metade).map(|item| item.linha).collect()
    }

    #[test]
    fn every_line_is_in_one_half_and_a_debtor_in_no_two() {
        // Three codes of one document each, in a row and far apart; a third of the lines has no document.
        let linhas = 1..=i64::try_from(4 * MIN).unwrap();
        let itens = |linhas: std::ops::RangeInclusive<i64>| {
            let numero = |linha: i64| usize::try_from(linha).unwrap();
            let documento = |linha| (linha % 3 > 0).then(|| 1 + numero(linha) % 211);
            linhas.map(|linha| item(linha, numero(linha) % 633, documento(linha))).collect::<Vec<_>>()
        };
        let metades = Metades::new(itens(linhas.clone()));
        assert!(metades.are_two());
        let (primeira, segunda) = (lines(&metades, Some(0)), lines(&metades, Some(1)));
        let mut todas = [primeira.clone(), segunda.clone()].concat();
        todas.sort_unstable();
        assert_eq!(todas, linhas.clone().collect::<Vec<_>>());
        assert!(primeira.is_sorted() && segunda.is_sorted(), "in the order of the file");
        let menor = primeira.len().min(segunda.len());
        assert!(menor * 10 > todas.len() * 4, "{menor} lines are no half of {}", todas.len());
        let quem = |metade| metades.lines(Some(metade)).map(|item| &item.entrada.devedor);
        for devedor in quem(0) {
            let outro = quem(1).find(|outro| {
                outro.codigo_integracao == devedor.codigo_integracao
                    || (outro.documento.is_some() && outro.documento == devedor.documento)
            });
            assert_eq!(outro, None, "{}", devedor.codigo_integracao);
        }
        let de_novo = Metades::new(itens(linhas));
        assert_eq!((lines(&de_novo, Some(0)), lines(&de_novo, Some(1))), (primeira, segunda));
    }

    #[test]
    fn a_creditor_has_the_last_name_in_both_halves() {
        let ultima = i64::try_from(MIN).unwrap();
        let mut itens: Vec<_> = (1..=ultima).map(|linha| item(linha, 7 * MIN % 13, None)).collect();
        let sem_nome = EntradaCredor { codigo_integracao: "C".to_owned(), nome: None };
        itens.push(item(ultima + 1, 1, None));
        itens.last_mut().unwrap().entrada.credor = Some(sem_nome);
        let metades = Metades::new(itens);
        let nomes = metades.lines(None).map(|item| item.entrada.credor.clone().unwrap().nome);
        assert!(nomes.into_iter().all(|nome| nome == Some(format!("Credor {ultima}"))));
    }

    #[test]
    fn a_small_chunk_is_one_piece() {
        let metades = Metades::new((1..10).map(|linha| item(linha, 1, None)).collect());
        assert!(!metades.are_two());
        assert_eq!(lines(&metades, None), (1..10).collect::<Vec<_>>());
    }
}
