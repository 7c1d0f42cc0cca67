//! Files that are downloaded, and letters on their way.

use crate::codigo::codigos;

codigos! {
    /// What a file is (rule c02).
    pub enum TipoArquivo("tipo") {
        /// Letters to be printed, with their index.
        Cartas = "cartas",
        /// What goes to a bureau.
        Remessas = "remessas",
        /// What somebody asked to be written out.
        Exportacoes = "exportacoes",
        /// A sheet to be filled in.
        Modelos = "modelos",
        /// The lines of an import that could not be read.
        ErrosImportacao = "erros_importacao",
    }
}

codigos! {
    /// How far a file is.
    pub enum EstadoArquivo("estado") {
        /// It is being made, for the first time or again (rule c05).
        Gerando = "gerando",
        /// It can be downloaded.
        Pronto = "pronto",
        /// Nothing was left that belongs in it.
        Vazio = "vazio",
        /// It was kept long enough: its bytes are gone.
        Expurgado = "expurgado",
    }
}

codigos! {
    /// Why a letter came back, as the mail writes it on the envelope.
    pub enum MotivoDevolucao("motivo") {
        /// Moved away.
        MudouSe = "mudou_se",
        /// The address does not suffice.
        EnderecoInsuficiente = "endereco_insuficiente",
        /// There is no such number.
        NaoExisteNumero = "nao_existe_numero",
        /// Unknown there.
        Desconhecido = "desconhecido",
        /// Refused.
        Recusado = "recusado",
        /// Nobody came for it.
        NaoProcurado = "nao_procurado",
        /// Absent.
        Ausente = "ausente",
        /// Died.
        Falecido = "falecido",
    }
}

codigos! {
    /// What became of a letter.
    pub enum FatoCarta("fato") {
        /// Composed.
        Feita = "feita",
        /// Taken out of its file, or of the way to one: what it demands is no longer owed (rule c05), its batch was called off
        /// (rule b23), or it cannot be printed.
        Retirada = "retirada",
        /// Printed.
        Impressa = "impressa",
        /// Posted.
        Postada = "postada",
        /// Came back.
        Devolvida = "devolvida",
    }
}
