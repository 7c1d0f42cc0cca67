//! How a filter of debtors looks in the OpenAPI document; `domain::filtro` reads one.

use std::borrow::Cow;

use domain::filtro::{EXEMPLOS, Quais};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::{Dia, EstadoNegociacao, Quantia, StatusTitulo, TipoPessoa, Uf};
use crate::Texto;

/// Which debtors are meant. What it shows as examples is read by a test of the domain.
#[derive(Clone, Copy, Debug)]
pub struct FiltroDeDevedores;

impl PartialSchema for FiltroDeDevedores {
    fn schema() -> RefOr<Schema> {
        let mut esquema = Abas::schema();
        if let RefOr::T(Schema::Object(objeto)) = &mut esquema {
            let linhas = EXEMPLOS.map(|exemplo| format!("- {}: `{}`", exemplo.resumo, exemplo.json));
            objeto.description = Some(format!("{DESCRICAO}\n\n{}", linhas.join("\n")));
            objeto.examples = EXEMPLOS
                .iter()
                .filter_map(|exemplo| serde_json::from_str::<Value>(exemplo.json).ok())
                .collect();
        }
        esquema
    }
}

impl ToSchema for FiltroDeDevedores {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("FiltroDeDevedores")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Abas::schemas(schemas);
    }
}

const DESCRICAO: &str = "Quais devedores. Entre filtros vale E, dentro de uma lista vale OU, e as faixas incluem as pontas. \
    O que uma aba diz de títulos, de negociações ou de contatos vale para o mesmo título, a mesma negociação ou o mesmo \
    contato. O que não vem não é pedido: `{}` são todos os devedores.";

/// Quais títulos; com vários, basta um.
struct QuaisTitulos;

impl PartialSchema for QuaisTitulos {
    fn schema() -> RefOr<Schema> {
        let codigos = Quais::TODOS.iter().map(|quais| quais.as_str());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codigos)).into()
    }
}

impl ToSchema for QuaisTitulos {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("QuaisTitulos")
    }
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Abas {
    /// Sobre o próprio devedor.
    devedor: Option<FiltroDevedor>,
    /// Sobre um título dele, de qualquer status.
    titulo: Option<FiltroTitulo>,
    /// Sobre onde está nas réguas.
    regua: Option<FiltroRegua>,
    /// Sobre uma negociação dele.
    negociacao: Option<FiltroNegociacao>,
    /// Sobre os contatos com ele.
    contato: Option<FiltroContato>,
}

/// Filtros da aba «Devedor».
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct FiltroDevedor {
    /// Chaves do devedor no ERP.
    #[schema(max_items = 100)]
    codigo: Option<Vec<Texto<1, 60>>>,
    /// Quem cuida dele.
    #[schema(max_items = 100)]
    gerente: Option<Vec<Texto<1, 60>>>,
    /// Cadastrado desde este dia da empresa.
    cadastrado_de: Option<Dia>,
    /// Cadastrado até este dia da empresa.
    cadastrado_ate: Option<Dia>,
    /// Menor soma dos títulos abertos.
    saldo_de: Option<Quantia>,
    /// Maior soma dos títulos abertos.
    saldo_ate: Option<Quantia>,
    /// Município de um endereço, sem diferença de acento nem de maiúscula.
    #[schema(max_items = 100)]
    cidade: Option<Vec<Texto<1, 80>>>,
    /// Estado desse mesmo endereço.
    #[schema(max_items = 100)]
    uf: Option<Vec<Uf>>,
    /// Tipo de pessoa.
    #[schema(max_items = 100)]
    tipo_pessoa: Option<Vec<TipoPessoa>>,
    /// Categoria.
    #[schema(max_items = 100)]
    categoria: Option<Vec<Texto<1, 60>>>,
    /// Chave, no ERP, do credor de algum título.
    #[schema(max_items = 100)]
    credor: Option<Vec<Texto<1, 60>>>,
}

/// Filtros da aba «Título»: todos do mesmo título, menos `vencimento_minimo`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct FiltroTitulo {
    /// Vence a partir deste dia.
    vencimento_de: Option<Dia>,
    /// Vence até este dia.
    vencimento_ate: Option<Dia>,
    /// O vencimento mais antigo em aberto é deste dia em diante.
    vencimento_minimo_de: Option<Dia>,
    /// O vencimento mais antigo em aberto é até este dia.
    vencimento_minimo_ate: Option<Dia>,
    /// Mínimo de dias desde o vencimento; negativo, a vencer.
    #[schema(minimum = -36500, maximum = 36500)]
    dias_vencido_de: Option<i32>,
    /// Máximo de dias desde o vencimento.
    #[schema(minimum = -36500, maximum = 36500)]
    dias_vencido_ate: Option<i32>,
    /// Status.
    #[schema(max_items = 100)]
    status: Option<Vec<StatusTitulo>>,
    /// Quais; com vários, basta um.
    #[schema(max_items = 100)]
    quais: Option<Vec<QuaisTitulos>>,
    /// Tipo de negócio.
    #[schema(max_items = 100)]
    tipo_negocio: Option<Vec<Texto<1, 60>>>,
    /// Tipo de título.
    #[schema(max_items = 100)]
    tipo_titulo: Option<Vec<Texto<1, 60>>>,
}

/// Filtros da aba «Régua»: todos da mesma inscrição viva.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct FiltroRegua {
    /// Numa destas réguas.
    #[schema(max_items = 100)]
    regua: Option<Vec<Uuid>>,
    /// Ou em nenhuma.
    sem_regua: Option<bool>,
    /// A posição que disparou por último.
    #[schema(max_items = 100)]
    posicao: Option<Vec<Uuid>>,
    /// Ela disparou desde esta noite.
    entrada_na_posicao_de: Option<Dia>,
    /// Ela disparou até esta noite.
    entrada_na_posicao_ate: Option<Dia>,
}

/// Filtros da aba «Negociação»: todos da mesma negociação, e os de parcela da mesma parcela.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct FiltroNegociacao {
    /// Status.
    #[schema(max_items = 100)]
    status: Option<Vec<EstadoNegociacao>>,
    /// Feita desde este dia da empresa.
    data_de: Option<Dia>,
    /// Feita até este dia da empresa.
    data_ate: Option<Dia>,
    /// Quem a fez.
    #[schema(max_items = 100)]
    usuario: Option<Vec<Texto<1, 60>>>,
    /// Status de uma parcela.
    #[schema(max_items = 100)]
    status_parcela: Option<Vec<StatusTitulo>>,
    /// Essa parcela vence a partir deste dia.
    vencimento_parcela_de: Option<Dia>,
    /// Essa parcela vence até este dia.
    vencimento_parcela_ate: Option<Dia>,
    /// Cancelada desde este dia da empresa.
    cancelada_de: Option<Dia>,
    /// Cancelada até este dia da empresa.
    cancelada_ate: Option<Dia>,
}

/// Filtros da aba «Contato»: todos do mesmo contato. Com um dos que começam com `sem_`, `data` é o período em que não houve.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct FiltroContato {
    /// Desde este dia da empresa.
    data_de: Option<Dia>,
    /// Até este dia da empresa.
    data_ate: Option<Dia>,
    /// Grupo do resultado do último contato.
    #[schema(max_items = 100)]
    grupo_ultimo_resultado: Option<Vec<Texto<1, 60>>>,
    /// Resultado do último contato.
    #[schema(max_items = 100)]
    ultimo_resultado: Option<Vec<Uuid>>,
    /// Nenhum contato do período deu em resultado destes grupos; exige `data`.
    #[schema(max_items = 100)]
    sem_grupo_resultado: Option<Vec<Texto<1, 60>>>,
    /// Nenhum contato do período deu num destes resultados; exige `data`.
    #[schema(max_items = 100)]
    sem_resultado: Option<Vec<Uuid>>,
    /// Agendado a partir deste dia da empresa.
    agendado_de: Option<Dia>,
    /// Agendado até este dia da empresa.
    agendado_ate: Option<Dia>,
    /// Quem fará o contato agendado.
    #[schema(max_items = 100)]
    operador_agendamento: Option<Vec<Texto<1, 60>>>,
    /// Sem contato algum, no período ou nunca.
    sem_contato: Option<bool>,
    /// Sem contato de resultado positivo, no período ou nunca.
    sem_resultado_positivo: Option<bool>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::filtro::Filtro;
    use serde_json::json;

    use super::*;

    /// Every field that the document has, by its tab.
    fn documented() -> BTreeSet<String> {
        let mut esquemas = Vec::new();
        FiltroDeDevedores::schemas(&mut esquemas);
        let de = |nome: &str| {
            let nome = format!("Filtro{nome}");
            let (_, esquema) = esquemas.iter().find(|(este, _)| *este == nome).unwrap();
            serde_json::to_value(esquema).unwrap()["properties"].as_object().unwrap().clone()
        };
        let abas = [
            ("devedor", "Devedor"),
            ("titulo", "Titulo"),
            ("regua", "Regua"),
            ("negociacao", "Negociacao"),
            ("contato", "Contato"),
        ];
        abas.iter()
            .flat_map(|(aba, nome)| de(nome).into_iter().map(move |(campo, _)| format!("/{aba}/{campo}")))
            .collect()
    }

    #[test]
    fn what_a_filter_reads_is_what_the_document_says() {
        let campos = documented();
        assert!(campos.len() > 40);
        for campo in &campos {
            let (aba, nome) = campo.trim_start_matches('/').split_once('/').unwrap();
            let erros = Filtro::ler(&json!({aba: {nome: {}}})).unwrap_err();
            assert!(erros.iter().all(|erro| erro.codigo != "desconhecido"), "{campo}: {erros:?}");
        }
        for exemplo in EXEMPLOS {
            let lido: Value = serde_json::from_str(exemplo.json).unwrap();
            for (aba, filtros) in lido.as_object().unwrap() {
                for nome in filtros.as_object().unwrap().keys() {
                    assert!(campos.contains(&format!("/{aba}/{nome}")), "{}: {nome}", exemplo.regra);
                }
            }
        }
    }

    #[test]
    fn the_document_shows_an_example_of_each_filter() {
        let esquema = serde_json::to_value(FiltroDeDevedores::schema()).unwrap();
        assert_eq!(esquema["examples"].as_array().unwrap().len(), EXEMPLOS.len());
        assert!(esquema["description"].as_str().unwrap().contains("Fora de toda régua"));
    }
}
