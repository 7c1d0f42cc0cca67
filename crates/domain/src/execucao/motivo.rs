//! Why, as a person of the field reads it.

use super::Motivo;

impl Motivo {
    /// The reason in words, to stand after a comma or in a column of its own.
    #[must_use]
    pub const fn em_palavras(self) -> &'static str {
        match self {
            Self::DevedorFalecido => "consta que o devedor faleceu",
            Self::TituloPago => "o título foi pago",
            Self::TituloCancelado => "o título foi cancelado",
            Self::TituloSuspenso => "o título foi suspenso",
            Self::TituloNegociado => "o título entrou em negociação",
            Self::TituloAVencer => "o título deixou de estar vencido",
            Self::LembreteVencido => "o vencimento a lembrar passou",
            Self::SemTitulo => "não havia título",
            Self::SemContato => "não há contato que possa ser usado",
            Self::SemEndereco => "não há endereço a que uma carta chegue",
            Self::SemDocumento => "o devedor não tem CPF nem CNPJ",
            Self::SemCredencial => "não há credencial de bureau para o credor",
            Self::ForaDoPrazoMinimo => "o atraso ainda é pouco",
            Self::ForaDoPrazoMaximo => "a dívida é antiga demais",
            Self::ValorMinimo => "o valor é pequeno demais",
            Self::JaNegativado => "o título já está negativado",
            Self::DocumentoAlfanumerico => "o bureau não aceita CNPJ com letras",
            Self::CredorEDevedor => "o credor e o devedor são o mesmo",
            Self::UfVedada => "a lei do estado do devedor não permite",
            Self::ConsultadoRecentemente => "o devedor foi consultado há pouco",
            Self::LimiteDeGasto => "o limite do mês para consultas foi atingido",
            Self::CoringaSemValor => "faltou o valor de um coringa",
            Self::ReguaInativa => "a régua foi desativada",
            Self::ReguaArquivada => "a régua foi arquivada",
            Self::LoteCancelado => "a ação em lote foi cancelada",
            Self::PosicaoRemovida => "a posição foi retirada da régua",
            Self::Migracao => "o devedor mudou de régua",
            Self::PerfilPerdido => "a régua não atende mais o devedor",
            Self::ModoAlterado => "a régua mudou de modo",
            Self::MensagemInvalida => "a mensagem não pôde ser escrita",
            Self::RecusaDoProvedor => "o provedor recusou",
            Self::TentativasEsgotadas => "todas as tentativas falharam",
            Self::ResultadoDesconhecido => "o provedor não respondeu",
            Self::Validade => "o prazo passou",
            Self::NaoEntregue => "não chegou",
            Self::SemResposta => "a resposta do provedor não veio",
            Self::NaoEnviada => "alguém viu que não saiu",
        }
    }
}
