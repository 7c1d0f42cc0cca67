//! Coringas: the placeholders of a text, written `#NOME#`.

mod texto;

pub use texto::{CoringaDesconhecido, Texto, Trecho};

macro_rules! catalogo {
    ($($(#[$attr:meta])* $variante:ident { $nome:literal, $descricao:literal, $exemplo:literal })+) => {
        /// A placeholder of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Coringa { $($(#[$attr])* $variante,)+ }

        impl Coringa {
            /// The catalogue, in the order in which it is shown.
            pub const TODOS: &'static [Self] = &[$(Self::$variante),+];

            /// The name between the `#`.
            #[must_use]
            pub const fn nome(self) -> &'static str {
                match self { $(Self::$variante => $nome,)+ }
            }

            /// What it becomes, for whoever writes a text.
            #[must_use]
            pub const fn descricao(self) -> &'static str {
                match self { $(Self::$variante => $descricao,)+ }
            }

            /// A value it could have.
            #[must_use]
            pub const fn exemplo(self) -> &'static str {
                match self { $(Self::$variante => $exemplo,)+ }
            }

            /// The one of this name, if there is one.
            #[must_use]
            pub fn from_nome(nome: &str) -> Option<Self> {
                match nome { $($nome => Some(Self::$variante),)+ _ => None }
            }
        }
    };
}

catalogo! {
    /// The debtor's name.
    Nome { "NOME", "Nome do devedor", "Maria da Silva" }
    /// The first word of the name.
    PrimeiroNome { "PRIMEIRO_NOME", "Primeiro nome do devedor", "Maria" }
    /// The document, formatted.
    CpfCnpj { "CPF_CNPJ", "CPF ou CNPJ do devedor", "529.982.247-25" }
    /// The document, masked.
    CpfCnpjMascarado { "CPF_CNPJ_MASCARADO", "CPF ou CNPJ do devedor, mascarado", "***.982.247-**" }
    /// The company's own code of the debtor.
    CodigoDevedor { "CODIGO_DEVEDOR", "Código do devedor no sistema da empresa", "C-1042" }
    /// The address the message goes to.
    Email { "EMAIL", "E-mail do devedor", "maria@exemplo.com.br" }
    /// The company that collects.
    Empresa { "EMPRESA", "Nome da empresa que cobra", "Cobradora Exemplo" }
    /// The creditor of the reference título.
    Credor { "CREDOR", "Nome do credor do título mais antigo", "Loja Exemplo Ltda." }
    /// The number of the reference título.
    Titulo { "TITULO", "Número do título mais antigo", "NF-2031/1" }
    /// The due date of the reference título.
    DataVencimento { "DATA_VENCIMENTO", "Vencimento do título mais antigo", "10/03/2026" }
    /// Days since that due date.
    DiasAtraso { "DIAS_ATRASO", "Dias de atraso do título mais antigo", "15" }
    /// The original amount of the reference título.
    ValorOriginal { "VALOR_ORIGINAL", "Valor original do título mais antigo", "R$ 1.234,56" }
    /// How many títulos the message is about.
    QtdTitulos { "QTD_TITULOS", "Quantidade de títulos da mensagem", "2" }
    /// The sum of their balances.
    Total { "TOTAL", "Soma dos saldos dos títulos da mensagem", "R$ 2.469,12" }
    /// The oldest of their due dates.
    VencimentoMaisAntigo { "VENCIMENTO_MAIS_ANTIGO", "Vencimento mais antigo entre os títulos da mensagem", "10/03/2026" }
    /// The date of sending.
    DataHoje { "DATA_HOJE", "Data do envio", "25/03/2026" }
    /// Rule m09: the títulos, as the channel shows them.
    ListaTitulos { "LISTA_TITULOS", "Lista dos títulos: número, vencimento, valor e total", "NF-2031/1 10/03/2026 R$ 1.234,56" }
}

impl Coringa {
    /// Whether it becomes several lines (a table, where the channel has tables).
    #[must_use]
    pub const fn lista(self) -> bool {
        matches!(self, Self::ListaTitulos)
    }
}
