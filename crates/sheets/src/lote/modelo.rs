//! The template of a sheet: what there is to fill in, an example of it, and how.

use std::io::{self, Write};

use domain::execucao::Canal;

use crate::saida::pasta::{Folha, Pasta};
use crate::saida::{Celula, Coluna, Formato, Saida};

/// Which sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modelo {
    /// Debtors of the company, for an action of this kind.
    Devedores(Canal),
    /// Rule b01: bare addresses, for an e-mail.
    EmailsAvulsos,
    /// Rule b01: bare numbers, for an SMS.
    TelefonesAvulsos,
}

/// A column that is understood. Its name is its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampoLote {
    /// The ERP's code of the debtor.
    CodigoIntegracao,
    /// CPF or CNPJ.
    Documento,
    /// An address.
    Email,
    /// A mobile.
    Telefone,
    /// The name of whoever has it.
    Nome,
}

impl CampoLote {
    /// As it is written in the header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CodigoIntegracao => "codigo_integracao",
            Self::Documento => "documento",
            Self::Email => "email",
            Self::Telefone => "telefone",
            Self::Nome => "nome",
        }
    }

    /// What stands in the example: nobody's, and known again when it comes back.
    #[must_use]
    pub const fn exemplo(self) -> &'static str {
        match self {
            Self::CodigoIntegracao => "EXEMPLO-0001",
            Self::Documento => "123.456.789-09",
            Self::Email => "exemplo@example.com",
            Self::Telefone => "(11) 90000-0000",
            Self::Nome => "Nome de exemplo",
        }
    }

    const fn dica(self) -> &'static str {
        match self {
            Self::CodigoIntegracao => "Código do devedor no seu sistema. Basta ele ou o documento.",
            Self::Documento => {
                "CPF ou CNPJ do devedor, com ou sem pontuação, com os zeros à esquerda. Basta ele ou o código."
            }
            Self::Email => "Um endereço por linha.",
            Self::Telefone => "Um celular por linha, com DDD: (11) 98765-4321.",
            Self::Nome => "Opcional: como chamar quem recebe.",
        }
    }

    const fn largura(self) -> u8 {
        match self {
            Self::CodigoIntegracao | Self::Documento | Self::Telefone => 24,
            Self::Email | Self::Nome => 40,
        }
    }
}

impl Modelo {
    /// All of them.
    pub const TODOS: [Self; 7] = [
        Self::Devedores(Canal::Email),
        Self::Devedores(Canal::Sms),
        Self::Devedores(Canal::Carta),
        Self::Devedores(Canal::Enriquecimento),
        Self::Devedores(Canal::Negativacao),
        Self::EmailsAvulsos,
        Self::TelefonesAvulsos,
    ];

    /// The sheet for an action of this kind. Only e-mails and SMS go to whoever is no debtor.
    #[must_use]
    pub const fn new(tipo: Canal, avulso: bool) -> Option<Self> {
        match (tipo, avulso) {
            (tipo, false) => Some(Self::Devedores(tipo)),
            (Canal::Email, true) => Some(Self::EmailsAvulsos),
            (Canal::Sms, true) => Some(Self::TelefonesAvulsos),
            (Canal::Carta | Canal::Enriquecimento | Canal::Negativacao, true) => None,
        }
    }

    /// Rule b01: whether its lines are bare addresses or numbers.
    #[must_use]
    pub const fn avulso(self) -> bool {
        match self {
            Self::Devedores(_) => false,
            Self::EmailsAvulsos | Self::TelefonesAvulsos => true,
        }
    }

    /// What the action does.
    #[must_use]
    pub const fn tipo(self) -> Canal {
        match self {
            Self::Devedores(tipo) => tipo,
            Self::EmailsAvulsos => Canal::Email,
            Self::TelefonesAvulsos => Canal::Sms,
        }
    }

    /// The columns, in their order.
    #[must_use]
    pub const fn campos(self) -> &'static [CampoLote] {
        match self {
            Self::Devedores(_) => &[CampoLote::CodigoIntegracao, CampoLote::Documento],
            Self::EmailsAvulsos => &[CampoLote::Email, CampoLote::Nome],
            Self::TelefonesAvulsos => &[CampoLote::Telefone, CampoLote::Nome],
        }
    }

    /// One of these has to be there.
    pub(super) const fn precisa_de(self) -> &'static [CampoLote] {
        match self {
            Self::Devedores(_) => self.campos(),
            Self::EmailsAvulsos => &[CampoLote::Email],
            Self::TelefonesAvulsos => &[CampoLote::Telefone],
        }
    }

    /// The name of its file, without what tells the format: `modelo-sms`, `modelo-sms-avulso`.
    #[must_use]
    pub fn nome_do_arquivo(self) -> String {
        let avulso = if self.avulso() { "-avulso" } else { "" };
        format!("modelo-{}{avulso}", self.tipo().as_str())
    }

    /// Rule b04: writes the template, with an example that a reader passes over. A workbook shows in each cell what goes there, keeps
    /// the zeros that are typed, and has a second sheet that says the rest.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write<W: Write>(self, formato: Formato, out: W) -> io::Result<W> {
        let exemplo = self.campos().iter().map(|campo| Celula::texto(campo.exemplo())).collect::<Vec<_>>();
        let colunas = self
            .campos()
            .iter()
            .map(|campo| Coluna::new(campo.as_str(), campo.largura()).filled_in(Some(campo.dica())));
        let colunas = colunas.collect::<Vec<_>>();
        match formato {
            Formato::Csv => {
                let mut saida = Saida::new(formato, out, &colunas)?;
                saida.row(&exemplo)?;
                saida.finish()
            }
            Formato::Xlsx => {
                let folha =
                    |nome: &str, colunas, cabecalho| Folha { nome: nome.to_owned(), colunas, cabecalho };
                let mut pasta = Pasta::new(out, folha("Preencher", colunas, true))?;
                pasta.row(&exemplo)?;
                pasta.next_sheet(folha("Instruções", vec![Coluna::new("", 110)], false))?;
                for frase in self.instructions() {
                    pasta.row(&[Celula::texto(frase)])?;
                }
                pasta.finish()
            }
        }
    }

    fn instructions(self) -> impl Iterator<Item = &'static str> {
        let quem = match self {
            Self::Devedores(_) => {
                "Uma linha por devedor, pelo código dele no seu sistema, pelo CPF ou CNPJ, ou pelos dois."
            }
            Self::EmailsAvulsos => {
                "Uma linha por endereço de e-mail. Quem recebe não precisa ser devedor cadastrado."
            }
            Self::TelefonesAvulsos => {
                "Uma linha por celular, com DDD. Quem recebe não precisa ser devedor cadastrado."
            }
        };
        let exige = match self {
            Self::Devedores(Canal::Email) => {
                "Recebe a mensagem quem tem um e-mail que pode ser usado; os outros são listados com o motivo."
            }
            Self::Devedores(Canal::Sms) => {
                "Recebe a mensagem quem tem um celular que pode ser usado; os outros são listados com o motivo."
            }
            Self::Devedores(Canal::Carta) => {
                "Recebe a carta quem tem endereço; os outros são listados com o motivo."
            }
            Self::Devedores(Canal::Enriquecimento) => {
                "É consultado quem tem CPF ou CNPJ cadastrado; os outros são listados com o motivo."
            }
            Self::Devedores(Canal::Negativacao) => {
                "É negativado quem tem CPF ou CNPJ, endereço e um título vencido; os outros são listados com o motivo."
            }
            Self::EmailsAvulsos => "O nome é opcional.",
            Self::TelefonesAvulsos => "O nome é opcional. Telefone fixo não recebe SMS.",
        };
        [
            quem,
            exige,
            "Apague a linha de exemplo. Se ela ficar como veio, não é considerada.",
            "Não mude os títulos das colunas. Colunas a mais e linhas em branco não são consideradas.",
            "Linhas repetidas valem por uma.",
            "Até 1.000.000 de linhas. As recusadas voltam em uma planilha com o motivo na coluna erro: corrija-as e envie-a como está.",
        ]
        .into_iter()
    }
}
