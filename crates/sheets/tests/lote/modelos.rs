//! Templates: what is in them, and that they can be sent back.

use std::io::{Cursor, Read as _};

use domain::execucao::Canal;
use sheets::lote::Modelo;
use sheets::saida::{Celula, Formato};
use zip::ZipArchive;

use crate::{FORMATOS, open, read, sheet, told};

fn write(modelo: Modelo, formato: Formato) -> Vec<u8> {
    modelo.write(formato, Vec::new()).unwrap()
}

#[test]
fn b04_each_tipo_has_its_template() {
    let devedores = "codigo_integracao;documento\r\nEXEMPLO-0001;123.456.789-09\r\n";
    for (modelo, nome, esperado) in [
        (Modelo::Devedores(Canal::Email), "modelo-email", devedores),
        (Modelo::Devedores(Canal::Sms), "modelo-sms", devedores),
        (Modelo::Devedores(Canal::Carta), "modelo-carta", devedores),
        (Modelo::Devedores(Canal::Enriquecimento), "modelo-enriquecimento", devedores),
        (Modelo::Devedores(Canal::Negativacao), "modelo-negativacao", devedores),
        (
            Modelo::EmailsAvulsos,
            "modelo-email-avulso",
            "email;nome\r\nexemplo@example.com;Nome de exemplo\r\n",
        ),
        (
            Modelo::TelefonesAvulsos,
            "modelo-sms-avulso",
            "telefone;nome\r\n(11) 90000-0000;Nome de exemplo\r\n",
        ),
    ] {
        assert!(Modelo::TODOS.contains(&modelo));
        assert_eq!(modelo.nome_do_arquivo(), nome);
        assert_eq!(String::from_utf8(write(modelo, Formato::Csv)).unwrap(), format!("\u{feff}{esperado}"));
    }
}

#[test]
fn b01_only_an_email_and_an_sms_go_to_who_is_no_debtor() {
    for tipo in Canal::TODOS {
        assert_eq!(Modelo::new(*tipo, false), Some(Modelo::Devedores(*tipo)));
        let avulso = Modelo::new(*tipo, true);
        assert_eq!(avulso.is_some(), matches!(tipo, Canal::Email | Canal::Sms), "{tipo}");
        assert!(avulso.is_none_or(|modelo| modelo.tipo() == *tipo && Modelo::TODOS.contains(&modelo)));
    }
}

#[test]
fn b04_a_template_that_comes_back_as_it_was_means_nobody() {
    for modelo in Modelo::TODOS {
        for formato in FORMATOS {
            let linhas = open(formato, write(modelo, formato), modelo);
            let titulos = modelo.campos().iter().map(|campo| campo.as_str());
            assert!(titulos.eq(linhas.cabecalho()), "{modelo:?} {formato:?}");
            assert_eq!(linhas.count(), 0, "{modelo:?} {formato:?}");
        }
    }
}

#[test]
fn b04_a_line_with_a_part_of_the_example_is_refused_for_that_part() {
    let texto = |texto: &'static str| Celula::texto(texto);
    for formato in FORMATOS {
        let linhas = [
            vec![texto("C-1"), texto("123.456.789-09")],
            vec![texto("EXEMPLO-0001"), texto("12345678909")],
            vec![texto("EXEMPLO-0001"), texto("529.982.247-25")],
        ];
        let arquivo = sheet(formato, &["codigo_integracao", "documento"], &linhas);
        let motivo = "ainda é o exemplo do modelo: troque-o ou apague a linha";
        assert_eq!(
            told(&read(formato, arquivo, Modelo::Devedores(Canal::Sms))),
            [
                format!("linha 2: documento: {motivo}"),
                format!("linha 3: codigo_integracao: {motivo}; documento: {motivo}"),
                format!("linha 4: codigo_integracao: {motivo}"),
            ]
        );
        let arquivo = sheet(formato, &["email", "nome"], &[vec![texto("Exemplo@example.com"), texto("Ana")]]);
        let lidas = read(formato, arquivo, Modelo::EmailsAvulsos);
        assert_eq!(told(&lidas), [format!("linha 2: email: {motivo}")]);
        assert_eq!(lidas[0].as_ref().unwrap_err().erros[0].motivo.codigo(), "linha_de_exemplo");
        let arquivo = sheet(formato, &["telefone"], &[vec![texto("11900000000")]]);
        assert_eq!(read(formato, arquivo, Modelo::TelefonesAvulsos)[0].as_ref().unwrap_err().linha, 2);
    }
}

#[test]
fn b04_a_workbook_says_in_its_cells_and_on_a_second_sheet_what_goes_there() {
    for modelo in Modelo::TODOS {
        let mut zip = ZipArchive::new(Cursor::new(write(modelo, Formato::Xlsx))).unwrap();
        let mut part = |caminho: &str| {
            let mut texto = String::new();
            zip.by_name(caminho).unwrap().read_to_string(&mut texto).unwrap();
            texto
        };
        let pasta = part("xl/workbook.xml");
        assert!(pasta.contains("name=\"Preencher\"") && pasta.contains("name=\"Instruções\""), "{pasta}");
        let folha = part("xl/worksheets/sheet1.xml");
        assert_eq!(folha.matches("<dataValidation ").count(), modelo.campos().len(), "{folha}");
        assert_eq!(folha.matches(" style=\"6\" ").count(), modelo.campos().len(), "texts keep their zeros");
        let instrucoes = part("xl/worksheets/sheet2.xml");
        assert!(instrucoes.contains("linhas em branco") && !instrucoes.contains("<dataValidation"));
    }
}
