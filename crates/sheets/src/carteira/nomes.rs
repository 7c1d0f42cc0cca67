//! Names of nobody: common given names, surnames that are places of no map, companies to match.

use super::sorteio::Sorteio;

const PRENOMES: [&str; 32] = [
    "Adélia",
    "Agnaldo",
    "Amália",
    "Anselmo",
    "Aurora",
    "Bento",
    "Berenice",
    "Caetano",
    "Cecília",
    "Celso",
    "Dalva",
    "Davi",
    "Edite",
    "Elói",
    "Eunice",
    "Fausto",
    "Filomena",
    "Gaspar",
    "Graça",
    "Horácio",
    "Inês",
    "Jacira",
    "João",
    "Lázaro",
    "Lúcia",
    "Moacir",
    "Noêmia",
    "Otávio",
    "Quitéria",
    "Raimundo",
    "Socorro",
    "Zélia",
];
const SOBRENOMES: [&str; 32] = [
    "Aguabranca",
    "Barroalto",
    "Bomjardim",
    "Brejoverde",
    "Campoclaro",
    "Canavieiral",
    "Casaforte",
    "Covazul",
    "Engenhonovo",
    "Fontefria",
    "Grotafunda",
    "Ilhabrava",
    "Ladeirinha",
    "Lagoarasa",
    "Maralto",
    "Matarrubra",
    "Montalegrim",
    "Morrovelho",
    "Olhodágua",
    "Pedraclara",
    "Pontesco",
    "Praiamansa",
    "Ribeirafria",
    "Rochedal",
    "Salinópole",
    "Serraclara",
    "Sertãozim",
    "Solnascente",
    "Terravermelha",
    "Valedouro",
    "Varzeão",
    "Ventobom",
];
const RAMOS: [&str; 16] = [
    "Açougue",
    "Autopeças",
    "Clínica",
    "Confecções",
    "Distribuidora",
    "Escola",
    "Farmácia",
    "Gráfica",
    "Laticínios",
    "Madeireira",
    "Mercado",
    "Oficina",
    "Padaria",
    "Papelaria",
    "Transportes",
    "Viveiro",
];
const FINAIS: [&str; 6] = ["Ltda", "S.A.", "& Filhos Ltda", "ME", "EPP", "Comércio; Serviços"];

/// Creditors of a sample: key and name.
pub(super) const CREDORES: [(&str, &str); 3] =
    [("CR-1", "Colégio Serraclara"), ("CR-2", "Clínica Pedraclara"), ("CR-3", "Condomínio Vale do Ventobom")];

/// A state capital, with its area code.
#[derive(Clone, Copy, Default)]
pub(super) struct Lugar {
    pub(super) cidade: &'static str,
    pub(super) uf: &'static str,
    pub(super) ddd: u8,
}

pub(super) const LUGARES: [Lugar; 12] = [
    Lugar { cidade: "São Paulo", uf: "SP", ddd: 11 },
    Lugar { cidade: "Rio de Janeiro", uf: "RJ", ddd: 21 },
    Lugar { cidade: "Vitória", uf: "ES", ddd: 27 },
    Lugar { cidade: "Belo Horizonte", uf: "MG", ddd: 31 },
    Lugar { cidade: "Curitiba", uf: "PR", ddd: 41 },
    Lugar { cidade: "Florianópolis", uf: "SC", ddd: 48 },
    Lugar { cidade: "Porto Alegre", uf: "RS", ddd: 51 },
    Lugar { cidade: "Brasília", uf: "DF", ddd: 61 },
    Lugar { cidade: "Goiânia", uf: "GO", ddd: 62 },
    Lugar { cidade: "Salvador", uf: "BA", ddd: 71 },
    Lugar { cidade: "Recife", uf: "PE", ddd: 81 },
    Lugar { cidade: "Belém", uf: "PA", ddd: 91 },
];

pub(super) fn pessoa(sorteio: &mut Sorteio) -> String {
    let (prenome, primeiro, segundo) =
        (sorteio.one_of(&PRENOMES), sorteio.one_of(&SOBRENOMES), sorteio.one_of(&SOBRENOMES));
    let do_meio = sorteio.one_of(&[" ", " de ", " da "]);
    if primeiro == segundo {
        format!("{prenome} {primeiro}")
    } else {
        format!("{prenome} {primeiro}{do_meio}{segundo}")
    }
}

pub(super) fn empresa(sorteio: &mut Sorteio) -> String {
    format!("{} {} {}", sorteio.one_of(&RAMOS), sorteio.one_of(&SOBRENOMES), sorteio.one_of(&FINAIS))
}

/// The first two words of a name, as the local part of an address.
pub(super) fn apelido(nome: &str) -> String {
    nome.split(' ').take(2).map(plain).collect::<Vec<_>>().join(".")
}

fn plain(palavra: &str) -> String {
    let sem_acento = |letra: char| match letra {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' => 'u',
        'ç' => 'c',
        outra => outra,
    };
    palavra.to_lowercase().chars().map(sem_acento).filter(char::is_ascii_alphanumeric).collect()
}
