//! What a program branches on when a line is refused, and what a person does about it.

macro_rules! codigos {
    ($($variante:ident = $nome:literal, $quando:literal;)+) => {
        /// Stable name of a fault. Once published it never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Codigo {
            $(#[doc = $quando] $variante,)+
        }

        impl Codigo {
            /// All that a line of a sheet can be refused for.
            pub const TODOS: &[Self] = &[$(Self::$variante),+];

            /// As it is spelled.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variante => $nome,)+ }
            }

            /// When it is told and what to do, in Portuguese: the text of the errors page.
            #[must_use]
            pub const fn quando(self) -> &'static str {
                match self { $(Self::$variante => $quando,)+ }
            }
        }
    };
}

codigos! {
    Obrigatorio = "obrigatorio", "O campo é obrigatório e está em branco. Preencha-o.";
    FormatoInvalido = "formato_invalido", "O que está escrito não tem o formato do campo: data, valor, documento, e-mail, telefone, boleto. \
        O motivo diz qual; confira também `formato_data` e `decimal` no mapeamento.";
    ForaDoIntervalo = "fora_do_intervalo", "O número, o valor ou o ano está fora do que se aceita. O motivo diz o intervalo.";
    ValorInvalido = "valor_invalido", "A palavra não é uma das aceitas. Corrija-a, ou traduza-a em `valores` no mapeamento.";
    TamanhoInvalido = "tamanho_invalido", "O texto é longo demais. O motivo diz quantos caracteres cabem.";
    CaractereInvalido = "caractere_invalido", "O texto tem uma quebra de linha, uma tabulação ou outro caractere de controle. Tire-o.";
    ListaGrande = "lista_grande", "Há e-mails ou telefones demais em uma célula. Deixe os que valem.";
    Incoerente = "incoerente", "Dois campos da linha se contradizem, como o documento e o tipo de pessoa. Corrija um dos dois.";
    EnderecoIncompleto = "endereco_incompleto", "Há parte de um endereço sem a cidade ou a UF. Preencha as duas, ou deixe o endereço em branco.";
    CredorSemCodigo = "credor_sem_codigo", "A linha tem o nome de um credor e não o código. Preencha os dois.";
    CodificacaoInvalida = "codificacao_invalida", "O texto não está em UTF-8. Em CSV, diga `codificacao: latin-1` no mapeamento ou \
        `charset=iso-8859-1` no `Content-Type`; NDJSON é sempre UTF-8.";
    ColunasDiferentes = "colunas_diferentes", "A linha tem mais ou menos colunas que o cabeçalho. Procure um separador a mais, ou aspas que faltam.";
    LinhaLonga = "linha_longa", "A linha passa de 64 KiB ou, em CSV e XLSX, de 256 colunas. Quase sempre são aspas que não fecham, ou, em \
        NDJSON, um arquivo sem quebras de linha.";
    FormulaInvalida = "formula_invalida", "A célula mostra um erro, ou uma fórmula que não foi calculada. Recalcule e salve a planilha.";
    NumeroArredondado = "numero_arredondado", "A planilha guarda 15 dígitos de um número, e este tem mais. Formate a coluna como texto e escreva-o de novo.";
    LeituraInterrompida = "leitura_interrompida", "O resto do arquivo não pôde ser lido. Confira o arquivo e envie-o de novo.";
}
