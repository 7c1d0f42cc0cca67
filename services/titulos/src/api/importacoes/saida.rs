//! An import as it is shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize as _, Serialize};
use store::importacoes::{ImportacaoLida, PorCredor};
use utoipa::ToSchema;
use uuid::Uuid;

/// Uma importação: um arquivo de títulos, até onde foi lido e o que resultou dele.
#[derive(Serialize, ToSchema)]
pub(super) struct Importacao {
    /// Id.
    id: Uuid,
    /// `csv`, `ndjson` ou `xlsx`.
    #[schema(example = "csv")]
    formato: String,
    /// `parcial`, ou `completo`: o que está em aberto ou suspenso e falta no arquivo é cancelado.
    #[schema(example = "parcial")]
    modo: String,
    /// Código do credor a que o arquivo completo se limita; nulo se é de toda a empresa.
    #[schema(example = "COL-1")]
    credor: Option<String>,
    /// Se nada é gravado.
    simular: bool,
    /// Mapeamento usado, como estava quando o arquivo chegou.
    mapeamento: Option<String>,
    /// Tamanho do arquivo, descomprimido.
    bytes: i64,
    /// `pendente`, `processando`, `aguardando_confirmacao`, `concluida`, `falhou` ou `cancelada`.
    #[schema(example = "concluida")]
    estado: String,
    /// Linhas do arquivo sem o cabeçalho, quando já foram contadas.
    linhas: Option<i64>,
    /// Última linha já processada, contada como no arquivo.
    linha_atual: i64,
    /// Quanto já foi feito, de 0 a 100.
    percentual: i64,
    /// Linhas que criaram um título.
    criados: i64,
    /// Linhas que mudaram um título.
    atualizados: i64,
    /// Linhas de títulos que já estavam assim; nada foi gravado.
    inalterados: i64,
    /// Linhas recusadas; `/erros` diz por quê.
    recusados: i64,
    /// Linhas com o código de outra mais abaixo, que é a que vale; `/erros` diz qual.
    repetidos: i64,
    /// Linhas cujo código não pôde ser lido.
    sem_chave: Option<i64>,
    /// Títulos em aberto quando o arquivo completo foi lido.
    abertos: Option<i64>,
    /// Títulos suspensos quando o arquivo completo foi lido.
    suspensos: Option<i64>,
    /// De uns e outros, os que o arquivo não tem: serão cancelados.
    a_cancelar: Option<i64>,
    /// Os credores que mais perderiam, até 20, do maior número de títulos para o menor.
    a_cancelar_por_credor: Vec<AusentesDoCredor>,
    /// Quantos credores, contada a própria empresa, ficariam sem nenhum título em aberto ou suspenso.
    credores_zerados: Option<i64>,
    /// Percentual dos títulos em aberto e suspensos que pode ser cancelado sem confirmação.
    limite_cancelamento: i16,
    /// Títulos cancelados por faltarem no arquivo.
    cancelados: i64,
    /// Títulos que faltavam no arquivo e não foram cancelados, porque mudaram ou foram enviados depois que ele chegou.
    preservados: i64,
    /// Por que falhou.
    erro: Option<String>,
    /// Quando o arquivo chegou inteiro.
    criada_em: DateTime<Utc>,
    /// Quando os cancelamentos foram confirmados.
    confirmada_em: Option<DateTime<Utc>>,
    /// Quando terminou.
    concluida_em: Option<DateTime<Utc>>,
}

/// O que um arquivo completo cancelaria de um credor.
#[derive(Serialize, ToSchema)]
pub(super) struct AusentesDoCredor {
    /// Id do credor; nulo para os títulos sem credor, que são da própria empresa.
    credor_id: Option<Uuid>,
    /// Código do credor.
    #[schema(example = "COL-1")]
    credor_codigo: Option<String>,
    /// Nome do credor.
    credor_nome: Option<String>,
    /// Títulos dele em aberto quando o arquivo foi lido.
    abertos: i64,
    /// Títulos dele suspensos.
    suspensos: i64,
    /// De uns e outros, os que o arquivo não tem.
    a_cancelar: i64,
}

impl From<PorCredor> for AusentesDoCredor {
    fn from(lido: PorCredor) -> Self {
        let PorCredor { credor_id, codigo, nome, abertos, suspensos, a_cancelar } = lido;
        Self { credor_id, credor_codigo: codigo, credor_nome: nome, abertos, suspensos, a_cancelar }
    }
}

impl From<ImportacaoLida> for Importacao {
    fn from(lida: ImportacaoLida) -> Self {
        let por_credor = lida.por_credor.and_then(|json| Vec::<PorCredor>::deserialize(json).ok());
        let feitas = lida.criados + lida.atualizados + lida.inalterados + lida.recusados + lida.repetidos;
        let linhas = lida.linhas.filter(|linhas| 0 < *linhas);
        let percentual = linhas.and_then(|linhas| feitas.saturating_mul(100).checked_div(linhas));
        Self {
            percentual: if lida.estado == "concluida" { 100 } else { percentual.unwrap_or(0).clamp(0, 99) },
            id: lida.id,
            formato: lida.formato,
            modo: lida.modo,
            credor: lida.credor,
            simular: lida.simular,
            mapeamento: lida.mapeamento,
            bytes: lida.bytes,
            estado: lida.estado,
            linhas: lida.linhas,
            linha_atual: lida.posicao,
            criados: lida.criados,
            atualizados: lida.atualizados,
            inalterados: lida.inalterados,
            recusados: lida.recusados,
            repetidos: lida.repetidos,
            sem_chave: lida.sem_chave,
            abertos: lida.abertos,
            suspensos: lida.suspensos,
            a_cancelar: lida.a_cancelar,
            a_cancelar_por_credor: por_credor.into_iter().flatten().map(AusentesDoCredor::from).collect(),
            credores_zerados: lida.zerados,
            limite_cancelamento: lida.limite,
            cancelados: lida.cancelados,
            preservados: lida.preservados,
            erro: lida.erro,
            criada_em: lida.criada_em,
            confirmada_em: lida.confirmada_em,
            concluida_em: lida.concluida_em,
        }
    }
}
