//! The codes that only this service answers.

use web::Codigo;

/// Rule b05: each step has its place.
pub(super) static ACAO_NAO_PERMITE: Codigo = Codigo::new(
    "acao_nao_permite",
    409,
    "A ação em lote não permite isso no status em que está",
    "Um rascunho é confirmado depois da seleção e, onde há texto, da mensagem; confirmado, só pode ser cancelado, e o que \
     terminou não muda mais. O detalhe diz o status.",
);
/// Rule b14: what was shown is what is confirmed.
pub(super) static SELECAO_MUDOU: Codigo = Codigo::new(
    "selecao_mudou",
    409,
    "O que foi mostrado mudou",
    "Nada foi confirmado. São mais devedores do que foi mostrado, outros, ou outro texto: `mudancas` diz o que é outro; sem nada ali, \
     o `resumo` é de outra seleção. Leia a confirmação de novo e confirme com o novo `resumo`. Quem saiu entretanto não impede nada.",
);
/// Rule b12: what may not be sent is not sent.
pub(super) static MENSAGEM_FORA_DE_USO: Codigo = Codigo::new(
    "mensagem_fora_de_uso",
    409,
    "O template da mensagem não pode mais ser usado",
    "O template que foi escolhido foi arquivado ou apagado. Escolha outra mensagem.",
);
/// Rule b10: a batch is for somebody.
pub(super) static NINGUEM_APTO: Codigo = Codigo::new(
    "ninguem_apto",
    422,
    "Nenhum devedor pode receber a ação",
    "Ninguém atende aos filtros, ou a todos falta o que a ação pede; a amostra diz o motivo de cada um. Mude a seleção.",
);

/// The codes that only this service answers.
pub static CODIGOS: &[&Codigo] = &[&ACAO_NAO_PERMITE, &SELECAO_MUDOU, &MENSAGEM_FORA_DE_USO, &NINGUEM_APTO];

/// The codes that only this service puts in `erros[].codigo`, with their meaning.
pub static CODIGOS_DE_CAMPO: &[(&str, &str)] = &[
    (
        "planilha_invalida",
        "O arquivo não é uma planilha com as colunas do modelo, não pôde ser lido até o fim, ou nenhuma linha dela é boa. Nada dele foi \
         guardado; o detalhe diz o porquê, e de uma linha o código é o da linha.",
    ),
    ("canal_sem_template", "A empresa não tem template do canal da ação. Crie um em `POST /v1/templates`."),
    ("devedor_fora_da_selecao", "O devedor não atende aos filtros da ação, ou não pode recebê-la."),
    ("posicao_desconhecida", "A empresa não tem posição com este id."),
    ("resultado_desconhecido", "A empresa não tem resultado de contato com este id."),
];

/// The codes that only a line of the sheet of a batch has, with their meaning.
#[must_use]
pub fn line_codes() -> &'static [(&'static str, &'static str)] {
    &sheets::lote::CODIGOS
}
