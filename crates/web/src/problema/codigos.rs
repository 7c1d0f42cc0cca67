//! The table of codes. One place, so that the page of errors is generated and checked, not remembered.

use std::fmt::Write;

/// One kind of problem: what a program branches on (`codigo`), and what a person reads first (`titulo`).
///
/// Services declare their own as constants beside these and list them in a table of their own.
#[derive(Debug, PartialEq, Eq)]
pub struct Codigo {
    /// Stable name, lower snake. Once published it never changes its meaning.
    pub codigo: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Short title in Portuguese, the same for every occurrence.
    pub titulo: &'static str,
    /// When it is answered and what to do, in Portuguese: the text of the errors page.
    pub quando: &'static str,
}

impl Codigo {
    /// A code of a service.
    #[must_use]
    pub const fn new(codigo: &'static str, status: u16, titulo: &'static str, quando: &'static str) -> Self {
        Self { codigo, status, titulo, quando }
    }
}

macro_rules! codigos {
    ($($nome:ident = $codigo:literal, $status:literal, $titulo:literal, $quando:literal;)+) => {
        $(
            #[doc = concat!("`", $codigo, "`: ", $titulo)]
            pub static $nome: Codigo = Codigo::new($codigo, $status, $titulo, $quando);
        )+
        /// The codes every service can answer.
        pub static COMUNS: &[&Codigo] = &[$(&$nome),+];
    };
}

codigos! {
    REQUISICAO_INVALIDA = "requisicao_invalida", 400, "Requisição inválida",
        "A requisição não pôde ser entendida.";
    JSON_MALFORMADO = "json_malformado", 400, "JSON malformado",
        "O corpo não é JSON válido em UTF-8. O detalhe diz a linha e a coluna.";
    IDEMPOTENCIA_INVALIDA = "idempotencia_invalida", 400, "Idempotency-Key inválida",
        "O cabeçalho `Idempotency-Key` vem uma vez, com 1 a 255 caracteres ASCII visíveis (um UUID serve).";
    CORS_RECUSADO = "cors_recusado", 400, "Recusado por CORS",
        "Um navegador perguntou se uma página de outra origem pode fazer o pedido, e não pode. As origens estão em `http.cors`.";
    NAO_AUTENTICADO = "nao_autenticado", 401, "Não autenticado",
        "Faltou `Authorization: Bearer cob_…`, ou a chave não existe, expirou ou foi revogada.";
    SEM_ESCOPO = "sem_escopo", 403, "Chave sem o escopo necessário",
        "A chave é válida, mas não tem o escopo que esta operação exige. O detalhe diz qual.";
    NAO_ENCONTRADO = "nao_encontrado", 404, "Não encontrado",
        "O recurso não existe, ou pertence a outra empresa.";
    METODO_NAO_PERMITIDO = "metodo_nao_permitido", 405, "Método não permitido",
        "O endereço existe, mas não com este método. O cabeçalho `Allow` diz quais aceita.";
    TEMPO_ESGOTADO = "tempo_esgotado", 408, "Tempo esgotado",
        "O corpo da requisição demorou demais para chegar. Envie de novo.";
    IDEMPOTENCIA_EM_ANDAMENTO = "idempotencia_em_andamento", 409, "Pedido em andamento",
        "Um pedido com esta `Idempotency-Key` ainda está sendo atendido. Repita depois do tempo em `Retry-After`.";
    VERSAO_MUDOU = "versao_mudou", 412, "A versão mudou",
        "O recurso mudou depois de lido. Leia de novo e repita a mudança com o `ETag` novo em `If-Match`.";
    SEM_VERSAO = "sem_versao", 412, "A operação não confere versão",
        "Veio um `If-Match`, e o que a operação muda não tem `ETag`. Nada foi mudado: repita sem o cabeçalho.";
    CORPO_GRANDE = "corpo_grande", 413, "Corpo grande demais",
        "O corpo passa do limite. Divida o envio em partes menores.";
    TIPO_DE_MIDIA = "tipo_de_midia", 415, "Tipo de mídia não suportado",
        "O corpo precisa de `Content-Type: application/json` e, se comprimido, de gzip ou deflate.";
    VALIDACAO = "validacao", 422, "Dados inválidos",
        "Um ou mais campos não são aceitos. `erros` traz todos de uma vez, com o caminho de cada um.";
    IDEMPOTENCIA_DE_OUTRO_PEDIDO = "idempotencia_de_outro_pedido", 422, "Idempotency-Key de outro pedido",
        "Nos últimos 30 dias esta `Idempotency-Key` já respondeu a um pedido diferente. Use uma chave nova.";
    LIMITE_DE_PEDIDOS = "limite_de_pedidos", 429, "Limite de pedidos",
        "A chave de API fez pedidos demais. Espere o tempo em `Retry-After`; os cabeçalhos `RateLimit` dizem quanto resta.";
    INTERNO = "interno", 500, "Erro interno",
        "Falha nossa. Informe o valor de `instance` ao suporte.";
    INDISPONIVEL = "indisponivel", 503, "Temporariamente indisponível",
        "O serviço está sobrecarregado ou reiniciando. Tente de novo depois do tempo em `Retry-After`.";
}

/// Codes that stand in `erros[].codigo`, with their meaning.
pub static DE_CAMPO: &[(&str, &str)] = &[
    ("obrigatorio", "O campo é obrigatório e não veio."),
    ("desconhecido", "O campo não existe nesta operação."),
    ("repetido", "O parâmetro, o código ou o item veio mais de uma vez."),
    ("tipo_invalido", "O tipo do valor não é o esperado."),
    ("valor_invalido", "O valor não é um dos aceitos."),
    ("formato_invalido", "O texto não tem o formato esperado."),
    ("fora_do_intervalo", "O número está fora do intervalo aceito."),
    ("tamanho_invalido", "O texto ou a lista é curto ou longo demais."),
    ("caractere_invalido", "O texto tem um caractere de controle."),
    ("intervalo_invertido", "O fim do intervalo vem antes do começo."),
    ("cursor_invalido", "O cursor não foi emitido por esta operação, com estes filtros e esta ordem."),
    ("muitos_erros", "Há mais erros do que os listados."),
];

/// The errors page: a table of `tabelas` in their order, then the codes of fields.
#[must_use]
pub fn markdown(tabelas: &[&[&Codigo]]) -> String {
    let mut pagina = String::from("| codigo | status | título | quando |\n|---|---|---|---|\n");
    for codigo in tabelas.iter().copied().flatten() {
        let Codigo { codigo, status, titulo, quando } = codigo;
        // Writing to a string cannot fail.
        writeln!(pagina, "| `{codigo}` | {status} | {titulo} | {quando} |").ok();
    }
    pagina.push_str("\n| código de campo | quando |\n|---|---|\n");
    for (codigo, quando) in DE_CAMPO {
        writeln!(pagina, "| `{codigo}` | {quando} |").ok();
    }
    pagina
}

/// The common code that fits an HTTP status nobody gave a code.
pub(crate) fn de_status(status: u16) -> &'static Codigo {
    match COMUNS.iter().find(|codigo| codigo.status == status) {
        Some(codigo) => codigo,
        None if status >= 500 => &INTERNO,
        None => &REQUISICAO_INVALIDA,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_lower_snake_and_say_something() {
        let nomes: BTreeSet<_> = COMUNS.iter().map(|c| c.codigo).collect();
        assert_eq!(nomes.len(), COMUNS.len());
        for codigo in COMUNS {
            assert!(codigo.codigo.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{codigo:?}");
            assert!(
                (400..600).contains(&codigo.status)
                    && !codigo.titulo.is_empty()
                    && codigo.quando.ends_with('.')
            );
        }
    }

    #[test]
    fn every_status_finds_a_code_of_its_own_class() {
        for status in 400..600 {
            let achado = de_status(status).status;
            assert_eq!(achado / 100, status / 100, "{status} became {achado}");
        }
        assert_eq!(de_status(404), &NAO_ENCONTRADO);
        assert_eq!(de_status(431), &REQUISICAO_INVALIDA);
    }

    #[test]
    fn the_page_has_a_line_for_every_code() {
        static MEU: Codigo = Codigo::new("titulo_pago", 409, "Título já pago", "O título já foi pago.");
        let pagina = markdown(&[COMUNS, &[&MEU]]);
        assert!(pagina.contains("| `titulo_pago` | 409 | Título já pago | O título já foi pago. |\n"));
        assert!(pagina.contains("| `corpo_grande` | 413 |"));
        assert_eq!(pagina.lines().count(), 2 + COMUNS.len() + 1 + 1 + 2 + DE_CAMPO.len());
    }
}
