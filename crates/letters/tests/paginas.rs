#![cfg(test)]
//! Pages as they are printed: what stands where, in letters of every length.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use std::sync::OnceLock;

use letters::{Bloco, Caixa, Carta, Cepnet, Grafica, Janela, Papel, Tabela, Volume};

fn grafica() -> &'static Grafica {
    static GRAFICA: OnceLock<Grafica> = OnceLock::new();
    GRAFICA.get_or_init(|| Grafica::new(Papel::DL).unwrap())
}

fn texts(textos: &[&str]) -> Vec<String> {
    textos.iter().map(|texto| (*texto).to_owned()).collect()
}

fn tabela(linhas: usize) -> Tabela {
    let linha = |n: usize| [format!("NF-{n}/1"), "10/03/2026".to_owned(), "R$ 1.234,56".to_owned()];
    Tabela {
        colunas: ["Número", "Vencimento", "Valor"].map(str::to_owned),
        linhas: (1..=linhas).map(linha).collect(),
        resto: (linhas == 500).then(|| "e mais 12".to_owned()),
        total: "R$ 61.728,00".to_owned(),
    }
}

fn carta(sequencia: u32, titulos: usize) -> Carta {
    Carta {
        sequencia,
        remetente: "Cobradora Exemplo Ltda.".to_owned(),
        endereco: texts(&["Maria da Silva", "Av. Paulista, 1000, 5º andar", "Bela Vista", "01311-000 São Paulo/SP"]),
        cep: Cepnet::parse("01311000"),
        blocos: vec![
            Bloco::Paragrafo(texts(&["Prezada Maria da Silva,"])),
            Bloco::Paragrafo(texts(&[
                "Até a emissão desta carta não identificamos o pagamento dos valores abaixo. Se já pagou, desconsidere este aviso; \
                 se não, fale conosco: há condições para regularizar.",
            ])),
            Bloco::Tabela(tabela(titulos)),
            Bloco::Paragrafo(texts(&["Atenciosamente,", "Cobradora Exemplo"])),
        ],
        identificacao: "Credor: Loja Exemplo S.A., CNPJ 11.222.333/0001-81, Rua das Flores, 10, Centro, São Paulo/SP, CEP 01001-000."
            .to_owned(),
    }
}

/// Points of tenths of a millimetre.
fn pt(decimos: i32) -> f64 {
    f64::from(decimos) * 72.0 / 254.0
}

fn meets(caixa: &Caixa, janela: Janela) -> bool {
    let [x0, y0, x1, y1] = caixa.caixa;
    x0 < pt(janela.x + janela.largura)
        && x1 > pt(janela.x)
        && y0 < pt(janela.y + janela.altura)
        && y1 > pt(janela.y)
}

fn lies_in(caixa: &Caixa, janela: Janela) -> bool {
    let [x0, y0, x1, y1] = caixa.caixa;
    x0 >= pt(janela.x)
        && x1 <= pt(janela.x + janela.largura)
        && y0 >= pt(janela.y)
        && y1 <= pt(janela.y + janela.altura)
}

/// Letters of every kind: short and long, with names and addresses that nobody foresaw.
fn estranhas() -> Vec<Carta> {
    let com = |sequencia, titulos, endereco: &[&str]| Carta {
        endereco: texts(endereco),
        ..carta(sequencia, titulos)
    };
    let longo = "Associação Beneficente dos Moradores e Amigos do Conjunto Residencial Presidente Juscelino Kubitschek de \
                 Oliveira e Adjacências - Filial Quatro";
    let rua = "Rua Desembargador Doutor Professor Pedro de Alcântara Figueiredo Albuquerque, 12345, Bloco B, Apartamento 1204, \
               Torre Sul, ao lado da padaria";
    let colado = "A".repeat(300);
    vec![
        carta(1, 1),
        com(
            2,
            3,
            &[longo, rua, "Jardim das Palmeiras do Alto da Boa Vista", "69900-000 Santa Rosa do Purus/AC"],
        ),
        com(3, 1, &[&colado, &colado, &colado, "01311-000 São Paulo/SP"]),
        com(
            4,
            1,
            &[
                "#set page(width: 1cm) $x$ *a* _b_ `c` @d <e>",
                "= Título",
                "- [ ] //",
                "01311-000 São Paulo/SP",
            ],
        ),
        com(
            5,
            80,
            &["Κωνσταντίνος Παπαδόπουλος", "Дмитрий Иванов", "Łódź Đorđević ñ ß", "01311-000 São Paulo/SP"],
        ),
        com(6, 1, &["王小明", "محمد", "עברית", "नमस्ते", "01311-000 São Paulo/SP"]),
        com(7, 500, &["", "\u{202e}oãoJ", "a\u{0}b\u{7}", "01311-000 São Paulo/SP"]),
        com(8, 0, &[]),
    ]
}

#[test]
fn g14_only_the_address_is_ever_seen_through_the_window_and_all_of_it_is() {
    let janela = Papel::DL.janela;
    for carta in estranhas() {
        let caixas = grafica().look(std::slice::from_ref(&carta)).unwrap();
        let vistas: Vec<&Caixa> =
            caixas.iter().filter(|c| c.pagina == 0 && meets(c, janela.vista())).collect();
        let barras = usize::from(carta.cep.is_some());
        assert_eq!(vistas.iter().filter(|c| c.texto.is_empty()).count(), barras, "carta {}", carta.sequencia);
        let limpo = |texto: &str| texto.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let endereco = limpo(&carta.endereco.concat());
        for vista in &vistas {
            assert!(endereco.contains(&limpo(&vista.texto)), "carta {}: {}", carta.sequencia, vista.texto);
        }
        let ultima = carta.endereco.last().map(|linha| limpo(linha)).unwrap_or_default();
        let todas: String = vistas.iter().map(|c| limpo(&c.texto)).collect();
        assert!(todas.ends_with(&ultima), "carta {}: {todas}", carta.sequencia);
        for vista in vistas {
            let [x0, y0, x1, y1] = vista.caixa;
            // Less than half a millimetre for what hangs over the line.
            let folgada = Caixa { caixa: [x0 + 1.2, y0 + 1.2, x1 - 1.2, y1 - 1.2], ..vista.clone() };
            assert!(
                lies_in(&folgada, janela.segura()),
                "carta {}: {} {:?}",
                carta.sequencia,
                vista.texto,
                vista.caixa
            );
        }
    }
}

#[test]
fn g14_the_same_holds_for_every_envelope() {
    for papel in [Papel::OFICIO, Papel::C5] {
        let grafica = Grafica::new(papel).unwrap();
        let caixas = grafica.look(&[carta(1, 3)]).unwrap();
        let vistas: Vec<&str> =
            caixas.iter().filter(|c| meets(c, papel.janela.vista())).map(|c| c.texto.as_str()).collect();
        assert_eq!(
            vistas,
            ["Maria da Silva", "Av. Paulista, 1000, 5º andar", "Bela Vista", "01311-000 São Paulo/SP", ""]
        );
    }
}

#[test]
fn c03_each_letter_has_pages_of_its_own_and_nothing_leaves_the_paper() {
    let cartas = estranhas();
    let folhas = grafica().print(&cartas).unwrap();
    let paginas: Vec<usize> = folhas.lugares.iter().map(|lugar| lugar.paginas).collect();
    assert_eq!(paginas, [1, 1, 1, 1, 3, 1, 12, 1]);
    let mut esperada = 0;
    for lugar in &folhas.lugares {
        assert_eq!(lugar.pagina, esperada);
        esperada += lugar.paginas;
    }
    let mut larga = carta(9, 1);
    let colado = "W".repeat(200);
    larga.blocos.push(Bloco::Paragrafo(vec![colado.clone()]));
    larga.blocos.push(Bloco::Tabela(Tabela {
        linhas: vec![[colado, "10/03/2026".to_owned(), "R$ 1,00".to_owned()]],
        ..tabela(1)
    }));
    let cartas: Vec<Carta> = cartas.into_iter().chain([larga]).collect();
    for caixa in grafica().look(&cartas).unwrap() {
        let [x0, y0, x1, y1] = caixa.caixa;
        assert!(
            x0 >= 0.0 && y0 >= 0.0 && x1 <= pt(2_100) && y1 <= pt(2_970),
            "{} {:?}",
            caixa.texto,
            caixa.caixa
        );
    }
}

#[test]
fn m09_a_table_breaks_over_pages_with_its_head_on_each_and_every_titulo_once() {
    let caixas = grafica().look(&[carta(1, 500)]).unwrap();
    for pagina in 0..12 {
        let nela = |texto: &str| caixas.iter().filter(|c| c.pagina == pagina && c.texto == texto).count();
        assert_eq!((nela("Número"), nela("Vencimento"), nela("Valor")), (1, 1, 1), "página {pagina}");
    }
    let titulos: Vec<&str> =
        caixas.iter().map(|c| c.texto.as_str()).filter(|t| t.starts_with("NF-")).collect();
    assert_eq!(titulos.len(), 500);
    assert_eq!((titulos[0], titulos[499]), ("NF-1/1", "NF-500/1"));
    let resto: Vec<usize> = caixas.iter().filter(|c| c.texto == "e mais 12").map(|c| c.pagina).collect();
    assert_eq!(resto, [11]);
}

#[test]
fn the_creditor_and_the_sheet_are_at_the_foot_of_every_page() {
    let caixas = grafica().look(&[carta(7, 80)]).unwrap();
    for pagina in 0..3 {
        let nela: Vec<&Caixa> = caixas.iter().filter(|c| c.pagina == pagina).collect();
        assert!(nela.iter().any(|c| c.texto.contains("CNPJ 11.222.333/0001-81") && c.caixa[1] > pt(2_600)));
        assert!(nela.iter().any(|c| c.texto == format!("7  {}/3", pagina + 1)), "página {pagina}");
    }
}

#[test]
fn what_a_letter_says_is_never_markup() {
    let mut outra = carta(1, 1);
    let ditos = ["#emph[a] *b* _c_ `d` $e$", "= f", "+ g -- h ... \"i\" 'j'", "#read(\"/etc/passwd\")"];
    outra.blocos = vec![Bloco::Paragrafo(texts(&ditos))];
    outra.identificacao = "#sys.version".to_owned();
    let caixas = grafica().look(&[outra]).unwrap();
    let vistos: String = caixas.iter().map(|c| c.texto.as_str()).collect();
    for dito in ditos.iter().chain(&["#sys.version"]) {
        assert!(vistos.contains(dito), "{dito}: {vistos}");
    }
}

#[test]
fn names_in_any_script_are_set_and_what_no_font_has_is_counted() {
    let ilegiveis: Vec<usize> =
        grafica().print(&estranhas()).unwrap().lugares.iter().map(|l| l.ilegiveis).collect();
    assert_eq!(ilegiveis[4], 0, "greek, cyrillic and the letters of our neighbours");
    assert!(ilegiveis[5] >= 3, "chinese: {ilegiveis:?}");
    assert_eq!((ilegiveis[0], ilegiveis[1]), (0, 0));
}

#[test]
fn parts_bound_into_one_are_the_same_pages_and_the_same_bytes_every_time() {
    let cartas = [carta(1, 1), carta(2, 80)];
    let bind = || {
        let mut bytes = Vec::new();
        let mut volume = Volume::new(&mut bytes).unwrap();
        for carta in &cartas {
            volume.add(&grafica().print(std::slice::from_ref(carta)).unwrap().pdf).unwrap();
        }
        assert_eq!(volume.close("Cartas").unwrap(), 4);
        bytes
    };
    let bytes = bind();
    assert_eq!(bytes, bind());
    let texto = String::from_utf8_lossy(&bytes);
    assert_eq!(texto.matches("/Type/Page/").count(), 4);
    assert_eq!(texto.matches("/Type/Catalog").count(), 1);
    every_reference_leads_to_an_object(&bytes);
}

/// Every number after which `0 R` stands is one at whose place in the table `n 0 obj` stands.
fn every_reference_leads_to_an_object(bytes: &[u8]) {
    let fim = String::from_utf8_lossy(&bytes[bytes.len() - 40..]).into_owned();
    let tabela: usize = fim.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let linhas = String::from_utf8_lossy(&bytes[tabela..]).into_owned();
    let linhas: Vec<&str> =
        linhas.lines().skip(2).take_while(|linha| !linha.starts_with("trailer")).collect();
    let mut vistas = 0;
    for onde in (0..tabela).filter(|onde| bytes[*onde..].starts_with(b" 0 R")) {
        let algarismos = bytes[..onde].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let numero = String::from_utf8_lossy(&bytes[onde - algarismos..onde]).into_owned();
        let Some(linha) = numero.parse::<usize>().ok().and_then(|numero| linhas.get(numero)) else {
            continue;
        };
        assert!(linha.ends_with('n'), "{numero} is free");
        let onde: usize = linha.get(..10).unwrap().parse().unwrap();
        assert!(bytes[onde..].starts_with(format!("{numero} 0 obj").as_bytes()), "{numero}");
        vistas += 1;
    }
    assert!(vistas > 20, "{vistas}");
}

#[test]
fn what_is_no_pdf_of_ours_is_not_bound() {
    for bytes in
        [&b""[..], b"%PDF-1.7", b"startxref\n9\n%%EOF", b"xref\n0 1\ntrailer\n<<>>\nstartxref\n0\n%%EOF"]
    {
        let mut saida = Vec::new();
        assert!(Volume::new(&mut saida).unwrap().add(bytes).is_err());
    }
}
