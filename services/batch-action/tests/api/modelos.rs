//! The templates of sheets (rule b04).

use std::collections::BTreeSet;
use std::io::Cursor;

use domain::execucao::Canal;
use sheets::lote::{LinhasDoLote, Modelo};

use crate::apoio::{Servico, code};
use crate::baixa::Baixa;

const MODELOS: &str = "/v1/modelos-de-planilha";

#[tokio::test]
async fn b04_each_template_is_where_the_list_says_and_is_read_back_as_nobody() {
    let s = Servico::new();
    let itens = s.all(MODELOS, 500).await;
    assert_eq!(itens.len(), Modelo::TODOS.len() * 2);
    for item in &itens {
        let texto = |campo: &str| item[campo].as_str().unwrap();
        let (nome, formato) = (texto("nome"), texto("formato"));
        let (cabeca, arquivo) = Baixa::whole(&s, texto("endereco")).await;
        assert!(cabeca.contains(&format!("attachment; filename=\"{nome}\"\r")), "{cabeca}");
        let modelo =
            Modelo::new(Canal::parse(texto("tipo")).unwrap(), item["avulso"].as_bool().unwrap()).unwrap();
        let linhas = match formato {
            "xlsx" => LinhasDoLote::from_xlsx(Cursor::new(arquivo), modelo).unwrap().count(),
            "csv" => LinhasDoLote::new(arquivo.as_slice(), modelo, None).unwrap().count(),
            outro => panic!("{outro}"),
        };
        assert_eq!(linhas, 0, "{nome}");
        let tipo = if formato == "csv" { "text/csv; charset=utf-8\r" } else { ".spreadsheetml.sheet\r" };
        assert!(cabeca.contains(tipo), "{cabeca}");
    }
    let nomes: BTreeSet<_> = itens.iter().map(|item| item["nome"].as_str().unwrap()).collect();
    assert_eq!(nomes.len(), itens.len());
    for nome in
        ["modelo-email.xlsx", "modelo-email-avulso.csv", "modelo-sms-avulso.csv", "modelo-negativacao.csv"]
    {
        assert!(nomes.contains(nome), "{nome}");
    }
}

#[tokio::test]
async fn b04_what_is_no_template_is_404() {
    let s = Servico::new();
    for nome in ["modelo-email", "modelo-carta-avulso.xlsx", "modelo-email.pdf", "%2e%2e"] {
        assert_eq!(code(s.http.get(&format!("{MODELOS}/{nome}")).await, 404), "nao_encontrado", "{nome}");
    }
}
