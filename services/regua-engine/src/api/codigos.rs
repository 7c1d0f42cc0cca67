//! The codes that only this service answers.

use web::Codigo;

/// Rule r07.
pub(super) static POSICAO_DUPLICADA: Codigo = Codigo::new(
    "posicao_duplicada",
    409,
    "Já existe uma posição nesse dia",
    "Uma régua tem no máximo uma posição por dia. Inclua a ação na posição que já existe, ou escolha outro dia.",
);
/// Rule v04: an archived régua is over.
pub(super) static REGUA_ARQUIVADA: Codigo =
    Codigo::new("regua_arquivada", 409, "Régua arquivada", "Uma régua arquivada não muda mais. Crie outra.");
/// Rule r12.
pub(super) static REGUA_ATIVA: Codigo = Codigo::new(
    "regua_ativa",
    409,
    "A régua está ativa",
    "O modo muda somente com a régua inativa. Desative, mude e ative de novo.",
);
/// Rule s11.
pub(super) static REGUA_IGUAL: Codigo = Codigo::new(
    "regua_igual",
    409,
    "Outra régua tem os mesmos critérios",
    "Duas réguas não arquivadas não têm o mesmo modo e os mesmos critérios. O detalhe diz qual é a outra: mude-a, \
     arquive-a, ou use outros critérios.",
);
/// A limit of the house.
pub(super) static REGUA_CHEIA: Codigo = Codigo::new(
    "regua_cheia",
    409,
    "A régua já tem o máximo de posições",
    "Uma régua tem no máximo 1000 posições. Use outra régua.",
);
/// A limit of the house.
pub(super) static POSICAO_CHEIA: Codigo = Codigo::new(
    "posicao_cheia",
    409,
    "A posição já tem o máximo de ações",
    "Uma posição tem no máximo 20 ações. Use outra posição.",
);
/// Rule e02.
pub(super) static REPOSICIONAMENTO_NAO_E_ULTIMO: Codigo = Codigo::new(
    "reposicionamento_nao_e_ultimo",
    409,
    "O reposicionamento é a última posição",
    "Nada vem depois do reposicionamento. Escolha um dia antes dele, ou remova-o e inclua-o de novo no fim.",
);
/// Rule e02.
pub(super) static REPOSICIONAMENTO_REPETIDO: Codigo = Codigo::new(
    "reposicionamento_repetido",
    409,
    "A régua já tem um reposicionamento",
    "Uma régua tem no máximo um reposicionamento. Remova o que existe antes de incluir outro.",
);
/// Rule e02.
pub(super) static REPOSICIONAMENTO_COM_ACAO: Codigo = Codigo::new(
    "reposicionamento_com_acao",
    409,
    "O reposicionamento não tem ação",
    "O reposicionamento só volta a uma posição anterior. Inclua a ação em outra posição.",
);
/// Rule e02.
pub(super) static DESTINO_DE_REPOSICIONAMENTO: Codigo = Codigo::new(
    "destino_de_reposicionamento",
    409,
    "O reposicionamento volta a esta posição",
    "A posição a que o reposicionamento volta não pode ser removida. Remova o reposicionamento antes.",
);
/// Rule g07.
pub(super) static NOITE_ANTERIOR: Codigo = Codigo::new(
    "noite_anterior",
    409,
    "Uma data posterior já teve a sua noite",
    "As noites de uma empresa andam para a frente. O detalhe diz a data da última.",
);
/// A limit of the house.
pub(super) static SIMULACOES_DEMAIS: Codigo = Codigo::new(
    "simulacoes_demais",
    409,
    "Há simulações demais por terminar",
    "Uma empresa tem no máximo 20 simulações por terminar. Espere, ou cancele uma.",
);

/// The codes that only this service answers.
pub static CODIGOS: &[&Codigo] = &[
    &POSICAO_DUPLICADA,
    &REGUA_ARQUIVADA,
    &REGUA_ATIVA,
    &REGUA_IGUAL,
    &REGUA_CHEIA,
    &POSICAO_CHEIA,
    &REPOSICIONAMENTO_NAO_E_ULTIMO,
    &REPOSICIONAMENTO_REPETIDO,
    &REPOSICIONAMENTO_COM_ACAO,
    &DESTINO_DE_REPOSICIONAMENTO,
    &NOITE_ANTERIOR,
    &SIMULACOES_DEMAIS,
];

/// The codes that only this service puts in `erros[].codigo`, with their meaning.
pub static CODIGOS_DE_CAMPO: &[(&str, &str)] = &[
    ("nao_permitido", "O campo não se aplica a este tipo de posição ou de ação."),
    ("canal_de_lembrete", "Lembrete aceita somente e-mail e SMS."),
    ("confirmacao_obrigatoria", "A negativação automática precisa ser confirmada."),
    ("template_desconhecido", "A empresa não tem template com este id."),
    ("template_arquivado", "Um template arquivado não entra em ação nova. Escolha outro."),
    ("template_de_outro_canal", "O template e a ação são de canais diferentes."),
    ("credor_desconhecido", "A empresa não tem credor com este `codigo_integracao`."),
    ("destino_invalido", "O reposicionamento volta a uma posição `cobranca` anterior da mesma régua."),
    ("reposicionamento_nao_e_ultimo", "Nenhuma posição vem depois do reposicionamento."),
    ("reposicionamento_repetido", "Uma régua tem no máximo um reposicionamento."),
    ("regua_sem_posicao", "A régua não tem posição."),
    ("posicao_sem_acao", "Só a última posição de uma régua ativa pode não ter ação."),
    ("acao_sem_conteudo", "A ação precisa de um texto."),
    ("regua_arquivada", "Uma régua arquivada não muda mais."),
    ("regua_desconhecida", "A empresa não tem régua com este id."),
    ("devedor_desconhecido", "A empresa não tem devedor com este id."),
    ("noite_anterior", "A noite dessa data já rodou, ou outra depois dela."),
    ("data_passada", "A data já passou no fuso da empresa."),
    ("data_distante", "A data está mais de dois anos adiante."),
    ("data_futura", "A data ainda não chegou no fuso da empresa."),
];
