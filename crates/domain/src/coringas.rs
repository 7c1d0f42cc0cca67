//! Coringas: the placeholders of a text, written `#NOME#` or, with modifiers, `#NOME|maiusculo|padrao=cliente#`.

pub mod extenso;
mod modificador;
mod nome;
mod texto;

use crate::codigo::codigos;
use crate::execucao::Canal;

pub use modificador::{MAX_CORTE, MAX_PADRAO, Modificador, ModificadorInvalido};
pub use nome::{capitalizado, nome_escrito, primeiro_nome};
pub use texto::{CoringaInvalido, MAX_TEXTO, Texto, Trecho, Uso};

codigos! {
    /// What a coringa becomes, and with it which modifiers fit.
    pub enum Tipo("tipo") {
        /// Words.
        Texto = "texto",
        /// Something that is copied, dialled or typed, and is good only as it is.
        Codigo = "codigo",
        /// A day, `dd/mm/aaaa`.
        Data = "data",
        /// `R$ 1.234,56`.
        Dinheiro = "dinheiro",
        /// A count.
        Inteiro = "inteiro",
        /// Several lines; a table, where the channel has tables.
        Lista = "lista",
    }
}

codigos! {
    /// Of whom or what a coringa speaks.
    pub enum Escopo("escopo") {
        /// The debtor.
        Devedor = "devedor",
        /// The company that collects.
        Empresa = "empresa",
        /// Whom the reference título is owed to.
        Credor = "credor",
        /// The reference título: the oldest one.
        Titulo = "titulo",
        /// All títulos of the message.
        Totais = "totais",
        /// The agreement that the reference título is an instalment of.
        Acordo = "acordo",
        /// What the reference título is paid by.
        Pagamento = "pagamento",
        /// The message itself.
        Sistema = "sistema",
    }
}

codigos! {
    /// Where a text stands in a message.
    pub enum Lugar("lugar") {
        /// The subject: one line.
        Assunto = "assunto",
        /// The body.
        Corpo = "corpo",
    }
}

macro_rules! catalogo {
    ($($(#[$attr:meta])* $variante:ident { $nome:literal, $escopo:ident, $tipo:ident, $max:expr, $descricao:literal, $exemplo:literal })+) => {
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

            /// Of whom or what it speaks.
            #[must_use]
            pub const fn escopo(self) -> Escopo {
                match self { $(Self::$variante => Escopo::$escopo,)+ }
            }

            /// What it becomes.
            #[must_use]
            pub const fn tipo(self) -> Tipo {
                match self { $(Self::$variante => Tipo::$tipo,)+ }
            }

            /// The most characters that it may become, where that is known.
            #[must_use]
            pub const fn tamanho_maximo(self) -> Option<u16> {
                match self { $(Self::$variante => $max,)+ }
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
    Nome { "NOME", Devedor, Texto, Some(150), "Nome do devedor", "Maria da Silva" }
    /// The first word of the name; of a company the whole of it.
    PrimeiroNome { "PRIMEIRO_NOME", Devedor, Texto, Some(150), "Primeiro nome do devedor", "Maria" }
    /// The document, formatted.
    CpfCnpj { "CPF_CNPJ", Devedor, Codigo, Some(18), "CPF ou CNPJ do devedor", "529.982.247-25" }
    /// The document, masked.
    CpfCnpjMascarado { "CPF_CNPJ_MASCARADO", Devedor, Codigo, Some(18), "CPF ou CNPJ do devedor, mascarado", "***.982.247-**" }
    /// The company's own code of the debtor.
    CodigoDevedor { "CODIGO_DEVEDOR", Devedor, Codigo, Some(60), "Código do devedor no sistema da empresa", "C-1042" }
    /// The address the message goes to.
    Email { "EMAIL", Devedor, Codigo, Some(254), "E-mail do devedor", "maria@exemplo.com.br" }
    /// The class that the company put the debtor in.
    Categoria { "CATEGORIA", Devedor, Texto, Some(60), "Categoria do devedor", "Varejo" }
    /// Who looks after the debtor.
    Gerente { "GERENTE", Devedor, Texto, Some(60), "Gerente do devedor", "Ana Souza" }
    /// The preferred telephone.
    Telefone { "TELEFONE", Devedor, Codigo, Some(15), "Telefone do devedor", "(11) 98765-4321" }
    /// Street.
    Endereco { "ENDERECO", Devedor, Texto, Some(150), "Logradouro do devedor", "Rua das Flores" }
    /// House number.
    Numero { "NUMERO", Devedor, Codigo, Some(20), "Número do endereço do devedor", "100" }
    /// Flat, block, floor.
    Complemento { "COMPLEMENTO", Devedor, Texto, Some(80), "Complemento do endereço do devedor", "ap. 12" }
    /// Quarter.
    Bairro { "BAIRRO", Devedor, Texto, Some(80), "Bairro do devedor", "Centro" }
    /// Municipality.
    Cidade { "CIDADE", Devedor, Texto, Some(80), "Cidade do devedor", "São Paulo" }
    /// State.
    Uf { "UF", Devedor, Codigo, Some(2), "UF do devedor", "SP" }
    /// Postal code.
    Cep { "CEP", Devedor, Codigo, Some(9), "CEP do devedor", "01310-100" }
    /// The company that collects.
    Empresa { "EMPRESA", Empresa, Texto, Some(150), "Nome da empresa que cobra", "Cobradora Exemplo" }
    /// Its document, formatted.
    EmpresaCnpj { "EMPRESA_CNPJ", Empresa, Codigo, Some(18), "CNPJ ou CPF da empresa que cobra", "11.222.333/0001-81" }
    /// Where it is, on one line.
    EmpresaEndereco { "EMPRESA_ENDERECO", Empresa, Texto, None, "Endereço da empresa que cobra, numa linha", "Av. Paulista, 1000, 5º andar, Bela Vista, São Paulo/SP, CEP 01310-100" }
    /// Where its e-mails come from.
    EmpresaEmail { "EMPRESA_EMAIL", Empresa, Codigo, Some(254), "E-mail da empresa que cobra", "cobranca@exemplo.com.br" }
    /// The creditor of the reference título.
    Credor { "CREDOR", Credor, Texto, Some(150), "Nome do credor do título mais antigo", "Loja Exemplo Ltda." }
    /// Its legal name; the name that debtors know where it has no other.
    CredorRazaoSocial { "CREDOR_RAZAO_SOCIAL", Credor, Texto, Some(150), "Razão social do credor", "Loja Exemplo Comércio Ltda." }
    /// Its document, formatted.
    CredorCnpj { "CREDOR_CNPJ", Credor, Codigo, Some(18), "CNPJ ou CPF do credor", "11.444.777/0001-61" }
    /// Where it is, on one line.
    CredorEndereco { "CREDOR_ENDERECO", Credor, Texto, None, "Endereço do credor, numa linha", "Rua do Comércio, 50, Centro, Campinas/SP, CEP 13010-000" }
    /// Its telephone.
    CredorTelefone { "CREDOR_TELEFONE", Credor, Codigo, None, "Telefone do credor", "(19) 3333-4444" }
    /// Its e-mail address.
    CredorEmail { "CREDOR_EMAIL", Credor, Codigo, Some(254), "E-mail do credor", "contato@lojaexemplo.com.br" }
    /// Its address on the web.
    CredorSite { "CREDOR_SITE", Credor, Codigo, None, "Site do credor", "https://lojaexemplo.com.br" }
    /// What CDC 42-A asks of every demand: name, document and address of the creditor.
    TextoLegal42a { "TEXTO_LEGAL_42A", Credor, Texto, None, "Identificação do credor que o CDC, art. 42-A, exige: nome, CPF ou CNPJ e endereço", "Credor: Loja Exemplo Comércio Ltda., CNPJ 11.444.777/0001-61, Rua do Comércio, 50, Centro, Campinas/SP, CEP 13010-000." }
    /// The number of the reference título.
    Titulo { "TITULO", Titulo, Codigo, Some(60), "Número do título mais antigo", "NF-2031/1" }
    /// What kind of título it is.
    TipoTitulo { "TIPO_TITULO", Titulo, Texto, Some(60), "Tipo do título mais antigo", "Duplicata" }
    /// What kind of business it is of.
    TipoNegocio { "TIPO_NEGOCIO", Titulo, Texto, Some(60), "Tipo de negócio do título mais antigo", "Venda a prazo" }
    /// The day of its issue.
    DataEmissao { "DATA_EMISSAO", Titulo, Data, Some(10), "Emissão do título mais antigo", "10/02/2026" }
    /// The due date of the reference título.
    DataVencimento { "DATA_VENCIMENTO", Titulo, Data, Some(10), "Vencimento do título mais antigo", "10/03/2026" }
    /// Days since that due date.
    DiasAtraso { "DIAS_ATRASO", Titulo, Inteiro, Some(10), "Dias de atraso do título mais antigo", "15" }
    /// The original amount of the reference título.
    ValorOriginal { "VALOR_ORIGINAL", Titulo, Dinheiro, Some(26), "Valor original do título mais antigo", "R$ 1.234,56" }
    /// What is left of it.
    Saldo { "SALDO", Titulo, Dinheiro, Some(26), "Saldo do título mais antigo, sem encargos", "R$ 1.234,56" }
    /// Late fee.
    Multa { "MULTA", Titulo, Dinheiro, Some(26), "Multa do título mais antigo, na data do envio", "R$ 24,69" }
    /// Late interest.
    Juros { "JUROS", Titulo, Dinheiro, Some(26), "Juros do título mais antigo, na data do envio", "R$ 6,17" }
    /// What a series added to the principal.
    Correcao { "CORRECAO", Titulo, Dinheiro, Some(26), "Correção monetária do título mais antigo, na data do envio", "R$ 0,00" }
    /// What it owes with all of them.
    ValorAtualizado { "VALOR_ATUALIZADO", Titulo, Dinheiro, Some(26), "Saldo do título mais antigo com os encargos até a data do envio", "R$ 1.265,42" }
    /// How many títulos the message is about.
    QtdTitulos { "QTD_TITULOS", Totais, Inteiro, Some(10), "Quantidade de títulos da mensagem", "2" }
    /// The sum of their balances.
    Total { "TOTAL", Totais, Dinheiro, Some(26), "Soma dos saldos dos títulos da mensagem", "R$ 2.469,12" }
    /// The sum of their original amounts.
    TotalOriginal { "TOTAL_ORIGINAL", Totais, Dinheiro, Some(26), "Soma dos valores originais dos títulos da mensagem", "R$ 2.469,12" }
    /// What they owe with the charges of lateness.
    TotalAtualizado { "TOTAL_ATUALIZADO", Totais, Dinheiro, Some(26), "Soma dos saldos dos títulos da mensagem, com os encargos até a data do envio", "R$ 2.524,67" }
    /// The oldest of their due dates.
    VencimentoMaisAntigo { "VENCIMENTO_MAIS_ANTIGO", Totais, Data, Some(10), "Vencimento mais antigo entre os títulos da mensagem", "10/03/2026" }
    /// Rule m09: the títulos, as the channel shows them.
    ListaTitulos { "LISTA_TITULOS", Totais, Lista, None, "Lista dos títulos: número, vencimento, valor e total", "NF-2031/1 10/03/2026 R$ 1.234,56" }
    /// When it was agreed.
    DataAcordo { "DATA_ACORDO", Acordo, Data, Some(10), "Data do acordo de que o título mais antigo é parcela", "15/01/2026" }
    /// What was agreed.
    ValorAcordo { "VALOR_ACORDO", Acordo, Dinheiro, Some(26), "Valor total do acordo", "R$ 3.600,00" }
    /// What was to be paid first.
    ValorEntrada { "VALOR_ENTRADA", Acordo, Dinheiro, Some(26), "Valor da entrada do acordo", "R$ 600,00" }
    /// How many instalments there are.
    QtdParcelas { "QTD_PARCELAS", Acordo, Inteiro, Some(10), "Quantidade de parcelas do acordo", "6" }
    /// Which of them it is.
    ParcelaAtual { "PARCELA_ATUAL", Acordo, Inteiro, Some(10), "Número da parcela", "2" }
    /// What it is of.
    ValorParcela { "VALOR_PARCELA", Acordo, Dinheiro, Some(26), "Valor da parcela", "R$ 1.234,56" }
    /// The bank's own number of it.
    NossoNumero { "NOSSO_NUMERO", Pagamento, Codigo, None, "Nosso número do boleto do título mais antigo", "24000000000123456" }
    /// The digits that are typed.
    LinhaDigitavel { "LINHA_DIGITAVEL", Pagamento, Codigo, Some(48), "Linha digitável do boleto do título mais antigo", "00190500954014481606906809350314337370000000100" }
    /// The text that is pasted.
    PixCopiaCola { "PIX_COPIA_COLA", Pagamento, Codigo, None, "Pix copia e cola do título mais antigo", "00020126330014br.gov.bcb.pix0111529982247255204000053039865802BR5909EXEMPLO 6009SAO PAULO62070503***63041D3D" }
    /// Where it is fetched.
    LinkBoleto { "LINK_BOLETO", Pagamento, Codigo, None, "Endereço do boleto do título mais antigo", "https://boleto.exemplo.com.br/2031-1" }
    /// The date of sending.
    DataHoje { "DATA_HOJE", Sistema, Data, Some(10), "Data do envio", "25/03/2026" }
    /// The same in words.
    DataExtenso { "DATA_EXTENSO", Sistema, Texto, Some(23), "Data do envio, por extenso", "25 de março de 2026" }
    /// Which régua sends it.
    Regua { "REGUA", Sistema, Texto, Some(120), "Nome da régua que envia a mensagem", "Cobrança amigável" }
    /// Which of its positions.
    Posicao { "POSICAO", Sistema, Codigo, Some(6), "Posição da régua que envia a mensagem", "D+6" }
    /// What the message is found by.
    Protocolo { "PROTOCOLO", Sistema, Codigo, Some(36), "Número com que a mensagem é encontrada em GET /v1/execucoes", "0192b1f0-0000-7000-8000-000000000001" }
    /// Where one asks for no more e-mails.
    LinkDescadastro { "LINK_DESCADASTRO", Sistema, Codigo, None, "Endereço em que o devedor deixa de receber e-mails", "https://cobranca.exemplo.com.br/v1/descadastro/AZKx8AAAcACA" }
}

impl Coringa {
    /// Whether it becomes several lines (a table, where the channel has tables).
    #[must_use]
    pub fn lista(self) -> bool {
        self.tipo() == Tipo::Lista
    }

    /// Rule b01: whether it can have a value for a bare address or number on `canal`, of which nothing is known but a name; whose
    /// demand it is, is the company's.
    #[must_use]
    pub fn de_avulso(self, canal: Canal) -> bool {
        match self.escopo() {
            Escopo::Devedor => {
                let contato = match canal {
                    Canal::Email => Some(Self::Email),
                    Canal::Sms => Some(Self::Telefone),
                    Canal::Carta | Canal::Enriquecimento | Canal::Negativacao => None,
                };
                matches!(self, Self::Nome | Self::PrimeiroNome) || contato == Some(self)
            }
            Escopo::Empresa => true,
            Escopo::Credor => !matches!(self, Self::CredorTelefone | Self::CredorSite),
            Escopo::Sistema => !matches!(self, Self::Regua | Self::Posicao),
            Escopo::Titulo | Escopo::Totais | Escopo::Acordo | Escopo::Pagamento => false,
        }
    }

    /// Whether it may stand there. A channel without a text has no place for any.
    #[must_use]
    pub fn cabe(self, canal: Canal, lugar: Lugar) -> bool {
        match lugar {
            Lugar::Assunto => canal == Canal::Email && !self.lista() && self != Self::LinkDescadastro,
            Lugar::Corpo if self == Self::LinkDescadastro => canal == Canal::Email,
            Lugar::Corpo => canal.exige_conteudo(),
        }
    }
}
